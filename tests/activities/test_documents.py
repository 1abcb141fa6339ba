"""Documents in the record: by whom they may be handed in, how they follow one another, who is shown which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.authority import known_officer
from activities.contracts import Answer
from activities.documents import dossier_of, seen_by, to_be_read
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from service.sample_forms import digest
from service.showing import shown as whole
from tests.activities.desk import PATH, QUARTER, Desk, first


async def hand_in(desk: Desk, proves: str, officer: str, subject: str = "", **told: Any) -> Answer:
    """Hand a document of a proceeding in."""
    form = {**desk.forms.document(), "proves": proves, "name": f"{proves}.pdf", "sha256": digest(proves), **told}
    stream = str(dossier_of(stream_of(subject or desk.case)))
    recorded = await desk.order("add_document", officer, form, kind="dossier", stream=stream)
    assert recorded.answer
    return recorded.answer


async def withdraw(desk: Desk, number: str, officer: str) -> Answer:
    form = {"number": number, "reason": "错件"}
    stream = str(dossier_of(stream_of(desk.case)))
    recorded = await desk.order("withdraw_document", officer, form, kind="dossier", stream=stream)
    assert recorded.answer
    return recorded.answer


async def shown(desk: Desk, officer: str, subject: str = "") -> list[dict[str, Any]]:
    """What an officer sees of a proceeding's documents."""
    async with desk.pool.acquire() as connection:
        acting = await known_officer(connection, officer, datetime.now(UTC))
    return await seen_by(desk.pool, stream_of(subject or desk.case), acting)


async def names(desk: Desk, officer: str, subject: str = "") -> list[str]:
    return [one["proves"] for one in await shown(desk, officer, subject)]


async def test_a_document_is_kept_with_its_hash_and_whose_it_is(desk: Desk) -> None:
    await desk.play(1)
    answer = await hand_in(desk, "licence", desk.forms.enterprise)
    (kept,) = await shown(desk, desk.forms.enterprise)
    number = f"case-{desk.case.split(':')[-1]}-1"
    assert (kept["number"], kept["version"], kept["office"]) == (number, 1, desk.forms.enterprise)
    assert (kept["sha256"], kept["received_at"]) == (digest("licence"), desk.moment)
    assert answer.stream == f"dossier:dalian:case-{desk.case.split(':')[-1]}"
    assert answer.event.passed


async def test_one_of_the_same_name_is_the_next_version_and_says_which_it_follows(desk: Desk) -> None:
    await desk.play(1)
    for content in ("one", "two", "three"):
        await hand_in(desk, "licence", desk.forms.enterprise, sha256=digest(content))
    await hand_in(desk, "licence", desk.forms.enterprise, name="another.pdf")
    kept = await shown(desk, desk.forms.enterprise)
    assert [one["version"] for one in kept] == [1, 2, 3, 1]
    assert [one["supersedes"] for one in kept] == [None, kept[0]["number"], kept[1]["number"], None]


async def test_nobody_replaces_another_offices_document(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await hand_in(desk, "contract", desk.forms.enterprise)
    await hand_in(desk, "contract", "insurer-a-1", sha256=digest("the insurer's"))
    assert [(one["office"], one["version"]) for one in await shown(desk, "bureau-1")] == [
        (desk.forms.enterprise, 1),
        ("insurer-a", 1),
    ]


async def test_the_same_command_hands_a_document_in_once(desk: Desk) -> None:
    await desk.play(1)
    form = desk.forms.document()
    command = desk.command("dossier", "add_document", desk.forms.enterprise, form, stream=str(_dossier(desk)))
    first_time, again = await desk.record.open(command), await desk.record.open(command)
    assert first_time == again
    assert len(await shown(desk, desk.forms.enterprise)) == 1


def _dossier(desk: Desk) -> Any:
    return dossier_of(stream_of(desk.case))


async def test_the_very_same_document_is_not_handed_in_twice(desk: Desk) -> None:
    await desk.play(1)
    await hand_in(desk, "licence", desk.forms.enterprise)
    with pytest.raises(Unfit, match="must be new"):
        await hand_in(desk, "licence", desk.forms.enterprise)


async def test_what_was_withdrawn_may_be_handed_in_again(desk: Desk) -> None:
    await desk.play(1)
    await hand_in(desk, "licence", desk.forms.enterprise)
    (kept,) = await shown(desk, desk.forms.enterprise)
    await withdraw(desk, kept["number"], desk.forms.enterprise)
    await hand_in(desk, "licence", desk.forms.enterprise)
    assert [(one["version"], one["withdrawn_because"]) for one in await shown(desk, "ganjingzi-1")] == [
        (1, "错件"),
        (2, None),
    ]


async def test_only_the_office_that_handed_it_in_withdraws_a_document_and_once(desk: Desk) -> None:
    await desk.play(1)
    await hand_in(desk, "licence", desk.forms.enterprise)
    (kept,) = await shown(desk, desk.forms.enterprise)
    with pytest.raises(Barred, match="own_document"):
        await withdraw(desk, kept["number"], "ganjingzi-1")
    await withdraw(desk, kept["number"], desk.forms.enterprise)
    for number, why in ((kept["number"], "already"), ("case-DL-2026-000009-1", "must be a document of")):
        with pytest.raises(Unfit, match=why):
            await withdraw(desk, number, desk.forms.enterprise)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"proves": "weather"}, "proves"),
        ({"name": "../licence.pdf"}, "name"),
        ({"name": "a\tb.pdf"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"media_type": "text/html"}, "media_type"),
        ({"size": 0}, "size"),
        ({"sha256": "A" * 64}, "sha256"),
    ],
)
async def test_a_document_that_cannot_be_is_told_by_its_field(desk: Desk, told: dict[str, Any], field: str) -> None:
    await desk.play(1)
    before = await desk.events()
    with pytest.raises(Unfit, match=f"^{field}"):
        await hand_in(desk, **{"proves": "licence", "officer": desk.forms.enterprise, **told})
    assert await desk.events() == before


@pytest.mark.parametrize(
    ("subject", "why"),
    [("case:dalian:DL-2030-000009", "there is no case"), ("offices:dalian:register", "must be a case")],
)
async def test_a_document_of_nothing_is_not_taken(desk: Desk, subject: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        await hand_in(desk, "licence", "bureau-1", subject)


@pytest.mark.parametrize("number", ["register", "offices-register", "case-", "weather-1"])
async def test_a_dossier_that_names_no_proceeding_is_none(desk: Desk, number: str) -> None:
    stream = f"dossier:dalian:{number}"
    with pytest.raises(Unfit, match="stream"):
        await desk.order("add_document", "bureau-1", desk.forms.document(), kind="dossier", stream=stream)


@pytest.mark.parametrize(
    ("officer", "proves", "rule"),
    [
        ("zhongshan-1", "site_visit", "own_district"),
        ("ganjingzi-1", "licence", "hands_in_its_own"),
        ("bureau-1", "licence", "hands_in_its_own"),
        ("assessor-b-1", "report", "own_assessment"),
        ("insurer-b-1", "contract", "own_contract"),
        ("insurer-a-1", "licence", "hands_in_its_own"),
        ("regulator-1", "contract", "hands_in_its_own"),
        ("ghost", "licence", "officer_known"),
    ],
)
async def test_an_office_hands_in_what_is_of_its_own_concern(desk: Desk, officer: str, proves: str, rule: str) -> None:
    await desk.play(first("case", "apply"))
    with pytest.raises(Barred, match=rule):
        await hand_in(desk, proves, officer)
    assert (await desk.refusals())[-1][:3] == ("add_document", officer, rule)


async def test_another_enterprise_hands_nothing_in(desk: Desk) -> None:
    await desk.play(1)
    other = Desk(desk.pool, serial=2)
    await other.play(1)
    with pytest.raises(Barred, match="own_case"):
        await hand_in(desk, "licence", other.forms.enterprise)


async def test_a_documents_facts_are_the_fields_that_name_its_hash(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await hand_in(desk, "licence", desk.forms.enterprise, sha256=digest("营业执照"))
    await hand_in(desk, "contract", "insurer-a-1", sha256=digest("保险合同"))
    await hand_in(desk, "invoice", desk.forms.enterprise)
    told = {one["proves"]: one["proves_facts"] for one in await shown(desk, "bureau-1")}
    assert told["licence"][0] == {"seq": 1, "act": "submit", "field": "papers[0].sha256"}
    assert [(one["act"], one["field"]) for one in told["contract"]] == [("insure", "contract_sha256")]
    assert told["invoice"] == []


async def test_the_regulator_and_the_finance_bureau_see_papers_from_the_quarterly_return_on(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    await hand_in(desk, "licence", desk.forms.enterprise)
    await hand_in(desk, "contract", "insurer-a-1")
    assert [await names(desk, officer) for officer in ("regulator-1", "finance-1", "insurer-a-1")] == [
        [],
        [],
        ["contract"],
    ]
    for place in range(first("round", "file_return"), first("case", "file") + 1):
        await desk.do(PATH[place])
    both = ["licence", "contract"]
    assert [await names(desk, officer) for officer in ("regulator-1", "finance-1", "bureau-1")] == [both, both, both]
    assert await names(desk, "insurer-b-1") == []
    assert await names(desk, "zhongshan-1") == []


async def test_an_insurer_sees_its_own_papers_of_a_round_and_no_other_insurers(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    subject = f"round:dalian:{QUARTER}"
    await hand_in(desk, "summary", "insurer-a-1", subject)
    await hand_in(desk, "summary", "insurer-b-1", subject, sha256=digest("b's"))
    assert [one["office"] for one in await shown(desk, "insurer-a-1", subject)] == ["insurer-a"]
    assert len(await shown(desk, "regulator-1", subject)) == 2


async def test_a_loss_claims_papers_are_its_policys_parties(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await desk.relay()
    await desk.order("report", "insurer-a-1", kind="loss_claim")
    subject = desk.opened["loss_claim"]
    await hand_in(desk, "report", "insurer-a-1", subject)
    seen = {officer: await names(desk, officer, subject) for officer in ("ganjingzi-1", "zhongshan-1", "insurer-b-1")}
    assert seen == {"ganjingzi-1": ["report"], "zhongshan-1": [], "insurer-b-1": []}
    assert await names(desk, desk.forms.enterprise, subject) == ["report"]
    with pytest.raises(Barred, match="own_contract"):
        await hand_in(desk, "report", "insurer-b-1", subject)


async def test_a_complaints_papers_are_the_handling_offices_alone(desk: Desk) -> None:
    await desk.order("receive_complaint", "regulator-1", kind="complaint")
    subject = desk.opened["complaint"]
    await hand_in(desk, "evidence", "regulator-1", subject)
    with pytest.raises(Barred, match="handling_office"):
        await hand_in(desk, "evidence", "bureau-1", subject)
    seen = {officer: await names(desk, officer, subject) for officer in ("regulator-2", "bureau-1", "finance-1")}
    assert seen == {"regulator-2": ["evidence"], "bureau-1": [], "finance-1": []}


async def test_a_document_is_given_only_to_whom_it_is_shown(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await hand_in(desk, "licence", desk.forms.enterprise)
    (kept,) = await shown(desk, desk.forms.enterprise)
    async with desk.pool.acquire() as connection:
        bureau, insurer = [await known_officer(connection, one, desk.moment) for one in ("bureau-1", "insurer-a-1")]
    assert (await to_be_read(desk.pool, kept["number"], bureau))["sha256"] == digest("licence")
    with pytest.raises(Barred, match="entitled_to_see"):
        await to_be_read(desk.pool, kept["number"], insurer)
    with pytest.raises(Unfit, match="there is no document"):
        await to_be_read(desk.pool, "case-DL-2030-000001-9", bureau)


async def test_papers_may_follow_a_case_that_is_closed(desk: Desk) -> None:
    await desk.play(1)
    await desk.order("withdraw", desk.forms.enterprise)
    assert (await hand_in(desk, "licence", desk.forms.enterprise)).event.passed


async def test_a_dossier_awaits_nobody_and_shows_its_papers_only_where_they_are_shown_to_whom_they_concern(
    desk: Desk,
) -> None:
    await desk.play(1)
    await hand_in(desk, "licence", desk.forms.enterprise)
    dossier = _dossier(desk)
    assert await desk.pool.fetchval("select awaits from proceeding where stream = $1", str(dossier)) == []
    assert (await whole(desk.pool, dossier, "zhongshan-1"))["facts"] == {}
