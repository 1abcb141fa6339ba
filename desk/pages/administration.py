"""管理: officers and offices as their owners keep them, first passwords, and the form of any act of a register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.forms import fields_of, read_filled
from desk.language import N_, language
from desk.page import Database, Me, Nav, Servers, Signed, go, render, servers, today
from desk.pages.acts import known_to
from rules.procedure import Act, File
from rules.schemes.dalian_establishing import ACTS as ESTABLISHING
from rules.schemes.dalian_establishing import ESTABLISHERS
from rules.schemes.dalian_proposing import OWNERS
from runtime.errors import BadInput, Refused
from service import administration as admin
from service.acting import known_act, preview, right_office
from service.choices import Asking
from service.masking import masked

router = APIRouter()
NAV = (Nav(N_("Administration"), "/administration", kinds=OWNERS, order=90),)
#: Where each register is shown; that of offices is shown by its people and by its offices.
PAGES = {
    "offices": "/administration",
    "editions": "/administration/editions",
    "calendar": "/administration/days-off",
}
#: The acts of the register of offices that are about an office, and not about a person.
OF_OFFICES = {"absorb", *(act.name for act in ESTABLISHING)}


def owner(me: Me) -> None:
    """Raise `Refused` unless one of the three owners looks."""
    if me.kind not in OWNERS:
        why = f"the registers are kept by: {', '.join(OWNERS)}; {me.code} acts for {me.officer.office}"
        raise Refused("right_office", "15(3)", why)


@router.get("/administration")
async def officers(request: Request, me: Signed, database: Database) -> Response:
    """The officers of an owner's offices, and who is proposed."""
    owner(me)
    return await _officers(request, me, database)


async def _officers(request: Request, me: Me, database: Database, **more: Any) -> Response:
    asked = {name: request.query_params.get(name, "") for name in ("kind", "q", "after")}
    kinds = admin.enters(me.officer)
    chosen = (asked["kind"],) if asked["kind"] in kinds else kinds
    at = servers(request).clock()
    rows, after = await admin.people(database, chosen, at, asked["q"], asked["after"])
    offices = {one["code"]: one for one in await admin.offices(database, kinds)}
    facts = await admin.facts_of(database, "offices")
    proposed = {
        code: said | {"office_name": named(offices[said["office"]])}
        for code, said in facts.get("proposed_officers", {}).items()
        if said and said["office"] in offices
    }
    return await render(
        request,
        "administration/officers.html",
        rows=rows,
        after=after,
        kinds=kinds,
        asked=asked,
        proposed=proposed,
        supervisors={code: said for code, said in facts.get("proposed_supervisors", {}).items() if said},
        own={row["code"] for row in (await admin.people(database, kinds, at))[0]},
        named=named,
        **{"given": None, "word": "", "ends": None} | more,
    )


@router.get("/administration/offices")
async def offices(request: Request, me: Signed, database: Database) -> Response:
    """An owner's offices: how they sign, where insurers are paid, what is proposed; and, for the bureau, districts."""
    owner(me)
    kinds = (*admin.enters(me.officer), *(("insurer",) if me.kind == "finance" else ()))
    rows = await admin.directory(database, kinds, today(request))
    facts = await admin.facts_of(database, "offices")
    districts = await admin.districts(database) if me.kind == "industry_bureau" else []
    own = {one["code"] for one in rows if one["kind"] in admin.enters(me.officer)}
    waiting = {
        "establish": {code: one for code, one in _waiting(facts, "offices") if one["office_kind"] in kinds},
        "enter_letterhead": {code: one for code, one in _waiting(facts, "letterheads") if code in own},
        "enter_account": dict(_waiting(facts, "accounts")) if me.kind == "finance" else {},
    }
    return await render(
        request,
        "administration/offices.html",
        rows=rows,
        waiting=waiting,
        establishes=me.kind in ESTABLISHERS,
        districts=districts,
        absorbed=lambda code: next((named(one) for one in districts if one["code"] == code), code),
        named=named,
    )


def _waiting(facts: Mapping[str, Any], what: str) -> Iterator[tuple[str, Any]]:
    yield from ((code, masked(said)) for code, said in facts.get(f"proposed_{what}", {}).items() if said)


def named(row: Mapping[str, Any]) -> str:
    """An office or a district by its name in the language of the page."""
    return str(row["name_en"] if language() == "en" else row["name_zh"])


@router.post("/administration/officers/{code}/password")
async def give_password(request: Request, me: Signed, servers: Servers, code: str) -> Response:
    """Open an officer's account and show its password once: it is on this page and nowhere else."""
    word, ends = await admin.give_password(servers.pool, me.officer, code, servers.clock())
    return await _officers(request, me, servers.pool, given=code, word=word, ends=ends)


@router.get("/administration/acts/{register}/{act}")
async def form(request: Request, me: Signed, database: Database, register: str, act: str) -> Response:
    """The form of an act of a register; what the address gives is filled in."""
    one = _asked(me, register, act)
    return await _form(request, me, database, register, one, dict(request.query_params), {})


@router.post("/administration/acts/{register}/{act}")
async def send(request: Request, me: Signed, servers: Servers, register: str, act: str) -> Response:
    """Preview the act, or do it."""
    one = _asked(me, register, act)
    sent = await request.form()
    given = {name: [part for part in sent.getlist(name) if isinstance(part, str)] for name in sent}
    filled, stream = read_filled(one.form, given), admin.REGISTERS[register]
    command = str(sent.get("command") or uuid4())
    try:
        if "send" not in sent:
            weighed = await preview(servers.pool, stream, act, me.code, filled)
            return await _form(request, me, servers.pool, register, one, filled, {}, weighed=weighed, command=command)
        await servers.open(str(stream), act, me.code, filled, command)
    except BadInput as bad:
        return await _form(request, me, servers.pool, register, one, filled, dict(bad.faults), status=422)
    return go(_page_of(register, act), done=act)


def _page_of(register: str, act: str) -> str:
    return "/administration/offices" if act in OF_OFFICES else PAGES[register]


def _asked(me: Me, register: str, name: str) -> Act:
    if register not in admin.REGISTERS:
        raise HTTPException(404)
    try:
        act = known_act(admin.REGISTERS[register], name)
    except BadInput as error:
        raise HTTPException(404) from error
    right_office(act, me.officer)
    return act


async def _form(
    request: Request,
    me: Me,
    database: Database,
    register: str,
    act: Act,
    filled: Mapping[str, Any],
    errors: Mapping[str, str],
    **more: Any,
) -> Response:
    fields = fields_of(act.form, {name: filled[name] for name in act.form.model_fields if name in filled}, errors)
    file = File(number="", scheme="dalian", edition="", facts=await admin.facts_of(database, register))
    await known_to(fields, Asking(database, me.officer, file, today(request)), register, filled, {})
    named_fields = {one.name for one in fields}
    return await render(
        request,
        "administration/act.html",
        register=register,
        back=_page_of(register, act.name),
        act=act,
        fields=fields,
        loose=[(name, why) for name, why in errors.items() if name not in named_fields],
        wrong=len(errors),
        **{"weighed": None, "command": str(uuid4())} | more,
    )
