"""Further batches under one recognition: each its own delivery, contract and subsidy, and none outlives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from service.auditing import verified
from tests.activities.desk import PATH, Desk, first


@dataclass
class Batch:
    """A further batch of a desk's case."""

    desk: Desk
    stream: str

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
        recorded = await self.desk.order(act, officer, data, kind="batch", stream=self.stream)
        assert recorded.answer
        return recorded.answer

    async def stage(self) -> str:
        return (await self.desk.file_of(self.stream)).stage

    def contract(self, **told: Any) -> dict[str, Any]:
        return {**self.desk.forms.contract(), "policy_number": f"PA-{self.stream[-4:]}", **told}


async def delivered(desk: Desk, **told: Any) -> Batch:
    """Deliver a further batch under the desk's case; the law lets it pass."""
    answer = await deliver(desk, **told)
    assert answer.event.passed, answer.event.findings
    return Batch(desk, answer.stream)


async def deliver(desk: Desk, officer: str | None = None, **told: Any) -> Answer:
    form = {**desk.forms.further_delivery(desk.case.rpartition(":")[2]), **told}
    command = desk.command("batch", "deliver", officer or desk.forms.enterprise, form, stream="batch:dalian:new")
    return await desk.record.open(command)


def failed(answer: Answer) -> set[tuple[str, str]]:
    return {(finding.rule, finding.article) for finding in answer.event.findings if not finding.passed}


async def test_two_batches_under_one_recognition_are_insured_and_paid_each_for_itself(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk)
    assert batch.stream == f"batch:dalian:{desk.case.rpartition(':')[2]}-2"
    await batch.do("insure", "insurer-a-1", batch.contract(sum_insured="20000000.00"))
    answer = await batch.do("apply", desk.forms.enterprise)
    assert answer.standing.stage == "applied"
    await desk.order("apply", desk.forms.enterprise)
    rows = await desk.pool.fetch("select number, stream, asked from subsidy_application order by number")
    number = desk.application
    assert [(row["number"], row["stream"], f"{row['asked']}") for row in rows] == [
        (number, desk.case, "600000.00"),
        (f"{number[:-2]}-2", batch.stream, "200000.00"),
    ]
    await desk.relay()
    assert {row["stream"] for row in await desk.pool.fetch("select stream from policy")} == {
        f"policy:dalian:{number}",
        f"policy:dalian:{number[:-2]}-2",
    }


async def test_a_second_batch_for_the_same_user_is_no_first_batch(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk, user=desk.forms.delivery()["user"])
    assert failed(await batch.do("insure", "insurer-a-1", batch.contract())) == {("first_batch_for_this_user", "2")}


async def test_nothing_is_delivered_under_a_case_that_is_not_recognised(desk: Desk) -> None:
    await desk.play(first("case", "publish"))
    with pytest.raises(Barred, match="recognition_holds"):
        await deliver(desk)


async def test_nothing_is_delivered_under_a_recognition_whose_year_is_over(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    desk.moment += timedelta(days=370)
    with pytest.raises(Barred, match="recognition_holds"):
        await deliver(desk)


async def test_nothing_is_delivered_under_a_case_that_is_not_there(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    with pytest.raises(Unfit, match="there is no case"):
        await deliver(desk, case="DL-2020-000001")


async def test_nobody_delivers_under_anothers_recognition(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    other = Desk(desk.pool, serial=desk.serial + 1, moment=desk.moment)
    await other.play(1)
    with pytest.raises(Barred, match="own_case"):
        await deliver(desk, other.forms.enterprise)


async def test_a_revoked_recognition_takes_its_open_batches_with_it(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk)
    await batch.do("insure", "insurer-a-1", batch.contract())
    await batch.do("apply", desk.forms.enterprise)
    await desk.order("propose_revocation", "bureau-1")
    await desk.order("revoke", "bureau-2")
    await desk.relay()
    assert await batch.stage() == "revoked"
    assert {row["state"] for row in await desk.pool.fetch("select state from subsidy_application")} == {"refused"}


async def test_a_batch_not_insured_in_the_recognitions_year_expires(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk)
    rung = {"deadline": "recognition_valid_until", "rung": "passed"}
    command = desk.command("batch", "expire", "clock", rung, stream=batch.stream, id="expire/rung")
    await desk.write(await desk.attempt(command, by_clock=True))
    assert await batch.stage() == "expired"


async def test_a_batch_can_be_withdrawn_before_its_plan_is_signed(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk)
    await batch.do("insure", "insurer-a-1", batch.contract())
    await batch.do("apply", desk.forms.enterprise)
    assert (await batch.do("withdraw", desk.forms.enterprise)).standing.stage == "withdrawn"
    assert await desk.pool.fetchval("select state from subsidy_application") == "withdrawn"


async def test_a_quote_tells_what_cap_and_budget_leave_uncovered(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    await desk.order("appropriate", "finance-1", {"amount": "450000.00", "document": "指1号"}, kind="ledger")
    for insurer in ("insurer-a", "insurer-b"):
        await desk.order("quote", f"{insurer}-1")
    quotes = (await desk.file()).facts["quotes"]
    assert set(quotes) == {"insurer-a", "insurer-b"}
    told = {name: quotes["insurer-a"][name] for name in ("premium", "subsidy", "cap_left", "uncovered")}
    assert told == {"premium": "1800000.00", "subsidy": "600000.00", "cap_left": "500000.00", "uncovered": "600000.00"}


@pytest.mark.parametrize("budget", ["5000000.00", "0.01", None])
async def test_a_batch_whose_money_is_planned_gets_none_of_it_when_the_recognition_is_revoked(
    desk: Desk, budget: str | None
) -> None:
    await desk.play(first("case", "apply"))
    batch = await delivered(desk)
    await batch.do("insure", "insurer-a-1", batch.contract(sum_insured="1000000.00"))
    await batch.do("apply", desk.forms.enterprise)
    if budget:
        await desk.order("appropriate", "finance-1", {"amount": budget, "document": "指1号"}, kind="ledger")
    number = batch.stream.rpartition(":")[2]
    forms = {"file_return": desk.forms.quarterly_return(number), "review": desk.forms.review(number)}
    for step in PATH[first("round", "open") : first("case", "plan")]:
        if step.kind == "round":
            await desk.order(step.act, step.officer, forms.get(step.act), kind="round")
            await desk.relay()
    await desk.order("propose_revocation", "bureau-1")
    await desk.order("revoke", "bureau-2")
    await desk.relay()
    file = await desk.file_of(batch.stream)
    assert (file.stage, file.money["waitlisted"], file.money["approved"]) == ("revoked", "0.00", "0.00")
    assert await desk.pool.fetchval("select sum(waiting) from subsidy_application") == 0
    assert await desk.pool.fetchval("select count(*) from outbox where not done and command_id like '%/%'") == 0
    found = await verified(desk.pool)
    assert found["ok"], found


async def test_a_superseded_recognition_takes_its_batches_with_it(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    batch = await delivered(desk)
    other = Desk(desk.pool, serial=desk.serial + 10_000_000, moment=desk.moment)
    await other.play(first("case", "record_delivery"))
    await desk.order("supersede", "bureau-1", {"by_case": other.case.rpartition(":")[2]})
    await desk.relay()
    assert await batch.stage() == "revoked"
