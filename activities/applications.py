"""申请与保单: what acts of a case, a batch or a policy change of application and policy (articles 5, 10, 13)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from activities import payments, recoveries
from activities.done import Done
from db.sql import queries
from rules.identifiers import same_name
from rules.procedure import Barred
from rules.procedures import Stream
from rules.schemes.dalian_forms import handed_in
from rules.schemes.dalian_subsidy import application_number, insurance_time
from rules.values import ZERO

POLICY, PROCEEDING, SUBSIDY = queries("policy"), queries("proceeding"), queries("subsidy")


async def enter_application(done: Done) -> None:
    contract, application = done.after.facts["contract"], done.after.facts["application"]
    # What was added since waits from when it was agreed on (article 13).
    added_at = done.after.facts.get("recalculation", {}).get("insurance_time")
    insured_at = datetime.fromisoformat(added_at or application["insurance_time"])
    number = application["number"]
    whose = (done.stream.scheme, done.after.enterprise, contract["insurer"])
    asked = Decimal(done.after.money["subsidy_asked"])
    await done.connection.execute(SUBSIDY.add_application, number, str(done.stream), *whose, insured_at, asked)


async def withdraw_application(done: Done) -> None:
    withdrawn = await done.connection.fetchval(SUBSIDY.withdraw_application, str(done.stream))
    if "application" in done.after.facts and withdrawn is None:
        raise Barred("withdrawn_before_signing", "13", "a signed plan gives this application its money")
    await _release_policy(done)


async def _release_policy(done: Done) -> None:
    """The policy of a case that ends without a subsidy may be insured in another; its own proceeding ends."""
    if policy := await done.connection.fetchval(POLICY.release, str(done.stream)):
        await done.tell(policy, "release", {"because": f"{done.after.number}: {done.after.stage}"})


async def enter_policy(done: Done) -> None:
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


async def amend_policy(done: Done) -> None:
    """A corrected contract is corrected in its application and in its policy's own proceeding."""
    contract = done.effect.carries
    if contract is None:
        return
    asked, added = Decimal(done.after.money["subsidy_asked"]), "recalculation" in done.after.facts
    moment = None if added else insurance_time(done.after.facts["contract"], done.situation.edition)
    await done.connection.execute(SUBSIDY.revise_application, str(done.stream), asked, moment)
    number = contract.policy_number
    await done.connection.execute(POLICY.renumber, str(done.stream), number, same_name(number))
    policy = str(Stream("policy", done.stream.scheme, application_number(done.after)))
    await done.tell(policy, "amend", _of_policy(done))


async def revise_application(done: Done) -> None:
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


async def revise_own_application(done: Done) -> None:
    told = done.effect.carries.model_dump(mode="json")
    await done.connection.execute(SUBSIDY.revise_application, str(done.stream), *_asked(told))


def _asked(told: dict[str, Any]) -> tuple[Decimal, datetime | None]:
    moment = told["insurance_time"]
    return Decimal(told["subsidy_asked"]), datetime.fromisoformat(moment) if moment else None


async def end_insurance(done: Done) -> None:
    """What was never insured is not subsidised: where no plan is signed, its application ends, and its case."""
    case = done.after.about
    if done.effect.carries is None or case is None:
        await _reduce_waiting(done)
        return
    await done.connection.execute(SUBSIDY.withdraw_application, case)
    await done.connection.execute(POLICY.release, case)
    ground = done.after.facts["rescission"]["ground"]
    await done.tell(case, "end_insurance", {"policy": done.after.number, "ground": ground})


async def withdraw_uninsured(done: Done) -> None:
    """An application that came while the policy was being rescinded ends with its case."""
    await done.connection.execute(SUBSIDY.withdraw_application, str(done.stream))


async def revoke_application(done: Done) -> None:
    """A revoked recognition takes with it all that is not paid: its application, and its further batches.

    What was paid is recovered where the ground is fraud (article 15(2)).
    """
    await payments.cancel(done)
    await done.connection.execute(SUBSIDY.refuse_application, str(done.stream))
    await done.connection.execute(SUBSIDY.end_waiting, str(done.stream))
    if done.after.stage == "revoked":
        await release_stopped(done)
    await end_batches(done)
    if done.after.facts["revocation"]["ground"] == "fraud":
        await recoveries.recover_under(done)


async def release_stopped(done: Done) -> None:
    """A contract stays insured whose recognition is revoked (I-6); where nothing was paid on it the scheme is done."""
    if done.after.stage == "revoked" and not Decimal(done.after.money.get("paid", "0.00")):
        await _release_policy(done)


async def end_batches(done: Done) -> None:
    """A recognition that ends takes its further batches with it."""
    facts = done.after.facts
    revoked = facts.get("revocation")
    ended = revoked or {"reason": f"superseded by {facts['supersession']['by_case']}", "ground": "superseded"}
    told = {name: ended[name] for name in ("reason", "ground")}
    for batch in await done.connection.fetch(PROCEEDING.open_about, str(done.stream), "batch"):
        await done.tell(batch["stream"], "end_with_recognition", told)


async def end_batch(done: Done) -> None:
    await payments.cancel(done)
    if done.situation.file.stage in ("planned", "waitlisted"):
        await done.connection.execute(SUBSIDY.end_waiting, str(done.stream))
    else:
        await done.connection.execute(SUBSIDY.refuse_application, str(done.stream))
    if done.after.stage == "revoked":
        await _release_policy(done)


async def complete_application(done: Done) -> None:
    await done.connection.execute(SUBSIDY.complete_application, str(done.stream))


async def end_waiting(done: Done) -> None:
    if done.effect.carries:
        await done.connection.execute(SUBSIDY.end_waiting, str(done.stream))
