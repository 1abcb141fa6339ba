"""机构与试点保险机构: the insurers' list and measures, a newcomer, the offices' supervisors (articles 12 and 15(1))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from service.sample_forms import Data
from starters.demonstration.script import Part, Script, day_of

#: So many days before the day it is played on, the registers are as they are first filled.
LISTED_BEFORE: Final = 468


_ASSESSOR: Final = {
    "office_code": "assessor-c",
    "office_kind": "assessor",
    "name_zh": "大连新材料检测院（演示）",
    "name_en": "Dalian Institute for New Materials (demonstration)",
}


def insurers(script: Script) -> None:
    """The pilot list, entered long ago and again since; measures, a clause; supervisors of the offices."""
    for place, insurer in enumerate("abc"):
        stream = f"pilot_insurer:dalian:insurer-{insurer}"
        nominated = {"insurer": f"insurer-{insurer}", "reason": "具备综合险承保与再保能力"}
        script.act(LISTED_BEFORE, stream, "nominate", "regulator-1", nominated)
        # The others stand on the list that the demonstration's registers are filled with.
        chosen = {"reason": "经遴选，条件符合（第十二条）"}
        script.act(466, stream, "select", "regulator-1", chosen, at_stage="candidate")
        for ago, which in ((462, "一"), (104, "二")):
            script.act(ago, stream, "list", "regulator-1", _listing(f"第{which}批", place))
    measure = {"measure": "alert", "ground": "rate_deviation", "reason": "报价偏离备案费率，责令说明"}
    script.act(45, "pilot_insurer:dalian:insurer-b", "record_measure", "regulator-1", measure)
    clause = Part("clause", 0)
    filed = {"clause_number": "CLAUSE-A-2026-02"}
    script.act(
        60, "pilot_insurer:dalian:insurer-a", "file_clause", "insurer-a-1",
        lambda at: {**clause.forms(at).clause(), **filed},
    )  # fmt: skip
    register = "offices:dalian:register"
    newcomer = {"code": "bureau-3", "name": "周敏", "office": "bureau"}
    script.act(36, register, "propose_officer", "bureau-1", lambda at: {**newcomer, "since": day_of(at)})
    script.act(35, register, "appoint", "bureau-2", {"code": "bureau-3"})
    script.act(31, register, "propose_office", "bureau-1", _ASSESSOR)
    script.act(30, register, "establish", "bureau-2", {"office": _ASSESSOR["office_code"]})
    script.act(2, register, "propose_account", "finance-2", _new_account)
    for office in ("bureau", "regulator", "finance"):
        supervisor = f"{office}-2"
        script.act(
            33, register, "propose_supervisor", f"{office}-1",
            _from_that_day(supervisor),
        )  # fmt: skip
        script.act(32, register, "appoint_supervisor", f"{office}-2", {"code": supervisor})


def _new_account(at: datetime) -> Data:
    """Where an insurer is to be paid from next month on, which nobody has entered yet."""
    account = Part("account", 0).forms(at).of("propose_account")
    return account | {"office": "insurer-b", "payee": "乙财产保险大连分公司", "since": day_of(at + timedelta(days=30))}


def _from_that_day(code: str) -> Callable[[datetime], Data]:
    return lambda at: {"code": code, "since": day_of(at)}


def _listing(which: str, place: int) -> Callable[[datetime], Data]:
    listing = Part("listing", place)

    def filled(at: datetime) -> Data:
        return {**listing.forms(at).listing(), "notice": f"试点保险机构名单（{at:%Y}年{which}）"}

    return filled
