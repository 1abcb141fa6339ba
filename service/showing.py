"""What the record holds of a proceeding, as `interfaces.md` gives it to other programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.authority import Officer, known_officer
from activities.contracts import Event
from activities.documents import seen_by
from activities.documents import subject_of as subject_of_dossier
from activities.history import answer_of
from db.pool import Pool
from db.sql import queries
from rules.identifiers import is_uscc
from rules.procedure import Barred, File
from rules.procedures import Stream, stream_of
from rules.schemes.dalian_proposing import OWNERS
from rules.schemes.dalian_review import JOINT
from rules.schemes.dalian_viewing import CONCERNED, WITH_SUBJECT
from rules.timetable import SHANGHAI
from runtime.errors import BadInput
from service.acting import may_see, possible_acts
from service.masking import masked
from service.reading import plain, read_word
from service.session import now

PROCEEDING, NOTICE, OUTBOX = queries("proceeding"), queries("notice"), queries("outbox")
OFFICE, REVIEW = queries("office"), queries("review")
MONEY = (
    "premium",
    "subsidy_asked",
    "cut_by_cap",
    "approved",
    "waitlisted",
    "paid",
    "enterprise_share",
    "insurer_share",
    "cap_left",
    "budget_left",
)


async def shown(pool: Pool, stream: Stream, officer: str | None = None, *, whole: bool = False) -> dict[str, Any]:
    """Return a proceeding whole: facts, money, deadlines, history, and which acts are possible now.

    With `officer`, the acts say what he may do; without, only what the procedure allows. What names or reaches a person
    is masked, but for the enterprise that the facts are of, unless they are asked for `whole`: for an officer whose
    look is written down (`service.unmasking`), or for the program that reads a case's JSON.
    """
    file, acting = await file_of(pool, stream), await acting_as(pool, officer)
    office = acting.office if acting else None
    hidden = _hidden_from(file, office)
    facts, events = _without(file.facts, hidden), [event_json(event) for event in await events_of(pool, stream)]
    of_round = stream.kind == "round"
    if own := of_round and acting is not None and acting.kind == "insurer":
        facts, events = _own_of_round(facts, events, str(office))
    whole = whole or owns(file, acting)
    told_of = facts if whole else masked(facts)
    # Whoever acts for an enterprise is the person it named to be reached, and no official.
    for event in () if whole else events:
        if is_uscc(event["office"]) and event["office"] != office:
            event["officer_name"] = masked(event["officer_name"], "contact")
    review = {"review": [] if own else await _review_of(pool, stream)} if of_round else {}
    deadlines = [d.model_dump(mode="json", exclude={"wake", "days", "used"}) for d in file.deadlines]
    every = acting is None or acting.kind in OWNERS
    named = {stream.kind: file.number, "scheme": file.scheme, "edition": file.edition, "stage": file.stage}
    money = {"money": {name: file.money.get(name, "0.00") for name in MONEY}} if stream.kind == "case" else {}
    told = {"told": [] if own else list(map(dict, await pool.fetch(OUTBOX.told, str(stream))))} if of_round else {}
    return {
        **named,
        **told,
        "closed": file.closed,
        "masked": told_of != facts,
        # A dossier tells of each paper under its proceeding, to whom that paper concerns.
        "facts": {} if stream.kind == "dossier" else told_of,
        **money,
        **review,
        "about": None if "complaint" in hidden else file.about,
        "related": [dict(row) for row in await pool.fetch(PROCEEDING.related, str(stream), office, every)],
        "deadlines": deadlines,
        "notices": [
            {**notice, "issued_on": notice["issued_on"].isoformat()}
            for notice in map(dict, await pool.fetch(NOTICE.of_stream, str(stream)))
        ],
        "documents": await seen_by(pool, stream, acting) if acting else [],
        "events": events,
        "acts": _acts(stream, file, acting),
    }


async def subject_of(pool: Pool, stream: Stream) -> Mapping[str, str | None]:
    """Whose product a proceeding is about: `product`, `model` and `enterprise`, each None where it is about none."""
    row = await pool.fetchrow(PROCEEDING.subject, str(stream))
    return dict(row) if row else dict.fromkeys(("product", "model", "enterprise"))


def minute_of(moment: datetime) -> str:
    """Write a moment as other programs read it (`interfaces.md`): Shanghai's, to the minute."""
    local = moment.astimezone(SHANGHAI) if moment.tzinfo else moment
    return local.isoformat(timespec="minutes").removesuffix("+08:00")


def event_json(event: Any) -> dict[str, Any]:
    """One event as `interfaces.md` gives it."""
    told: dict[str, Any] = event.model_dump(mode="json", exclude={"command_id"})
    return {**told, "at": minute_of(event.at)}


async def _review_of(pool: Pool, round_: Stream) -> list[dict[str, Any]]:
    """How far the joint review of a round has come: what each office has said, and what is awaited of it."""
    return [dict(row) for row in await pool.fetch(REVIEW.by_office, str(round_), list(JOINT))]


def _hidden_from(file: File, office: str | None) -> frozenset[str]:
    """What of a complaint only an officer of the handling office sees: who spoke up, and of a tip-off all it says."""
    if file.facts.get("handling", {}).get("office") == office:
        return frozenset()
    tip_off = file.facts.get("complaint", {}).get("kind") == "tip_off"
    return frozenset(file.facts) - {"handling", "admission"} if tip_off else frozenset({"person"})


def _own_of_round(
    facts: Mapping[str, Any], events: list[dict[str, Any]], insurer: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Of a quarter, what is an insurer's: its own return and money, and when each step was taken; nothing that others
    filed, nor what the three offices found and plan (article 13)."""
    own = {name: {insurer: said[insurer]} for name, said in facts.items() if isinstance(said, dict) and insurer in said}
    told = [event for event in events if event["act"] != "file_return" or event["office"] == insurer]
    shown_to = [event if event["office"] == insurer else {**event, "findings": []} for event in told]
    return {"round": facts["round"], **own}, shown_to


def owns(file: File, officer: Officer | None) -> bool:
    """Whether a proceeding tells of an officer's own enterprise: what is masked of its persons it wrote itself."""
    return officer is not None and officer.kind == "enterprise" and file.enterprise == officer.office


def _without(facts: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """The facts, without what is hidden but that it is there; a tip-off still says that it is one."""
    left = {name: {"hidden": True} if name in hidden else said for name, said in facts.items()}
    return left | ({"complaint": {"kind": "tip_off", "hidden": True}} if "complaint" in hidden else {})


def numbered(stream: Stream) -> Stream:
    """Return a stream whose number could be one; raise `BadInput` for what no proceeding is called."""
    if not re.fullmatch("[A-Za-z0-9-]{1,40}", stream.number):
        raise BadInput((stream.kind, f"there is no {stream.kind} {plain(stream.number)!r}"))
    return stream


async def file_of(pool: Pool, stream: Stream) -> File:
    """Return a proceeding's file; raise `BadInput` where there is none."""
    row = await pool.fetchrow(PROCEEDING.by_stream, str(numbered(stream)))
    if row is None:
        raise BadInput((stream.kind, f"there is no {stream.kind} {stream.number!r}"))
    return File.model_validate(row["file"])


async def is_shown(pool: Pool, stream: Stream, file: File, officer: Officer) -> bool:
    """查阅: whether a proceeding is shown to an officer who has its address (articles 9, 15(1)).

    Beside what `may_see` says of a file: an office's work is its own, a recovery its debtors', a dossier's papers are
    for whom their proceeding is for, and what whole offices settle among themselves is for those that act in it.
    """
    if stream.kind == "work":
        return officer.office == stream.number
    if stream.kind == "dossier":
        return await _shown_too(pool, str(subject_of_dossier(stream)), officer)
    by_file = may_see(file, officer)
    if officer.kind in OWNERS or not by_file:
        return by_file
    if stream.kind == "recovery":
        return officer.office in file.facts["recovery"]["debtors"]
    if officer.kind in WITH_SUBJECT.get(stream.kind, ()):
        return await _shown_too(pool, file.about, officer)
    return officer.kind in CONCERNED.get(stream.kind, (officer.kind,))


async def _shown_too(pool: Pool, about: str | None, officer: Officer) -> bool:
    """Whether what a proceeding is about is shown to an officer."""
    if about is None:
        return False
    stream = stream_of(about)
    return await is_shown(pool, stream, await file_of(pool, stream), officer)


async def events_of(pool: Pool, stream: Stream) -> list[Event]:
    """Return a stream's history, oldest first."""
    rows = await pool.fetch(PROCEEDING.events, str(stream))
    return [answer_of(row["body"], row["hash"]).event for row in rows]


def _acts(stream: Stream, file: File, acting: Officer | None) -> list[dict[str, Any]]:
    return [
        {
            "act": one.act.name,
            "office": ", ".join(one.act.by),
            "allowed": one.allowed,
            "why": one.why or f"article {one.article}",
        }
        for one in possible_acts(stream, file, acting)
    ]


async def acting_as(pool: Pool, officer: str | None) -> Officer | None:
    """The officer who looks, if he names himself; raise `BadInput` where there is none."""
    if officer is None:
        return None
    async with pool.acquire() as connection:
        try:
            return await known_officer(connection, read_word("as", officer), now())
        except Barred as barred:
            raise BadInput(("as", barred.why)) from barred


async def expect_about(pool: Pool, about: str) -> None:
    """Raise `BadInput` where there is neither a proceeding nor an office of this name to list by."""
    if not await pool.fetchrow(PROCEEDING.by_stream, about) and not await pool.fetchval(OFFICE.known, about):
        raise BadInput(("about", f"must be a proceeding that there is, or an office (not {plain(about)!r})"))
