"""Which acts an officer may do now and why not the others, what one would come to, and which files he may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from activities import authority
from activities.authority import Officer, authorise
from activities.contracts import Command
from activities.record import weighed
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Barred, File
from rules.procedures import Stream
from rules.timetable import Deadline, OfficeKind
from runtime.errors import BadInput, Refused
from service.reading import bad_input
from service.session import now

PROCEEDING = queries("proceeding")


@dataclass(frozen=True)
class Possible:
    """An act, and the rule that bars this officer from it now, if one does."""

    act: Act
    rule: str | None = None
    article: str = ""
    why: str = ""

    @property
    def allowed(self) -> bool:
        return self.rule is None


@dataclass(frozen=True)
class Preview:
    """What an act would come to: what is found, where it leads, and what it changes of money and dates."""

    passed: bool
    findings: tuple[Finding, ...]
    before: str
    stage: str
    money: Mapping[str, str]
    deadlines: tuple[Deadline, ...]


def possible_acts(stream: Stream, file: File, officer: Officer | None) -> Iterator[Possible]:
    """Yield every act an officer can order in a proceeding that was opened, and what bars this one from it now."""
    for act in stream.procedure.acts.values() if file.sequence else ():
        if act is stream.procedure.opening or act.by == ("system",):
            continue
        try:
            stream.procedure.due_now(act, file.stage)
            if officer:
                authorise(act, file, officer)
            else:
                _open_to_some(act, file)
        except Barred as barred:
            yield Possible(act, barred.rule, barred.article, barred.why)
        else:
            yield Possible(act, article=act.article)


def _open_to_some(act: Act, file: File) -> None:
    """Raise `Barred` where the file keeps every kind of office from an act: each has done its part, or none has any."""
    bars = [_bar(act, file, kind) for kind in act.by]
    if all(bars) and bars[0]:
        raise bars[0]


def _bar(act: Act, file: File, kind: OfficeKind) -> Barred | None:
    try:
        if act.bars:
            act.bars(file, kind)
    except Barred as barred:
        return barred
    return None


def may_see(file: File, officer: Officer) -> bool:
    """Whether a proceeding is shown to an officer: to an enterprise, an insurer, an assessor and a district its own."""
    facts = file.facts
    if handling := facts.get("handling"):
        return bool(officer.office == handling["office"]) or facts.get("complaint", {}).get("kind") != "tip_off"
    match officer.kind:
        case "enterprise":
            return file.enterprise in (None, officer.office)
        case "district":
            return file.district is None or file.district in officer.districts
        case "assessor":
            return file.enterprise is None or facts.get("entrustment", {}).get("assessor") == officer.office
        case "insurer":
            # What is not recognised yet is nobody's to insure.
            under_review = "submission" in facts and "recognition" not in facts
            said = facts.get("contract", {}).get("insurer") or facts.get("nomination", {}).get("insurer")
            return not under_review and said in (None, officer.office)
    return True


def right_office(act: Act, officer: Officer) -> None:
    """Raise `Refused` where an act is another kind of office's, in whatever proceeding and whatever its form says."""
    try:
        authority.right_office(act, officer)
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred


async def expect_office(pool: Pool, stream: Stream, act: Act, officer: Officer, at: datetime) -> None:
    """Refuse what is another kind of office's before its form is read, and note that it was tried; raise `Refused`.

    All that depends on the file is the record's to say: an act sent again is answered as the first time, by then too.
    """
    try:
        right_office(act, officer)
    except Refused as refused:
        await note_tried(pool, stream, act.name, officer, refused, at)
        raise


async def note_tried(
    pool: Pool, stream: Stream, act: str, officer: Officer, refused: Refused, at: datetime, name: str | None = None
) -> None:
    """Note what an officer tried without authority, under its name where it has one."""
    why = (refused.rule, refused.article, refused.why)
    await pool.execute(PROCEEDING.refuse, name or str(uuid4()), str(stream), act, officer.code, *why, at)


async def preview(pool: Pool, stream: Stream, act: str, officer: str, data: Mapping[str, Any]) -> Preview:
    """Weigh an act and store nothing; raise `BadInput` for a form that cannot be, `Refused` for what is not his now."""
    order = Command(
        id=str(uuid4()), stream=str(stream), act=act, officer=officer, received_at=now(), data=dict(data)
    )  # fmt: skip
    try:
        effect, before, after = await weighed(pool, order)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    changed = {name: amount for name, amount in after.money.items() if before.money.get(name) != amount}
    dates = tuple(due for due in after.deadlines if due != before.deadline(due.name))
    return Preview(effect.passed, effect.findings, before.stage, after.stage, changed, dates)


def known_act(stream: Stream, name: str) -> Act:
    """Return an act of a proceeding; raise `BadInput` where there is none of this name."""
    try:
        return stream.procedure.act(name)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit


def known_stream(kind: str, number: str, scheme: str = "dalian") -> Stream:
    """Return the stream of a proceeding; raise `BadInput` where no scheme has such a kind."""
    stream = Stream(kind, scheme, number)
    try:
        _ = stream.procedure
    except Unfit as unfit:
        raise BadInput(("kind", f"there is no kind of proceeding called {kind!r}")) from unfit
    return stream


def barred_from(stream: Stream, file: File, act: Act, officer: Officer) -> Possible | None:
    """An act as one that this officer may not do now; None where he may."""
    return next((one for one in possible_acts(stream, file, officer) if one.act is act and not one.allowed), None)


async def formless(pool: Pool, stream: Stream, file: File, act: Act, officer: Officer) -> Preview | Possible | None:
    """What an act without a form would come to, or what bars this officer from it; None where it has a form."""
    barred = barred_from(stream, file, act, officer)
    if act.form.model_fields or barred:
        return barred
    try:
        return await preview(pool, stream, act.name, officer.code, {})
    except Refused as refused:
        return Possible(act, refused.rule, refused.article, refused.why)
