"""What an act changes beside its own file, in the same transaction: applications, plans, the ledger, other cases.

Other proceedings are told through the outbox: their commands are written here and offered by the relay.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from activities import recoveries
from activities.contracts import Command, Event
from db.pool import Connection
from db.sql import queries
from rules.identifiers import same_name
from rules.procedure import Act, Barred, Effect, File, Situation
from rules.procedures import Stream
from rules.schemes.dalian_forms import handed_in
from rules.schemes.dalian_subsidy import application_number
from rules.timetable import SHANGHAI
from rules.values import ZERO

OFFICE, OUTBOX, POLICY = queries("office"), queries("outbox"), queries("policy")
PROCEEDING, SUBSIDY = queries("proceeding"), queries("subsidy")
INSURER = queries("insurer")


@dataclass(frozen=True)
class Done:
    """An act that has just been recorded, and the transaction it was recorded in."""

    connection: Connection
    stream: Stream
    situation: Situation
    effect: Effect
    event: Event
    after: File

    async def give_back(self, kind: str, reference: str, entries: list[dict[str, Any]]) -> None:
        """Add what comes back to the ledger of the year that paid it, application by application."""
        for entry in entries:
            debit, credit = ACCOUNTS[kind]
            whom = (entry["enterprise"], entry["application"], None, reference)
            place = (self.stream.scheme, entry["fiscal_year"], kind, debit, credit, Decimal(entry["amount"]))
            await self.connection.execute(SUBSIDY.post, *place, *whom, str(self.stream), self.event.seq)

    async def tell(self, case: str, act: str, data: dict[str, Any]) -> None:
        """Order an act of the system in another proceeding; its id is made from what causes it."""
        await self.tell_all(act, [(case, data)])

    async def tell_all(self, act: str, cases: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Order an act in many proceedings at once: an order each, in one statement."""
        commands = [
            Command(
                id=f"{self.stream}/{self.event.seq}/{act}/{case}",
                stream=case,
                act=act,
                officer=str(self.stream),
                received_at=self.situation.received_at,
                data=data,
            ).model_dump(mode="json")
            for case, data in cases
        ]
        await self.connection.execute(OUTBOX.send_all, commands, self.situation.received_at)

    async def post(self, kind: str, amount: Decimal, reference: str, **about: str) -> None:
        """Add an entry to the fiscal year's ledger."""
        debit, credit = ACCOUNTS[kind]
        year = int(self.after.facts["round"]["fiscal_year"]) if self.stream.kind == "round" else int(self.stream.number)
        whom = (about.get("enterprise"), about.get("application"), about.get("plan"))
        where = (str(self.stream), self.event.seq)
        await self.connection.execute(
            SUBSIDY.post, self.stream.scheme, year, kind, debit, credit, amount, *whom, reference, *where
        )


#: 借, 贷: the accounts each kind of entry debits and credits.
ACCOUNTS = {
    "appropriation": ("available", "treasury"),
    "commitment": ("committed", "available"),
    "payment": ("paid", "committed"),
    "recovery": ("returned", "paid"),
    "refund": ("returned", "paid"),
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
    # What was added since waits from when it was agreed on (article 13).
    added_at = done.after.facts.get("recalculation", {}).get("insurance_time")
    concluded_at = datetime.fromisoformat(added_at or contract["concluded_at"])
    whose = (done.stream.scheme, done.after.enterprise, contract["insurer"])
    asked = Decimal(done.after.money["subsidy_asked"])
    await done.connection.execute(SUBSIDY.add_application, number, str(done.stream), *whose, concluded_at, asked)


async def _withdraw_application(done: Done) -> None:
    withdrawn = await done.connection.fetchval(SUBSIDY.withdraw_application, str(done.stream))
    if "application" in done.after.facts and withdrawn is None:
        raise Barred("withdrawn_before_signing", "13", "a signed plan gives this application its money")
    await _release_policy(done)


async def _release_policy(done: Done) -> None:
    """The policy of a case that ends without a subsidy may be insured in another; its own proceeding ends."""
    if policy := await done.connection.fetchval(POLICY.release, str(done.stream)):
        await done.tell(policy, "release", {"because": f"{done.after.number}: {done.after.stage}"})


async def _enter_policy(done: Done) -> None:
    """The contract gets a proceeding of its own, which the relay opens."""
    contract, number = done.after.facts["contract"], application_number(done.after)
    policy = str(Stream("policy", done.stream.scheme, number))
    whose = (done.stream.scheme, contract["insurer"], contract["policy_number"], same_name(contract["policy_number"]))
    await done.connection.execute(POLICY.add, policy, str(done.stream), *whose)
    await done.tell(policy, "conclude", _of_policy(done))


def _of_policy(done: Done) -> dict[str, Any]:
    insurance = done.after.deadline("insurance")
    assert insurance is not None
    return {
        "about": str(done.stream),
        "enterprise": done.after.enterprise,
        "contract": handed_in(done.after.facts["contract"]),
        "subsidy_asked": done.after.money["subsidy_asked"],
        "insure_by": insurance.due_on.isoformat(),
    }


async def _amend_policy(done: Done) -> None:
    """A corrected contract is corrected in its application and in its policy's own proceeding."""
    contract = done.effect.carries
    if contract is None:
        return
    asked, added = Decimal(done.after.money["subsidy_asked"]), "recalculation" in done.after.facts
    moment = None if added else contract.concluded_at
    await done.connection.execute(SUBSIDY.revise_application, str(done.stream), asked, moment)
    number = contract.policy_number
    await done.connection.execute(POLICY.renumber, str(done.stream), number, same_name(number))
    policy = str(Stream("policy", done.stream.scheme, application_number(done.after)))
    await done.tell(policy, "amend", _of_policy(done))


async def _revise_application(done: Done) -> None:
    """What is asked for follows the policy, unless a signed plan has fixed it."""
    told, case = done.effect.carries, done.after.about
    if told is None or case is None:
        await _reduce_waiting(done)
        return
    await done.connection.execute(SUBSIDY.revise_application, case, *_asked(told))
    await done.tell(case, "recalculate", told)


async def _reduce_waiting(done: Done) -> None:
    """What waits is not given: of a contract that asks for less, less waits, and of one that has ended nothing."""
    register, case = done.situation.register, done.after.about
    asked = Decimal(done.after.money["subsidy_asked"]) if done.event.act == "endorse" else ZERO
    left = max(min(register.waiting, asked - register.subsidy_committed), ZERO)
    if case is None or left >= register.waiting:
        return
    await done.connection.execute(SUBSIDY.set_waiting, case, left)
    await done.tell(case, "reduce_waiting", {"policy": done.after.number, "waitlisted": f"{left:.2f}"})


async def _revise_own_application(done: Done) -> None:
    told = done.effect.carries.model_dump(mode="json")
    await done.connection.execute(SUBSIDY.revise_application, str(done.stream), *_asked(told))


def _asked(told: dict[str, Any]) -> tuple[Decimal, datetime | None]:
    moment = told["insurance_time"]
    return Decimal(told["subsidy_asked"]), datetime.fromisoformat(moment) if moment else None


async def _end_insurance(done: Done) -> None:
    """What was never insured is not subsidised: where no plan is signed, its application ends, and its case."""
    case = done.after.about
    if done.effect.carries is None or case is None:
        await _reduce_waiting(done)
        return
    await done.connection.execute(SUBSIDY.withdraw_application, case)
    await done.connection.execute(POLICY.release, case)
    ground = done.after.facts["rescission"]["ground"]
    await done.tell(case, "end_insurance", {"policy": done.after.number, "ground": ground})


async def _withdraw_uninsured(done: Done) -> None:
    """An application that came while the policy was being rescinded ends with its case."""
    await done.connection.execute(SUBSIDY.withdraw_application, str(done.stream))


async def _appoint(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.appoint, form.code, form.name, form.office, form.since)


async def _end_officer(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.end, form.code, form.last_day)


async def _absorb_district(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.absorb, form.district, form.into, form.last_day)


async def _revoke_application(done: Done) -> None:
    """A revoked recognition takes with it what no plan gives money to: its application, and its further batches."""
    if await done.connection.fetchval(SUBSIDY.lock_settled, str(done.stream)):
        raise Barred("revoked_before_signing", "13", "a signed plan gives this application its money")
    await done.connection.execute(SUBSIDY.refuse_application, str(done.stream))
    await _release_policy(done)
    await _end_batches(done)


async def _end_batches(done: Done) -> None:
    """A recognition that ends takes its further batches with it."""
    facts = done.after.facts
    ended = facts.get("revocation") or facts["supersession"]
    reason = ended.get("reason") or f"superseded by {ended['by_case']}"
    for batch in await done.connection.fetch(PROCEEDING.open_about, str(done.stream), "batch"):
        await done.tell(batch["stream"], "end_with_recognition", {"reason": reason})


async def _end_batch(done: Done) -> None:
    if done.situation.file.stage in ("planned", "waitlisted"):
        await done.connection.execute(SUBSIDY.end_waiting, str(done.stream))
    else:
        await done.connection.execute(SUBSIDY.refuse_application, str(done.stream))
    if done.after.stage == "revoked":
        await _release_policy(done)


async def _take_into_return(done: Done) -> None:
    at = done.situation.received_at.astimezone(SHANGHAI).replace(tzinfo=None, second=0, microsecond=0)
    numbers, streams = done.effect.carries, {r["number"]: r["stream"] for r in done.situation.register.applications}
    await done.connection.execute(SUBSIDY.file_applications, numbers, str(done.stream), at)
    data = {"round": done.stream.number, "return_received_at": f"{at:%Y-%m-%dT%H:%M}"}
    await done.tell_all("file", [(streams[number], data) for number in numbers])


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
        nothing = "paid" if row["paid"] else "refused"
        state = "signed" if line.approved else "waitlisted" if line.waitlisted else nothing
        await done.connection.execute(SUBSIDY.settle, line.number, state, line.waitlisted)
        if line.approved:
            about = {"enterprise": row["enterprise"], "application": line.number, "plan": number}
            await done.post("commitment", line.approved, number, **about)
        amounts = {name: f"{getattr(line, name):.2f}" for name in ("cut_by_cap", "approved", "waitlisted")}
        place = {"plan": number, "rank": line.rank, "fiscal_year": fiscal_year}
        left = {"cap_left": f"{cap_left[line.enterprise]:.2f}", "budget_left": f"{plan.left:.2f}"}
        await done.tell(row["stream"], "plan", {**place, **amounts, **left})
    for row in refused:
        await done.connection.execute(SUBSIDY.settle, row["number"], "refused", ZERO)
        data = {"round": done.stream.number, "reasons": row["objections"]}
        await done.tell(row["stream"], "refuse_subsidy", data)


async def _pay_plan(done: Done) -> None:
    plan, vouchers = done.after.facts["plan"]["number"], done.effect.carries
    paid = [line for line in done.situation.register.plan_lines if line["approved"] and line["insurer"] in vouchers]
    for line in paid:
        voucher = vouchers[line["insurer"]]
        about = {"enterprise": line["enterprise"], "application": line["application"], "plan": plan}
        await done.post("payment", line["approved"], voucher, **about)
        await done.connection.execute(SUBSIDY.settle_paid, line["application"])
        await done.tell(line["stream"], "pay", {"plan": plan, "voucher": voucher, "amount": f"{line['approved']:.2f}"})
    await recoveries.recover_barred(done, [line["application"] for line in paid])


async def _take_up(done: Done) -> None:
    """What earlier rounds held or could not fund is reviewed and planned with this one's (article 13)."""
    await done.connection.execute(SUBSIDY.take_up, done.effect.carries, str(done.stream))


async def _return_application(done: Done) -> None:
    form = done.effect.carries
    (row,) = [row for row in done.situation.register.applications if row["number"] == form.application]
    await done.connection.execute(SUBSIDY.return_application, form.application)
    data = {"round": done.stream.number, "office": done.situation.office_kind, "items": form.items}
    await done.tell(row["stream"], "return_application", data)


async def _complete_application(done: Done) -> None:
    await done.connection.execute(SUBSIDY.complete_application, str(done.stream))


async def _admit_held(done: Done) -> None:
    await done.connection.execute(SUBSIDY.admit_held, done.effect.carries.application)


async def _end_waiting(done: Done) -> None:
    if done.effect.carries:
        await done.connection.execute(SUBSIDY.end_waiting, str(done.stream))


async def _appropriate(done: Done) -> None:
    await done.post("appropriation", done.effect.carries.amount, done.effect.carries.document)


async def _enter_listing(done: Done) -> None:
    listing = done.after.facts["listing"]
    since, until = date.fromisoformat(listing["listed_from"]), date.fromisoformat(listing["listed_until"])
    pages = (listing["industry_bureau_page"]["page"], listing["regulator_page"]["page"])
    await done.connection.execute(INSURER.list, done.stream.number, since, until, listing["notice"], *pages)


async def _suspend_listing(done: Done) -> None:
    await done.connection.execute(INSURER.suspend, done.stream.number, done.situation.today)


async def _end_suspension(done: Done) -> None:
    await done.connection.execute(INSURER.end_suspension, done.stream.number, done.situation.today)


async def _end_listing(done: Done) -> None:
    await done.connection.execute(INSURER.end_listings, done.stream.number, done.situation.today)
    await _end_suspension(done)


async def _bar_insurer(done: Done) -> None:
    reason = done.after.facts["bar"]["reason"]
    await done.connection.execute(INSURER.bar, done.stream.number, done.situation.today, reason)
    await _end_listing(done)
    await recoveries.order_recovery(done, reason)


async def _enter_clause(done: Done) -> None:
    clause = done.effect.carries
    named = (done.stream.number, clause.clause_number)
    if done.situation.register.clause:
        await done.connection.execute(INSURER.prolong_clause, *named, clause.valid_until)
        return
    term = (done.situation.today, clause.valid_until)
    filed = (clause.text_sha256, clause.head_office_filing_number)
    await done.connection.execute(INSURER.file_clause, *named, *term, *filed)


async def _withdraw_clause(done: Done) -> None:
    named = (done.stream.number, done.effect.carries.clause_number)
    await done.connection.execute(INSURER.withdraw_clause, *named, done.situation.today)


CONSEQUENCES: dict[tuple[str, str], Callable[[Done], Coroutine[Any, Any, None]]] = {
    ("case", "apply"): _enter_application,
    ("case", "insure"): _enter_policy,
    ("case", "complete"): _complete_application,
    ("case", "expire"): _end_waiting,
    ("case", "end_insurance"): _withdraw_uninsured,
    ("case", "supersede"): _end_batches,
    ("case", "rectify"): _amend_policy,
    ("case", "recalculate"): _revise_own_application,
    ("case", "withdraw"): _withdraw_application,
    ("case", "revoke"): _revoke_application,
    ("case", "pay"): recoveries.call_refund,
    ("batch", "end_insurance"): _withdraw_uninsured,
    ("batch", "insure"): _enter_policy,
    ("batch", "apply"): _enter_application,
    ("batch", "complete"): _complete_application,
    ("batch", "expire"): _end_waiting,
    ("batch", "rectify"): _amend_policy,
    ("batch", "recalculate"): _revise_own_application,
    ("batch", "withdraw"): _withdraw_application,
    ("batch", "end_with_recognition"): _end_batch,
    ("batch", "pay"): recoveries.call_refund,
    ("policy", "endorse"): _revise_application,
    ("policy", "cancel"): _revise_application,
    ("policy", "rescind"): _end_insurance,
    ("policy", "record_refund"): recoveries.enter_refund,
    ("pilot_insurer", "list"): _enter_listing,
    ("pilot_insurer", "suspend"): _suspend_listing,
    ("pilot_insurer", "reinstate"): _end_suspension,
    ("pilot_insurer", "expire"): _end_suspension,
    ("pilot_insurer", "delist"): _end_listing,
    ("pilot_insurer", "bar"): _bar_insurer,
    ("pilot_insurer", "file_clause"): _enter_clause,
    ("pilot_insurer", "withdraw_clause"): _withdraw_clause,
    ("recovery", "decide_recovery"): recoveries.settle_refunds,
    ("recovery", "record_repayment"): recoveries.enter_repayment,
    ("offices", "appoint"): _appoint,
    ("offices", "leave"): _end_officer,
    ("offices", "absorb"): _absorb_district,
    ("round", "file_return"): _take_into_return,
    ("round", "close_filing"): _take_up,
    ("round", "close"): _take_up,
    ("round", "return_for_completion"): _return_application,
    ("round", "admit_held"): _admit_held,
    ("round", "review"): _enter_opinions,
    ("round", "prepare_plan"): _enter_plan,
    ("round", "sign_plan"): _commit_plan,
    ("round", "pay"): _pay_plan,
    ("ledger", "appropriate"): _appropriate,
}
