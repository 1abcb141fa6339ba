"""企业: an enterprise's own cases and what is asked of it, a forecast, and applying without an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from activities.authority import Officer
from desk.forms import every, fields_of, placed, read_filled
from desk.language import N_
from desk.page import COOKIE, Database, Desk, Nav, Servers, Signed, Visitor, go, render, today
from desk.pages.acts import chosen, errors_of, known_to, taken
from desk.sent import received
from rules.faults import Unfit, read
from rules.procedure import File
from rules.procedures import PROCEDURES, Stream
from rules.schemes.dalian_forms import Quote
from runtime.errors import BadInput, Refused
from runtime.settings import Settings
from service import accounts
from service.acting import preview
from service.choices import Asking
from service.enterprise import expect_new, own_of, submit_first
from service.forecasting import forecast_of, quoted
from service.uploads import Visitor as Uploader
from service.uploads import hand_in_chosen, lost

router = APIRouter()
NAV = (
    Nav(N_("My cases"), "/mine", kinds=("enterprise",), order=5),
    Nav(N_("Forecast"), "/forecast", kinds=("enterprise",), order=20),
)
NEW = Stream("case", "dalian", "new")
SUBMIT = PROCEDURES["case", "dalian"].opening
#: Who fills a first submission in: nobody yet.
NOBODY = Officer(code="", name="", office="", kind="enterprise", district=None, active=True)
EMPTY = File(number="new", scheme="dalian", edition="")


@router.get("/mine")
async def mine(request: Request, me: Signed, database: Database, after: str = "") -> Response:
    """What is asked of the enterprise, and all its cases."""
    if me.kind != "enterprise":
        return go("/work")
    own, more = await own_of(database, me.officer.office, after or None)
    return await render(
        request,
        "enterprise/mine.html",
        asked=[one for one in own if one.urgent and not one.row["closed"]],
        own=own,
        after=more,
    )


@router.get("/forecast")
async def forecast(request: Request, me: Signed, database: Database) -> Response:
    """What a contract would come to for this enterprise today: cap and budget, before anybody is bound (I-9)."""
    if me.kind != "enterprise":
        return go("/work")
    sent = {name: [value] for name, value in request.query_params.items()}
    filled = read_filled(Quote, sent)
    errors: dict[str, str] = {}
    terms = quoted(filled) if filled else None
    if filled and terms is None:
        try:
            read(Quote, filled)
        except Unfit as unfit:
            errors = dict(unfit.faults)
    told = await forecast_of(database, me.officer.office, today(request), terms) if terms else None
    fields = fields_of(Quote, filled, errors)
    return await render(request, "enterprise/forecast.html", fields=fields, told=told)


@router.get("/apply")
async def begin(request: Request, me: Visitor, database: Database) -> Response:
    """The first submission of an enterprise that has no account: public."""
    if me is not None:
        return go("/p/case/new/acts/submit" if me.kind == "enterprise" else "/work")
    return await _form(request, database, {"scheme": "dalian"}, {}, {})


@router.post("/apply/check")
async def check(request: Request, servers: Servers) -> Response:
    """What is wrong with what has been filled in so far."""
    sent, _ = await received(request)
    filled = read_filled(SUBMIT.form, sent)
    touched = {name for name, given in sent.items() if any(given)}
    fields = list(every(fields_of(SUBMIT.form, filled, errors_of(SUBMIT, filled, servers))))
    return await render(request, "proceedings/checks.html", fields=fields, touched=touched)


@router.post("/apply")
async def apply(request: Request, desk: Desk, servers: Servers) -> Response:
    """Preview the submission, or make it: it is recorded, the account is made, and its enterprise is signed in."""
    sent, files = await received(request)
    command = next(iter(sent.get("command", [])), "") or str(uuid4())
    visitor = _visitor(request, command)
    wrong = taken(servers, files, sent, visitor)
    filled = read_filled(SUBMIT.form, sent)
    if "add" in sent:
        return await _form(request, servers.pool, placed(filled, sent), {}, sent, command=command)
    wrong |= await lost(servers.pool, NEW, chosen(NEW, filled, sent), visitor, command)
    errors, status = {**errors_of(SUBMIT, filled, servers), **wrong}, 422
    told: dict[str, Any] = {"command": command}
    try:
        if not errors:
            uscc = filled["enterprise"]["uscc"]
            await expect_new(servers.pool, uscc)
            told["weighed"] = await preview(servers.pool, NEW, SUBMIT.name, uscc, filled)
            status = 200
            if "send" in sent:
                return await _submitted(desk, servers, sent, filled, visitor)
    except BadInput as bad:
        errors, status = dict(bad.faults), 422
    except Refused as refused:
        errors, status = {refused.rule: str(refused)}, 403
    return await _form(request, servers.pool, filled, errors, sent, status=status, **told)


def _visitor(request: Request, command: str) -> Uploader:
    return Uploader(request.client.host if request.client else "", command)


async def _submitted(
    desk: Desk, servers: Servers, sent: Mapping[str, list[str]], filled: Mapping[str, Any], visitor: Uploader
) -> Response:
    """Record the submission, hand its papers in, and sign its enterprise in; raise `BadInput` for a wrong password."""
    password, again = (next(iter(sent.get(name, [])), "") for name in ("password", "again"))
    if password != again:
        raise BadInput(("again", "must be the same as the password"))
    uscc = filled["enterprise"]["uscc"]
    answer, mine = await submit_first(servers, filled, password, visitor.command)
    failed = await hand_in_chosen(servers, answer, chosen(NEW, filled, sent), uscc, kept_for=visitor)
    if not mine:
        return go("/sign-in")
    opened = await accounts.sign_in(servers.pool, uscc, password, servers.clock(), desk.policy)
    number = answer.stream.split(":")[2]
    onward = go(f"/p/case/{number}", done=SUBMIT.name, not_kept="; ".join(failed) or None)
    onward.set_cookie(COOKIE, opened.token, httponly=True, samesite="lax", secure=desk.secure_cookies, path="/")
    return onward


async def _form(
    request: Request,
    database: Database,
    filled: Mapping[str, Any],
    errors: Mapping[str, str],
    sent: Mapping[str, list[str]],
    **told: Any,
) -> Response:
    """The form of a first submission; `told` is its command's id, the status, and what a preview came to."""
    fields = fields_of(SUBMIT.form, filled, errors)
    await known_to(fields, Asking(database, NOBODY, EMPTY, today(request)), "case", filled, sent)
    named = {one.name for one in every(fields)} | {"password", "again"}
    return await render(
        request,
        "enterprise/apply.html",
        fields=fields,
        act=SUBMIT,
        wrong=len(errors),
        errors=errors,
        loose=[(name, why) for name, why in errors.items() if name not in named],
        most=Settings().document_megabytes,
        **{"weighed": None, "command": str(uuid4()), **told},
    )
