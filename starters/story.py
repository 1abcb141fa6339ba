"""The story the demonstration plays: one case to its paid subsidy, and a second that insures too late.

All dates are made from the moment of each act, so it is true in any year. Every act goes through an officer's own
door under a name of its own: an interrupted story, played again on whatever day, finds what was done and carries on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from activities.contracts import Answer
from activities.history import answer_of
from db.pool import Pool
from db.sql import queries
from rules.edition import Edition
from rules.procedures import Stream, edition_for
from rules.schemes.dalian_quarter import fiscal_year_of
from rules.timetable import SHANGHAI
from service.sample_forms import SampleForms
from service.sample_values import late_delivery, rolled_delivery, uscc
from service.session import Session
from service.showing import MONEY, file_of
from starters.telling import yuan

PROCEEDING = queries("proceeding")


@dataclass(frozen=True)
class Step:
    """One thing that happens, as the story tells it; `officer` is empty where nobody acted."""

    officer: str
    name: str
    office: str
    act: str
    article: str
    what: str
    findings: tuple[tuple[bool, str], ...] = ()
    worked_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ending:
    """Where the story ended."""

    paid: Stream
    late: Stream
    round: Stream
    fiscal_year: int


@dataclass(frozen=True)
class Maker:
    """A small maker of the story, known by its serial."""

    serial: int
    name: str = "大连星海主轴有限公司"
    contact: str = "王建国"

    def forms(self, moment: datetime) -> SampleForms:
        """Its forms as they are filled at a moment."""
        local = moment.astimezone(SHANGHAI).replace(tzinfo=None)
        return SampleForms(local, self.serial, enterprise_name=self.name, contact=self.contact)

    @property
    def officer(self) -> str:
        """Its officer's code, which is its own."""
        return uscc(self.serial)


class Story:
    """Plays the story of `serial` through a session, telling each step as it is done or was done before.

    Its round is of the first quarter, from `quarter` on, that nobody has opened.
    """

    def __init__(self, servers: Session, tell: Callable[[Step], None], serial: int, quarter: str) -> None:
        self._servers, self._tell = servers, tell
        self._serial, self._quarter = serial, quarter

    async def play(self) -> Ending:
        """Play it all."""
        first, second = Maker(self._serial), Maker(self._serial + 1, "大连渤海传动有限公司", "刘爱华")
        case = await self._recognised(first, returned=True)
        delivered_at = await self._deliver(case, first, rolled_delivery)
        contract = first.forms(delivered_at).contract()
        await self._act(case, "insure", "insurer-a-1", "concludes the contract", contract)
        await self._act(case, "apply", first.officer, "applies for the subsidy", self._filled(first).request())
        quarter, fiscal_year = await self._quarter_paid(case, first)

        late = await self._recognised(second, returned=False)
        delivered_at = await self._deliver(late, second, late_delivery)
        contract = second.forms(delivered_at).contract("b", "20000000.00")
        await self._act(late, "insure", "insurer-b-1", "concludes after the last day", contract)
        return Ending(case, late, quarter, fiscal_year)

    def _filled(self, maker: Maker) -> SampleForms:
        """The maker's forms as they are filled at this moment."""
        return maker.forms(self._servers.clock())

    async def _recognised(self, maker: Maker, *, returned: bool) -> Stream:
        """From submission to publication; once returned for the paper that is missing."""
        submission = self._filled(maker).submission(complete=not returned)
        what = f"{maker.name} submits a first batch" + (", one paper missing" if returned else "")
        case = await self._open("case:dalian:new", "submit", maker.officer, what, submission)
        if returned:
            request = self._filled(maker).correction_request()
            await self._act(case, "return_for_correction", "ganjingzi-1", "returns it: a paper is missing", request)
            await self._act(case, "correct", maker.officer, "adds the paper", self._filled(maker).correction())
        await self._act(case, "confirm", "ganjingzi-2", "confirms, item by item", self._filled(maker).opinion())
        await self._act(case, "receive", "bureau-1", "receives the case")
        await self._act(case, "entrust", "bureau-1", "entrusts an assessor", self._filled(maker).entrustment())
        await self._act(case, "assess", "assessor-a-1", "reports", self._filled(maker).report())
        await self._act(case, "propose", "bureau-1", "proposes recognition")
        publication = self._filled(maker).publication()
        await self._act(case, "publish", "bureau-2", "publishes: valid for one year", publication)
        return case

    async def _deliver(self, case: Stream, maker: Maker, found: Callable[[date, Edition], date]) -> datetime:
        """Register contract and delivery; the case says from when it counts, to when, and why. Return when it was."""
        forms = self._filled(maker)
        form = forms.delivery(found(forms.now.date(), edition_for("dalian", forms.now.date())))
        at = await self._act(case, "record_delivery", maker.officer, "records contract and delivery", form)
        deadline = (await file_of(self._servers.pool, case)).deadline("insurance")
        assert deadline is not None
        counted = f"the last day to insure is {deadline.due_on}, counted from {deadline.counted_from}"
        self._note(case, "11", counted, *deadline.because)
        return at

    async def _quarter_paid(self, case: Stream, maker: Maker) -> tuple[Stream, int]:
        """A quarter, opened by hand before its end: filed, reviewed by three, planned, signed by three, paid."""
        free = await first_unopened(self._servers.pool, self._quarter)
        round_ = await self._open(
            str(free), "open", "regulator-1", "opens the quarter by hand", {"quarter": free.number}
        )
        application, fiscal_year = f"{case.number}-1", fiscal_year_of(int(round_.number[:4]), int(round_.number[5]))
        money = {"amount": "5000000.00", "document": f"大财指〔{fiscal_year}〕{self._serial}号"}
        ledger = f"ledger:dalian:{fiscal_year}"
        await self._open(ledger, "appropriate", "finance-1", f"appropriates 5,000,000.00 for {fiscal_year}", money)
        filed = self._filled(maker).quarterly_return(application)
        await self._act(round_, "file_return", "insurer-a-1", "files its return", filed)
        await self._told(case, "file")
        await self._act(round_, "close_filing", "regulator-1", "closes filing; the joint review begins")
        for officer in ("regulator-1", "bureau-1", "finance-1"):
            await self._act(round_, "review", officer, "approves", self._filled(maker).review(application))
        await self._act(round_, "prepare_plan", "regulator-1", "works the plan out, cut by the cap")
        for officer in ("regulator-2", "bureau-2", "finance-2"):
            await self._act(round_, "sign_plan", officer, "signs the plan")
        await self._told(case, "plan")
        await self._act(round_, "order_payment", "finance-1", "orders the payment")
        await self._act(round_, "pay", "finance-2", "pays the insurer", self._filled(maker).vouchers("insurer-a"))
        await self._told(case, "pay")
        return round_, fiscal_year

    async def _open(self, stream: str, act: str, officer: str, what: str, data: Mapping[str, Any]) -> Stream:
        # Which number it gets, and which quarter is free, differs from one playing to the next: its kind does not.
        name = f"story-{self._serial}-{stream.partition(':')[0]}-{act}-{officer}"
        answer = await self._done_before(name) or await self._servers.open(stream, act, officer, data, name)
        return self._done(what, answer)

    async def _act(
        self, stream: Stream, act: str, officer: str, what: str, data: Mapping[str, Any] | None = None
    ) -> datetime:
        name = f"story-{self._serial}-{stream.number}-{act}-{officer}"
        answer = await self._done_before(name) or await self._servers.act(str(stream), act, officer, data or {}, name)
        self._done(what, answer)
        return answer.event.at

    async def _done_before(self, name: str) -> Answer | None:
        """Return what an act came to when the story was played before, with forms filled on another day perhaps."""
        row = await self._servers.pool.fetchrow(PROCEEDING.repeated, name)
        return answer_of(row["body"], row["hash"]) if row else None

    def _done(self, what: str, answer: Answer) -> Stream:
        stream, event = Stream(*answer.stream.split(":")), answer.event
        found = tuple((one.passed, f"{one.rule} (article {one.article}): {one.reason}") for one in event.findings)
        worked_out = (_told_money(answer.money),) if answer.money and event.act == "insure" else ()
        who = (event.officer, event.officer_name, event.office)
        self._tell(Step(*who, event.act, event.article, f"{stream.number}: {what}", found, worked_out))
        return stream

    def _note(self, stream: Stream, article: str, what: str, *worked_out: str) -> None:
        told = f"{stream.number}: {what} (article {article})"
        self._tell(Step("", "", "", "", article, told, worked_out=worked_out))

    async def _told(self, case: Stream, act: str) -> None:
        """Wait until the relay has told the case what the round did."""
        async with asyncio.timeout(60):
            while act not in (file := await file_of(self._servers.pool, case)).done_by:  # noqa: ASYNC110 - another process tells it
                await asyncio.sleep(0.05)
        money = () if act == "file" else (_told_money(file.money),)
        self._note(case, "13", f"is told by the round: {file.stage}", *money)


def quarter_of(moment: datetime) -> str:
    """Return the quarter of a moment, as 2026Q4."""
    today = moment.astimezone(SHANGHAI)
    return f"{today.year}Q{(today.month + 2) // 3}"


async def first_unopened(pool: Pool, quarter: str) -> Stream:
    """Find the first round, from `quarter` on, that nobody has opened: a user may have been here before."""
    for quarters in count(int(quarter[:4]) * 4 + int(quarter[5]) - 1):
        free = Stream("round", "dalian", f"{quarters // 4}Q{quarters % 4 + 1}")
        if await pool.fetchrow(PROCEEDING.by_stream, str(free)) is None:
            return free
    raise AssertionError("unreachable")


def _told_money(money: Mapping[str, str]) -> str:
    """Say the money of a case that is not nothing, in the order it is worked out."""
    told = [
        f"{name.replace('_', ' ')} {yuan(money[name])}"
        for name in MONEY
        if name in money and (money[name] != "0.00" or name.endswith("_left"))
    ]
    return ", ".join(told)
