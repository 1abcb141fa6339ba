"""试点保险机构: the list, the filed clauses and the register of measures (articles 3, 12, 15(1))."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.language import N_
from desk.page import Database, Nav, Signed, render, today
from desk.places import only
from rules.procedure import File
from rules.procedures import Stream
from runtime.errors import BadInput
from service.acting import possible_acts
from service.registers import insurer_papers, insurers_on
from service.showing import file_of

router = APIRouter()
READERS = ("regulator", "industry_bureau", "finance")
NAV = (Nav(N_("Pilot insurers"), "/insurers", kinds=READERS, order=45),)


@router.get("/insurers")
async def every_insurer(request: Request, me: Signed, database: Database) -> Response:
    """The pilot list as it is today, every filed clause, and the measures taken."""
    only(me, *READERS)
    papers = await insurer_papers(database, None)
    return await render(
        request, "insurers/list.html", insurers=await insurers_on(database, today(request)), papers=papers
    )


@router.get("/insurers/{code}")
async def insurer(request: Request, me: Signed, database: Database, code: str) -> Response:
    """An insurer: its terms on the list, its clauses, what was done about it, and what can be done now."""
    only(me, *READERS)
    found = await insurers_on(database, today(request), code)
    if not found:
        raise HTTPException(404)
    stream = Stream("pilot_insurer", "dalian", code)
    try:
        file = await file_of(database, stream)
    except BadInput:
        file = File(number=code, scheme="dalian", edition="")
    acts = list(possible_acts(stream, file, me.officer))
    return await render(
        request,
        "insurers/show.html",
        one=found[0],
        stream=stream,
        file=file,
        acts=[one for one in acts if one.allowed],
        cannot=[one for one in acts if not one.allowed and me.kind in one.act.by],
        papers=await insurer_papers(database, code),
    )
