"""A pilot insurer's file as the law moves it: every stage can be left, and a term is counted as the edition says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import Cited, Edition, edition_of
from rules.procedure import Effect, File, Situation, decide, read_form
from rules.register import Register
from rules.schemes import dalian
from rules.schemes.dalian_insurer import PILOT_INSURER, RUNNING
from rules.timetable import SHANGHAI, OfficeKind
from service.sample_forms import SampleForms

PLAIN = edition_of("dalian")


def page(at: datetime, where: str) -> dict[str, str]:
    return {"page": f"https://{where}/list", "published_at": f"{at:%Y-%m-%dT%H:%M}", "snapshot_sha256": "0" * 64}


def situation(file: File, at: datetime, register: Register, by: OfficeKind) -> Situation:
    return Situation(
        file=file,
        officer="regulator-1",
        officer_name="王丽",
        office="insurer-c" if by == "insurer" else "regulator",
        office_kind=by,
        received_at=at.replace(tzinfo=SHANGHAI),
        edition=edition_of(file.scheme, file.edition),
        calendar=CHINA,
        register=register,
    )


def done(
    file: File,
    act_name: str,
    at: datetime,
    register: Register = Register(insurer_known=True),  # noqa: B008 - a value that never changes
    **changed: Any,
) -> tuple[Effect, File]:
    """Do an act at a local moment, with the sample's form; return what it does and the file it leaves."""
    act = PILOT_INSURER.act(act_name)
    received = at.replace(tzinfo=SHANGHAI)
    form = read_form(act.form, {**SampleForms.at(received, 1).of(act_name), **changed}, received)
    return decide(PILOT_INSURER, act, situation(file, at, register, act.by[0]), form)


def with_years(years: int, **more: Any) -> Edition:
    """An edition whose lists run so many years."""
    return PLAIN.model_copy(update={"insurer_list_years": Cited(years, "12", "tried here"), **more})


def selected(at: datetime) -> File:
    file = File(number="insurer-c", scheme="dalian", edition=PLAIN.name)
    for act in ("nominate", "select"):
        _, file = done(file, act, at)
    return file


@pytest.mark.parametrize(
    ("industry_bureau", "regulator", "years", "since", "until"),
    [
        ("2026-03-02", "2026-03-02", 1, "2026-03-02", "2027-03-02"),
        ("2026-03-02", "2026-03-05", 1, "2026-03-05", "2027-03-05"),
        ("2026-03-05", "2026-03-02", 1, "2026-03-05", "2027-03-05"),
        ("2026-03-02", "2026-03-02", 3, "2026-03-02", "2029-03-02"),
        # The last day is New Year's Day: a status ends on a day off too (I-5).
        ("2026-01-01", "2026-01-01", 1, "2026-01-01", "2027-01-01"),
        ("2024-02-29", "2024-02-29", 1, "2024-02-29", "2025-02-28"),
    ],
)
def test_a_term_runs_the_editions_years_from_the_later_of_the_two_pages(
    monkeypatch: pytest.MonkeyPatch, industry_bureau: str, regulator: str, years: int, since: str, until: str
) -> None:
    """Article 12."""
    first, second = (datetime.fromisoformat(f"{day}T09:30") for day in (industry_bureau, regulator))
    monkeypatch.setattr(dalian, "EDITIONS", (with_years(years),))
    pages = {"industry_bureau_page": page(first, "bureau.example"), "regulator_page": page(second, "regulator.example")}
    effect, file = done(selected(min(first, second)), "list", max(first, second), **pages)
    assert (effect.passed, file.stage) == (True, "listed")
    listing = file.deadline("listing")
    assert listing is not None
    assert (str(listing.counted_from), str(listing.due_on), listing.provisional) == (since, until, False)
    assert listing.wake is not None


@pytest.mark.parametrize(
    ("published", "until"),
    [
        ("2028-12-31", "2029-12-31"),
        # Issued on 1 January 2029, the next edition lists for two years.
        ("2029-01-01", "2031-01-01"),
        # No edition is in force any more: the file's own runs off.
        ("2032-01-01", "2033-01-01"),
    ],
)
def test_a_list_counts_by_the_edition_of_its_day_whenever_the_file_was_opened(
    monkeypatch: pytest.MonkeyPatch, published: str, until: str
) -> None:
    """Article 12: an insurer's file outlives the three years of an edition (article 15(5))."""
    later = with_years(2, name="later", issued_on=date(2029, 1, 1), demonstration=False)
    monkeypatch.setattr(dalian, "EDITIONS", (PLAIN, later))
    at = datetime.fromisoformat(f"{published}T09:30")
    _, file = done(selected(datetime.fromisoformat("2026-03-02T09:30")), "list", at)
    listing = file.deadline("listing")
    assert listing is not None
    assert str(listing.due_on) == until


def test_an_insurer_listed_before_it_had_a_file_keeps_the_term_of_its_list() -> None:
    """Article 12."""
    since, until = date(2026, 1, 1), date(2026, 12, 31)
    listing = {"notice": "2026 list", "listed_from": since, "listed_until": until}
    register = Register(insurer_known=True, listing=listing)
    nothing = File(number="insurer-c", scheme="dalian", edition=PLAIN.name)
    _, file = done(nothing, "nominate", datetime.fromisoformat("2026-12-31T09:30"), register)
    due = file.deadline("listing")
    assert due is not None
    assert (file.stage, due.counted_from, due.due_on) == ("listed", since, until)


def test_every_stage_but_the_bar_can_be_left_and_leads_back_to_the_list() -> None:
    leads: dict[str, set[str]] = {stage: set() for stage in PILOT_INSURER.stages}
    for act in PILOT_INSURER.acts.values():
        for stage in act.stages:
            leads[stage] |= {act.leads_to} if act.leads_to else set()
    assert leads.pop("barred") == set()
    for stage in leads:
        reached, grown = {stage}, {stage}
        while grown:
            grown = set().union(*(leads.get(one, set()) for one in grown)) - reached
            reached |= grown
        assert {"listed", "barred"} <= reached


def test_the_regulator_may_bar_and_measure_at_every_stage_that_is_not_closed() -> None:
    """Articles 15(1) and 15(2): an insurer that left the list answers for what it did on it."""
    for name in ("propose_bar", "bar", "record_measure"):
        assert PILOT_INSURER.act(name).stages == RUNNING


def test_a_clause_is_filed_under_one_number_with_one_text() -> None:
    """Article 3."""
    at = datetime.fromisoformat("2026-03-02T09:30")
    earlier = {
        "insurer": "insurer-c",
        "filed_on": date(2026, 1, 5),
        "valid_until": date(2026, 3, 2),
        "text_sha256": SampleForms.at(at.replace(tzinfo=SHANGHAI), 1).clause()["text_sha256"],
        "withdrawn_on": None,
    }

    def refused(**changed: Any) -> list[str]:
        effect, _ = done(selected(at), "file_clause", at, Register(clause={**earlier, **changed}))
        return [finding.rule for finding in effect.findings if not finding.passed]

    assert refused() == []
    assert refused(text_sha256="0" * 64) == ["clause_text_unchanged"]
    assert refused(valid_until=date(2026, 3, 1)) == ["clause_prolonged_in_time"]
    assert refused(valid_until=date(2028, 3, 1)) == ["clause_prolonged_in_time"]
    assert refused(withdrawn_on=date(2026, 3, 1)) == ["clause_prolonged_in_time"]
