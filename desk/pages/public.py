"""公开: the front page, the register of recognised products, and the pilot insurers: without signing in."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel

from desk.language import N_, _, language
from desk.naming import label, value
from desk.page import Database, Nav, today
from desk.public import keep, show
from rules.facts import ProductKind
from service.public_register import (
    STANDINGS,
    Entry,
    Wanted,
    districts_of,
    entry_of,
    every_entry,
    expect_readable,
    insurers,
    register,
)
from service.the_law import in_force

router = APIRouter()
NAV = (
    Nav(N_("Recognised products"), "/register", order=10, public=True),
    Nav(N_("Pilot insurers"), "/insurers/list", order=20, public=True),
)
KINDS: tuple[str, ...] = ProductKind.__args__  # type: ignore[attr-defined]
#: What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sought(BaseModel):
    """What is looked for in the register, and after which key its page begins."""

    q: Annotated[str, Query(max_length=100)] = ""
    district: str = ""
    kind: str = ""
    standing: str = ""
    after: str = ""

    @property
    def wanted(self) -> Wanted:
        """The same, as the register is asked; a choice that is none narrows nothing."""
        kind = self.kind if self.kind in KINDS else ""
        standing = self.standing if self.standing in STANDINGS else ""
        district = self.district if self.district.isascii() and self.district.isprintable() else ""
        return Wanted(self.q, district, kind, standing)


@router.get("/")
async def front(request: Request, database: Database) -> Response:
    """What the scheme is, and the four things one comes for."""
    day = today(request)
    latest, _more = await register(database, Wanted(), day, limit=5)
    edition = await in_force(database, day)
    return await show(request, "public/front.html", latest=latest, edition=edition)


@router.get("/register")
async def products(request: Request, database: Database, sought: Annotated[Sought, Query()]) -> Response:
    """Recognised products, the latest published first; what narrows the list stays in its address."""
    found, after = await register(database, sought.wanted, today(request), sought.after)
    return await show(
        request,
        "public/register.html",
        entries=found,
        after=after,
        sought=sought,
        districts=await districts_of(database),
        kinds=KINDS,
        standings=STANDINGS,
    )


@router.get("/register.csv")
async def download(request: Request, database: Database, sought: Annotated[Sought, Query()]) -> Response:
    """The same list whole, as a table that a spreadsheet opens."""
    # What is wrong must be told before the table begins.
    expect_readable(sought.wanted)
    names = {row["code"]: row for row in await districts_of(database)}
    entries = every_entry(database, sought.wanted, today(request))
    headers = {"Content-Disposition": 'attachment; filename="register.csv"'}
    answer = StreamingResponse(_lines(entries, names), media_type="text/csv; charset=utf-8", headers=headers)
    keep(request, answer)
    return answer


@router.get("/register/{number}")
async def product(request: Request, database: Database, number: str) -> Response:
    """One recognised product, at its permanent address."""
    found = await entry_of(database, number, today(request))
    if found is None:
        raise HTTPException(404)
    return await show(
        request,
        "public/product.html",
        one=found,
        permanent=permanent_address(request, number),
        districts=await districts_of(database),
    )


@router.get("/insurers/list")
async def pilot_insurers(request: Request, database: Database) -> Response:
    """The pilot insurers: their terms, how they stand today, and the clauses they have filed."""
    return await show(request, "public/insurers.html", insurers=await insurers(database, today(request)))


@router.get("/robots.txt")
async def robots() -> Response:
    """What a search engine may read: the public pages, and not every search of them."""
    shut = ("/register.csv", "/register?", "/calculators/*?", "/p/", "/work", "/account", "/sign-in", "/api/")
    lines = ["User-agent: *", *(f"Disallow: {one}" for one in shut)]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=86400"})


def permanent_address(request: Request, number: str) -> str:
    """Where a product of the register is found for good."""
    return f"{request.url.scheme}://{request.url.netloc}/register/{number}"


async def _lines(entries: AsyncIterator[Entry], districts: dict[str, dict[str, str]]) -> AsyncIterator[str]:
    # With a byte order mark, so that a spreadsheet reads it as UTF-8.
    yield "\ufeff" + _line(
        *(_("Number"), _("Product"), _("Model"), _("Specification"), _("Kind"), _("Enterprise"), _("Credit code")),
        *(_("District"), _("Published on"), _("Valid until"), _("Standing"), _("Published at")),
    )
    async for one in entries:
        district = districts.get(one.district, {})
        yield _line(
            *(one.number, one.product, one.model, one.specification, value(one.kind), one.enterprise, one.uscc),
            *(
                district.get(f"name_{language()}", one.district),
                one.published_on.isoformat(),
                one.valid_until.isoformat(),
            ),
            *(label("standing", one.standing), one.address),
        )


def _line(*cells: str) -> str:
    """A line of the table; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells)
    return written.getvalue()
