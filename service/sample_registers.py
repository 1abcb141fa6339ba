"""A filled form for every act of the registers: offices and officers, editions, days off, and who has which work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.sample_forms import SampleForms  # of which these are a part

Data = dict[str, Any]


def _holidays(year: int) -> Data:
    """放假通知: a year's, made up."""
    spring = date(year, 2, 14)
    return {
        "year": year,
        "document": f"国办发明电〔{year - 1}〕0号 (illustrative)",
        "days_off": [f"{year}-01-0{day}" for day in (1, 2, 3)],
        "workdays": [f"{spring + timedelta(days=max(5 - spring.weekday(), 0))}"],
    }


#: What stands for each act of a register.
REGISTERS: Mapping[str, Callable[[SampleForms], Data]] = {
    "propose_officer": lambda own: {
        "code": f"bureau-{own.serial + 2}",
        "name": "周敏",
        "office": "bureau",
        "since": f"{own.now.date()}",
    },
    "appoint": lambda own: {"code": f"bureau-{own.serial + 2}"},
    "leave": lambda own: {"code": "ganjingzi-2", "last_day": f"{own.now.date()}", **own.reasons()},
    "propose_supervisor": lambda own: {"code": "bureau-1", "since": f"{own.now.date()}"},
    "appoint_supervisor": lambda own: {"code": "bureau-1"},
    "relieve_supervisor": lambda own: {"code": "bureau-1", "last_day": f"{own.now.date()}", **own.reasons()},
    "propose_office": lambda own: {
        "office_code": f"assessor-{own.serial + 2}",
        "office_kind": "assessor",
        "name_zh": "大连新材料检测院（演示）",
        "name_en": "Dalian Institute for New Materials (demonstration)",
    },
    "establish": lambda own: {"office": f"assessor-{own.serial + 2}"},
    "propose_letterhead": lambda own: {
        "office": "assessor-a",
        "since": f"{own.now.date()}",
        "title": "大连产品评定中心（演示）",
        "word": f"大评新{own.serial}",
    },
    "enter_letterhead": lambda own: {"office": "assessor-a"},
    "propose_account": lambda own: {
        "office": "insurer-a",
        "since": f"{own.now.date()}",
        "payee": "甲财产保险大连分公司",
        "bank_name": "演示银行大连中山支行",
        "bank_code": "999222000025",
        "account": "6222000000000105",
    },
    "enter_account": lambda own: {"office": "insurer-a", "account": "6222000000000105"},
    "prepare_edition": lambda own: {
        "name": f"dalian-revised-{own.serial}",
        "base": "dalian-demonstration-2026",
        "issued_on": f"{own.now.date() + timedelta(days=1)}",
        "document": "大工信发〔2026〕0号 (illustrative)",
        "figures": {"assessment_days": {"value": 20, "because": "P: a year's experience"}},
        **own.reasons(),
    },
    "propose_end": lambda own: {
        "name": "dalian-demonstration-2026",
        "last_day": f"{own.now.date() + timedelta(days=1)}",
        **own.reasons(),
    },
    "sign_edition": lambda own: {"name": f"dalian-revised-{own.serial}"},
    "enter_notice": lambda own: _holidays(own.now.year + 1),
    "load_notice": lambda own: {"year": own.now.year + 1},
    "take": lambda own: {"proceedings": ["case:dalian:DL-2026-000001"]},
    "hand_over": lambda own: {"proceedings": ["case:dalian:DL-2026-000001"], "to": "bureau-2", "note": "出差 (away)"},
    "release": lambda own: {"proceedings": ["case:dalian:DL-2026-000001"], "note": "出差 (away)"},
    "redistribute": lambda own: {
        "moves": [{"proceeding": "case:dalian:DL-2026-000001", "to": "bureau-2"}],
        **own.reasons(),
    },
    "substitute": lambda own: {
        "absent": "bureau-1",
        "substitute": "bureau-2",
        "since": f"{own.now.date()}",
        "until": f"{own.now.date()}",
        "reason": "年休假 (on leave)",
    },
    "absorb": lambda own: {
        "district": "baoshui",
        "into": "jinpu",
        "last_day": f"{own.now.date()}",
        "document": "大编办〔2026〕1号",
    },
}
