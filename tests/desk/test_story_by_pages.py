"""The spine by pages alone, in a real Chromium: from a submission to its paid subsidy, and what is refused meanwhile.

A second case, brought to its delivery through the officers' own door, insures too late.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser

from rules.edition import edition_of
from rules.schemes.dalian_quarter import fiscal_year_of
from service.sample_values import late_delivery, rolled_delivery
from tests.desk.clerk import Clerk, clerk, path_of
from tests.desk.serving import browsing, serving
from tests.hands import Hands

#: Half a minute on a quiet machine; more where others work too.
pytestmark = pytest.mark.timeout(400)
EDITION = edition_of("dalian")


class Offices:
    """Whoever acts, each at a browser of his own, opened when he is first asked for."""

    def __init__(self, browser: Browser, desk: str, opened: AsyncExitStack) -> None:
        self._browser, self._desk, self._opened = browser, desk, opened
        self.clerks: dict[str, Clerk] = {}

    async def __call__(self, officer: str) -> Clerk:
        if officer not in self.clerks:
            self.clerks[officer] = await self._opened.enter_async_context(clerk(self._browser, self._desk, officer))
        return self.clerks[officer]

    async def do(self, officer: str, proceeding: str, act: str, data: dict[str, Any] | None = None) -> str:
        """Have an officer do an act by its pages; it goes through."""
        one = await self(officer)
        said = await one.does(proceeding, act, data)
        assert "/acts/" not in one.page.url, f"{officer} {act}: {said}"
        return said


@asynccontextmanager
async def offices(hands: Hands) -> AsyncIterator[Offices]:
    async with serving(hands.session) as desk, browsing() as browser, AsyncExitStack() as opened:
        yield Offices(browser, desk, opened)


async def known(hands: Hands) -> str:
    """An enterprise that has an account, as it has submitted another product before."""
    earlier = hands.forms.submission()
    earlier["product"]["model"] = "DZ-0"
    await hands.submit(earlier)
    return hands.forms.enterprise


async def test_a_case_goes_from_its_submission_to_its_paid_subsidy_by_pages_alone(hands: Hands) -> None:
    enterprise = await known(hands)
    async with offices(hands) as do:
        case = await recognised(do, hands, enterprise)
        await insured(do, hands, case, enterprise)
        round_ = await reviewed(do, hands, case)
        await planned_and_signed(do, hands, round_)
        await paid(do, hands, round_, case)
        said = await at(do, enterprise, case)
        assert "500,000.00" in said
        history = [event.act for event in await hands.events()]
        assert history[-3:] == ["file", "plan", "pay"]
        complaints = [one for seen in do.clerks.values() for one in seen.complaints if "status of 4" not in one]
        assert complaints == []


async def at(do: Offices, officer: str, proceeding: str) -> str:
    """What an officer sees of a proceeding."""
    one = await do(officer)
    assert await one.reads(path_of(proceeding)) == 200
    return await one.said()


async def recognised(do: Offices, hands: Hands, enterprise: str) -> str:
    """Articles 9 and 10: submitted, returned, confirmed, assessed, proposed by one and published by another."""
    forms = hands.forms
    await do.do(enterprise, "case:dalian:new", "submit", forms.submission(complete=False))
    number = re.search(r"/p/case/(DL-\d{4}-\d{6})", (await do(enterprise)).page.url)
    assert number
    case = f"case:dalian:{number[1]}"
    hands.case = hands.stream._replace(number=number[1])
    elsewhere = await do("jinzhou-1")
    assert await elsewhere.reads(path_of(case)) == 404
    assert await elsewhere.sends(case, "confirm") in (403, 404)
    await do.do("ganjingzi-1", case, "return_for_correction", forms.correction_request())
    await do.do(enterprise, case, "correct", forms.correction())
    await do.do("ganjingzi-1", case, "confirm", forms.opinion())
    await do.do("bureau-1", case, "receive")
    await do.do("bureau-1", case, "entrust", forms.entrustment())
    await do.do("assessor-a-1", case, "assess", forms.report())
    await do.do("bureau-1", case, "propose")
    # Who prepared may not approve (article 15(3)): his page says so, and the record refuses him.
    preparer = await do("bureau-1")
    await preparer.reads(f"{path_of(case)}/acts/publish")
    assert await preparer.page.locator('button[name="send"]').count() == 0
    publisher = await do("bureau-2")
    await publisher.reads(f"{path_of(case)}/acts/publish")
    offered = await publisher.page.locator('[name="page"]').input_value()
    assert offered.endswith(f"/register/{number[1]}"), "the form offers the register's permanent address"
    await do.do("bureau-2", case, "publish", hands.forms.publication() | {"page": offered})
    await on_the_register(do, number[1])
    return case


async def on_the_register(do: Offices, number: str) -> None:
    """The register shows it to anybody, under the address that published it."""
    anybody = await do._opened.enter_async_context(clerk(do._browser, do._desk, None))
    assert await anybody.reads(f"/register/{number}") == 200
    assert number in await anybody.said()


async def insured(do: Offices, hands: Hands, case: str, enterprise: str) -> None:
    """Articles 11 and 13: delivered and insured in time, while another is late and refused with the count of days."""
    delivered = rolled_delivery(hands.today, EDITION)
    await do.do(enterprise, case, "record_delivery", hands.forms.delivery(delivered))
    await do.do("insurer-a-1", case, "insure", hands.forms.contract())
    await do.do(enterprise, case, "apply", hands.forms.request())
    late = hands.another()
    await late.bring_to("publish")
    form = late.forms.delivery(late_delivery(hands.today, EDITION))
    await late.act("record_delivery", None, form)
    insurer = await do("insurer-b-1")
    said = await insurer.does(str(late.stream), "insure", late.forms.contract("b", "20000000.00"))
    assert re.search(r"\b[0-9]+ days? after the last day", said), said
    assert "11" in said
    assert (await late.file()).stage == "recognised"


async def reviewed(do: Offices, hands: Hands, case: str) -> str:
    """Article 13: the insurer files, filing is closed, three offices review."""
    application, round_ = f"{case.rpartition(':')[2]}-1", f"round:dalian:{hands.quarter}"
    await do.do("regulator-1", "round:dalian:new", "open", {"quarter": hands.quarter})
    await do.do("insurer-a-1", round_, "file_return", hands.forms.quarterly_return(application))
    await hands.reached("filed")
    await do.do("regulator-1", round_, "close_filing")
    for office in ("regulator", "bureau", "finance"):
        await do.do(f"{office}-1", round_, "review", hands.forms.review(application))
    return round_


async def planned_and_signed(do: Offices, hands: Hands, round_: str) -> None:
    """A plan is refused when the year's money has moved since it was drawn; its preparer may not sign it."""
    year = fiscal_year_of(int(hands.quarter[:4]), int(hands.quarter[5]))
    ledger = f"ledger:dalian:{year}"
    money = {"amount": "600000.00", "document": f"大财指〔{year}〕1号"}
    # A year's first money opens its ledger, whose number no form names: that is the finance bureau's own page.
    await hands.session.open(ledger, "appropriate", "finance-1", money, None)
    await do.do("regulator-1", round_, "prepare_plan")
    assert await (await do("regulator-1")).sends(round_, "sign_plan") == 403
    await do.do("finance-1", ledger, "adjust", {"amount": "300000.00", "document": f"大财指〔{year}〕2号"})
    for office in ("regulator", "bureau"):
        await do.do(f"{office}-2", round_, "sign_plan")
    # The third signature works the plan out again.
    signer = await do("finance-2")
    refused = await signer.does(round_, "sign_plan")
    assert "/acts/" in signer.page.url
    assert "13" in refused
    assert (await hands.beside(hands.stream._replace(kind="round", number=hands.quarter)).file()).stage == "planned"
    await do.do("finance-1", ledger, "appropriate", {**money, "document": f"大财指〔{year}〕3号"})
    await do.do("regulator-1", round_, "prepare_plan")
    for office in ("regulator", "bureau", "finance"):
        await do.do(f"{office}-2", round_, "sign_plan")
    await hands.reached("planned")


async def paid(do: Offices, hands: Hands, round_: str, case: str) -> None:
    """Finance orders; another of its officers pays; the case is told."""
    await do.do("finance-1", round_, "order_payment")
    assert await (await do("finance-1")).sends(round_, "pay") in (403, 422)
    await do.do("finance-2", round_, "pay", hands.forms.vouchers("insurer-a"))
    await hands.reached("paid")
