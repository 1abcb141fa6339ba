"""The command line as other programs rely on it: exit statuses, shapes of JSON, and one line for what is wrong."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from rules.procedures import PROCEDURES, Stream
from rules.schemes.dalian_quarter import fiscal_year_of
from runtime.processes import free_ports
from service.sample_forms import SampleForms
from service.sample_values import uscc
from service.session import now
from tests.contents import contents
from tests.hands import STRAIGHT_PATH, Hands
from tests.starters.terminal import Outcome, Terminal, nowhere, temporal

YUAN = re.compile(r"\d{1,16}\.\d\d")
MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
FORMS = SampleForms.at(now(), 4711)
TODAY = FORMS.now.date()
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def without_servers(folder: Path) -> Terminal:
    """A terminal where no server can be reached: what is wrong in itself is told, and not that they are away."""
    return Terminal(folder, nowhere())


def told(outcome: Outcome, status: int) -> str:
    """The one line a command complained in, with nothing else said."""
    assert outcome.status == status, outcome
    assert outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert outcome.err == line + "\n"
    assert line.isprintable()
    assert len(line) < 4_000
    return line


def refused(outcome: Outcome) -> tuple[str, str, str]:
    """The rule, the article and the reason of a refusal."""
    assert outcome.status == 1, outcome
    (line,) = outcome.err.splitlines()
    found = re.fullmatch(r"refused: (\w+) \(article ([^ ]+)\): (.+)", line)
    assert found, line
    return found[1], found[2], found[3]


# --- the path, by the commands ---------------------------------------------------------------------------------------


async def test_a_case_is_carried_to_payment_by_commands_and_every_answer_has_its_promised_shape(
    terminal: Terminal, hands: Hands
) -> None:
    forms, year = hands.forms, int(hands.quarter[:4])
    submitted = (await terminal.run("case", "submit", terminal.file(forms.submission()), "--json")).json
    case = submitted["case"]
    assert re.fullmatch(rf"DL-{forms.now.year}-\d{{6}}", case)
    assert submitted["stage"] == "district_review"

    for act, officer in STRAIGHT_PATH:
        acting = officer or forms.enterprise
        outcome = await terminal.run("case", "act", case, act, "--as", acting, "--json", data=forms.of(act))
        assert (outcome.status, outcome.err) == (0, ""), act
        check_event(outcome.json["event"], act, acting)
        assert outcome.json["findings"] == outcome.json["event"]["findings"]

    listed = await terminal.run("case", "list", "--stage", "applied", "--json")
    assert [one["case"] for one in listed.lines] == [case]
    fiscal_year, quarter = fiscal_year_of(year, int(hands.quarter[5])), hands.quarter
    application = f"{case}-1"
    money = ("--amount", "5000000.00", "--document", "大财指1号")
    steps: list[tuple[tuple[str, ...], Any]] = [
        (("ledger", "appropriate", "--year", str(fiscal_year), *money, "--as", "finance-1"), None),
        (("round", "open", quarter, "--as", "regulator-1"), None),
        (("round", "act", quarter, "file_return", "--as", "insurer-a-1"), forms.quarterly_return(application)),
        (("round", "act", quarter, "close_filing", "--as", "regulator-1"), None),
        *(
            (("round", "act", quarter, "review", "--as", officer), forms.review(application))
            for officer in ("regulator-1", "bureau-1", "finance-1")
        ),
        (("plan", "prepare", quarter, "--as", "regulator-1"), None),
        *((("plan", "sign", quarter, "--as", officer), None) for officer in ("regulator-2", "bureau-2", "finance-2")),
        (("pay", "order", quarter, "--as", "finance-1"), None),
        (("pay", "confirm", quarter, "--as", "finance-2", "--voucher", "insurer-a=PZ-1"), None),
    ]
    for words, data in steps:
        outcome = await terminal.run(*words, "--json", data=data)
        assert (outcome.status, outcome.err) == (0, ""), words
        assert {"event", "findings"} <= outcome.json.keys()
    hands.case = Stream("case", "dalian", case)
    await hands.reached("paid")

    check_shown((await terminal.run("case", "show", case, "--json")).json, case)
    told_round = (await terminal.run("round", "show", quarter, "--json")).json
    assert (told_round["round"], told_round["stage"], told_round["closed"]) == (quarter, "paid", True)
    ledger = (await terminal.run("ledger", "show", "--year", str(fiscal_year), "--json")).json
    assert ledger["balanced"] is True
    assert [entry["kind"] for entry in ledger["entries"]] == ["appropriation", "commitment", "payment"]
    assert {name: ledger["accounts"][name] for name in ("treasury", "available", "committed", "paid")} == {
        "treasury": "-5000000.00",
        "available": "4500000.00",
        "committed": "0.00",
        "paid": "500000.00",
    }
    verified = (await terminal.run("audit", "verify", "--json")).json
    counted = await hands.session.pool.fetchval("select count(*) from event")
    assert verified == {"ok": True, "events": counted}


def check_event(event: dict[str, Any], act: str, officer: str) -> None:
    assert {"seq", "act", "officer", "office", "at", "article", "findings", "hash"} <= event.keys()
    assert (event["act"], event["officer"]) == (act, officer)
    assert re.fullmatch(r"[0-9a-f]{64}", event["hash"])
    assert MINUTE.fullmatch(event["at"])
    for finding in event["findings"]:
        assert {"rule", "article", "passed", "reason"} <= finding.keys()


def check_shown(shown: dict[str, Any], case: str) -> None:
    """A paid case, whole, as `interfaces.md` gives it."""
    keys = {"case", "scheme", "edition", "stage", "facts", "money", "deadlines", "events", "acts"}
    assert keys <= shown.keys()
    assert (shown["case"], shown["scheme"], shown["stage"]) == (case, "dalian", "paid")
    assert {"premium", "subsidy_asked", "cut_by_cap", "approved", "waitlisted", "paid"} <= shown["money"].keys()
    assert all(YUAN.fullmatch(amount) for amount in shown["money"].values())
    assert shown["money"]["paid"] == "500000.00"
    assert {"submission", "recognition", "contract", "application", "plan", "payment"} <= shown["facts"].keys()
    for deadline in shown["deadlines"]:
        assert {"name", "article", "nominal_on", "due_on", "provisional", "met_on"} <= deadline.keys()
        assert date.fromisoformat(deadline["due_on"]) >= date.fromisoformat(deadline["nominal_on"])
        assert isinstance(deadline["provisional"], bool)
    assert {deadline["name"] for deadline in shown["deadlines"]} == {
        *("verification", "assessment", "recognition_valid_until", "insurance")
    }
    assert [event["seq"] for event in shown["events"]] == list(range(1, len(shown["events"]) + 1))
    assert [event["act"] for event in shown["events"]][-3:] == ["file", "plan", "pay"]
    for event in shown["events"]:
        check_event(event, event["act"], event["officer"])
    for act in shown["acts"]:
        assert act.keys() >= {"act", "office", "allowed", "why"}
        # What fraud or a mistake brought is revoked also after the case has closed.
        if act["act"] not in ("propose_revocation", "revoke"):
            assert act["allowed"] is False
            assert "closed" in act["why"]


async def test_as_a_user_runs_them_the_commands_answer_alike_from_any_folder(terminal: Terminal, hands: Hands) -> None:
    forms = hands.forms
    submission = json.dumps(forms.submission()).encode()
    first = await terminal.process("case", "submit", "-", "--command-id", "mine", "--json", stdin=submission)
    assert (first.status, first.err) == (0, "")
    case = first.json["case"]
    again, shown, listed, act, nobody, audit = await asyncio.gather(
        terminal.process("case", "submit", "-", "--command-id", "mine", "--json", stdin=submission),
        terminal.process("case", "show", case, "--json"),
        terminal.process("case", "list"),
        terminal.process("district", "confirm", case, "--as", "zhongshan-1", data=forms.opinion()),
        terminal.process("case", "show", "DL-2016-999999"),
        terminal.process("audit", "verify"),
    )
    assert (again.status, again.out) == (0, first.out)
    assert shown.json["case"] == case
    assert case in listed.out
    assert refused(act)[:2] == ("own_district", "9")
    assert "there is no case 'DL-2016-999999'" in told(nobody, 2)
    assert (audit.status, audit.err) == (0, "")
    assert await hands.session.pool.fetchval("select count(*) from event") == 1


async def test_what_an_officer_wrote_is_shown_as_he_wrote_it(terminal: Terminal, hands: Hands) -> None:
    await hands.submit()
    opinion = hands.forms.opinion()
    opinion["checklist"][0]["evidence"] = written = "1:100:2 :heart: [red]图[/red]"
    shown = await terminal.run("case", "act", hands.stream.number, "confirm", "--as", "ganjingzi-1", data=opinion)
    assert f"the district found it met: {written}" in shown.out


# --- lists and schemas ------------------------------------------------------------------------------------------------


async def test_a_list_is_one_json_object_a_line_narrowed_by_what_is_asked(terminal: Terminal, hands: Hands) -> None:
    here, there = hands, hands.another()
    await here.submit()
    elsewhere = there.forms.submission()
    elsewhere["enterprise"]["district"] = "zhongshan"
    await there.submit(elsewhere)
    await here.act("confirm", "ganjingzi-1")

    async def listed(*words: str) -> list[str]:
        outcome = await terminal.run("case", "list", "--json", *words)
        assert (outcome.status, outcome.err) == (0, "")
        return [one["case"] for one in outcome.lines]

    one, two = here.stream.number, there.stream.number
    assert await listed() == [one, two]
    first, _ = (await terminal.run("case", "list", "--json")).lines
    assert all(MINUTE.fullmatch(first[name]) for name in ("opened_at", "changed_at"))
    assert await listed("--stage", "confirmed") == [one]
    assert await listed("--district", "zhongshan") == [two]
    assert await listed("--awaits", "industry_bureau") == [one]
    assert await listed("--enterprise", there.forms.enterprise) == [two]
    assert await listed("--stage", "paid") == []


async def test_a_list_longer_than_a_page_is_told_whole(
    terminal: Terminal, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("starters.proceeding.PAGE", 2)
    for _ in range(5):
        await hands.another().submit()
    numbers = [one["case"] for one in (await terminal.run("case", "list", "--json")).lines]
    assert len(numbers) == 5
    assert all(earlier < later for earlier, later in pairwise(numbers))


async def test_the_schema_names_every_act_and_stage_and_describes_a_submission_without_any_server(folder: Path) -> None:
    outcome = await Terminal(folder, nowhere()).process("case", "schema", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    schema = outcome.json
    case = PROCEDURES["case", "dalian"]
    assert [one["stage"] for one in schema["stages"]] == list(case.stages)
    assert [one["act"] for one in schema["acts"]] == list(case.acts)
    assert {"scheme", "enterprise", "product", "papers"} == set(schema["submission"]["properties"])


async def test_what_an_officer_may_do_now_is_told_with_why_not(terminal: Terminal, hands: Hands) -> None:
    await hands.submit()
    shown = (await terminal.run("case", "show", hands.stream.number, "--as", "ganjingzi-1", "--json")).json
    may = {act["act"]: act for act in shown["acts"]}
    allowed = {name for name, act in may.items() if act["allowed"]}
    assert allowed == {"return_for_correction", "ask_rectification", "confirm", "refuse"}
    assert "is for the enterprise" in may["withdraw"]["why"]
    assert "its stage is 'district_review'" in may["publish"]["why"]
    line = told(await terminal.run("case", "show", hands.stream.number, "--as", "nobody"), 2)
    assert line.startswith("bad input: as: there is no officer 'nobody'")


async def test_a_broken_chain_is_told_with_its_place_and_status_one(
    terminal: Terminal, hands: Hands, postgres: EmbeddedPostgres
) -> None:
    await hands.bring_to("receive")
    name = await hands.session.pool.fetchval("select current_database()")
    superuser = await asyncpg.connect(postgres.dsn(database=name))
    await superuser.execute("update event set body = replace(body, 'ganjingzi-1', 'ganjingzi-2') where sequence = 2")
    await superuser.close()
    outcome = await terminal.run("audit", "verify", "--json")
    assert refused(outcome)[:2] == ("unaltered_history", "15(3)")
    assert outcome.json["ok"] is False
    assert (outcome.json["stream"], outcome.json["seq"]) == (str(hands.stream), 1)


# --- bad input, told before any server is asked ----------------------------------------------------------------------


def put(place: str, value: Any) -> Change:
    """Put a value at a place of a form, as `enterprise.uscc`."""

    def change(form: dict[str, Any]) -> None:
        *way, last = place.split(".")
        for part in way:
            form = form[part]
        form[last] = value

    return change


GOOD = FORMS.enterprise
WRONG_DIGIT = GOOD[:-1] + next(one for one in "0123456789ABCDEFGHJ" if one != GOOD[-1])
TOMORROW = str(TODAY + timedelta(days=1))
SUBMISSIONS = {
    "a wrong check digit": (put("enterprise.uscc", WRONG_DIGIT), "enterprise.uscc: .*check digit would be"),
    "small letters in a code": (put("enterprise.uscc", GOOD.lower()), "enterprise.uscc: must be a unified social"),
    "a short code": (put("enterprise.uscc", GOOD[:-1]), "enterprise.uscc: must be a unified social credit code"),
    "a code that is a number": (put("enterprise.uscc", 911), "enterprise.uscc: must be text"),
    "registered tomorrow": (put("enterprise.registered_on", TOMORROW), "enterprise.registered_on: .*in the future"),
    "no such day": (put("enterprise.registered_on", "2025-02-30"), "enterprise.registered_on: must be a day of"),
    "another way to write a day": (put("enterprise.registered_on", "2015/04/08"), "enterprise.registered_on: .*YYYY"),
    "a day and a time": (put("enterprise.registered_on", "2015-04-08T00:00"), "enterprise.registered_on: .*YYYY"),
    "a truth in words": (put("enterprise.sme", "yes"), "enterprise.sme: must be true or false"),
    "a truth in figures": (put("enterprise.sme", 1), "enterprise.sme: must be true or false"),
    "no quantity": (put("product.quantity", 0), "product.quantity: must be at least 1"),
    "a negative quantity": (put("product.quantity", -3), "product.quantity: must be at least 1"),
    "half a piece": (put("product.quantity", 1.5), "product.quantity: "),
    "a quantity in words": (put("product.quantity", "forty"), "product.quantity: "),
    "a kind unheard of": (put("product.kind", "robot"), "product.kind: must be 'equipment', 'system' or"),
    "a breakthrough alone": (put("product.breakthrough", "parameters"), "product.breakthrough: must be a list"),
    "another scheme": (put("scheme", "paris"), "scheme: must be 'dalian'"),
    "no papers": (put("papers", []), "papers: "),
    "papers without end": (put("papers", [FORMS.submission()["papers"][0]] * 201), "papers: "),
    "a paper without a hash": (put("papers", [{"kind": "other", "title": "x"}]), r"papers\[0\]\.sha256: must be given"),
    "an unknown field": (put("colour", "red"), "colour: must not be given"),
    "an unknown field within": (put("product.colour", "red"), r"product\.colour: must not be given"),
    "an object for a text": (put("product.name", {"zh": "轴"}), r"product\.name: must be text"),
    "no product": (put("product", None), "product: "),
    "an empty name": (put("product.name", ""), r"product\.name: must not be empty"),
    "a name of blanks": (put("product.name", "  \t "), r"product\.name: must not be empty"),
    "a name of 100 KB": (put("product.name", "轴" * 100_000), r"product\.name: .*500"),
    "a NUL in a name": (put("product.name", "a\0b"), r"product\.name: "),
    "an eight-bit escape in a name": (put("product.name", "a\x9b2Jb"), r"product\.name: "),
    "a name read backwards": (put("product.name", "a\u202eb"), r"product\.name: "),
    "an escape in a name": (put("product.name", "a\x1b[2Jb"), r"product\.name: "),
    "a line end in a name": (put("product.name", "a\nb"), r"product\.name: "),
    "half a character in a name": (put("product.name", "a\ud800b"), r"product\.name: must be text"),
    "half a character in a contact": (put("enterprise.contact", "\udfff"), r"enterprise\.contact: must be text"),
    "a field with a line end": (put("a\nb", "x"), "must not be given"),
    "a field with an escape": (put("a\x1b[2J", "x"), "must not be given"),
    "half a character in a field": (put("\ud800", "x"), "must (not be given|be text)"),
    "a field of 100 KB": (put("x" * 100_000, "x"), "must not be given"),
    "a great many unknown fields": (lambda form: form.update({f"x{n}": n for n in range(5_000)}), "must not be given"),
}


@pytest.mark.parametrize("case", SUBMISSIONS)
async def test_a_wrong_submission_is_told_by_its_field_and_nothing_is_stored(
    without_servers: Terminal, case: str
) -> None:
    change, says = SUBMISSIONS[case]
    form = FORMS.submission()
    change(form)
    terminal = without_servers
    line = told(await terminal.run("case", "submit", terminal.file(form), "--json"), 2)
    assert re.match(f"bad input: .*{says}", line), line


async def test_several_wrong_fields_are_told_at_once_in_the_forms_order(without_servers: Terminal) -> None:
    form = FORMS.submission()
    for place, value in (("colour", "red"), ("product.quantity", 0), ("enterprise.uscc", "x"), ("enterprise.sme", 1)):
        put(place, value)(form)
    del form["product"]["model"]
    terminal = without_servers
    line = told(await terminal.run("case", "submit", terminal.file(form)), 2)
    fields = re.findall(r"(?:^bad input: |; )([a-z_.]+): ", line)
    assert fields == ["enterprise.uscc", "enterprise.sme", "product.model", "product.quantity", "colour"]


CONTRACT, DELIVERY = FORMS.contract(), FORMS.delivery()
YESTERDAY = str(TODAY - timedelta(days=1))
ACTS: dict[str, tuple[str, dict[str, Any], str]] = {
    **{
        f"a sum of {amount!r}": ("insure", CONTRACT | {"sum_insured": amount}, "sum_insured: must ")
        for amount in (
            *("-1", "0", "0.00", "NaN", "Infinity", "1e7", "1E+7", "1.001", "1,000", "+5", " 5", "５", ""),
            *("1" * 17, "60000000.00元", "0x10", 5, 5.5, True, None, ["5"]),
        )
    },
    **{
        f"a rate of {rate!r}": ("insure", CONTRACT | {"premium_rate": rate}, "premium_rate: must ")
        for rate in ("3%", "0", "1", "1.5", "-0.01", "NaN", "3e-2", "0.0300001", ".03", "百分之三", "", 0.03, None)
    },
    "concluded tomorrow": ("insure", CONTRACT | {"concluded_at": f"{TOMORROW}T09:30"}, "concluded_at: .*in the future"),
    "applied tomorrow": ("insure", CONTRACT | {"applied_on": TOMORROW}, "applied_on: .*in the future"),
    "concluded to the second": ("insure", CONTRACT | {"concluded_at": f"{TODAY}T09:30:15"}, "concluded_at: must be a"),
    "concluded at 25 o'clock": ("insure", CONTRACT | {"concluded_at": f"{TODAY}T25:00"}, "concluded_at: must be a"),
    "an end before the start": ("insure", CONTRACT | {"end_on": YESTERDAY}, "end_on: must close a term"),
    "a term of 11 months": (
        "insure",
        CONTRACT | {"end_on": str(TODAY + timedelta(days=330))},
        "end_on: must close a term of 1 to 10 whole years",
    ),
    "a shortfall borne by none": ("insure", CONTRACT | {"shortfall_borne_by": "nobody"}, "shortfall_borne_by: must be"),
    "no policy number": (
        "insure",
        {k: v for k, v in CONTRACT.items() if k != "policy_number"},
        "policy_number: must be",
    ),
    "delivered tomorrow": ("record_delivery", DELIVERY | {"delivered_on": TOMORROW}, "delivered_on: .*in the future"),
    "signed tomorrow": (
        "record_delivery",
        DELIVERY | {"contract_signed_on": TOMORROW},
        "contract_signed_on: .*in the future",
    ),
    "published tomorrow": (
        "publish",
        FORMS.publication() | {"published_at": f"{TOMORROW}T09:30"},
        "published_at: .*in the future",
    ),
    "a page that is none": ("publish", FORMS.publication() | {"page": "somewhere"}, "page: "),
    "a checklist too short": (
        "confirm",
        FORMS.opinion() | {"checklist": FORMS.opinion()["checklist"][:-1]},
        r"checklist: .*missing: 8\(6\)",
    ),
    "a verdict twice": (
        "confirm",
        FORMS.opinion() | {"checklist": [*FORMS.opinion()["checklist"], FORMS.opinion()["checklist"][0]]},
        "checklist: must give one verdict",
    ),
    "an interested assessor": (
        "assess",
        FORMS.report() | {"no_conflict_of_interest": False},
        "no_conflict_of_interest",
    ),
    "an untrue declaration": (
        "apply",
        FORMS.request() | {"declaration_true_and_complete": False},
        "declaration_true_and_complete",
    ),
    "a correction of nothing": ("correct", {}, "form: must put something right"),
    "no reason": ("refuse", {}, "reason: must be given"),
    "an act unheard of": ("fly", {}, "act: 'fly' is not an act of a case; there are: submit, return_for_correction"),
}


@pytest.mark.parametrize("case", ACTS)
async def test_a_wrong_form_is_told_by_its_field_before_any_server_is_asked(
    without_servers: Terminal, case: str
) -> None:
    act, form, says = ACTS[case]
    outcome = await without_servers.run("case", "act", "DL-2026-000001", act, "--as", "bureau-1", data=form)
    line = told(outcome, 2)
    assert re.match(f"bad input: {says}", line), line


FILES = {
    "no file": ("absent.yaml", "file: 'absent.yaml' cannot be read: No such file"),
    "too large": (b'{"a": "' + b"x" * 10 * 1024 * 1024 + b'"}', "file: must not be larger than 10 MB"),
    "a bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", r"file: must not use YAML aliases \(line 2\)"),
    "no UTF-8": ("名: 值".encode("gbk"), "file: must be UTF-8"),
    "no mapping": (b"- a\n", "file: must hold one mapping of fields"),
    "nothing in it": (b"", "file: must hold one mapping of fields"),
}


@pytest.mark.parametrize("case", FILES)
async def test_a_file_that_cannot_be_read_is_told_and_nothing_is_stored(without_servers: Terminal, case: str) -> None:
    given, says = FILES[case]
    terminal = without_servers
    path = given if isinstance(given, str) else terminal.file(given)
    for words in (("case", "submit", path), ("case", "act", "DL-2026-000001", "confirm", "--as", "x", "--data", path)):
        assert re.match(f"bad input: {says}", told(await terminal.run(*words), 2))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("round", "open", "2026Q5", "--as", "regulator-1"), "quarter: "),
        (("round", "open", "2026", "--as", "regulator-1"), "quarter: "),
        (("round", "act", "2026Q1", "fly", "--as", "regulator-1"), "act: 'fly' is not an act of a round"),
        (
            ("ledger", "appropriate", "--year", "2026", "--amount", "-5", "--document", "d", "--as", "finance-1"),
            "amount: must be yuan",
        ),
        (
            ("ledger", "appropriate", "--year", "2026", "--amount", "1e6", "--document", " ", "--as", "finance-1"),
            "amount: must be yuan.*; document: must not be empty",
        ),
        (
            ("pay", "confirm", "2026Q1", "--as", "finance-2", "--voucher", "insurer-a"),
            "voucher: must be INSURER=VOUCHER",
        ),
    ],
    ids=lambda words: " ".join(words)[:60] if isinstance(words, tuple) else "",
)
async def test_wrong_words_of_a_command_are_told_in_one_line(
    without_servers: Terminal, words: tuple[str, ...], says: str
) -> None:
    assert re.match(f"bad input: {says}", told(await without_servers.run(*words), 2))


async def test_what_no_proceeding_is_called_is_told_in_one_line(database: str, folder: Path) -> None:
    terminal = Terminal(folder, nowhere() | {"FIRSTCOVER_DATABASE_URL": database})
    for number in ("DL-2026-000001", "", "a:b", "\udcff", "a\nb", "x" * 100_000, "a\0b", "2026Q1"):
        for kind in ("case", "round"):
            line = told(await terminal.run(kind, "show", number), 2)
            assert re.match(f"bad input: {kind}: there is no {kind} '", line)
    assert "there is no round '2026Q1'" in told(await terminal.run("plan", "show", "2026Q1"), 2)


@pytest.mark.parametrize(
    "words",
    [("case", "act", "DL-2026-000001", "confirm"), ("case", "nosuch"), ("nosuch",), ("ledger", "show")],
    ids=str,
)
async def test_a_command_used_wrongly_has_status_two(folder: Path, words: tuple[str, ...]) -> None:
    outcome = await Terminal(folder).run(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert "Usage:" in outcome.err


# --- refused by the law, by authority, or because it cannot be, with the servers --------------------------------------


async def act(terminal: Terminal, hands: Hands, name: str, officer: str, data: Any = None, *more: str) -> Outcome:
    form = hands.forms.of(name) if data is None else data
    return await terminal.run("case", "act", hands.stream.number, name, "--as", officer, *more, data=form)


async def test_what_is_refused_at_the_districts_desk_is_told_with_its_rule_and_leaves_the_case_as_it_was(
    terminal: Terminal, hands: Hands
) -> None:
    await hands.submit()
    pool, number, opinion = hands.session.pool, hands.stream.number, hands.forms.opinion()
    before = {**await contents(pool), "refusal": []}
    for name, officer, rule, article in (
        ("confirm", "bureau-1", "right_office", "9"),
        ("confirm", "zhongshan-1", "own_district", "9"),
        ("confirm", "nobody", "officer_known", "15(3)"),
        ("publish", "bureau-2", "act_in_turn", "10"),
        ("insure", "insurer-a-1", "act_in_turn", "11"),
        ("remind", "clock", "right_office", "9"),
        ("submit", hands.forms.enterprise, "act_in_turn", "9"),
    ):
        form = {"deadline": "verification", "rung": "on the day"} if name == "remind" else None
        outcome = await act(terminal, hands, name, officer, form)
        assert refused(outcome)[:2] == (rule, article), (name, officer)
        assert outcome.out == ""
    for words, says in (
        (("DL-2016-999999", "confirm", "--as", "ganjingzi-1"), "case: there is no case 'DL-2016-999999'"),
        (("a:b", "confirm", "--as", "ganjingzi-1"), "case: "),
        (("\udcff", "confirm", "--as", "ganjingzi-1"), "case: "),
        (("a\nb", "confirm", "--as", "ganjingzi-1"), "case: "),
        ((number, "confirm", "--as", ""), "as: "),
        ((number, "confirm", "--as", "\udcff"), "as: "),
        ((number, "confirm", "--as", "a\0b"), "as: "),
        ((number, "confirm", "--as", "x" * 100_000), "as: "),
        ((number, "confirm", "--as", "ganjingzi-1", "--command-id", ""), "command_id: "),
        ((number, "confirm", "--as", "ganjingzi-1", "--command-id", "\udcff"), "command_id: "),
        ((number, "confirm", "--as", "ganjingzi-1", "--command-id", "a\0b"), "command_id: "),
        ((number, "confirm", "--as", "ganjingzi-1", "--command-id", "x" * 100_000), "command_id: "),
    ):
        line = told(await terminal.run("case", "act", *words, data=opinion), 2)
        assert re.match(f"bad input: {says}", line), words
    assert {**await contents(pool), "refusal": []} == before


async def test_a_submission_that_cannot_be_is_told_and_nothing_is_stored(terminal: Terminal, hands: Hands) -> None:
    await hands.submit()
    pool, forms, another = hands.session.pool, hands.forms, hands.another().forms
    before = {**await contents(pool), "refusal": []}
    nowhere = another.submission()
    nowhere["enterprise"]["district"] = "atlantis"
    outcome = await terminal.run("case", "submit", terminal.file(nowhere))
    assert re.match("bad input: enterprise.district: must be one of .*ganjingzi", told(outcome, 2))
    twice = await terminal.run("case", "submit", terminal.file(forms.submission()))
    assert refused(twice)[:2] == ("first_batch_once", "2")
    for officer, rule in ((forms.enterprise, "own_case"), ("bureau-1", "right_office"), ("nobody", "officer_known")):
        outcome = await terminal.run("case", "submit", terminal.file(another.submission()), "--as", officer)
        assert refused(outcome)[0] == rule
    assert {**await contents(pool), "refusal": []} == before
    withdrawn = await act(terminal, hands, "withdraw", forms.enterprise)
    assert withdrawn.status == 0
    closed = await act(terminal, hands, "confirm", "ganjingzi-1")
    rule, article, why = refused(closed)
    assert (rule, article) == ("act_in_turn", "9")
    assert "closed at stage 'withdrawn'" in why
    assert (await terminal.run("case", "submit", terminal.file(forms.submission()))).status == 0


async def test_the_same_command_twice_has_the_same_answer_and_its_name_serves_nothing_else(
    terminal: Terminal, hands: Hands
) -> None:
    await hands.submit()
    first = await act(terminal, hands, "confirm", "ganjingzi-1", None, "--command-id", "mine", "--json")
    opinion = hands.forms.opinion()
    again = await act(terminal, hands, "confirm", "ganjingzi-1", opinion, "--command-id", "mine", "--json")
    assert (first.status, again) == (0, first)
    other = await act(terminal, hands, "receive", "bureau-1", None, "--command-id", "mine")
    assert "command_id: 'mine' was already used for confirm" in told(other, 2)
    assert await hands.acts() == ["submit", "confirm"]


async def test_insurance_against_the_law_is_refused_with_every_article_and_moves_nothing(
    terminal: Terminal, hands: Hands
) -> None:
    await hands.bring_to("record_delivery")
    unlisted = hands.forms.contract("c")
    rule, article, _ = refused(await act(terminal, hands, "insure", "insurer-c-1", unlisted))
    assert (rule, article) == ("insurer_is_listed", "12")
    backwards = hands.forms.contract() | {"concluded_at": f"{hands.today - timedelta(days=1)}T09:30"}
    rule, article, _ = refused(await act(terminal, hands, "insure", "insurer-a-1", backwards))
    assert article in {"10", "11"}
    dear = hands.forms.contract() | {"premium_rate": "0.0301", "liability_cover": False, "clause_number": "NONE"}
    outcome = await act(terminal, hands, "insure", "insurer-a-1", dear, "--json")
    assert {one["article"] for one in outcome.json["findings"] if not one["passed"]} == {"3", "4"}
    line = refused(outcome)[2]
    assert "article 4" in line
    assert refused(await act(terminal, hands, "insure", "insurer-b-1"))[:2] == ("own_contract", "5")
    file = await hands.file()
    assert (file.stage, file.money, "contract" in file.facts) == ("recognised", {}, False)
    assert await hands.session.pool.fetchval("select count(*) from ledger_entry") == 0


# --- servers away -----------------------------------------------------------------------------------------------------


async def test_an_absent_server_is_told_with_which_where_and_what_to_try(
    database: str, folder: Path, hands: Hands
) -> None:
    (port,) = free_ports(1)
    away = f"postgresql://firstcover_app:not-a-secret@127.0.0.1:{port}/firstcover"
    submission = Terminal(folder).file(FORMS.submission())
    lists, submits = ("case", "list"), ("case", "submit", submission)
    empty = {"FIRSTCOVER_DATA": str(folder)}
    try_up = "start one with: firstcover up"
    here, postgres = {"FIRSTCOVER_DATABASE_URL": database}, "PostgreSQL could not be reached at"
    for environment, words, says in (
        ({"FIRSTCOVER_DATABASE_URL": away}, lists, rf"{postgres} 127\.0\.0\.1:{port}/firstcover: .*{try_up}"),
        ({"FIRSTCOVER_DATABASE_URL": away} | temporal(hands), submits, rf"{postgres} 127\.0\.0\.1:{port}/"),
        ({"FIRSTCOVER_DATABASE_URL": database.replace("not-a", "no")}, lists, f"{postgres} .*password"),
        ({"FIRSTCOVER_DATABASE_URL": database + "x"}, lists, f"{postgres} .*does not exist"),
        ({"FIRSTCOVER_DATABASE_URL": "nonsense"}, lists, f"{postgres} "),
        (here | {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}, submits, rf"Temporal .* 127\.0\.0\.1:{port}: .*{try_up}"),
        (empty, lists, f"{postgres} FIRSTCOVER_DATABASE_URL: it is not set; {try_up}"),
        (empty | here, submits, f"Temporal could not be reached at TEMPORAL_ADDRESS: .*{try_up}"),
    ):
        line = told(await Terminal(folder, environment).run(*words), 3)
        assert re.match(says, line), line
        assert "not-a-secret" not in line
    assert await hands.session.pool.fetchval("select count(*) from event") == 0


async def test_an_act_that_no_worker_takes_is_told_and_nothing_is_stored(
    alone: Hands, database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.offering.ANSWER_WITHIN", timedelta(seconds=1))
    await alone.submit()
    environment = {"FIRSTCOVER_DATABASE_URL": database, "FIRSTCOVER_TASK_QUEUE": alone.session.task_queue}
    line = told(await act(Terminal(folder, environment | temporal(alone)), alone, "confirm", "ganjingzi-1"), 3)
    again = r"start one with: firstcover worker; then send it again with: --command-id \S+$"
    assert re.match(f"a worker could not be reached at .*{again}", line)
    assert await alone.acts() == ["submit"]


def test_the_enterprises_of_these_tests_have_right_check_digits() -> None:
    assert uscc(4711) == GOOD != WRONG_DIGIT
