"""名单: what the record knows that could stand in a form's field: districts, insurers, clauses, officers.

Which list a field is filled from is declared in `SOURCES`, by the form it stands in and its name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel

from activities import editions
from activities.authority import Officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import File
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_editions import Ending
from rules.schemes.dalian_establishing import (
    Account,
    CheckedAccount,
    Letterhead,
    NewOffice,
    ProposedLetterhead,
    ProposedOffice,
)
from rules.schemes.dalian_insurer import ClauseWithdrawal, Nomination
from rules.schemes.dalian_loss_forms import LossReport
from rules.schemes.dalian_offices import Absorption, Appointed, Appointment, Departure, ProposedSupervisor, Supervision
from rules.schemes.dalian_proposing import ENTERS
from rules.schemes.dalian_recovery import RecoveryOpening, Repayment
from runtime.words import word

CHOICE = queries("choice")


class Choice(NamedTuple):
    """One of a list: its code, and how it is called in Chinese and in English."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Asking:
    """Who fills a form in, in which proceeding, on which day."""

    pool: Pool
    officer: Officer
    file: File
    today: date


@dataclass(frozen=True)
class Source:
    """Where a field's list comes from; `suggested` where what is not on it may be written too."""

    list: Callable[[Asking], Awaitable[list[Choice]]]
    suggested: bool = False


def _of(rows: Iterable[Any]) -> list[Choice]:
    return [Choice(row["code"], row["name_zh"], row["name_en"]) for row in rows]


async def _districts(asking: Asking) -> list[Choice]:
    return _of(await asking.pool.fetch(CHOICE.districts, asking.today))


async def _assessors(asking: Asking) -> list[Choice]:
    return _of(await asking.pool.fetch(CHOICE.offices, ["assessor"]))


async def _insurers(asking: Asking) -> list[Choice]:
    return _of(await asking.pool.fetch(CHOICE.offices, ["insurer"]))


async def _insurers_files(asking: Asking) -> list[Choice]:
    return [Choice(f"pilot_insurer:dalian:{one.code}", one.zh, one.en) for one in await _insurers(asking)]


async def _own_insurer(asking: Asking) -> list[Choice]:
    return [one for one in await _listed(asking) if one.code == asking.officer.office]


async def _listed(asking: Asking) -> list[Choice]:
    return _of(await asking.pool.fetch(CHOICE.listed, asking.today))


async def _clauses(asking: Asking) -> list[Choice]:
    rows = await asking.pool.fetch(CHOICE.clauses, asking.officer.office, asking.today)
    return [Choice(row["code"], row["code"], row["code"]) for row in rows]


async def _offices_entered(asking: Asking) -> list[Choice]:
    return _of(await asking.pool.fetch(CHOICE.offices, list(ENTERS.get(asking.officer.kind, ()))))


async def _officers_entered(asking: Asking) -> list[Choice]:
    kinds = list(ENTERS.get(asking.officer.kind, ()))
    return _of(await asking.pool.fetch(CHOICE.officers, None, kinds, asking.today))


def _proposed(kept: str, called: str) -> Callable[[Asking], Awaitable[list[Choice]]]:
    """What waits in the register of offices for a second person, each called by one of its fields."""

    async def pending(asking: Asking) -> list[Choice]:
        proposals = asking.file.facts.get(kept, {})
        return [Choice(key, said[called], said[called]) for key, said in proposals.items() if said]

    return pending


async def _kinds_established(asking: Asking) -> list[Choice]:
    kinds = [kind for kind in ENTERS.get(asking.officer.kind, ()) if kind != asking.officer.kind]
    return [Choice(kind, word(kind, "value") or kind, kind.capitalize()) for kind in kinds]


async def _editions(asking: Asking) -> list[Choice]:
    """The editions that are not over, by name: an earlier end is proposed of one of them."""
    known = await editions.known(asking.pool, "dalian")
    running = [one.name for one in known if one.last_day_in_force and one.last_day_in_force > asking.today]
    return [Choice(name, name, name) for name in running]


async def _recognised(asking: Asking) -> list[Choice]:
    """The enterprise's cases whose recognition was published: of a case, that enterprise's, itself aside."""
    whose = asking.file.enterprise or asking.officer.office
    rows = await asking.pool.fetch(CHOICE.own, whose, "case", None)
    return [_numbered(row, row["number"]) for row in rows if row["number"] != asking.file.number]


async def _policies(asking: Asking) -> list[Choice]:
    rows = await asking.pool.fetch(CHOICE.own, asking.officer.office, "policy", ["in_force"])
    return [_numbered(row, row["stream"]) for row in rows]


def _numbered(row: Any, code: str) -> Choice:
    called = " · ".join(filter(None, (row["number"], row["product"])))
    return Choice(code, called, called)


async def _debtors(asking: Asking) -> list[Choice]:
    codes = list(asking.file.facts.get("recovery", {}).get("debtors", ()))
    return list((await names_of(asking.pool, codes)).values())


SOURCES: Mapping[tuple[type[BaseModel], str], Source] = {
    (forms.Enterprise, "district"): Source(_districts),
    (forms.Entrustment, "assessor"): Source(_assessors),
    (forms.InsuranceContract, "insurer"): Source(_own_insurer),
    (forms.InsuranceContract, "clause_number"): Source(_clauses),
    (forms.Supersession, "by_case"): Source(_recognised, suggested=True),
    (forms.FurtherDelivery, "case"): Source(_recognised, suggested=True),
    (LossReport, "policy"): Source(_policies, suggested=True),
    (Nomination, "insurer"): Source(_insurers),
    (ClauseWithdrawal, "clause_number"): Source(_clauses),
    (Appointment, "office"): Source(_offices_entered),
    (Appointed, "code"): Source(_proposed("proposed_officers", "name")),
    (Supervision, "code"): Source(_officers_entered),
    (ProposedSupervisor, "code"): Source(_proposed("proposed_supervisors", "code")),
    (Departure, "code"): Source(_officers_entered),
    (Absorption, "district"): Source(_districts),
    (Absorption, "into"): Source(_districts),
    (NewOffice, "office_kind"): Source(_kinds_established),
    (ProposedOffice, "office"): Source(_proposed("proposed_offices", "name_zh")),
    (Letterhead, "office"): Source(_offices_entered),
    (ProposedLetterhead, "office"): Source(_proposed("proposed_letterheads", "title")),
    (Account, "office"): Source(_insurers),
    (CheckedAccount, "office"): Source(_proposed("proposed_accounts", "payee")),
    (Ending, "name"): Source(_editions),
    (RecoveryOpening, "about"): Source(_insurers_files, suggested=True),
    (RecoveryOpening, "fraudster"): Source(_insurers, suggested=True),
    (Repayment, "debtor"): Source(_debtors),
}


async def names_of(pool: Pool, codes: Iterable[str]) -> dict[str, Choice]:
    """What offices and districts of some codes are called; what is none of them is not there."""
    rows = await pool.fetch(CHOICE.named, sorted(set(codes)))
    return {one.code: one for one in _of(rows)}


async def begun(asking: Asking) -> dict[str, Any]:
    """What a submission begins with: the enterprise as it described itself the last time."""
    said = await asking.pool.fetchval(CHOICE.letterhead_of, asking.officer.office)
    return {"scheme": "dalian", "enterprise": said} if said else {"scheme": "dalian"}
