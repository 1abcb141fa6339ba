"""Editions: dated, complete, and never citing an article that is not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from rules.edition import SCHEMES, Cited, Edition, UnknownEdition, Unsettled, edition_in_force, edition_of, editions_of

DALIAN = edition_of("dalian")


def altered(edition: Edition, **changes: object) -> Edition:
    return Edition(**{**dict(edition), **changes})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_has_a_demonstration_edition_that_says_so(scheme: str) -> None:
    edition = edition_of(scheme)
    assert (edition.scheme, edition.demonstration) == (scheme, True)
    assert edition_of(scheme, edition.name) is edition


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_figure_cites_an_article_of_its_text_and_open_points_give_a_reason(scheme: str) -> None:
    for edition in editions_of(scheme):
        assert {figure.article for figure in edition.figures.values()} <= set(edition.articles)
        assert all(figure.because.startswith(("", "P: ", "I-")) for figure in edition.figures.values())


@pytest.mark.parametrize(
    ("on", "in_force"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2028, 12, 31), True),
        (date(2029, 1, 1), False),
    ],
)
def test_the_city_measures_are_in_force_for_three_years_from_issue(on: date, in_force: bool) -> None:
    """Worked example 16 (article 15(5))."""
    assert DALIAN.last_day_in_force == date(2028, 12, 31)
    assert DALIAN.in_force(on) is in_force
    if in_force:
        assert edition_in_force("dalian", on) is DALIAN
    else:
        with pytest.raises(UnknownEdition, match=f"no edition of dalian is in force on {on}"):
            edition_in_force("dalian", on)


def test_the_national_opinions_are_in_force_from_their_written_date_without_end() -> None:
    edition = edition_in_force("national-first-set", date(2024, 5, 24))
    assert edition.last_day_in_force is None
    assert edition.in_force(date(2040, 1, 1))
    with pytest.raises(UnknownEdition):
        edition_in_force("national-first-set", date(2024, 5, 23))


def test_of_two_editions_in_force_the_later_issued_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    later = altered(DALIAN, name="dalian-2027", issued_on=date(2027, 7, 1), demonstration=False)
    monkeypatch.setattr("rules.schemes.dalian.EDITIONS", (later, DALIAN))
    assert edition_in_force("dalian", date(2027, 6, 30)) is DALIAN
    assert edition_in_force("dalian", date(2027, 7, 1)) is later
    assert edition_of("dalian") is DALIAN


def test_an_edition_without_a_required_value_cannot_be_put_in_force() -> None:
    draft = altered(DALIAN, issued_on=None, annual_cap=Cited[Decimal](None, "7"))
    with pytest.raises(Unsettled) as refused:
        draft.ready()
    assert str(refused.value) == (
        "the edition dalian-demonstration-2026 cannot be put in force: "
        "annual_cap (article 7), issued_on (article 15(5)) must be settled"
    )
    assert not draft.in_force(date(2026, 6, 1))
    assert draft.last_day_in_force is None


def test_a_national_edition_without_its_ratio_cannot_be_put_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    first_set = edition_of("national-first-set")
    draft = altered(first_set, ceiling_ratio=Cited[Decimal](None, "3(4)"))
    monkeypatch.setattr("rules.schemes.national_first_set.EDITIONS", (draft,))
    with pytest.raises(Unsettled, match=r"ceiling_ratio \(article 3\(4\)\) must be settled"):
        edition_of("national-first-set")
    with pytest.raises(Unsettled):
        edition_in_force("national-first-set", date(2026, 1, 1))


def test_a_figure_that_is_not_settled_is_never_a_default() -> None:
    with pytest.raises(Unsettled, match=r"article 3\(4\) requires"):
        _ = DALIAN.ceiling_ratio.value


def test_an_edition_may_not_cite_an_article_its_text_lacks() -> None:
    with pytest.raises(ValidationError, match="has no such article: annual_cap cites 16"):
        altered(DALIAN, annual_cap=Cited(Decimal(1), "16"))


def test_an_edition_is_never_edited() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DALIAN.annual_cap = Cited(Decimal(1), "7")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("scheme", "name", "message"),
    [
        ("shenyang", None, "must be one of dalian, national-first-set, national-first-batch, not 'shenyang'"),
        ("dalian", "2099", r"must be an edition of dalian \(dalian-demonstration-2026\), not '2099'"),
    ],
)
def test_an_unknown_scheme_or_edition_is_told_with_those_there_are(scheme: str, name: str | None, message: str) -> None:
    with pytest.raises(UnknownEdition, match=message):
        edition_of(scheme, name)
