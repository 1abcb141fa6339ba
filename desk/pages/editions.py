"""版本: the scheme's editions, what each changes, and how one is prepared and signed (articles 15(4), 15(5))."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.page import Database, Me, Servers, Signed, go, render, today
from desk.pages.administration import owner
from rules.schemes.dalian_review import JOINT
from runtime.errors import BadInput, Refused
from service import administration as admin
from service import editions
from service.acting import preview
from service.the_law import figures_of

router = APIRouter()
HEAD = ("name", "issued_on", "document", "reason")
REGISTER = admin.REGISTERS["editions"]


@router.get("/administration/editions")
async def list_of(request: Request, me: Signed, database: Database) -> Response:
    """The editions, and what waits for signatures."""
    owner(me)
    day = today(request)
    drafts = (await admin.facts_of(database, "editions")).get("drafts", {})
    return await render(
        request,
        "editions/list.html",
        rows=[(one, editions.state_of(one, day)) for one in await editions.editions(database)],
        drafts={name: said for name, said in drafts.items() if said},
        signers=JOINT,
        state=editions.state_of,
        shown_figure=editions.written,
    )


@router.get("/administration/editions/new")
async def new(request: Request, me: Signed, database: Database, base: str = "") -> Response:
    """The form of an edition: every figure as it is, to be changed."""
    _bureau(me)
    return await _form(request, database, base, {}, {})


@router.post("/administration/editions/new")
async def prepare(request: Request, me: Signed, servers: Servers) -> Response:
    """Preview the edition, or hand it in for signing."""
    _bureau(me)
    sent = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    found = await _named(servers.pool, sent.get("base", ""))
    figures = {name[7:]: value for name, value in sent.items() if name.startswith("figure.")}
    because = {name[8:]: value for name, value in sent.items() if name.startswith("because.")}
    changed = editions.changes(found, figures, because)
    head = {name: value for name in HEAD if (value := sent.get(name, "").strip())}
    form = {**head, "base": found.name, "figures": changed}
    try:
        if not changed:
            missing = ((name, "must be given") for name in HEAD if name not in head)
            raise BadInput(*missing, ("figures", "must change at least one"))
        if "send" not in sent:
            weighed = await preview(servers.pool, REGISTER, "prepare_edition", me.code, form)
            told: dict[str, Any] = {"weighed": weighed, "changed": changed, "command": sent.get("command")}
            return await _form(request, servers.pool, found.name, sent, {}, **told)
        await servers.open(str(REGISTER), "prepare_edition", me.code, form, sent.get("command"))
    except BadInput as bad:
        faults = {name.removesuffix(".value").removesuffix(".settled"): why for name, why in bad.faults}
        return await _form(request, servers.pool, found.name, sent, faults, status=422)
    return go("/administration/editions", done="prepare_edition")


@router.get("/administration/editions/{name}")
async def show(request: Request, me: Signed, database: Database, name: str) -> Response:
    """An edition's figures by article, beside those of the one before."""
    owner(me)
    edition = await _named(database, name)
    earlier = editions.before(edition, await editions.editions(database))
    return await render(
        request,
        "editions/show.html",
        edition=edition,
        earlier=earlier,
        state=editions.state_of(edition, today(request)),
        rows=editions.figures(edition, earlier),
        told={one.name: one for one in figures_of(edition)},
    )


@router.post("/administration/editions/{name}/sign")
async def sign(request: Request, me: Signed, servers: Servers, name: str) -> Response:
    """Sign a draft, or an earlier end, for my office."""
    owner(me)
    command = str((await request.form()).get("command") or uuid4())
    await servers.open(str(REGISTER), "sign_edition", me.code, {"name": name}, command)
    return go("/administration/editions", done="sign_edition")


def _bureau(me: Me) -> None:
    if me.kind != "industry_bureau":
        raise Refused("right_office", "15(4)", f"the industry bureau prepares an edition; {me.code} is not of it")


async def _named(database: Database, name: str) -> Any:
    found = {one.name: one for one in await editions.editions(database)}
    if name not in found:
        raise HTTPException(404)
    return found[name]


async def _form(
    request: Request, database: Database, base: str, sent: dict[str, str], faults: dict[str, str], **more: Any
) -> Response:
    known = await editions.editions(database)
    edition = next((one for one in known if one.name == base), None) or known[0]
    rows = editions.figures(edition, None)
    return await render(
        request,
        "editions/new.html",
        edition=edition,
        rows=rows,
        filled={name: sent.get(name, "") for name in HEAD},
        written={row.name: sent.get(f"figure.{row.name}", editions.written(row.value)) for row in rows},
        as_was={row.name: editions.written(row.value) for row in rows},
        choices=editions.choices(),
        because={row.name: sent.get(f"because.{row.name}", "") for row in rows},
        faults=faults,
        **{"weighed": None, "changed": {}, "command": str(uuid4())} | more,
    )
