"""A hundred thousand cases, with the policies and applications under them, by COPY: what the desk is timed with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import asyncpg

from rules import work as law
from rules.procedure import File
from rules.procedures import Stream
from rules.timetable import Deadline
from service.sample_forms import SampleForms

MANY = 100_000
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
#: Where cases stand: of each stage so many in a hundred, and the deadline that runs there.
STAGES = (
    ("district_review", 12, ("verification", "district")),
    ("correction", 4, ("correction", "enterprise")),
    ("confirmed", 6, None),
    ("received", 4, None),
    ("assessment", 8, ("assessment", "assessor")),
    ("assessed", 4, None),
    ("proposed", 4, None),
    ("recognised", 10, ("insurance", "enterprise")),
    ("insured", 6, None),
    ("filed", 10, None),
    ("planned", 8, ("payment", "finance")),
    ("paid", 24, None),
)
INSURED, STATES = ("insured", "filed", "planned", "paid"), {"filed": "filed", "planned": "signed", "paid": "paid"}
#: What each application asks; and the offices that review it: the first has spoken of all, the second of half.
ASKED, SAID_BY = Decimal(300_000), ("regulator", "industry_bureau", "finance")
DISTRICTS = ("zhongshan", "xigang", "shahekou", "ganjingzi", "lushunkou", "jinzhou", "pulandian", "wafangdian")
PLACES, TRADES = "大连海港金州旅顺甘井沙河中山西岗长兴", ("精密机械", "新材料", "船舶配套", "轴承制造", "智能装备")
PRODUCTS = ("数控加工中心", "高压压缩机", "永磁直驱电机", "核级阀门", "复合材料构件", "深海绞车")
#: From which stage on a file has the facts of an act.
SINCE = (
    ("confirmed", "district_opinion", "confirm"),
    ("assessment", "entrustment", "entrust"),
    ("assessed", "assessment", "assess"),
    ("recognised", "recognition", "publish"),
    ("recognised", "delivery", "record_delivery"),
    ("insured", "contract", "insure"),
    ("insured", "application", "apply"),
)

#: The columns that are copied, of each table.
COLUMNS = {
    "office": ("code", "kind", "name_zh", "name_en", "district"),
    "officer": ("code", "name", "office", "since"),
    "proceeding": (
        *("stream", "kind", "number", "scheme", "edition", "stage", "sequence", "closed", "enterprise", "district"),
        *("product_key", "about", "awaits", "file", "opened_at", "changed_at", "terms"),
    ),
    "deadline": ("stream", "name", "article", "office", "nominal_on", "due_on", "provisional", "met_on"),
    "work_item": (
        *("stream", "office_kind", "place", "kind", "scheme", "number", "stage", "deadline", "due_on", "provisional"),
        *("changed_at", "taken_by", "taken_at", "taken_in"),
    ),
    "policy": ("stream", "about", "scheme", "insurer", "policy_number", "released", "number_key"),
    "subsidy_application": (
        *("number", "stream", "scheme", "enterprise", "insurer", "concluded_at", "asked", "state", "round"),
        *("return_received_at",),
    ),
    "opinion": ("application", "round", "office_kind", "officer", "approves", "reason", "asked", "concluded_at"),
}
#: Two events a case, each as long as an act of the samples tells.
EVENTS = """
insert into event (stream, sequence, command_id, body, previous, hash)
select stream, n, stream || n, jsonb_build_object('act', 'confirm', 'officer', 'bureau-1', 'passed', true,
    'text', repeat('x', 600))::text, '', ''
from proceeding p, generate_series(1, 2) n where not exists (select from event e where e.stream = p.stream)
"""
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Loading:
    """As of when cases are loaded, and in which rounds their applications stand."""

    now: datetime = NOW
    rounds: Sequence[str] = (None,)  # type: ignore[assignment]

    @property
    def today(self) -> date:
        return self.now.date()


def enterprise_of(n: int) -> str:
    """Whose the n-th case is: three of each, and five hundred of one that has many."""
    return f"91210200MA{n // 3 if n % 199 else 0:08d}"


def district_of(n: int) -> str:
    return DISTRICTS[n * 13 % len(DISTRICTS)]


def stage_of(n: int) -> tuple[str, Any]:
    place, below = n * 37 % 100, 0
    for stage, share, deadline in STAGES:
        below += share
        if place < below:
            return stage, deadline
    raise AssertionError("the shares come to a hundred")


def number_of(n: int) -> str:
    """The n-th case's number: none that the demonstration has."""
    return f"DL-{2020 + n % 7}-{n + 100_000:06d}"


@cache
def _facts(stage: str) -> dict[str, Any]:
    """What a file has at a stage, as the samples have it."""
    order = [name for name, _, _ in STAGES]
    sample = SampleForms(serial=1, now=NOW.replace(tzinfo=None))
    since = {section: sample.of(act) for at, section, act in SINCE if order.index(at) <= order.index(stage)}
    return {"submission": sample.of("submit")} | since


def file_of(n: int, loading: Loading | None = None) -> File:
    """Return the file of the n-th case: as the samples have it, at one of the stages."""
    today = (loading or Loading()).today
    stage, named = stage_of(n)
    place, trade = PLACES[n % 18] + PLACES[n * 7 % 18], TRADES[n % 5]
    enterprise, facts = enterprise_of(n), dict(_facts(stage))
    facts["submission"] = facts["submission"] | {
        "corrections": 0,
        "submitted_on": f"{today - timedelta(n % 700 + 90)}",
        "enterprise": facts["submission"]["enterprise"]
        | {"name": f"大连{place}{trade}有限公司{n // 3}", "uscc": enterprise, "district": district_of(n)},
        "product": facts["submission"]["product"] | {"name": PRODUCTS[n % 6], "model": f"{'XYZ'[n % 3]}K-{n % 9000}"},
    }
    if "entrustment" in facts:
        facts["entrustment"] = {"assessor": f"assessor-{'ab'[n % 2]}"}
    if "recognition" in facts:
        published = today - timedelta(n % 700)
        told = {"published_on": f"{published}", "valid_until": f"{published + timedelta(365)}"}
        facts["recognition"] = facts["recognition"] | told
    if "contract" in facts:
        facts["contract"] = facts["contract"] | {"insurer": f"insurer-{'ab'[n % 2]}"}
    due = today + timedelta(n * 31 % 90 - 20)
    deadlines = (
        (Deadline(name=named[0], article="9", office=named[1], counted_from=due - timedelta(21), nominal_on=due,
                  due_on=due, provisional=n % 9 == 0, because=("counted from the day before, which is not counted",)),)
        if named else ()
    )  # fmt: skip
    return File(
        number=number_of(n), scheme="dalian", edition="dalian-demonstration-2026", stage=stage, sequence=9,
        closed=stage == "paid", enterprise=enterprise, district=district_of(n), deadlines=deadlines, facts=facts,
        done_by={"confirm": f"{district_of(n)}-1", "propose": "bureau-1"},
    )  # fmt: skip


def _policy_of(n: int, case: File, today: date) -> File:
    """Return the file of the policy under a case that is insured."""
    ends = today + timedelta(n % 400 - 30)
    due = Deadline(
        name="cover_ends", article="7", office="insurer", counted_from=ends - timedelta(365), nominal_on=ends,
        due_on=ends, provisional=False, silence="expire", because=("both days are included",),
    )  # fmt: skip
    return File(
        number=f"{case.number}-1", scheme="dalian", edition=case.edition, stage="in_force", sequence=1,
        enterprise=case.enterprise, deadlines=(due,), about=str(Stream("case", "dalian", case.number)),
        facts={"contract": case.facts["contract"]}, money={"premium": "900000.00"},
    )  # fmt: skip


def rows(many: int, loading: Loading) -> Iterator[tuple[str, Row]]:
    """Yield the rows of so many cases, each with its table, as the record keeps them."""
    for n in range(many):
        file, at = file_of(n, loading), loading.now - timedelta(hours=n % 5000)
        if not n % 3:
            name = file.facts["submission"]["enterprise"]["name"]
            yield "office", (f"91210200MA{n // 3:08d}", "enterprise", name, f"Maker {n // 3}", file.district)
            yield "officer", (f"91210200MA{n // 3:08d}", "经办", f"91210200MA{n // 3:08d}", date(2020, 1, 1))
        stream = Stream("case", "dalian", file.number)
        yield from _kept(n, stream, file, at)
        if file.stage in INSURED:
            policy, contract = _policy_of(n, file, loading.today), file.facts["contract"]
            under = Stream("policy", "dalian", policy.number)
            yield from _kept(n, under, policy, at)
            number = f"甲首新{n:08d}"
            round_ = loading.rounds[n // 2 % len(loading.rounds)] if file.stage in STATES else None
            yield "policy", (str(under), str(stream), "dalian", contract["insurer"], number, False, number)
            yield "subsidy_application", (
                f"{file.number}-1", str(stream), "dalian", file.enterprise, contract["insurer"],
                at.replace(tzinfo=None), ASKED, STATES.get(file.stage, "applied"), round_,
                at.replace(tzinfo=None) if file.stage in STATES else None,
            )  # fmt: skip
            for place, kind in enumerate(SAID_BY if round_ and file.stage == "filed" else (), 1):
                if not n % place:
                    said = (f"{file.number}-1", round_, kind, f"{kind}-1", n % 50 > 0, "核对无误", ASKED)
                    yield "opinion", (*said, at.replace(tzinfo=None))


def _kept(n: int, stream: Stream, file: File, at: datetime) -> Iterator[tuple[str, Row]]:
    """Yield a proceeding's row, its deadlines and what waits of it."""
    whole = json.dumps(file.model_dump(mode="json"))
    yield "proceeding", (
        str(stream), stream.kind, file.number, "dalian", file.edition, file.stage, file.sequence, file.closed,
        file.enterprise, file.district, None, file.about, list(law.awaited(stream.procedure, file)), whole, at, at,
        list(law.terms(file)),
    )  # fmt: skip
    for d in file.deadlines:
        yield "deadline", (str(stream), d.name, d.article, d.office, d.nominal_on, d.due_on, d.provisional, None)
    for item in law.items(stream.procedure, file):
        yield "work_item", (
            str(stream), item.office_kind, item.place, stream.kind, "dalian", file.number, file.stage, item.deadline,
            item.due_on or date.max, item.provisional, at, *_taken(n, item.office_kind, item.place, at),
        )  # fmt: skip


def _taken(n: int, kind: str, place: str, at: datetime) -> tuple[str | None, datetime | None, int | None]:
    """A third of what waits is taken by somebody."""
    office = {"industry_bureau": "bureau", "finance": "finance"}.get(kind, place.removeprefix("district/"))
    if n % 3 or kind == "enterprise":
        return None, None, None
    return f"{office}-{n % 2 + 1}", at, 1


async def load(owner: asyncpg.Connection[Any], many: int = MANY, loading: Loading | None = None) -> None:
    """Load so many cases by COPY, as the owner: what is loaded is not weighed."""
    await owner.set_type_codec("jsonb", encoder=_jsonb, decoder=bytes, schema="pg_catalog", format="binary")
    copied: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    for table, row in rows(many, loading or Loading()):
        copied[table].append(row)
    await owner.execute("set session_replication_role = replica")
    for table, records in copied.items():
        await owner.copy_records_to_table(table, records=records, columns=COLUMNS[table])
    await owner.execute(EVENTS)
    await owner.execute("set session_replication_role = origin")
    for table in (*copied, "event"):
        await owner.execute(f"vacuum analyze {table}")


def _jsonb(text: str) -> bytes:
    """Write a text as COPY sends jsonb: its version, and the text."""
    return b"\x01" + text.encode()
