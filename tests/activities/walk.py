"""Walking the model of the states on the real record: each row of docs/states.md taken, after all that it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from activities import record
from activities.contracts import Command, Recorded
from db.pool import Connection
from rules.edition import Cited, Edition, edition_of
from rules.periods import last_day_of_years
from rules.timetable import SHANGHAI
from tests.activities.desk import FISCAL_YEAR, OFFICES, PATH, QUARTER, Desk, Step, first
from tests.model import Transition, model

#: So much further an enterprise's other case is numbered: its code keeps seven digits, so it is the same enterprise.
ANOTHER = 10_000_000


class OneConnection:
    """A pool that has one connection, which is amid a transaction: whatever is begun on it ends with that one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self) -> nullcontext[Connection]:
        return nullcontext(self._connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


Way = tuple[Transition, ...]


def arranged_for(way: Way) -> tuple[str, ...]:
    """The words of a way that the world is made by before it begins."""
    return tuple(dict.fromkeys(word for row in way for word in row.world if word in BEFOREHAND))


@dataclass
class Walk(Desk):
    """One proceeding on its way through the model, and those it needs beside it."""

    patch: pytest.MonkeyPatch = field(default_factory=pytest.MonkeyPatch)
    #: What the year's budget holds; None where nothing was appropriated.
    budget: str | None = "5000000.00"
    #: Whether the offices of the joint review approve.
    approves: bool = True
    #: Another case of the same enterprise.
    other: Desk | None = None
    #: The kind of proceeding that is walked.
    kind: str = ""
    #: How many days after its conclusion a contract's cover begins.
    begins_in: int = 0
    #: The proposal of a tie's order that stands.
    proposal: int = 0
    #: What a debtor pays back of a recovery, and an insurer of a policy that ended early.
    repays: str = "200000.00"
    refunds: str = "498630.14"
    #: How many steps of the path of each other kind of proceeding have been played.
    played: dict[str, int] = field(default_factory=dict)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[Walk]:
        """This walk as it stands, to be taken further on one connection; what it then does is taken back."""
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            kept = {id(self.pool): OneConnection(connection), id(self.patch): self.patch}
            try:
                yield deepcopy(self, kept)  # type: ignore[arg-type] - what stays itself may be told by any id
            finally:
                await transaction.rollback()

    async def to(self, stage: str, kind: str, done: Iterable[str] = ()) -> Walk:
        """Bring a proceeding to a stage by the model's shortest way."""
        return await self.along(model()[kind].way_to(stage, frozenset(done)))

    async def along(self, way: Way) -> Walk:
        """Make the world as the way needs it, and take its rows one after the other."""
        if way:
            await self.begin(way[0].kind, arranged_for(way))
        for row in way:
            await self.take(row)
        return self

    async def begin(self, kind: str, words: Iterable[str]) -> None:
        """Make the world as the words say before a proceeding is opened."""
        for word in words:
            await BEFOREHAND[word](self)
        if self.budget and kind != "ledger":
            await self._must(await self.order("appropriate", "finance-1", kind="ledger"))

    async def take(self, row: Transition) -> None:
        """Take one row: what it needs of other proceedings first, then the act itself, which the law lets pass."""
        await self._must(await self._taken(row))

    async def _taken(self, row: Transition) -> Recorded:
        self.kind = row.kind
        for kind, act in row.before:
            if kind != row.kind:
                await self.play_beside(kind, act)
        for word in row.world:
            if word in JUST_BEFORE:
                await JUST_BEFORE[word](self)
        if row.offices != ("system",):
            return await self.order(row.act, self.officer(row.offices[0], row), kind=row.kind)
        if "time passes" in row.world:
            return await self.pass_until(row.kind, row.act)
        return await self.write(await self.attempt(await self.ordered(row.kind, row.act)))

    def officer(self, office: str, row: Transition | None = None) -> str:
        """Who acts for an office; where the preparer may not approve, the other officer does."""
        if office == "enterprise":
            return self.forms.enterprise
        if office == "system":
            return "clock"
        return f"{OFFICES[office]}-{2 if row and row.not_by else 1}"  # type: ignore[index]

    async def play_beside(self, kind: str, act: str) -> None:
        """Play another proceeding's straight path until it has done all of `act`."""
        steps = [step for step in PATH if step.kind == kind]
        last = max(place for place, step in enumerate(steps) if step.act == act)
        for step in steps[self.played.get(kind, 0) : last + 1]:
            await self.do(step)
        self.played[kind] = max(last + 1, self.played.get(kind, 0))

    async def ordered(self, kind: str, act: str) -> Command:
        """What another proceeding ordered in this one, and is not done yet."""
        waits = """select command from outbox where stream = $1 and command ->> 'act' = $2
                   and command_id not in (select command_id from event)"""
        return Command.model_validate(await self.pool.fetchval(waits, self.stream(kind), act))

    async def pass_until(self, kind: str, act: str) -> Recorded:
        """Let the clock ring, rung after rung, until it does `act`."""
        while True:
            wake = (await self.file(kind)).wakes[0]
            self.moment = max(self.moment, wake.at)
            rung = {"deadline": wake.deadline, "rung": wake.rung}
            command = self.command(kind, wake.act, "clock", rung)
            recorded = await self.write(await self.attempt(command, by_clock=True))
            if wake.act == act:
                return recorded

    @property
    def application(self) -> str:
        """The application that goes through the round: the walked batch's, or else the case's own."""
        batch = self.opened.get("batch")
        return batch.split(":")[-1] if batch else super().application

    def stream(self, kind: str) -> str:
        known = {
            "policy": self.application,
            "offices": "register",
            "dossier": f"case-{self.case.split(':')[-1]}",
            "editions": "register",
            "calendar": "china",
            "work": "bureau",
        }
        if kind in known:
            return f"{kind}:dalian:{known[kind]}"
        return super().stream(kind)

    def form(self, kind: str, act: str) -> dict[str, Any]:
        """The filled form of an act, as the walk's world has it."""
        begins = self.forms.now.date() + timedelta(days=self.begins_in)
        opinions = self.forms.review(*self.applications)["opinions"]
        by_act = {
            ("case", "insure"): self.forms.contract()
            | {"start_on": f"{begins}", "end_on": f"{last_day_of_years(begins, 1)}"},
            ("case", "supersede"): {"by_case": self.other.case.split(":")[-1]} if self.other else None,
            ("batch", "deliver"): self.forms.further_delivery(self.case.split(":")[-1]),
            ("round", "file_return"): self.forms.quarterly_return(*self.applications),
            ("round", "review"): {"opinions": [{**one, "approves": self.approves} for one in opinions]},
            ("round", "return_for_completion"): {"application": self.application, "items": ["发票"]},
            ("round", "admit_held"): {"application": self.application, **self.forms.reasons()},
            ("round", "propose_tie_order"): {"applications": [*reversed(self.applications)], **self.forms.reasons()},
            ("round", "agree_tie_order"): {"proposal": self.proposal} if self.proposal else None,
            ("round", "pay"): None if self.case else {"vouchers": {}},
            ("recovery", "record_repayment"): self.forms.repayment(self.repays),
            ("policy", "record_refund"): self.forms.refund(self.refunds),
            ("ledger", "appropriate"): {"amount": self.budget or "0.01", "document": f"大财指{self.named}号"},
            ("ledger", "adjust"): {"amount": "0.01", "document": f"大财指{self.named}号"},
            ("dossier", "add_document"): self.forms.document() | {"name": f"执照{self.named}.pdf"},
            ("dossier", "withdraw_document"): {
                "number": f"{self.stream('dossier').split(':')[-1]}-1",
                "reason": "错件",
            },
            ("offices", "propose_officer"): self.forms.of(act) | {"code": f"bureau-{self.named + 2}"},
            ("offices", "appoint"): {"code": "bureau-9"},
            **{
                ("work", act): {**self.forms.of(act), "proceedings": [self.case]}
                for act in ("take", "hand_over", "release")
            },
            ("work", "redistribute"): {"moves": [{"proceeding": self.case, "to": "bureau-2"}], **self.forms.reasons()},
        }
        return by_act.get((kind, act)) or super().form(kind, act)

    @property
    def applications(self) -> tuple[str, ...]:
        return (*([self.other.application] if self.other else []), self.application)

    @staticmethod
    async def _must(recorded: Recorded) -> None:
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings


async def _notice(walk: Walk) -> None:
    await _figure(walk, "public_notice_days", Cited(5, "10", "tried here"))


async def _plan_notice(walk: Walk) -> None:
    await _figure(walk, "plan_notice_days", Cited(5, "13", "tried here"))


async def _figure(walk: Walk, of: str, figure: Cited[int]) -> None:
    def noticed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Any:
        return edition_of(scheme, name, known).model_copy(update={of: figure})

    walk.patch.setattr(record, "edition_of", noticed)


async def _empty(walk: Walk) -> None:
    walk.budget = None


async def _a_fen(walk: Walk) -> None:
    walk.budget = "0.01"


async def _refused(walk: Walk) -> None:
    walk.approves = False


async def _other_case(walk: Walk, until: str) -> None:
    walk.other = Desk(walk.pool, walk.serial + ANOTHER, walk.moment)
    for step in PATH[: first("case", until) + 1]:
        await walk.other.do(step)


async def _tie(walk: Walk) -> None:
    """Another enterprise was insured in the same minute, and the budget does not reach for both."""
    walk.other, walk.budget = Desk(walk.pool, walk.serial + 1, walk.moment), "300000.00"
    for step in PATH[: first("case", "apply") + 1]:
        await walk.other.do(step)


async def _tied(walk: Walk) -> None:
    """Reviewed by all three, the plan has the tie; the proposal that stands is seen."""
    facts = (await walk.file("round")).facts
    walk.proposal = facts.get("tie_order", {}).get("proposal", 0)
    if "tie" not in facts["plan"]:
        reviews = (("review", f"{office}-1") for office in ("regulator", "bureau", "finance"))
        for act, officer in (("take_back_plan", "regulator-1"), *reviews, ("prepare_plan", "regulator-1")):
            await walk._must(await walk.order(act, officer, kind="round"))


async def _recognised_besides(walk: Walk) -> None:
    await _other_case(walk, "publish")


async def _insured_besides(walk: Walk) -> None:
    await _other_case(walk, "apply")


async def _later_plan(walk: Walk) -> None:
    """The round ends, the year gets money, and the next round takes up what waits."""
    await walk.order("appropriate", "finance-1", {"amount": "5000000.00", "document": "追加"}, kind="ledger")
    await _next_round(walk)


async def _next_round(walk: Walk) -> None:
    for act, officer, form in (("order_payment", "finance-1", {}), ("pay", "finance-2", {"vouchers": {}})):
        await walk.order(act, officer, form, kind="round")
    later = f"round:dalian:{QUARTER[:5]}2"
    steps = (
        *(("open", "regulator-1"), ("close_filing", "regulator-1"), ("prepare_plan", "regulator-1")),
        *(("sign_plan", f"{office}-2") for office in ("regulator", "bureau", "finance")),
    )
    for act, officer in steps:
        await walk.order(act, officer, {"quarter": later[-6:]} if act == "open" else {}, kind="round", stream=later)


async def _proposed(walk: Walk) -> None:
    form = walk.forms.of("propose_officer") | {"code": "bureau-9"}
    await walk.order("propose_officer", "bureau-2", form, kind="offices")


def _entry_proposed(act: str, officer: str) -> Callable[[Walk], Awaitable[None]]:
    async def proposed(walk: Walk) -> None:
        await walk.order(act, officer, kind="offices")

    return proposed


async def _awaiting(walk: Walk) -> None:
    if not walk.case:
        await walk.play(first("case", "receive"))


async def _untaken(walk: Walk) -> None:
    await walk.order("release", "bureau-1", kind="work")


async def _supervises(walk: Walk) -> None:
    await walk.pool.execute("insert into supervisor values ('bureau-1', $1)", walk.forms.now.date())


async def _notice_loaded(walk: Walk) -> None:
    """Order what loading a notice orders of every proceeding whose deadlines it may move."""
    stream = walk.stream(walk.kind)
    command = walk.command(
        walk.kind, "recount_deadlines", "calendar:dalian:china", {"year": 2027, "document": "国办发"}
    )
    named = command.model_copy(update={"id": f"calendar:dalian:china/2/recount_deadlines/{stream}"})
    values = (named.id, named.stream, named.model_dump(mode="json"), walk.moment)
    await walk.pool.execute(
        "insert into outbox (command_id, stream, command, not_before) values ($1, $2, $3, $4)", *values
    )


async def _edition_prepared(walk: Walk) -> None:
    await walk.order("prepare_edition", "bureau-2", kind="editions")


async def _notice_entered(walk: Walk) -> None:
    await walk.order("enter_notice", "bureau-2", kind="calendar")


async def _returned(walk: Walk) -> None:
    await walk.play_beside("round", "close_filing")
    await walk.order("return_for_completion", "finance-1", kind="round")


async def _told_late(walk: Walk) -> None:
    money = {"premium": "1500000.00", "subsidy_asked": "500000.00", "insurance_time": None}
    contract = {"sum_insured": "50000000.00", "premium_rate": "0.03"}
    await _by_hand(walk, "recalculate", {"policy": walk.application, **contract, **money})


async def _by_hand(walk: Walk, act: str, data: dict[str, Any]) -> None:
    """Order an act of the system as the record would, where no other proceeding orders it at this stage."""
    order = walk.command(walk.kind, act, "round:dalian:2030Q2", data)
    order = order.model_copy(update={"id": f"round:dalian:2030Q2/9/{act}/{order.stream}"})
    await walk.pool.execute(
        "insert into outbox (command_id, stream, command, not_before) values ($1, $2, $3, $4)",
        order.id, order.stream, order.model_dump(mode="json"), walk.moment,
    )  # fmt: skip


async def _of_policy(walk: Walk, act: str) -> None:
    await walk.relay()
    await walk.order(act, "insurer-a-1", kind="policy")


async def _endorsed(walk: Walk) -> None:
    await _of_policy(walk, "endorse")


async def _rescinded(walk: Walk) -> None:
    await _of_policy(walk, "rescind")


async def _rectified(walk: Walk) -> None:
    said = {"field": "contract.policy_number", "correct": "PA-rectified", "reason": "笔误"}
    await walk.order("ask_rectification", walk.forms.enterprise, said)
    await walk.order("rectify", "bureau-1")


async def _withdrawn(walk: Walk) -> None:
    await walk.order("apply", walk.forms.enterprise)
    await walk.order("withdraw", walk.forms.enterprise)


async def _revoked(walk: Walk) -> None:
    await walk.order("propose_revocation", "bureau-1")
    await walk.order("revoke", "bureau-2")


async def _barred_for_it(walk: Walk) -> None:
    """The plan is signed and told when the regulator bars the insurer for the walked application."""
    form = walk.forms.of("nominate") | {"insurer": OFFICES["insurer"]}
    await walk.order("nominate", "regulator-1", form, kind="pilot_insurer")
    named = walk.forms.of("propose_bar") | {"applications": [walk.application]}
    await walk.order("propose_bar", "regulator-1", named, kind="pilot_insurer")
    await walk.order("bar", "regulator-2", kind="pilot_insurer")


async def _begins_later(walk: Walk) -> None:
    walk.begins_in = 5


async def _notice_over(walk: Walk) -> None:
    notice = (await walk.file()).deadline("public_notice")
    assert notice
    walk.moment = datetime.combine(notice.due_on + timedelta(days=1), time(10), SHANGHAI)


async def _listed_by_none(walk: Walk) -> None:
    """The demonstration lists its insurers for the year it is filled in."""
    walk.moment += timedelta(days=400)


async def _listed_already(walk: Walk) -> None:
    """As the demonstration is filled, the insurer is listed."""


async def _later_day(walk: Walk) -> None:
    walk.moment += timedelta(days=1)


async def _application_of_insurer(walk: Walk) -> None:
    """A case was insured and applied for while the demonstration's list named the insurer."""
    walk.moment, later = datetime.now(UTC), walk.moment
    await walk.play_beside("case", "apply")
    walk.moment = later


async def _policy_in_force(walk: Walk) -> None:
    await walk.play_beside("case", "insure")
    await walk.relay()


async def _paid(walk: Walk) -> None:
    await walk.play()


async def _two_signatures(walk: Walk) -> None:
    for office in ("bureau", "finance"):
        await walk.order("sign_plan", f"{office}-2", kind="round")


async def _signed(walk: Walk) -> None:
    """A plan gives the policy's case its money, which is not paid yet."""
    await walk.play_beside("case", "apply")
    for act in ("file_return", "sign_plan"):
        await walk.play_beside("round", act)
        await walk.relay()


async def _paid_meanwhile(walk: Walk) -> None:
    await walk.play_beside("round", "pay")
    await walk.write(await walk.next(Step("case", "pay", "system")))


async def _returned_to_treasury(walk: Walk) -> None:
    facts = (await walk.file("policy")).facts
    walk.refunds = facts.get("rescission", facts.get("cancellation"))["to_treasury"]  # type: ignore[index]


async def _recovered_whole(walk: Walk) -> None:
    await walk.order("open_recovery", "regulator-1", kind="recovery")
    await walk._must(await walk.order("decide_recovery", "finance-1", kind="recovery"))


async def _overdue(walk: Walk) -> None:
    """The day after the last one on which money was to be paid back."""
    file = await walk.file("recovery")
    due = [deadline.due_on for deadline in file.deadlines if deadline.running]
    last = max(due, default=date.fromisoformat(file.facts["demand"]["pay_by"]))
    walk.moment = max(walk.moment, datetime.combine(last + timedelta(days=1), time(10), SHANGHAI))


async def _year_ended(walk: Walk) -> None:
    walk.moment = datetime(FISCAL_YEAR + 1, 1, 1, 10, tzinfo=SHANGHAI)


async def _pays_all(walk: Walk) -> None:
    walk.repays = "500000.00"


Arrangement = Callable[[Walk], Awaitable[None]]
#: The page's words about the world: what is arranged before the way begins, and what just before the act.
BEFOREHAND: dict[str, Arrangement] = {
    "the edition asks for a public notice": _notice,
    "the edition asks for a plan notice": _plan_notice,
    "a tie decides money": _tie,
    "the budget is empty": _empty,
    "the budget covers a part": _a_fen,
    "an office refuses": _refused,
    "the cap is used up": _insured_besides,
    "another recognised case of the enterprise": _recognised_besides,
    "cover begins later": _begins_later,
    "no list names the insurer": _listed_by_none,
    "a list names the insurer": _listed_already,
    "an application of the insurer": _application_of_insurer,
    "a policy is in force": _policy_in_force,
    "a case awaits the bureau": _awaiting,
    "the officer supervises": _supervises,
    "the application was paid": _paid,
}
JUST_BEFORE: dict[str, Arrangement] = {
    "a later plan has money": _later_plan,
    "a later plan has none": _next_round,
    "an office returns it": _returned,
    "a person was proposed": _proposed,
    "a supervisor was proposed": _entry_proposed("propose_supervisor", "bureau-2"),
    "an office was proposed": _entry_proposed("propose_office", "bureau-2"),
    "a letterhead was proposed": _entry_proposed("propose_letterhead", "bureau-2"),
    "an account was proposed": _entry_proposed("propose_account", "finance-2"),
    "a notice of days off is loaded": _notice_loaded,
    "a notice was entered": _notice_entered,
    "an edition was prepared": _edition_prepared,
    "nobody has it": _untaken,
    "the notice has run out": _notice_over,
    "a tie decides money": _tied,
    "the other two have signed": _two_signatures,
    "its policy is endorsed": _endorsed,
    "its policy is rescinded": _rescinded,
    "an endorsement is told late": _told_late,
    "the contract of its case is rectified": _rectified,
    "its case is withdrawn": _withdrawn,
    "the recognition of its case is revoked": _revoked,
    "its recognition is revoked": _revoked,
    "a later day": _later_day,
    "its insurer is barred for it": _barred_for_it,
    "a signed plan gave the subsidy": _signed,
    "the subsidy is paid meanwhile": _paid_meanwhile,
    "the treasury's part is returned": _returned_to_treasury,
    "a recovery takes all of it": _recovered_whole,
    "the last day to pay has passed": _overdue,
    "it pays all that is left": _pays_all,
    "the year has ended": _year_ended,
}
#: What the walk itself sees to.
OF_ITSELF = {"time passes", "nothing is due"}
#: What needs more than one proceeding on its way: taken in `test_waiting.py`, `test_stopped_payments.py` and
#: `test_revocations.py`.
ELSEWHERE = {"the bank did not pay", "an earlier plan paid a part", "its recognition was revoked before"}
