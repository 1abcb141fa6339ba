"""What somebody may think of doing with the money of several enterprises and years, and the command it comes to.

Names, numbers and moments are the same each time, so that what went wrong goes wrong again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from db.pool import Pool
from rules.procedure import File
from rules.timetable import SHANGHAI
from service.sample_forms import Data, SampleForms, uscc
from tests.activities.desk import Desk

JOINT = {"regulator": "regulator", "industry_bureau": "bureau", "finance": "finance"}
#: The last quarter of a year charges the next one's money.
QUARTERS = ("2030Q1", "2030Q2", "2030Q4", "2031Q1")
YEARS = (2030, 2031)


class Product(NamedTuple):
    """One case: whose, insured by whom, and for how much."""

    enterprise: int
    insurer: str
    sum_insured: str


#: The first enterprise asks for 623,456.79 of its cap of 500,000, the second for 550,000, the third for 200,000.
PRODUCTS = (
    Product(1, "a", "20000000.00"),
    Product(1, "b", "30000000.00"),
    Product(2, "a", "25000000.00"),
    Product(2, "b", "30000000.00"),
    Product(3, "a", "20000000.00"),
    Product(1, "a", "12345678.90"),
)


@dataclass(frozen=True)
class Forms(SampleForms):
    """The forms of one of an enterprise's products."""

    owner: int = 1

    @property
    def enterprise(self) -> str:
        return uscc(self.owner)


@dataclass
class Applicant(Desk):
    """A case of an enterprise that has others."""

    owner: int = 1

    @property
    def forms(self) -> Forms:
        return Forms(self.moment.astimezone(SHANGHAI).replace(tzinfo=None), self.serial, owner=self.owner)


def beginning() -> datetime:
    """Nine in the morning of today, as the insurers' list is this year's."""
    return datetime.now(SHANGHAI).replace(hour=9, minute=0, second=0, microsecond=0)


class Move(NamedTuple):
    """An act somebody thinks of: about which case, quarter or year, by whom, and what else he may choose."""

    act: str
    about: int | str
    officer: str = ""
    choice: int = 0


#: What a move comes to: the stream, the officer and the form.
Made = tuple[str, str, Data]


@dataclass
class Moves:
    """Everybody's forms, filled from how things stand on the record."""

    pool: Pool
    cases: tuple[Applicant, ...] = ()
    minutes: int = 60

    @property
    def moment(self) -> datetime:
        return beginning() + timedelta(minutes=self.minutes)

    async def made(self, move: Move) -> Made | None:
        """The act a move comes to as things stand; None where there is nothing it could be about."""
        self.minutes += 1
        make = getattr(self, f"_{move.act}", None)
        if move.act in ROUND_ACTS:
            return await self._of_round(move)
        made: Made | None = await make(move) if make else self._of_case(move)
        return made

    def case_of(self, move: Move) -> Applicant:
        return replace(self.cases[int(move.about) % len(self.cases)], moment=self.moment)

    def forms(self) -> SampleForms:
        return SampleForms.at(self.moment, self.minutes)

    def _of_case(self, move: Move) -> Made | None:
        """What its enterprise or the bureau does in a case, or its insurer with the policy."""
        one = self.case_of(move)
        if move.act in ("endorse", "cancel", "rescind"):
            sums = ("10000000.00", "20000000.00", "28000000.00", "45000000.00")
            form = one.forms.endorsement(sums[move.choice % 4]) if move.act == "endorse" else one.forms.of(move.act)
            insurer = PRODUCTS[one.serial - 1].insurer
            return f"policy:dalian:{one.application}", move.officer or f"insurer-{insurer}-1", form
        officer = {"propose_revocation": "bureau-1", "revoke": "bureau-2"}.get(move.act, one.forms.enterprise)
        return one.case, move.officer or officer, one.forms.of(move.act)

    async def _expire(self, move: Move) -> Made | None:
        one = self.case_of(move)
        waits = any(wake.deadline == "waitlist" for wake in (await one.file()).wakes)
        rung = {"deadline": "waitlist", "rung": "passed"}
        return (one.case, "clock", rung) if waits else None

    async def _record_refund(self, move: Move) -> Made | None:
        one = self.case_of(move)
        stream = f"policy:dalian:{one.application}"
        facts = (await self._file(stream)).facts
        ended = facts.get("rescission") or facts.get("cancellation")
        amount = ended["to_treasury"] if ended and move.choice % 4 else "0.01"
        return stream, move.officer or "finance-1", self.forms().refund(amount)

    async def _file(self, stream: str) -> File:
        return File.model_validate(await self.pool.fetchval("select file from proceeding where stream = $1", stream))

    async def _appropriate(self, move: Move) -> Made | None:
        amounts = ("100000.00", "250000.00", "333333.33", "600000.00")
        form = {"amount": amounts[move.choice % 4], "document": f"大财指{self.minutes}号"}
        return f"ledger:dalian:{move.about}", move.officer or "finance-1", form

    async def _propose_bar(self, move: Move) -> Made | None:
        insurer = "ab"[int(move.about) % 2]
        numbers = [one.application for one in self.cases if PRODUCTS[one.serial - 1].insurer == insurer]
        form = {"reason": "虚假合同", "applications": chosen(numbers, move.choice)}
        return f"pilot_insurer:dalian:insurer-{insurer}", move.officer or "regulator-1", form

    async def _bar(self, move: Move) -> Made | None:
        insurer = "ab"[int(move.about) % 2]
        stream = f"pilot_insurer:dalian:insurer-{insurer}"
        return stream, move.officer or "regulator-2", self.forms().reasons()

    # --- Recoveries ---

    async def _open_recovery(self, move: Move) -> Made | None:
        """Of a paid application, where there is one."""
        paid = await self.pool.fetch("select distinct application from ledger_entry where kind = 'payment' order by 1")
        numbers = {row["application"] for row in paid}
        among = [one for one in self.cases if one.application in numbers] or list(self.cases)
        one = replace(among[int(move.about) % len(among)], moment=self.moment)
        form = one.forms.recovery(one.application, about=one.case)
        return "recovery:dalian:new", move.officer or "regulator-1", form

    async def _recovery(self, move: Move) -> tuple[str, File] | None:
        rows = await self.pool.fetch("select stream, file from proceeding where kind = 'recovery' order by stream")
        if not rows:
            return None
        row = rows[int(move.about) % len(rows)]
        return row["stream"], File.model_validate(row["file"])

    async def _decide_recovery(self, move: Move) -> Made | None:
        if (found := await self._recovery(move)) is None:
            return None
        stream, file = found
        disbursed = sum(map(Decimal, file.facts["recovery"]["disbursed"].values()), Decimal(0))
        form = self.forms().recovery_decision(f"{disbursed if move.choice % 4 else disbursed + 1:.2f}")
        return stream, move.officer or "finance-2", form

    async def _demand(self, move: Move) -> Made | None:
        found = await self._recovery(move)
        return (found[0], move.officer or "finance-1", self.forms().reasons()) if found else None

    async def _drop_recovery(self, move: Move) -> Made | None:
        found = await self._recovery(move)
        return (found[0], move.officer or "finance-2", self.forms().reasons()) if found else None

    async def _record_repayment(self, move: Move) -> Made | None:
        if (found := await self._recovery(move)) is None:
            return None
        stream, file = found
        debtors = file.facts["recovery"]["debtors"]
        parts = (file.money.get("owed", "200000.00"), "0.01", "33333.33", "150000.00")
        form = self.forms().repayment(parts[move.choice % 4], debtors[move.choice // 4 % len(debtors)])
        return stream, move.officer or "finance-1", form

    # --- Rounds ---

    async def _of_round(self, move: Move) -> Made | None:
        stream, officer = f"round:dalian:{move.about}", move.officer or "regulator-1"
        form = await self.round_form(move.act, str(move.about), officer, move.choice)
        return stream, officer, form

    async def round_form(self, act: str, quarter: str, officer: str, choice: int) -> Data:
        """The form of a round's act; `choice` picks what it is about, in its lower bits, and what is said of it."""
        forms, stream, office = self.forms(), f"round:dalian:{quarter}", officer.rsplit("-", 1)[0]
        match act:
            case "open":
                return {"quarter": quarter}
            case "file_return":
                return forms.quarterly_return(*chosen(await self.numbers("applied", insurer=office), choice))
            case "review":
                numbers = chosen(await self.unreviewed(stream, officer), choice)
                opinions = forms.review(*numbers)["opinions"]
                refuses = choice % 8 == 7
                return {"opinions": [{**one, "approves": not (refuses and one is opinions[0])} for one in opinions]}
            case "return_for_completion" | "admit_held":
                number = (chosen(await self.numbers("filed", stream=stream), 1 << choice % 4) or ["none"])[0]
                return {**forms.of(act), "application": number}
            case "pay":
                ordered = sorted((await self._ordered(stream)).keys())
                failed = ordered if choice % 8 == 7 else ordered[:1] if choice % 8 == 6 else []
                vouchers = {one: f"PZ-{quarter}-{self.minutes}" for one in ordered if one not in failed}
                return {"vouchers": vouchers, "failed": dict.fromkeys(failed, "账号有误")}
        return {**forms.of(act), **(await self._of_tie(act, stream, choice))}

    async def _of_tie(self, act: str, stream: str, choice: int) -> Data:
        """The tied in either order, or the proposal that stands; nothing for another act."""
        if act == "propose_tie_order":
            tied = await self.tied(stream)
            return {"applications": tied[::-1] if choice % 2 else tied}
        return {"proposal": (await self._tie_order(stream)).get("proposal", 1)} if act == "agree_tie_order" else {}

    async def _ordered(self, stream: str) -> dict[str, Any]:
        asked = "select file #> '{facts,order}' from proceeding where stream = $1"
        return await self.pool.fetchval(asked, stream) or {}

    async def _tie_order(self, stream: str) -> dict[str, Any]:
        asked = "select file #> '{facts,tie_order}' from proceeding where stream = $1"
        return await self.pool.fetchval(asked, stream) or {}

    async def tied(self, stream: str) -> list[str]:
        """The applications of one insurance time between which the budget of the drawn plan runs out."""
        asked = """select array_agg(l.application order by l.rank) from plan_line l
            join subsidy_application a on a.number = l.application
            join proceeding p on p.stream = $1 and l.plan = p.file #>> '{facts,plan,number}'
            where l.approved + l.waitlisted > 0 group by a.concluded_at
            having count(*) > 1 and sum(l.approved) > 0 and sum(l.waitlisted) > 0"""
        return await self.pool.fetchval(asked, stream) or ["none", "neither"]

    async def numbers(self, state: str, insurer: str | None = None, stream: str | None = None) -> list[str]:
        """The applications in a state, of an insurer or of a round."""
        asked = """select number from subsidy_application where state = $1
            and ($2::text is null or insurer = $2) and ($3::text is null or round = $3) order by number"""
        return [row["number"] for row in await self.pool.fetch(asked, state, insurer, stream)]

    async def unreviewed(self, stream: str, officer: str) -> list[str]:
        """What an officer's office has said nothing of as it asks now."""
        asked = """select number from subsidy_application a where round = $1 and state = 'filed' and waiting = 0
            and not exists (select from opinion o where o.application = a.number and o.round = a.round
                and o.office_kind = $2 and (o.asked, o.concluded_at) = (a.asked, a.concluded_at)) order by number"""
        return [row["number"] for row in await self.pool.fetch(asked, stream, kind_of(officer))]

    async def next_of(self, quarter: str, choice: int) -> Move | None:
        """What takes a round on, by whom it is for; None where it is paid."""
        stream = f"round:dalian:{quarter}"
        row = await self.pool.fetchrow("select stage, file from proceeding where stream = $1", stream)
        stage = row["stage"] if row else ""
        act, officer = NEXT.get(stage, ("", ""))
        if stage == "filing":
            insurers = [one for one in ("insurer-a", "insurer-b") if await self.numbers("applied", insurer=one)]
            act, officer = ("file_return", f"{insurers[0]}-1") if insurers else (act, officer)
        if stage == "review":
            silent = [one for one in JOINT.values() if await self.unreviewed(stream, f"{one}-1")]
            act, officer = ("review", f"{silent[0]}-1") if silent else (act, officer)
        if row and stage == "planned":
            act, officer = _next_of_planned(row["file"]["facts"])
        return Move(act, quarter, officer, choice) if act else None


def _next_of_planned(facts: dict[str, Any]) -> tuple[str, str]:
    """A tie that decides money is settled by the three, and the plan prepared again, before anybody signs."""
    tie, order = facts["plan"].get("tie"), facts.get("tie_order") or {}
    if tie is None or tie["settled"]:
        return "sign_plan", next(f"{office}-2" for kind, office in JOINT.items() if kind not in facts["signatures"])
    if order.get("settled_on"):
        return "prepare_plan", "regulator-1"
    silent = [office for kind, office in JOINT.items() if kind not in order.get("agreed", {})]
    return ("agree_tie_order", f"{silent[0]}-1") if order else ("propose_tie_order", "regulator-1")


#: What takes a round on from each stage, where nothing is to be filed or reviewed.
NEXT = {
    "": ("open", "regulator-1"),
    "filing": ("close_filing", "regulator-1"),
    "review": ("prepare_plan", "regulator-1"),
    "planned": ("sign_plan", ""),
    "signed": ("order_payment", "finance-1"),
    "ordered": ("pay", "finance-2"),
}
#: Who may do each act of a round.
ROUND_ACTS = {
    "open": ("regulator",),
    "file_return": ("insurer-a", "insurer-b"),
    "close_filing": ("regulator",),
    "reopen_filing": ("regulator",),
    "review": tuple(JOINT.values()),
    "return_for_completion": tuple(JOINT.values()),
    "admit_held": ("regulator",),
    "prepare_plan": ("regulator",),
    "propose_tie_order": ("regulator",),
    "agree_tie_order": ("bureau", "finance"),
    "sign_plan": tuple(JOINT.values()),
    "take_back_plan": ("regulator",),
    "order_payment": ("finance",),
    "take_back_order": ("finance",),
    "pay": ("finance",),
}


def kind_of(officer: str) -> str:
    office = officer.rsplit("-", 1)[0]
    return next((kind for kind, code in JOINT.items() if code == office), office)


def chosen(numbers: list[str], choice: int) -> list[str]:
    """The numbers whose bit is set, or all of them where none is."""
    return [number for place, number in enumerate(numbers) if choice >> place & 1] or numbers
