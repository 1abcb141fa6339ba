"""What an act changes beside its own file, in the same transaction: applications, plans, the ledger, other cases.

Other proceedings are told through the outbox: their commands are written here and offered by the relay.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from activities.contracts import Command, Event
from db.pool import Connection
from db.sql import queries
from rules.procedure import SHANGHAI, Act, Barred, Effect, File, Situation
from rules.procedures import Stream

SUBSIDY, OUTBOX = queries("subsidy"), queries("outbox")


@dataclass(frozen=True)
class Done:
    """An act that has just been recorded, and the transaction it was recorded in."""

    connection: Connection
    stream: Stream
    situation: Situation
    effect: Effect
    event: Event
    after: File

    async def tell(self, case: str, act: str, data: dict[str, Any]) -> None:
        """Order an act of the system in another proceeding; its id is made from what causes it."""
        command = Command(
            id=f"{self.stream}/{self.event.seq}/{act}/{case}",
            stream=case,
            act=act,
            officer=str(self.stream),
            received_at=self.situation.received_at,
            data=data,
        )
        await self.connection.execute(
            OUTBOX.send, command.id, case, command.model_dump(mode="json"), self.situation.received_at
        )

    async def post(self, kind: str, amount: Decimal, reference: str, **about: str) -> None:
        """Add an entry to the fiscal year's ledger."""
        debit, credit = ACCOUNTS[kind]
        year = int(self.after.facts["round"]["fiscal_year"]) if self.stream.kind == "round" else int(self.stream.number)
        whom = (about.get("enterprise"), about.get("application"))
        where = (str(self.stream), self.event.seq)
        await self.connection.execute(
            SUBSIDY.post, self.stream.scheme, year, kind, debit, credit, amount, *whom, reference, *where
        )


#: 借, 贷: the accounts each kind of entry debits and credits.
ACCOUNTS = {
    "appropriation": ("available", "treasury"),
    "commitment": ("committed", "available"),
    "payment": ("paid", "committed"),
}


async def carry_out(
    connection: Connection, stream: Stream, act: Act, situation: Situation, effect: Effect, event: Event, after: File
) -> None:
    """Carry out what follows from an act the law let pass; most acts change nothing beside their file."""
    consequence = CONSEQUENCES.get((stream.kind, act.name))
    if consequence:
        await consequence(Done(connection, stream, situation, effect, event, after))


async def _enter_application(done: Done) -> None:
    contract, number = done.after.facts["contract"], done.after.facts["application"]["number"]
    concluded_at = datetime.fromisoformat(contract["concluded_at"])
    whose = (done.stream.scheme, done.after.enterprise, contract["insurer"])
    asked = Decimal(done.after.money["subsidy_asked"])
    await done.connection.execute(SUBSIDY.add_application, number, str(done.stream), *whose, concluded_at, asked)


async def _withdraw_application(done: Done) -> None:
    withdrawn = await done.connection.fetchval(SUBSIDY.withdraw_application, str(done.stream))
    if "application" in done.after.facts and withdrawn is None:
        raise Barred("withdrawn_before_signing", "13", "a signed plan gives this application its money")


async def _refuse_application(done: Done) -> None:
    """A revoked recognition takes an application with it, as long as no plan gives it money."""
    await done.connection.execute(SUBSIDY.refuse_application, str(done.stream))


async def _take_into_return(done: Done) -> None:
    at = done.situation.received_at.astimezone(SHANGHAI).replace(tzinfo=None, second=0, microsecond=0)
    filed = {row["number"]: row for row in done.situation.register.applications}
    for number in done.effect.carries:
        await done.connection.execute(SUBSIDY.file_application, number, str(done.stream), at)
        data = {"round": done.stream.number, "return_received_at": f"{at:%Y-%m-%dT%H:%M}"}
        await done.tell(filed[number]["stream"], "file", data)


async def _enter_opinions(done: Done) -> None:
    office, officer = done.situation.office_kind, done.situation.officer
    await done.connection.executemany(
        SUBSIDY.add_opinion,
        [
            (opinion.application, str(done.stream), office, officer, opinion.approves, opinion.reason)
            for opinion in done.effect.carries
        ],
    )


async def _enter_plan(done: Done) -> None:
    plan = done.after.facts["plan"]["number"]
    await done.connection.executemany(
        SUBSIDY.add_plan_line,
        [
            (
                plan,
                str(done.stream),
                line.rank,
                line.number,
                line.asked,
                line.cut_by_cap,
                line.approved,
                line.waitlisted,
            )
            for line in done.effect.carries.lines
        ],
    )


async def _commit_plan(done: Done) -> None:
    """The third signature commits the money of every line, and tells every case what it was given."""
    if done.effect.carries is None:
        return
    plan, refused = done.effect.carries
    number, fiscal_year = done.after.facts["plan"]["number"], done.after.facts["round"]["fiscal_year"]
    rows = {row["number"]: row for row in done.situation.register.applications}
    cap = done.situation.edition.annual_cap.value
    cap_left = {row["enterprise"]: cap - row["committed"] for row in rows.values()}
    for line in plan.lines:
        cap_left[line.enterprise] -= line.approved
    for line in plan.lines:
        row = rows[line.number]
        state = "signed" if line.approved else "waitlisted" if line.waitlisted else "refused"
        await done.connection.execute(SUBSIDY.settle, line.number, state)
        if line.approved:
            about = {"enterprise": row["enterprise"], "application": line.number}
            await done.post("commitment", line.approved, number, **about)
        amounts = {name: f"{getattr(line, name):.2f}" for name in ("cut_by_cap", "approved", "waitlisted")}
        place = {"plan": number, "rank": line.rank, "fiscal_year": fiscal_year}
        left = {"cap_left": f"{cap_left[line.enterprise]:.2f}", "budget_left": f"{plan.left:.2f}"}
        await done.tell(row["stream"], "plan", {**place, **amounts, **left})
    for row in refused:
        await done.connection.execute(SUBSIDY.settle, row["number"], "refused")
        data = {"round": done.stream.number, "reasons": row["objections"]}
        await done.tell(row["stream"], "refuse_subsidy", data)


async def _pay_plan(done: Done) -> None:
    plan, vouchers = done.after.facts["plan"]["number"], done.effect.carries
    for line in done.situation.register.plan_lines:
        if not line["approved"]:
            continue
        voucher = vouchers[line["insurer"]]
        about = {"enterprise": line["enterprise"], "application": line["application"]}
        await done.post("payment", line["approved"], voucher, **about)
        await done.connection.execute(SUBSIDY.settle, line["application"], "paid")
        await done.tell(line["stream"], "pay", {"plan": plan, "voucher": voucher, "amount": f"{line['approved']:.2f}"})


async def _appropriate(done: Done) -> None:
    await done.post("appropriation", done.effect.carries.amount, done.effect.carries.document)


CONSEQUENCES: dict[tuple[str, str], Callable[[Done], Coroutine[Any, Any, None]]] = {
    ("case", "apply"): _enter_application,
    ("case", "withdraw"): _withdraw_application,
    ("case", "revoke"): _refuse_application,
    ("round", "file_return"): _take_into_return,
    ("round", "review"): _enter_opinions,
    ("round", "prepare_plan"): _enter_plan,
    ("round", "sign_plan"): _commit_plan,
    ("round", "pay"): _pay_plan,
    ("ledger", "appropriate"): _appropriate,
}
