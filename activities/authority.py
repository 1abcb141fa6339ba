"""Who may act: an officer, within the office, district, insurer or enterprise that is his (articles 9 to 13, 15(3))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.pool import Connection
from db.sql import queries
from rules.procedure import Act, Barred, File
from rules.timetable import SHANGHAI, OfficeKind

OFFICE = queries("office")


@dataclass(frozen=True)
class Officer:
    """经办人: a named person and the office he acts for."""

    code: str
    name: str
    office: str
    kind: OfficeKind
    district: str | None
    active: bool
    #: His office's district, and those it has absorbed: whose cases are its own.
    districts: frozenset[str] = frozenset()


async def known_officer(connection: Connection, code: str, at: datetime) -> Officer:
    """Return the officer called `code`; raise `Barred` where there is none or his time is over."""
    row = await connection.fetchrow(OFFICE.officer, code, at.astimezone(SHANGHAI).date())
    if row is None:
        raise Barred("officer_known", "15(3)", f"there is no officer {code!r}; every act names a person")
    if not row["active"]:
        raise Barred("officer_active", "15(3)", f"{code!r} does not act for {row['office']} on this day")
    return Officer(
        code=row["code"],
        name=row["name"],
        office=row["office"],
        kind=row["kind"],
        district=row["district"],
        active=True,
        districts=frozenset(row["districts"]),
    )


def right_office(act: Act, officer: Officer) -> None:
    """Raise `Barred` where an act is another kind of office's, in whatever file."""
    if officer.kind not in act.by:
        whose = " or ".join(kind.replace("_", " ") for kind in act.by)
        own = f"{officer.office} ({officer.kind.replace('_', ' ')})"
        why = f"{act.name} is for the {whose}; {officer.code} acts for {own}"
        raise Barred("right_office", act.article, why)


def authorise(act: Act, file: File, officer: Officer) -> None:
    """Raise `Barred` unless `officer` may do `act` in this file, at whose stage it is done."""
    right_office(act, officer)
    if file.district and officer.kind == "district" and file.district not in officer.districts:
        why = f"the case belongs to {file.district}; {officer.code} acts for {officer.district}"
        raise Barred("own_district", "9", why)
    if file.enterprise and officer.kind == "enterprise" and officer.office != file.enterprise:
        raise Barred("own_case", act.article, f"the case is {file.enterprise}'s; {officer.code} is another enterprise")
    entrusted = file.facts.get("entrustment", {}).get("assessor")
    if file.enterprise and officer.kind == "assessor" and officer.office != entrusted:
        raise Barred("own_assessment", "10", f"the assessment is entrusted to {entrusted}, not to {officer.office}")
    insurer = file.facts.get("contract", {}).get("insurer")
    if insurer and officer.kind == "insurer" and officer.office != insurer:
        raise Barred("own_contract", "5", f"the contract is {insurer}'s; {officer.code} acts for {officer.office}")
    if handling := file.facts.get("handling"):
        _handles(act, file, officer, handling)
    nominated = file.facts.get("nomination", {}).get("insurer")
    if officer.kind == "insurer" and nominated and officer.office != nominated:
        why = f"the file is {nominated}'s; {officer.code} acts for {officer.office}"
        raise Barred("own_insurer_file", act.article, why)
    if act.bars:
        act.bars(file, officer.kind)
    for earlier in act.not_by_doer_of:
        if file.done_by.get(earlier) == officer.code:
            why = f"{officer.code} did {earlier} here, so another must {act.name}"
            raise Barred("preparer_does_not_approve", "15(3)", why)


def _handles(act: Act, file: File, officer: Officer, handling: Mapping[str, Any]) -> None:
    """首办负责, 回避: whoever received a complaint handles it, and nobody an objection to his own decision."""
    if officer.office != handling["office"]:
        why = f"{file.number} is handled by {handling['office']}; {officer.code} acts for {officer.office}"
        raise Barred("handling_office", act.article, why)
    if officer.code in handling.get("not_by", ()):
        why = f"{officer.code} decided what is objected to; another officer handles the objection"
        raise Barred("not_in_own_cause", act.article, why)
