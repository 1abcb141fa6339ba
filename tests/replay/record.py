"""Record what the corpus lacks: `make histories`. What is recorded must replay under every later version of the code.

Add a history where a workflow learns something new. One that is there is kept as it was recorded; delete it only when
no case like it can run any more.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import open_pool
from rules.procedures import Stream
from service.session import Session
from starters.story import Story
from tests.hands import STRAIGHT_PATH, Clock, Hands, working
from tests.servers import start_skipping

HISTORIES = Path(__file__).parent / "histories"


async def main(postgres: EmbeddedPostgres) -> None:
    await prepare(postgres.dsn(), "record")
    async with (
        await start_skipping() as environment,
        await open_pool(postgres.dsn(PROGRAM, DATABASE, "record")) as pool,
        working(environment.client, pool, "record"),
    ):
        clock = Clock()
        await record_all(
            Hands(Session(pool, environment.client, "record", clock), clock, environment, lambda: "2030Q1")
        )


async def record_all(hands: Hands) -> None:
    """Open histories at every stage of the straight path, and closed ones of every ending there is."""
    await hands.submit()
    await keep(hands, hands.stream, "open-district_review")
    await hands.act("return_for_correction", "ganjingzi-1")
    await keep(hands, hands.stream, "open-correction")
    await hands.act("correct")
    for act, officer in STRAIGHT_PATH:
        answer = await hands.act(act, officer)
        await keep(hands, hands.stream, f"open-{answer.standing.stage}-after-{act}")
    await hands.act("withdraw")
    await keep(hands, hands.stream, "closed-withdrawn")

    asked = hands.another()
    await asked.bring_to("entrust")
    await asked.act("ask_for_more", "assessor-a-1")
    await keep(asked, asked.stream, "open-assessment_correction")
    revoked = hands.another()
    await revoked.bring_to("publish")
    await revoked.act("propose_revocation", "bureau-1")
    await revoked.act("revoke", "bureau-2")
    await keep(revoked, revoked.stream, "closed-revoked")
    lapsing = hands.another()
    await lapsing.submit()
    await lapsing.act("return_for_correction", "ganjingzi-1")
    await lapsing.pass_days(30)
    await lapsing.reached("lapsed")
    await keep(lapsing, lapsing.stream, "closed-lapsed")
    # The workflows of the next cases begin today, whatever the last one's clock says.
    hands.clock.ahead = timedelta()
    expiring = hands.another()
    await expiring.bring_to("publish")
    await expiring.pass_days(370)
    await expiring.reached("expired")
    await keep(expiring, expiring.stream, "closed-expired")
    hands.clock.ahead = timedelta()
    await record_beside_cases(hands)
    hands.clock.ahead = timedelta()
    ending = await Story(hands.session, lambda _: None, hands.another().serial, hands.quarter).play()
    await keep(hands, ending.paid, "closed-paid")
    recovery = await opened(hands, "recovery", "finance-1", about(ending.paid, hands.forms.of("open_recovery")))
    await keep(hands, recovery.stream, "open-opened")
    await keep(hands, ending.late, "open-recognised-late")
    await keep(hands, ending.round, "closed-paid")
    # A quarter that no test opens: their workflows share a server.
    early = await hands.session.open("round:dalian:2029Q4", "open", "regulator-1", {"quarter": "2029Q4"}, None)
    await keep(hands, hands.stream_of(early), "open-filing")


async def record_beside_cases(hands: Hands) -> None:
    """Policies, a further batch, and what is opened about them."""
    insured = hands.another()
    await insured.bring_to("apply")
    policy = insured.beside(Stream("policy", "dalian", f"{insured.stream.number}-1"))
    await policy.reached("in_force")
    await keep(policy, policy.stream, "open-in_force")
    await policy.act("endorse", "insurer-a-1")
    await insured.until(lambda file: "recalculation" in file.facts)
    await keep(insured, insured.stream, "open-applied-after-recalculate")
    form = insured.forms.further_delivery(insured.stream.number)
    batch = await opened(insured, "batch", insured.forms.enterprise, form)
    await keep(batch, batch.stream, "open-recognised")
    loss = await opened(
        insured, "loss_claim", "insurer-a-1", {**insured.forms.of("report"), "policy": str(policy.stream)}
    )
    await loss.act("accept_loss", "insurer-a-1")
    await keep(loss, loss.stream, "open-accepted")
    complaint = await opened(insured, "complaint", "regulator-1", insured.forms.of("receive_complaint"))
    await complaint.act("admit_complaint", "regulator-1")
    await keep(complaint, complaint.stream, "open-admitted")
    await policy.pass_days(400)
    await policy.reached("expired")
    await keep(policy, policy.stream, "closed-expired")
    nomination = {**hands.forms.of("nominate"), "insurer": "insurer-b"}
    nominated = await opened(hands, "pilot_insurer", "regulator-1", nomination)
    await keep(nominated, nominated.stream, "open-listed")
    hands.clock.ahead = timedelta()
    rescinded = hands.another()
    await rescinded.bring_to("apply")
    policy = rescinded.beside(Stream("policy", "dalian", f"{rescinded.stream.number}-1"))
    await policy.reached("in_force")
    await policy.act("rescind", "insurer-a-1")
    await keep(policy, policy.stream, "closed-rescinded")
    await keep(rescinded, rescinded.stream, "closed-uninsured")


def about(paid: Stream, form: dict[str, Any]) -> dict[str, Any]:
    """A recovery's form, of what a case was paid."""
    return {**form, "about": str(paid), "applications": [f"{paid.number}-1"], "fraudster": "insurer-a"}


async def opened(hands: Hands, kind: str, officer: str, form: dict[str, Any]) -> Hands:
    """Open a proceeding beside the cases."""
    stream = Stream(kind, "dalian", "new")
    answer = await hands.session.open(str(stream), stream.procedure.opening.name, officer, form, None)
    return hands.beside(hands.stream_of(answer))


async def keep(hands: Hands, stream: Stream, name: str) -> None:
    """Store a history under the kind of its proceeding and a name that says where it stands."""
    handle = hands.session.client.get_workflow_handle(str(stream))
    if name.startswith("closed"):
        await handle.result()
    path = HISTORIES / f"{stream.kind}-{name}.json"
    if path.exists():
        return
    path.write_text((await handle.fetch_history()).to_json(), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        asyncio.run(main(server))
