"""A proceeding's page, and acts done by its forms alone."""

from __future__ import annotations

import pytest

from db.pool import Pool
from rules.procedures import stream_of
from service.showing import shown
from tests.activities.desk import Desk, first
from tests.activities.walk import Walk
from tests.desk.browser import Browser, flat
from tests.hands import Hands
from tests.model import model


async def test_an_enterprise_submits_by_the_form_alone_and_sees_its_case(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    # Another product of the same enterprise.
    form = hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]}
    await browser.sign_in(hands.forms.enterprise)
    page = await browser.get("/p/case/new/acts/submit")
    assert page.status_code == 200
    assert "papers[0].sha256" in page.text
    preview = await browser.post("/p/case/new/acts/submit", flat(form) | {"preview": "yes", "command": "a-1"})
    assert preview.status_code == 200
    assert "It would go through" in preview.text
    sent = await browser.post("/p/case/new/acts/submit", flat(form) | {"send": "yes", "command": "a-1"})
    assert sent.status_code == 303
    again = await browser.post("/p/case/new/acts/submit", flat(form) | {"send": "yes", "command": "a-1"})
    assert again.headers["location"] == sent.headers["location"]


async def test_a_district_confirms_by_the_form_alone(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    assert hands.stream.number in (await browser.get("/work")).text
    where = f"/p/case/{hands.stream.number}"
    shown = await browser.get(where)
    assert f"{where}/acts/confirm" in shown.text
    # The enterprise's officer signs in by its credit code, which is told as what it is.
    assert f"<dt>Credit code</dt><dd>{hands.forms.enterprise}" in "".join(map(str.strip, shown.text.split("\n")))
    form = flat(hands.forms.of("confirm"))
    sent = await browser.post(f"{where}/acts/confirm", form | {"send": "yes", "command": "c-1"})
    assert sent.status_code == 303, sent.text
    assert "Confirm" in (await browser.get(sent.headers["location"])).text


async def test_a_wrong_form_comes_back_with_every_fault_beside_its_field(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    where = f"/p/case/{hands.stream.number}/acts/confirm"
    form = flat(hands.forms.of("confirm")) | {"opinion": "", "checklist[0].met": ""}
    answer = await browser.post(where, form | {"send": "yes", "command": "c-2"})
    assert answer.status_code == 422
    # Each is told beside its field, and above the form, with a way to the field.
    assert answer.text.count("must be given") == 4
    assert '<a href="#f-opinion">Opinion</a> — must be given' in answer.text
    checked = await browser.post(f"{where}/check", {"site_visit_on": "2999-01-01"})
    assert 'hx-swap-oob="true"' in checked.text


@pytest.mark.parametrize("officer", ["shahekou-1", "insurer-a-1", "assessor-a-1"])
async def test_who_has_nothing_to_do_with_a_case_does_not_find_it_or_act_in_it(
    browser: Browser, hands: Hands, officer: str
) -> None:
    await hands.submit()
    await browser.sign_in(officer)
    where = f"/p/case/{hands.stream.number}"
    answer = await browser.post(f"{where}/acts/confirm", flat(hands.forms.of("confirm")) | {"send": "yes"})
    assert answer.status_code in (404, 403)
    assert (await hands.file()).stage == "district_review"


#: Whom a proceeding is shown to, of an owner, an insurer, an assessor, a district and an enterprise to none of whom it
#: belongs; and besides, whose it is.
SHOWN = {
    "ledger": ({"bureau-1"}, "finance-1"),
    "round": ({"bureau-1", "insurer-b-1"}, "insurer-a-1"),
    "recovery": ({"bureau-1"}, "insurer-a-1"),
    "offices": ({"bureau-1"}, "regulator-1"),
    "work": ({"bureau-1"}, "bureau-2"),
    "dossier": ({"bureau-1"}, "ganjingzi-1"),
    "policy": ({"bureau-1"}, "ganjingzi-1"),
    "pilot_insurer": ({"bureau-1"}, "insurer-a-1"),
}


@pytest.mark.parametrize("kind", SHOWN)
async def test_what_others_settle_among_themselves_is_not_found_by_guessing_its_number(
    reader: Browser, pool: Pool, alone: Hands, kind: str
) -> None:
    walk, (seen_by, whose) = Walk(pool), SHOWN[kind]
    await walk.to(model()[kind].transitions[0].to, kind)
    strangers = [*("bureau-1", "insurer-b-1", "assessor-b-1", "shahekou-1"), await stranger(walk)]
    stream = stream_of(walk.stream(kind))
    for officer in (*strangers, whose):
        await reader.sign_in(officer)
        found = officer in {*seen_by, whose}
        assert (await reader.get(f"/p/{kind}/{stream.number}")).status_code == (200 if found else 404), officer
        told = await reader.get(f"/api/proceedings/{kind}/{stream.number}")
        assert told.status_code == (200 if found else 404), officer
        listed = (await reader.get(f"/api/proceedings/{kind}")).json()["items"]
        assert found or stream.number not in [one["number"] for one in listed], officer
        if not found:
            assert f"/p/{kind}/" not in (await reader.get(f"/search?q={stream.number}")).text


@pytest.mark.parametrize(("next_act", "found"), [("publish", False), ("insure", True), ("apply", False)])
async def test_an_insurer_finds_a_case_from_its_recognition_on_until_another_insures_it(
    reader: Browser, pool: Pool, next_act: str, found: bool
) -> None:
    desk = Desk(pool)
    await desk.play(first("case", next_act))
    number = stream_of(desk.case).number
    await reader.sign_in("insurer-b-1")
    for path in (f"/p/case/{number}", f"/api/proceedings/case/{number}"):
        assert (await reader.get(path)).status_code == (200 if found else 404)
    listed = (await reader.get("/api/proceedings/case")).json()["items"]
    assert (number in [one["number"] for one in listed]) == found
    assert ((await reader.get(f"/search?q={number}")).headers.get("location") == f"/p/case/{number}") == found


async def test_who_hands_a_document_in_for_an_enterprise_is_masked_in_the_dossier_too(pool: Pool) -> None:
    walk = await Walk(pool).to("open", "dossier")
    stream, uscc = stream_of(walk.stream("dossier")), walk.forms.enterprise
    by_office = {
        officer: (await shown(pool, stream, officer))["events"][0]["officer_name"] for officer in ("bureau-1", uscc)
    }
    assert by_office["bureau-1"] == by_office[uscc][:1] + "＊＊"


async def test_an_insurer_sees_of_a_quarter_its_own_return_and_not_what_another_filed(pool: Pool) -> None:
    walk = await Walk(pool).to("planned", "round", ["file_return", "review"])
    stream = stream_of(walk.stream("round"))
    own, other, office = [await shown(pool, stream, code) for code in ("insurer-a-1", "insurer-b-1", "regulator-1")]
    assert (
        own["facts"]["returns"] == office["facts"]["returns"] == {"insurer-a": office["facts"]["returns"]["insurer-a"]}
    )
    assert [set(told["facts"]) & {"returns", "reviewed", "plan"} for told in (own, other)] == [{"returns"}, set()]
    found = [[event["act"] for event in told["events"] if event["findings"]] for told in (own, other)]
    assert found == [["file_return"], []]
    assert "file_return" not in [event["act"] for event in other["events"]]


async def stranger(walk: Walk) -> str:
    """An enterprise with nothing but a case of its own."""
    other = Walk(walk.pool, walk.serial + 1, walk.moment)
    await other.order("submit", other.forms.enterprise)
    return other.forms.enterprise


@pytest.mark.parametrize(
    ("officer", "answer", "tried"), [("bureau-1", 403, 1), ("shahekou-1", 404, 0), ("ganjingzi-1", 422, 0)]
)
async def test_whose_an_act_is_is_asked_before_its_form_is_read(
    browser: Browser, hands: Hands, officer: str, answer: int, tried: int
) -> None:
    await hands.submit()
    await browser.sign_in(officer)
    where = f"/p/case/{hands.stream.number}/acts/confirm"
    for form in ({"opinion": "", "send": "yes"}, {"opinion": ""}):
        assert (await browser.post(where, form)).status_code == answer
    noted = "select count(*) from refusal where officer = $1 and rule = 'right_office'"
    assert await hands.session.pool.fetchval(noted, officer) == 2 * tried


async def test_persons_are_masked_for_every_office_but_their_own_enterprise(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    where, name = f"/p/case/{hands.stream.number}", hands.forms.contact
    for officer, seen in ((hands.forms.enterprise, True), ("ganjingzi-1", False), ("bureau-1", False)):
        await browser.sign_in(officer)
        page = (await browser.get(where)).text
        told = (await browser.get(f"/api/proceedings/case/{hands.stream.number}")).json()
        assert (name in page, name in str(told["facts"]), told["masked"]) == (seen, seen, not seen), officer
    assert f"{name[0]}＊＊" in page


async def test_who_decides_has_the_persons_shown_once_and_the_look_is_written_down(
    browser: Browser, hands: Hands
) -> None:
    await hands.submit()
    where, name = f"/p/case/{hands.stream.number}", hands.forms.contact
    await browser.sign_in("ganjingzi-1")
    assert (await browser.post(f"{where}/persons", {"reason": " "})).status_code == 422
    shown = await browser.post(f"{where}/persons", {"reason": "约定现场核查时间"})
    assert shown.status_code == 200
    assert name in shown.text
    page = (await browser.get(where)).text
    assert name not in page, "they are shown this once"
    assert "约定现场核查时间" in page, "and whoever sees the case sees that they were"
    rows = await hands.session.pool.fetch(
        "select officer, reason from unmasking where stream = $1", str(hands.stream)
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [("ganjingzi-1", "约定现场核查时间")]


@pytest.mark.parametrize(("officer", "answer"), [("finance-1", 403), ("shahekou-1", 404)])
async def test_who_decides_nothing_in_a_case_has_no_person_shown(
    browser: Browser, hands: Hands, officer: str, answer: int
) -> None:
    await hands.submit()
    await browser.sign_in(officer)
    sent = await browser.post(f"/p/case/{hands.stream.number}/persons", {"reason": "好奇"})
    assert sent.status_code == answer
    assert hands.forms.contact not in sent.text
    noted = "select count(*) from unmasking where stream = $1"
    assert await hands.session.pool.fetchval(noted, str(hands.stream)) == 0
    tried = "select count(*) from refusal where stream = $1 and act = 'unmask' and officer = $2"
    assert await hands.session.pool.fetchval(tried, str(hands.stream), officer) == (answer == 403)
