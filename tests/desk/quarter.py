"""A quarter brought on by hand, for tests of the pages that show it."""

from __future__ import annotations

from typing import Any

from rules.schemes.dalian_quarter import fiscal_year_of
from service.session import Session
from tests.desk.browser import Browser
from tests.hands import Hands

JOINT = ("regulator", "bureau", "finance")


class Quarter:
    """A round of this test's own, with its applications; up to the signed plan it is written straight into the record.

    Once an act has gone through an entrance, the round's workflow leads: what comes then is to be done, not written.
    """

    def __init__(self, hands: Hands) -> None:
        self.hands, self.number = hands, hands.quarter
        self.cases: list[Hands] = []

    @property
    def year(self) -> int:
        return fiscal_year_of(int(self.number[:4]), int(self.number[5]))

    @property
    def applications(self) -> list[str]:
        return [f"{case.stream.number}-1" for case in self.cases]

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None) -> None:
        await self._passes(self.hands.session, act, officer, data)

    async def _write(self, act: str, officer: str, data: dict[str, Any] | None = None) -> None:
        await self._passes(self.hands.writing.session, act, officer, data)

    async def _passes(self, session: Session, act: str, officer: str, data: dict[str, Any] | None) -> None:
        answer = await session.act(f"round:dalian:{self.number}", act, officer, data or {}, None)
        assert answer.event.passed, answer.event.findings

    async def open(self, *insurers: str) -> Quarter:
        """Money for the year, and a case of each insurer with its application, when the quarter is open."""
        session = self.hands.writing.session
        money = {"amount": "5000000.00", "document": f"大财指{self.number}-{self.hands.serial}"}
        await session.open(f"ledger:dalian:{self.year}", "appropriate", "finance-1", money, None)
        for insurer in insurers or ("a",):
            case = self.hands.another().writing
            await case.bring_to("record_delivery")
            await case.act("insure", f"insurer-{insurer}-1", case.forms.contract(insurer, "20000000.00"))
            await case.act("apply", case.forms.enterprise)
            self.cases.append(case)
        await session.open(f"round:dalian:{self.number}", "open", "regulator-1", {"quarter": self.number}, None)
        return self

    async def filed(self) -> Quarter:
        """Every application filed by its insurer, and filing closed."""
        for case in self.cases:
            insurer = (await case.file()).facts["contract"]["insurer"]
            await self._write("file_return", f"{insurer}-1", case.forms.quarterly_return(f"{case.stream.number}-1"))
        await self._write("close_filing", "regulator-1")
        return self

    async def reviewed(self) -> Quarter:
        for office in JOINT:
            await self._write("review", f"{office}-1", self.hands.forms.review(*self.applications))
        return self

    async def signed(self) -> Quarter:
        await self._write("prepare_plan", "regulator-1")
        for office in JOINT:
            await self._write("sign_plan", f"{office}-2")
        return self

    async def ordered(self) -> Quarter:
        await self.do("order_payment", "finance-1")
        return self


async def seen(browser: Browser, officer: str, *paths: str) -> list[str]:
    """The pages an officer sees, each found."""
    await browser.sign_in(officer)
    told = []
    for path in paths:
        answer = await browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-800:])
        told.append(answer.text)
    return told
