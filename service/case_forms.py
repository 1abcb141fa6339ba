"""The forms of a case, filled from the record (domain §8): what is on them, and whom they were signed by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from activities import editions
from activities.contracts import Event
from db.pool import Pool, one
from db.sql import queries
from rules.edition import edition_of
from rules.procedures import Stream
from rules.schemes.dalian_bank import Account
from rules.timetable import SHANGHAI, OfficeKind
from runtime.documents import forms as paper
from runtime.errors import BadInput
from service.masking import masked
from service.showing import events_of, file_of

DOCUMENT, NOTICE, PLAN = queries("document"), queries("notice"), queries("plan")


class Filled(NamedTuple):
    """When a form is filled: the acts of which the last one fills it, and the fact they leave."""

    acts: tuple[str, ...]
    fact: str


FORMS = {
    "application": Filled(("apply", "complete"), "application"),
    "recognition": Filled(("submit", "correct", "supplement"), "submission"),
    "opinion": Filled(("confirm",), "district_opinion"),
    "score": Filled(("assess",), "assessment"),
}


async def form_of(
    pool: Pool, number: str, which: str, seen_by: OfficeKind | None, languages: tuple[str, ...], *, whole: bool
) -> bytes:
    """Return a form of a case as PDF, persons masked but where `whole`; raise `BadInput` where it is not filled."""
    stream, filled = Stream("case", "dalian", number), FORMS[which]
    file = await file_of(pool, stream)
    events = [event for event in await events_of(pool, stream) if event.act in filled.acts and event.passed]
    if not events or filled.fact not in file.facts:
        raise BadInput(("form", f"{which} is not filled yet: {number} has no {filled.acts[0]}"))
    event, facts = events[-1], file.facts
    edition = edition_of(file.scheme, file.edition, await editions.known(pool, file.scheme))
    day = event.at.astimezone(SHANGHAI).date()
    insurer, assessor = facts.get("contract", {}).get("insurer"), facts.get("entrustment", {}).get("assessor")
    names = await one(pool, DOCUMENT.names, file.district, insurer, assessor)
    return paper.pdf(
        paper.CaseForm(
            number=number,
            scheme=edition.title,
            demonstration=edition.demonstration,
            facts=facts if whole else masked(facts),
            money=file.money,
            annual_cap=edition.annual_cap.value,
            signed=paper.Signed(event.officer_name, day),
            district=_named(names["district"]),
            insurer=_named(names["insurer"]),
            assessor=_named(names["assessor"]),
            authority=await _authority(pool, event, day),
            account=await _account(pool, insurer, day) if insurer else None,
            account_shown=seen_by == "finance",
        ),
        which,
        *languages,
    )


def _named(names: list[str] | None) -> Mapping[str, str]:
    return dict(zip(("zh", "en"), names or ("", ""), strict=True))


async def _authority(pool: Pool, event: Event, day: date) -> Mapping[str, str]:
    """How the office that did the act signs."""
    row = await one(pool, NOTICE.issuer, event.office, day)
    return {"zh": row["title"], "en": row["title_en"]}


async def _account(pool: Pool, insurer: str, day: date) -> Account | None:
    row = await pool.fetchrow(PLAN.accounts, [insurer], day)
    return Account(*list(row.values())[1:]) if row else None
