"""The story the demonstration plays: one case to its paid subsidy, and a second that insures too late.

All dates are made from the story's moment, so it is true in any year. Every act goes through an officer's own door
under a name of its own: an interrupted story, played again, finds what was done and carries on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities.contracts import Answer
from rules.procedure import SHANGHAI
from rules.procedures import Stream, edition_for
from rules.schemes.dalian_round import fiscal_year_of
from starters.sample_forms import SampleForms, late_delivery, rolled_delivery
from starters.session import Session
from starters.showing import MONEY, file_of
from starters.telling import yuan


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


class Story:
    """Plays the story of `serial`, begun at `moment`, through a session, telling each step as it is done."""

    def __init__(self, servers: Session, tell: Callable[[Step], None], serial: int, moment: datetime) -> None:
        self._servers, self._tell, self._serial = servers, tell, serial
        self._local = moment.astimezone(SHANGHAI).replace(tzinfo=None)
        self._edition = edition_for("dalian", self._local.date())
        self._acts = 0

    async def play(self) -> Ending:
        """Play it all."""
        today = self._local.date()
        forms = SampleForms(self._local, self._serial)
        case = await self._recognised(forms, returned=True)
        await self._deliver(case, forms, rolled_delivery(today, self._edition))
        await self._act(case, "insure", "insurer-a-1", "concludes the contract", forms.contract())
        await self._act(case, "apply", forms.enterprise, "applies for the subsidy", forms.request())
        quarter, fiscal_year = await self._quarter_paid(case, forms)

        second = SampleForms(self._local, self._serial + 1, enterprise_name="大连渤海传动有限公司", contact="刘爱华")
        late = await self._recognised(second, returned=False)
        await self._deliver(late, second, late_delivery(today, self._edition))
        await self._act(
            late, "insure", "insurer-b-1", "concludes after the last day", second.contract("b", "20000000.00")
        )
        return Ending(case, late, quarter, fiscal_year)

    async def _recognised(self, forms: SampleForms, *, returned: bool) -> Stream:
        """From submission to publication today; once returned for the paper that is missing."""
        first = forms.submission(complete=not returned)
        what = f"{forms.enterprise_name} submits a first batch" + (", one paper missing" if returned else "")
        case = await self._open("case:dalian:new", "submit", forms.enterprise, what, first)
        if returned:
            request = forms.correction_request()
            await self._act(case, "return_for_correction", "ganjingzi-1", "returns it: a paper is missing", request)
            await self._act(case, "correct", forms.enterprise, "adds the paper", forms.correction())
        await self._act(case, "confirm", "ganjingzi-2", "confirms, item by item", forms.opinion())
        await self._act(case, "receive", "bureau-1", "receives the case")
        await self._act(case, "entrust", "bureau-1", "entrusts an assessor", forms.entrustment())
        await self._act(case, "assess", "assessor-a-1", "reports", forms.report())
        await self._act(case, "propose", "bureau-1", "proposes recognition")
        await self._act(case, "publish", "bureau-2", "publishes: valid for one year", forms.publication())
        return case

    async def _deliver(self, case: Stream, forms: SampleForms, delivered_on: date) -> None:
        """Register contract and delivery; the case says from when it counts, to when, and why."""
        form = forms.delivery(delivered_on)
        await self._act(case, "record_delivery", forms.enterprise, "records contract and delivery", form)
        deadline = (await file_of(self._servers.pool, case)).deadline("insurance")
        assert deadline is not None
        counted = f"the last day to insure is {deadline.due_on}, counted from {deadline.counted_from}"
        self._note(case, "11", counted, *deadline.because)

    async def _quarter_paid(self, case: Stream, forms: SampleForms) -> tuple[Stream, int]:
        """The quarter, opened by hand before its end: filed, reviewed by three, planned, signed by three, paid."""
        year, quarter = self._local.year, (self._local.month + 2) // 3
        round_, fiscal_year = Stream("round", "dalian", f"{year}Q{quarter}"), fiscal_year_of(year, quarter)
        application = f"{case.number}-1"
        money = {"amount": "5000000.00", "document": f"大财指〔{fiscal_year}〕{self._serial}号"}
        ledger = f"ledger:dalian:{fiscal_year}"
        await self._open(ledger, "appropriate", "finance-1", f"appropriates 5,000,000.00 for {fiscal_year}", money)
        await self._open(str(round_), "open", "regulator-1", "opens the quarter by hand", {"quarter": round_.number})
        filed = forms.quarterly_return(application)
        await self._act(round_, "file_return", "insurer-a-1", "files its return", filed)
        await self._told(case, "file")
        await self._act(round_, "close_filing", "regulator-1", "closes filing; the joint review begins")
        for officer in ("regulator-1", "bureau-1", "finance-1"):
            await self._act(round_, "review", officer, "approves", forms.review(application))
        await self._act(round_, "prepare_plan", "regulator-1", "works the plan out, cut by the cap")
        for officer in ("regulator-2", "bureau-2", "finance-2"):
            await self._act(round_, "sign_plan", officer, "signs the plan")
        await self._told(case, "plan")
        await self._act(round_, "order_payment", "finance-1", "orders the payment")
        await self._act(round_, "pay", "finance-2", "pays the insurer", forms.vouchers("insurer-a"))
        await self._told(case, "pay")
        return round_, fiscal_year

    def _next_name(self) -> str:
        self._acts += 1
        return f"story-{self._serial}-{self._acts}"

    async def _open(self, stream: str, act: str, officer: str, what: str, data: Mapping[str, Any]) -> Stream:
        return self._done(what, await self._servers.open(stream, act, officer, data, self._next_name()))

    async def _act(
        self, stream: Stream, act: str, officer: str, what: str, data: Mapping[str, Any] | None = None
    ) -> None:
        self._done(what, await self._servers.act(str(stream), act, officer, data or {}, self._next_name()))

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


def _told_money(money: Mapping[str, str]) -> str:
    """Say the money of a case that is not nothing, in the order it is worked out."""
    told = [
        f"{name.replace('_', ' ')} {yuan(money[name])}"
        for name in MONEY
        if name in money and (money[name] != "0.00" or name.endswith("_left"))
    ]
    return ", ".join(told)
