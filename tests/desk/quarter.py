"""A quarter brought on by hand, for tests of the pages that show it."""

from __future__ import annotations

from typing import Any

from rules.schemes.dalian_quarter import fiscal_year_of
from tests.desk.browser import Browser
from tests.hands import Hands

JOINT = ("regulator", "bureau", "finance")


class Quarter:
    """A round of this test's own, with its applications."""

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
        stream = f"round:dalian:{self.number}"
        answer = await self.hands.session.act(stream, act, officer, data or {}, None)
        assert answer.event.passed, answer.event.findings

    async def open(self, *insurers: str) -> Quarter:
        """Money for the year, and a case of each insurer with its application, when the quarter is open."""
        session = self.hands.session
        money = {"amount": "5000000.00", "document": f"大财指{self.number}-{self.hands.serial}"}
        await session.open(f"ledger:dalian:{self.year}", "appropriate", "finance-1", money, None)
        for insurer in insurers or ("a",):
            case = self.hands.another()
            await case.bring_to("record_delivery")
            await session.act(
                str(case.stream), "insure", f"insurer-{insurer}-1", case.forms.contract(insurer, "20000000.00"), None
            )
            await case.act("apply", case.forms.enterprise)
            self.cases.append(case)
        await session.open(f"round:dalian:{self.number}", "open", "regulator-1", {"quarter": self.number}, None)
        return self

    async def filed(self) -> Quarter:
        """Every application filed by its insurer, and filing closed."""
        for case in self.cases:
            insurer = (await case.file()).facts["contract"]["insurer"]
            await self.do("file_return", f"{insurer}-1", case.forms.quarterly_return(f"{case.stream.number}-1"))
        await self.do("close_filing", "regulator-1")
        return self

    async def reviewed(self) -> Quarter:
        for office in JOINT:
            await self.do("review", f"{office}-1", self.hands.forms.review(*self.applications))
        return self

    async def signed(self) -> Quarter:
        await self.do("prepare_plan", "regulator-1")
        for office in JOINT:
            await self.do("sign_plan", f"{office}-2")
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
