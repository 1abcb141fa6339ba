"""补贴计划: a subsidy plan on paper and as a sheet, as the three offices sign it (article 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from rules.budget import Standing
from rules.capital import capital
from rules.values import ZERO
from runtime.documents.sheets import Book, Cell, Page
from runtime.documents.typesetting import LANGUAGES, Words, typeset, words_of

#: What is added up at a plan's foot.
PARTS = ("asked", "cut_by_cap", "approved", "waitlisted")
#: The offices that sign: a plan not signed by all is a draft.
SIGNATURES = 3
_WIDTHS = (6, 22, 34, 22, 30, 24, 18, 16, 16, 16, 16, 16, 16, 18, 18, 60)


class PlanRow(NamedTuple):
    """计划明细: where a line stands, and the names of whom it concerns."""

    standing: Standing
    enterprise: str
    insurer_code: str
    #: In the languages of a document.
    insurer: dict[str, str]
    policy: str
    concluded_at: datetime
    return_received_at: datetime | None


class Signature(NamedTuple):
    """会签: an office, and who signed for it on which day; empty where nobody has."""

    office: dict[str, str]
    name: str
    signed_on: date | None


class SubsidyPlan(NamedTuple):
    """补贴计划: everything that stands on its paper."""

    number: str
    scheme: str
    demonstration: bool
    fiscal_year: int
    quarter: str
    prepared_at: datetime
    budget_before: Decimal
    rows: tuple[PlanRow, ...]
    signatures: tuple[Signature, ...]

    @property
    def draft(self) -> bool:
        return sum(signature.signed_on is not None for signature in self.signatures) < SIGNATURES

    def total(self, part: str) -> Decimal:
        return sum((getattr(row.standing.line, part) for row in self.rows), ZERO)

    @property
    def budget_after(self) -> Decimal:
        return self.budget_before - self.total("approved")


def reasons(standing: Standing, language: str) -> list[str]:
    """Say why a line stands where it is."""
    words = words_of("plan", language)["reason"]
    figures = {"cap_before": standing.cap_before, "budget_before": standing.budget_before}
    figures |= {part: getattr(standing.line, part) for part in PARTS}
    told = {name: _yuan(figure) for name, figure in figures.items()}
    return [words[code].format_map(told) for code, _ in standing.reasons]


def pdf(plan: SubsidyPlan, *languages: str) -> bytes:
    """Return a plan as PDF, each language on pages of its own."""
    made: bytes = typeset("plan", _data(plan, languages), "pdf")
    return made


def pages(plan: SubsidyPlan, *languages: str, ppi: int = 96) -> list[bytes]:
    """Return a plan's pages as pictures (PNG)."""
    made: list[bytes] = typeset("plan", _data(plan, languages), "png", ppi)
    return made


def excel(plan: SubsidyPlan, *languages: str) -> bytes:
    """Return a plan as an Excel workbook, each language on a sheet of its own."""
    book = Book(plan.prepared_at)
    for language in languages or LANGUAGES[:1]:
        _fill(book, plan, language)
    return book.finish()


def _data(plan: SubsidyPlan, languages: tuple[str, ...]) -> dict[str, Any]:
    day = plan.prepared_at
    return {
        "day": [day.year, day.month, day.day],
        "sheets": [_sheet(plan, language) for language in languages or LANGUAGES[:1]],
    }


def _sheet(plan: SubsidyPlan, language: str) -> dict[str, Any]:
    words = words_of("plan", language)
    say = words["text"]
    return {
        "words": say | {"title": say["title"].format(year=plan.fiscal_year), "under": _under(plan, say)},
        "columns": words["column"],
        "banner": say["demonstration"] if plan.demonstration else "",
        "draft": plan.draft,
        "number": plan.number,
        "facts": list(_facts(plan, words)),
        "rows": [_printed(row, language) for row in plan.rows],
        "lines": say["of_lines"].format(lines=len(plan.rows)),
        "totals": {part: _yuan(plan.total(part)) for part in PARTS},
        "in_words": list(_in_words(plan, words)),
        "signatures": [
            {
                "office": signature.office[language],
                "name": signature.name,
                "date": _day(signature.signed_on, language) if signature.signed_on else "",
            }
            for signature in plan.signatures
        ],
    }


def _printed(row: PlanRow, language: str) -> dict[str, str]:
    line = row.standing.line
    return {
        "rank": str(line.rank),
        "application": line.number,
        "enterprise": row.enterprise,
        "uscc": line.enterprise,
        "insurer": row.insurer[language],
        "policy": row.policy,
        "concluded_at": f"{row.concluded_at:%Y-%m-%d %H:%M}",
        **{part: _yuan(getattr(line, part)) for part in PARTS},
        "reasons": _why(row, language),
    }


def _why(row: PlanRow, language: str) -> str:
    """The reasons of a line on paper, where the order of all is told once at the head."""
    told = reasons(row.standing, language)
    shown = [said for said, (code, _) in zip(told, row.standing.reasons, strict=True) if code != "ranked_by_time"]
    return ("；" if language == LANGUAGES[0] else "; ").join(shown)


def _under(plan: SubsidyPlan, say: dict[str, str]) -> str:
    return say["under"].format(scheme=plan.scheme)


def _facts(plan: SubsidyPlan, words: Words) -> Iterator[tuple[str, str]]:
    say = words["text"]
    yield say["number"], plan.number
    yield say["fiscal_year"], str(plan.fiscal_year)
    yield say["quarter"], plan.quarter
    yield say["prepared_on"], _day(plan.prepared_at.date(), say["language"])
    yield say["budget_before"], _yuan(plan.budget_before)
    yield say["budget_after"], _yuan(plan.budget_after)


def _in_words(plan: SubsidyPlan, words: Words) -> Iterator[tuple[str, str, str]]:
    for part in PARTS:
        yield words["column"][part], _yuan(plan.total(part)), capital(plan.total(part))


def _fill(book: Book, plan: SubsidyPlan, language: str) -> None:
    """Fill a sheet: the head, a row for each line, the totals, the signatures."""
    words = words_of("plan", language)
    page = book.page(words["text"]["sheet"], _WIDTHS)
    _fill_head(page, plan, words["text"])
    page.heading(words["column"].values(), columns=2)
    for row in plan.rows:
        page.row(_cells(row, language), border=1, text_wrap=True)
    _fill_foot(page, plan, words)


def _fill_head(page: Page, plan: SubsidyPlan, say: dict[str, str]) -> None:
    page.title(say["title"].format(year=plan.fiscal_year), align="center", bold=True, font_size=16)
    page.title(_under(plan, say), align="center")
    page.title(say["order"], align="center")
    for marked, mark in ((plan.demonstration, "demonstration"), (plan.draft, "draft_note"), (True, "courtesy")):
        if marked and say[mark]:
            page.title(say[mark], align="center", bold=True, font_color="#B3101A")
    page.gap()
    for cells in _cells_of_head(plan, say):
        page.row(cells, after=1, border=1, align="left")
    page.gap()


def _fill_foot(page: Page, plan: SubsidyPlan, words: Words) -> None:
    say, language = words["text"], words["text"]["language"]
    total = say["total"] + say["of_lines"].format(lines=len(plan.rows))
    page.row([None, total, *[None] * 5, *map(plan.total, PARTS), *[None] * 5], border=1, bold=True)
    for name, _, written in _in_words(plan, words):
        page.row([f"{name} {say['in_words']}", written], after=1)
    page.gap()
    page.row([say["signatures"], say["office"], say["name"], say["date"]], after=1, bold=True)
    for office, name, day in plan.signatures:
        signed = [name, _day(day, language)] if day else [say["unsigned"], None]
        page.row([office[language], *signed], after=2, border=1)


def _cells_of_head(plan: SubsidyPlan, say: dict[str, str]) -> Iterator[tuple[str, Cell]]:
    yield say["number"], plan.number
    yield say["fiscal_year"], plan.fiscal_year
    yield say["quarter"], plan.quarter
    yield say["prepared_on"], _day(plan.prepared_at.date(), say["language"])
    yield say["budget_before"], plan.budget_before
    yield say["budget_after"], plan.budget_after


def _cells(row: PlanRow, language: str) -> list[Cell]:
    stands, line = row.standing, row.standing.line
    who: list[Cell] = [line.rank, line.number, row.enterprise, line.enterprise, row.insurer[language], row.policy]
    left = (stands.cap_before, stands.cap_after, stands.budget_before, stands.budget_after)
    return [*who, row.concluded_at, *(getattr(line, part) for part in PARTS), *left, _why(row, language)]


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == LANGUAGES[0] else day.isoformat()
