"""How long the desk takes to answer with 100,000 cases: my work of each office, search, a case's page, the lists.

`make bench`. The claim: my work and the next one, search, a case's page and what has expired of the register each under
30 ms median on the server, one user. The desk, a worker, Temporal and PostgreSQL run as `firstcover up` runs them, each
a process of its own; the demonstration's past is in the record, and the hundred thousand beside it. Of each page its
median and the slowest of twenty are printed, by the clock of who asks over one connection; and how much of both
processors the desk and the database took for it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import asyncpg
import psutil

from benchmarks._many import Loading, enterprise_of, load, number_of
from db.migrate import prepare
from db.pool import open_pool
from rules.timetable import SHANGHAI
from runtime.logging import set_up_logging
from service.rounds import VIEWS
from service.session import now
from starters.demonstration import play_past
from starters.demonstration.offices import LISTED_BEFORE
from starters.stack import EmbeddedStack

TIMES = 40
#: One officer of each kind of office; the enterprise is one that has five hundred cases.
OFFICERS = {
    "district": "ganjingzi-1", "bureau": "bureau-2", "regulator": "regulator-1", "finance": "finance-1",
    "assessor": "assessor-a-1", "insurer": "insurer-a-1", "enterprise": enterprise_of(0),
}  # fmt: skip
#: The longest history at a stage; the demonstration's numbers are below the others'.
STAGED = """
select number from proceeding where kind = 'case' and stage = $1 and right(number, 6) < '100000'
order by sequence desc limit 1
"""
LONGEST_ROUND = "select number from proceeding where kind = 'round' order by sequence desc limit 1"


class Asked(NamedTuple):
    """A page: what it is called, who asks, and where it is."""

    name: str
    officer: str | None
    path: str
    #: Whether it is one of those that are claimed to take less than 30 ms.
    claimed: bool = True
    method: str = "GET"


def of_work() -> Iterator[Asked]:
    """Yield each office's my work, narrowed too, and the supervisor's."""
    for kind, officer in OFFICERS.items():
        yield Asked(f"my work of {kind}", officer, "/work")
    for name, query in (("mine", "who=mine"), ("nobody's", "who=nobody"), ("overdue", "due=overdue")):
        yield Asked(f"my work, {name}", "bureau-2", f"/work?{query}")
    for text in ("高压压缩机", "核级阀门 YK-77", number_of(7)):
        yield Asked(f"my work, {text}", "bureau-2", f"/work?q={quote(text)}")
    yield Asked("an office's work", "bureau-2", "/office-work", claimed=False)
    for kind in ("district", "bureau", "finance"):
        yield Asked(f"take the next one, {kind}", OFFICERS[kind], "/work/next", method="POST")


def of_search() -> Iterator[Asked]:
    """Yield searches by part of a number, an enterprise's name and a product, common and rare, of several offices.

    Four in a hundred cases have 大大, two have 新材料 and a year: too few to be met soon, and too many to be rare.
    """
    words = (
        number_of(7)[:-1],
        "海港精密机械",
        "高压压缩机",
        "核级阀门 YK-77",
        "大连 有限公司 1234",
        "大大",
        "2023 新材料",
    )
    for text in words:
        for kind in ("bureau", "district", "insurer", "enterprise"):
            yield Asked(f"search of {kind}, {text}", OFFICERS[kind], f"/search?q={quote(text)}")


def of_lists() -> Iterator[Asked]:
    """Yield the public's register and the lists of each office."""
    yield Asked("front page", None, "/", claimed=False)
    yield Asked("public register", None, "/register", claimed=False)
    yield Asked("public register, a product", None, f"/register?q={quote('高压压缩机')}", claimed=False)
    yield Asked("public register, rare words", None, f"/register?q={quote('核级阀门 YK-77')}", claimed=False)
    yield Asked("public register, a district", None, "/register?district=xigang&standing=valid", claimed=False)
    yield Asked("public register, revoked", None, "/register?standing=revoked", claimed=False)
    yield Asked("public register, expired", None, "/register?standing=expired")
    yield Asked("public register, expired, a product", None, f"/register?standing=expired&q={quote('高压压缩机')}")
    yield Asked("public register, expired, rare words", None, f"/register?standing=expired&q={quote('核级阀门 YK-77')}")
    yield Asked("public register, a kind", None, "/register?kind=system&standing=valid", claimed=False)
    places = {
        "district": ("/verification",), "bureau": ("/recognition", "/round", "/letters", "/complaints"),
        "assessor": ("/assessments",), "enterprise": ("/mine",),
        "insurer": ("/policies", f"/policies?words={quote('甲首新')}", f"/policies?words={number_of(20_003)}",
                    "/policies?stage=refund_due", "/loss-claims"),
        "finance": ("/policies", "/payments", "/recoveries"),
        "regulator": ("/round", "/loss-claims", "/pilot-insurers", "/complaints", "/recoveries"),
    }  # fmt: skip
    for kind, paths in places.items():
        for path in paths:
            yield Asked(f"{path} of {kind}", OFFICERS[kind], path, claimed=False)
    yield Asked("/returns of insurer", OFFICERS["insurer"], "/returns", claimed=False)
    yield Asked("/returns of insurer, paid", OFFICERS["insurer"], "/returns?state=paid", claimed=False)


async def of_cases(dsn: str) -> list[Asked]:
    """Return a case's page early, mid and late in its life, as the demonstration played it, an act's form, a round."""
    owner = await asyncpg.connect(dsn)
    try:
        found = {stage: await owner.fetchval(STAGED, stage) for stage in ("district_review", "recognised", "paid")}
        round_ = await owner.fetchval(LONGEST_ROUND)
    finally:
        await owner.close()
    return [
        *(Asked(f"a case at {stage}", "bureau-2", f"/p/case/{number}") for stage, number in found.items()),
        Asked("an act's form", "bureau-2", f"/p/case/{found['recognised']}/acts/revoke", claimed=False),
        Asked("public product", None, f"/register/{found['paid']}", claimed=False),
        Asked("a round", "regulator-1", f"/p/round/{round_}", claimed=False),
        Asked("a round's review", "regulator-1", f"/round/{round_}", claimed=False),
        *(
            Asked(f"a round's review, {view}", "finance-1", f"/round/{round_}?view={view}", claimed=False)
            for view in VIEWS
        ),
        Asked("a round's review, words", "bureau-2", f"/round/{round_}?words={quote('精密机械')}", claimed=False),
    ]


class Desk:
    """A running desk, asked over one connection; and what its process and the database's take meanwhile."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._place = urlsplit(stack.desk_url).netloc
        self._connection = HTTPConnection(self._place)
        self._processes = {name: psutil.Process(stack.info.processes[name].pid) for name in ("desk", "postgresql")}
        self._origin = {"origin": f"http://{self._place}"}
        self._cookies: dict[str | None, dict[str, str]] = {None: self._origin | {"cookie": "lang=zh"}}

    def sign_in(self, officer: str | None) -> None:
        """Sign an officer in, once."""
        if officer not in self._cookies:
            answer = self._ask("POST", f"/sign-in/{officer}", self._origin)
            assert answer.status == 303, (officer, answer.status)
            session = answer.headers["set-cookie"].partition(";")[0]
            self._cookies[officer] = self._origin | {"cookie": f"lang=zh; {session}"}

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> HTTPResponse:
        self._connection.request(method, path, headers=headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer

    def took(self, asked: Asked) -> dict[str, Any]:
        """Ask for a page many times; return its median and its slowest of twenty, and each process's, in ms."""
        self.sign_in(asked.officer)
        headers = self._cookies[asked.officer]
        answers = [self._ask(asked.method, asked.path, headers).status for _ in range(3)]
        assert set(answers) == {200 if asked.method == "GET" else 303}, (asked, answers)
        before, took = self._cpu(), []
        for _ in range(TIMES):
            begun = perf_counter()
            self._ask(asked.method, asked.path, headers)
            took.append((perf_counter() - begun) * 1000)
        spent = {name: round((spent - before[name]) * 1000 / TIMES, 1) for name, spent in self._cpu().items()}
        return {
            "page": asked.name,
            "median": round(median(took), 1),
            "p95": round(quantiles(took, n=20)[-1], 1),
        } | spent

    def _cpu(self) -> dict[str, float]:
        """The seconds of a processor, its own and the system's, that each process has taken with its children."""
        return {name: sum(map(_seconds, [one, *one.children()])) for name, one in self._processes.items()}


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def loaded_stack(folder: Path) -> EmbeddedStack:
    """The whole program with the demonstration's past and a hundred thousand cases."""
    stack, day = EmbeddedStack(folder, headless=True, one_click=True), now().astimezone(SHANGHAI).date()

    async def prepared(admin_dsn: str, password: str) -> None:
        await prepare(admin_dsn, password, day - timedelta(days=LISTED_BEFORE))
        async with await open_pool(stack.database_url) as pool:
            await play_past(pool, day, stack.documents)
        owner = await asyncpg.connect(stack.owner_database_url)
        rounds = [row[0] for row in await owner.fetch("select stream from proceeding where kind = 'round'")]
        await load(owner, loading=Loading(now(), rounds))
        await owner.close()

    stack.prepare = prepared
    return stack


def measure(stack: EmbeddedStack, only: str = "") -> None:
    """Ask for every page whose name has `only`, and print what each took; then what took longest."""
    desk, found = Desk(stack), []
    pages = [*of_work(), *of_search(), *asyncio.run(of_cases(stack.owner_database_url)), *of_lists()]
    for asked in (one for one in pages if only in one.name):
        found.append(desk.took(asked) | {"claimed": asked.claimed})
        sys.stdout.write(json.dumps(found[-1], ensure_ascii=False) + "\n")
        sys.stdout.flush()
    slowest = max((one["median"] for one in found if one["claimed"]), default=None)
    told = {"slowest claimed": slowest, "slowest": max(one["median"] for one in found), "load": os.getloadavg()}
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """Load, serve, ask: for all pages, or for those whose names have a word."""
    set_up_logging("json", logging.WARNING)
    # Nobody searches as fast as it is measured here.
    os.environ["FIRSTCOVER_DESK_SEARCHES_A_MINUTE"] = "0"
    with TemporaryDirectory() as folder, loaded_stack(Path(folder)) as stack:
        measure(stack, *sys.argv[1:2])


if __name__ == "__main__":
    main()
