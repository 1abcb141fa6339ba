"""The demonstration's offices, officers, insurers and clauses: data for trying the program, and nothing else.

Each officer's code is what a command's `--as` takes. Enterprises are not here: they register by submitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from db.pool import Connection
from rules.edition import Edition

SINCE = date(2016, 1, 1)

#: 区市县（先导区）: code, Chinese name, English name.
DISTRICTS = (
    ("zhongshan", "中山区", "Zhongshan"),
    ("xigang", "西岗区", "Xigang"),
    ("shahekou", "沙河口区", "Shahekou"),
    ("ganjingzi", "甘井子区", "Ganjingzi"),
    ("lushunkou", "旅顺口区", "Lüshunkou"),
    ("jinzhou", "金州区", "Jinzhou"),
    ("pulandian", "普兰店区", "Pulandian"),
    ("wafangdian", "瓦房店市", "Wafangdian"),
    ("zhuanghe", "庄河市", "Zhuanghe"),
    ("changhai", "长海县", "Changhai"),
    ("jinpu", "金普新区", "Jinpu New Area"),
    ("gaoxin", "高新区", "High-tech Zone"),
    ("changxingdao", "长兴岛", "Changxing Island"),
    ("huayuankou", "花园口", "Huayuankou"),
    ("baoshui", "保税区", "Free Trade Zone"),
)

#: 机构: code, kind, Chinese name, English name.
OFFICES = (
    ("bureau", "industry_bureau", "市工业和信息化局", "Bureau of Industry and Information Technology"),
    ("finance", "finance", "市财政局", "Finance Bureau"),
    ("regulator", "regulator", "国家金融监督管理总局大连监管局", "Financial Regulator, Dalian"),
    ("assessor-a", "assessor", "大连评定中心（演示）", "Dalian Assessment Centre (demonstration)"),
    ("assessor-b", "assessor", "东北检测院（演示）", "North-East Testing Institute (demonstration)"),
    ("insurer-a", "insurer", "甲财产保险大连分公司（演示）", "Insurer A, Dalian branch (demonstration)"),
    ("insurer-b", "insurer", "乙财产保险大连分公司（演示）", "Insurer B, Dalian branch (demonstration)"),
    (
        "insurer-c",
        "insurer",
        "丙财产保险大连分公司（演示，未列名）",
        "Insurer C, Dalian branch (demonstration, not listed)",
    ),
)

LISTED_INSURERS = ("insurer-a", "insurer-b")
SURNAMES, GIVEN_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑", ("丽", "强")

#: 经办人: code, name, office. Two in each office, so that one may prepare and the other approve (article 15(3)).
OFFICERS = tuple(
    (f"{office}-{n}", surname + GIVEN_NAMES[n - 1], office)
    for surname, office in zip(SURNAMES, [code for code, *_ in OFFICES + DISTRICTS], strict=True)
    for n in (1, 2)
)

#: 备案条款: number, insurer.
CLAUSES = (("CLAUSE-A-2026-01", "insurer-a"), ("CLAUSE-B-2026-01", "insurer-b"), ("CLAUSE-C-2026-01", "insurer-c"))


#: 文号机关代字: the word an office's notices are numbered under, and who reconsiders its decisions (行政复议法 24, 27).
CITY = "大连市人民政府"
LETTERHEADS = (
    ("bureau", "大连市工业和信息化局", "大工信新认", CITY),
    ("finance", "大连市财政局", "大财新认", CITY),
    ("regulator", "国家金融监督管理总局大连监管局", "大金监新认", "国家金融监督管理总局"),
    *((code, name, f"{name[:2]}新评", None) for code, kind, name, _ in OFFICES if kind == "assessor"),
    *((code, name, f"{name[:1]}财险新保", None) for code, kind, name, _ in OFFICES if kind == "insurer"),
)


#: 先导区: pioneer zones, which have no people's government of their own.
PIONEER_ZONES = frozenset({"jinpu", "gaoxin", "changxingdao", "huayuankou", "baoshui"})


def _district_letterhead(code: str, name: str) -> tuple[str, str, str, str]:
    """A district's government reconsiders what its SME authority decides; for a pioneer zone the city's does (P)."""
    place = name if name[-1] in "市县" else f"大连市{name}"
    word, government = (name, CITY) if code in PIONEER_ZONES else (name[:-1], f"{place}人民政府")
    return code, f"{place}中小企业主管部门", f"{word}中小新认", government


#: 收款账户: office, payee, bank, 联行号, account; bank and numbers are made up.
ACCOUNTS = tuple(
    (insurer, name.split("（")[0], "演示银行大连分行营业部", "999222000017", f"622200000000000{n}")
    for n, (insurer, kind, name, _) in enumerate(OFFICES)
    if kind == "insurer"
)

OWN_FILES = "select number from proceeding where kind = 'pilot_insurer'"


async def fill(connection: Connection, today: date, edition: Edition) -> None:
    """Add what is missing; the insurers' list runs for the calendar year of `today` (P: one year).

    An insurer with a file of its own is listed by its acts alone: else one taken off would be back the next year.
    """
    on_file = {row["number"] for row in await connection.fetch(OWN_FILES)}
    year_begins, year_ends = today.replace(month=1, day=1), today.replace(month=12, day=31)
    rows: tuple[tuple[str, Sequence[tuple[object, ...]]], ...] = (
        ("district (code, name_zh, name_en, since)", [(*district, SINCE) for district in DISTRICTS]),
        (
            "office (code, kind, name_zh, name_en, district)",
            [(*office, None) for office in OFFICES]
            + [(code, "district", f"{zh}中小企业主管部门", f"{en} SME authority", code) for code, zh, en in DISTRICTS],
        ),
        ("officer (code, name, office, since)", [(*officer, SINCE) for officer in OFFICERS]),
        (
            "letterhead (office, title, word, review_authority, since)",
            [(*head, SINCE) for head in LETTERHEADS]
            + [(*_district_letterhead(code, zh), SINCE) for code, zh, _ in DISTRICTS],
        ),
        (
            "insurer_listing (insurer, listed_from, listed_until, notice)",
            [
                (insurer, year_begins, year_ends, f"试点保险机构名单（{today.year}年，演示）")
                for insurer in LISTED_INSURERS
                if insurer not in on_file
            ],
        ),
        (
            "filed_clause (number, insurer, filed_on, valid_until, text_sha256)",
            [
                (number, insurer, SINCE, date(9999, 12, 31), sha256(number.encode()).hexdigest())
                for number, insurer in CLAUSES
            ],
        ),
        (
            "bank_account (office, payee, bank_name, bank_code, account, since)",
            [(*account, SINCE) for account in ACCOUNTS],
        ),
        (
            "annual_cap (scheme, from_year, amount)",
            [(edition.scheme, SINCE.year, edition.annual_cap.value)],
        ),
    )
    for table, values in rows:
        if not values:
            continue  # every insurer has a file of its own
        places = ", ".join(f"${n}" for n in range(1, len(values[0]) + 1))
        await connection.executemany(f"insert into {table} values ({places}) on conflict do nothing", values)  # noqa: S608
