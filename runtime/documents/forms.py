"""The forms of a case (domain §8) on paper: subsidy application, recognition application, opinion, score sheet.

They are filled from the record and nothing else: what the record does not hold stays blank, for a pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from rules.capital import capital
from rules.schemes.dalian_bank import Account, masked
from runtime.documents.typesetting import LANGUAGES, typeset, words_of

#: By article, which facts of enterprise and product a recognition asks for (articles 2, 8).
CONDITIONS = {
    "8(1)": ("registered_in_city", "legal_person", "key_industry"),
    "8(2)": ("industrial_policy_met",),
    "8(3)": ("standards_met", "quality_certified"),
    "8(4)": ("patent", "test_report"),
    "8(5)": ("environment_met",),
    "8(6)": ("other_conditions_met",),
}
#: Of these one is enough (article 8(4)).
ONE_SUFFICES = "8(4)"


class Signed(NamedTuple):
    """Who did the act that a form stands for, and on which day."""

    officer: str
    day: date


class CaseForm(NamedTuple):
    """A case as its forms need it; names are by language."""

    number: str
    scheme: str
    demonstration: bool
    facts: Mapping[str, Mapping[str, Any]]
    money: Mapping[str, str]
    annual_cap: Decimal
    signed: Signed
    #: 区县, 保险机构, 评定机构, 区县主管部门, each by language.
    district: Mapping[str, str]
    insurer: Mapping[str, str]
    assessor: Mapping[str, str]
    authority: Mapping[str, str]
    account: Account | None = None
    #: Whether the account is written out: for the finance office alone.
    account_shown: bool = False


Part = dict[str, Any]
Pair = tuple[str, str]


def pdf(form: CaseForm, which: str, *languages: str) -> bytes:
    """Return a form as PDF, each language on pages of its own."""
    made: bytes = typeset("form", _data(form, which, languages), "pdf")
    return made


def pages(form: CaseForm, which: str, *languages: str, ppi: int = 96) -> list[bytes]:
    """Return a form's pages as pictures (PNG)."""
    made: list[bytes] = typeset("form", _data(form, which, languages), "png", ppi)
    return made


def _data(form: CaseForm, which: str, languages: tuple[str, ...]) -> dict[str, Any]:
    day = form.signed.day
    sheets = [_sheet(_Writer(form, language), which) for language in languages or LANGUAGES[:1]]
    return {"day": [day.year, day.month, day.day], "sheets": sheets}


def _sheet(writer: _Writer, which: str) -> dict[str, Any]:
    form, text = writer.form, writer.words["text"]
    parts = {"application": _application, "recognition": _recognition, "opinion": _opinion, "score": _score}
    return {
        "words": text,
        "banner": text["demonstration"] if form.demonstration else "",
        "title": writer.words["title"][which],
        "under": text["under"].format(scheme=form.scheme),
        "number": form.number,
        "left": text["number"].format(number=form.number),
        "right": text["filled_on"].format(day=writer.day(form.signed.day.isoformat())),
        "parts": parts[which](writer),
    }


class _Writer:
    """A form in one language: how it says what the record holds."""

    def __init__(self, form: CaseForm, language: str) -> None:
        self.form, self.language, self.words = form, language, words_of("form", language)

    @property
    def text(self) -> Mapping[str, str]:
        return self.words["text"]

    def section(self, name: str) -> Mapping[str, Any]:
        return self.form.facts.get(name, {})

    def pair(self, field: str, answer: str | None) -> Pair:
        return self.words["field"][field], answer or self.text["none"]

    def pairs(self, facts: Mapping[str, Any], *fields: str) -> list[Pair]:
        return [self.pair(field, self.answer(facts.get(field))) for field in fields]

    def answer(self, value: Any) -> str:
        """Write a value of the record: a flag as yes or no, a day as days are written, a code by its word."""
        if isinstance(value, bool):
            return self.text["yes" if value else "no"]
        if isinstance(value, list):
            return ("、" if self.language == LANGUAGES[0] else ", ").join(map(self.answer, value))
        written = "" if value is None else str(value)
        return self.day(self.words["value"].get(written, written))

    def day(self, written: str) -> str:
        """Write a day or a moment as the language does; anything else stays as it is."""
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            return written
        if self.language != LANGUAGES[0]:
            return written.replace("T", " ")
        day = f"{moment.year}年{moment.month}月{moment.day}日"
        return f"{day} {moment:%H:%M}" if "T" in written else day

    def yuan(self, amount: str | None) -> str:
        return self.text["yuan"].format(figures=f"{Decimal(amount):,.2f}") if amount is not None else ""

    def rows(self, name: str, pairs: Iterable[Pair], *, whole: frozenset[str] = frozenset()) -> Part:
        """A part of pairs, two on a line; what may be long has a line of its own."""
        wide = {self.words["field"][field] for field in whole}
        rows: list[list[Pair]] = []
        half: list[Pair] = []
        for pair in pairs:
            if pair[0] in wide:
                rows += [half] if half else []
                rows.append([pair])
                half = []
            elif half:
                rows.append([*half, pair])
                half = []
            else:
                half = [pair]
        return {"name": self.words["part"][name], "rows": rows + ([half] if half else [])}

    def listed(self, name: str, columns: Mapping[str, int], lines: Iterable[tuple[str, ...]]) -> Part:
        heads = [self.words["column"][column] for column in columns]
        return {
            "name": self.words["part"][name],
            "columns": heads,
            "widths": list(columns.values()),
            "lines": list(lines),
        }

    def said(self, name: str, *paragraphs: str, signed: Iterable[str] = ()) -> Part:
        day = self.text["signed_on"].format(day=self.day(self.form.signed.day.isoformat()))
        return {"name": self.words["part"][name], "paragraphs": paragraphs, "signed": [*signed, day]}

    def says(self, code: str, **inputs: str) -> str:
        return self.words["said"][code].format_map(inputs)


_LONG = frozenset(
    {"name", "product", "user", "insurer", "subsidy_asked", "payee", "breakthrough", "covers", "page", "verified_by"}
)


def _application(writer: _Writer) -> list[Part]:
    """保费补贴申请表 (article 13)."""
    supply = writer.section("delivery")
    return [
        _enterprise(writer),
        writer.rows("recognition", _recognised(writer)),
        _product(writer, "model", "specification", "batch_number", "quantity"),
        writer.rows(
            "supply",
            [
                *writer.pairs(supply, "user", "contract_number", "contract_signed_on"),
                writer.pair("contract_value", writer.text["attached"]),
                *writer.pairs(supply, "delivered_on"),
            ],
            whole=_LONG,
        ),
        writer.rows("insurance", _insured(writer), whole=_LONG),
        writer.rows("subsidy", _asked(writer), whole=_LONG),
        *([_account(writer, writer.form.account)] if writer.form.account else []),
        _declared(writer, "applied"),
    ]


def _enterprise(writer: _Writer, *more: str) -> Part:
    enterprise = writer.section("submission")["enterprise"]
    pairs = [
        *writer.pairs(enterprise, "name", "uscc"),
        writer.pair("district", writer.form.district[writer.language]),
        *writer.pairs(enterprise, "sme", "key_industry", "registered_on", "contact", *more),
    ]
    return writer.rows("enterprise", pairs, whole=_LONG)


def _recognised(writer: _Writer) -> list[Pair]:
    found = writer.section("recognition")
    return [writer.pair("case", writer.form.number), *writer.pairs(found, "published_on", "valid_until")]


def _product(writer: _Writer, *fields: str) -> Part:
    product = writer.section("submission")["product"]
    batch = {**product, **{k: v for k, v in writer.section("batch").items() if k in ("batch_number", "quantity")}}
    return writer.rows("product", [writer.pair("product", product["name"]), *writer.pairs(batch, *fields)], whole=_LONG)


def _insured(writer: _Writer) -> list[Pair]:
    contract, money = writer.section("contract"), writer.form.money
    covers = [cover for cover in ("quality_cover", "liability_cover") if contract[cover]]
    rate = f"{(Decimal(contract['premium_rate']) * 100).normalize():f}"
    return [
        writer.pair("insurer", writer.form.insurer[writer.language]),
        *writer.pairs(contract, "policy_number", "clause_number"),
        writer.pair("covers", writer.answer(covers)),
        writer.pair("sum_insured", writer.yuan(contract["sum_insured"])),
        writer.pair("premium_rate", writer.text["percent"].format(rate=rate)),
        writer.pair("premium", writer.yuan(money.get("premium"))),
        *writer.pairs(writer.section("application"), "invoice_number"),
        *writer.pairs(contract, "applied_on", "concluded_at", "start_on", "end_on"),
    ]


def _asked(writer: _Writer) -> list[Pair]:
    money, contract = writer.form.money, writer.section("contract")
    asked, used = Decimal(money["subsidy_asked"]), writer.form.annual_cap - Decimal(money["cap_left"])
    in_words = writer.text["yuan_in_words"].format(words=capital(asked), figures=f"{asked:,.2f}")
    return [
        writer.pair("subsidy_asked", in_words),
        writer.pair("cap_used", writer.yuan(f"{used:.2f}")),
        writer.pair("other_subsidies", writer.yuan(writer.section("application").get("other_subsidies"))),
        writer.pair("shortfall", writer.answer(contract["shortfall_borne_by"])),
    ]


def _account(writer: _Writer, to: Account) -> Part:
    number = to.account if writer.form.account_shown else masked(to.account)
    pairs = [
        writer.pair("payee", to.payee),
        writer.pair("bank_name", to.bank_name),
        writer.pair("account", number),
    ]
    return writer.rows("account", pairs, whole=_LONG)


def _declared(writer: _Writer, what: str) -> Part:
    enterprise = writer.section("submission")["enterprise"]
    signs = (writer.says("enterprise_signs", name=enterprise["name"]), writer.says("contact_signs", name=""))
    return writer.said("declaration", writer.says(what, scheme=writer.form.scheme), signed=signs)


def _recognition(writer: _Writer) -> list[Part]:
    """新产品认定申请表 (articles 2, 8, 9)."""
    enterprise = ("industrial_manufacturer", "legal_person")
    product = ("model", "specification", "kind", "batch_number", "breakthrough", "has_ip", "market_record")
    papers = (
        (str(place), paper["title"], paper["sha256"][:16])
        for place, paper in enumerate(writer.section("submission")["papers"], 1)
    )
    return [
        _enterprise(writer, *enterprise),
        _product(writer, *product, "first_user", "quantity"),
        writer.listed("conditions", {"place": 3, "item": 18, "verdict": 4}, _conditions(writer)),
        writer.listed("papers", {"place": 3, "title": 12, "digest": 10}, papers),
        _declared(writer, "submitted"),
    ]


def _conditions(writer: _Writer) -> Iterable[tuple[str, ...]]:
    submission = writer.section("submission")
    facts = {**submission["enterprise"], **submission["product"]}
    for place, (article, names) in enumerate(CONDITIONS.items(), 1):
        held = [bool(facts[name]) for name in names]
        met = any(held) if article == ONE_SUFFICES else all(held)
        yield str(place), writer.words["item"][article], writer.text["met" if met else "not_met"]


def _head(writer: _Writer) -> list[Part]:
    """Whose product, and which."""
    enterprise, product = (writer.section("submission")[part] for part in ("enterprise", "product"))
    pairs = [*writer.pairs(enterprise, "name", "uscc"), writer.pair("case", writer.form.number)]
    about = [writer.pair("product", product["name"]), *writer.pairs(product, "model", "specification")]
    return [writer.rows("enterprise", pairs, whole=_LONG), writer.rows("product", about, whole=_LONG)]


def _opinion(writer: _Writer) -> list[Part]:
    """确认意见: the eight items (article 9)."""
    opinion = writer.section("district_opinion")
    verdicts = {one["item"]: one for one in opinion["checklist"]}
    lines = [
        (
            str(place),
            article_of(item, writer),
            said,
            verdicts[item]["evidence"],
            writer.text["met" if verdicts[item]["met"] else "not_met"],
        )
        for place, (item, said) in enumerate(writer.words["item"].items(), 1)
    ]
    outcome = writer.says("all_met" if all(one["met"] for one in verdicts.values()) else "not_all_met")
    authority = writer.form.authority[writer.language]
    signs = (writer.says("office_signs", name=authority), writer.says("officer_signs", name=writer.form.signed.officer))
    visit = [writer.pair("verified_by", authority), *writer.pairs(opinion, "site_visit_on")]
    head = _head(writer)
    return [
        *head,
        writer.rows("district", visit, whole=_LONG),
        writer.listed("checklist", {"place": 3, "article": 6, "item": 15, "evidence": 10, "verdict": 4}, lines),
        writer.said("opinion", writer.says("confirmed", outcome=outcome), opinion["opinion"], signed=signs),
    ]


def article_of(article: str, writer: _Writer) -> str:
    """Write an article short, as 第八条（一） or 8(1)."""
    if writer.language != LANGUAGES[0]:
        return article
    number, _, item = article.removesuffix(")").partition("(")
    digits = "零一二三四五六七八九"
    return f"第{digits[int(number)]}条" + (f"（{digits[int(item)]}）" if item else "")


def _score(writer: _Writer) -> list[Part]:
    """专家评分表 (article 10)."""
    report = writer.section("assessment")
    sheet: list[Mapping[str, Any]] = report.get("score_sheet", [])
    lines: list[tuple[str, ...]] = [
        (str(place), one["criterion"], str(one["maximum"]), str(one["score"]), writer.answer(one["veto"]))
        for place, one in enumerate(sheet, 1)
    ]
    most = str(sum(one["maximum"] for one in sheet) or 100)
    lines.append(("", writer.words["field"]["total"], most, str(report["score"]), ""))
    assessor = writer.form.assessor[writer.language]
    says = writer.says("recommended" if report["recommended"] else "not_recommended")
    about = [
        writer.pair("assessor", assessor),
        writer.pair("report", report["report_sha256"][:16]),
        writer.pair("recommended", says),
    ]
    columns = {"place": 3, "criterion": 16, "maximum": 4, "score": 4, "veto": 4}
    signs = (writer.says("expert_signs"), writer.says("assessor_signs", name=assessor))
    return [
        *_head(writer),
        writer.rows("recognition", about),
        writer.listed("scores", columns, lines),
        writer.said("conflict", writer.says("no_conflict"), signed=(writer.says("expert_signs"),)),
        writer.said("conclusion", report["conclusion"], signed=signs),
    ]
