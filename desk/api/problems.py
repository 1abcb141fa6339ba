"""What goes wrong, told as RFC 9457 has it: the field or the rule, the article where the law speaks, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from activities.contracts import Answer
from db.pool import AWAY, is_away
from desk.language import N_, _, gettext
from desk.naming import says_plainly
from desk.security import FAILED, TooLarge, refusal
from desk.unreadable import faults_of
from rules.faults import Unfit
from rules.finding import Finding
from runtime.errors import BadInput, Refused, Unreachable
from service.reading import bad_input, plain
from service.showing import event_json

MEDIA = "application/problem+json"
#: What a kind of problem is called, said where one is told.
TITLES = (
    *(
        N_("Bad input"),
        N_("Refused by law"),
        N_("Not now"),
        N_("No authority"),
        N_("Server not answering"),
        N_("Too large"),
    ),
    *(N_("Not found"), N_("Unauthorized"), N_("Forbidden"), N_("Unsupported media type"), N_("Method not allowed")),
    *(N_("Too many requests"), N_("Request entity too large")),
)
#: Seconds after which a server that was away may be asked again.
RETRY_AFTER = "5"
#: A matter of the moment, not of who asks: told as a conflict.
NOT_NOW = frozenset({"act_in_turn", "opened_once", "signed_once", "taken_already"})
#: 权限: what bars an act for whose office, district, case or hand it is; every other ground is the law's.
AUTHORITY = frozenset(
    {
        *("right_office", "own_district", "own_case", "own_assessment", "own_contract", "own_insurer_file"),
        *("handling_office", "not_in_own_cause", "preparer_does_not_approve", "preparer_does_not_review"),
        *("officer_known", "officer_active", "entitled_to_see", "enters_own_people", "hands_in_its_own"),
        *("own_document", "own_work", "supervisor_of_office"),
    }
)


class Fault(BaseModel):
    """A field, and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """Why something was not done. `rule` and `article` stand where the law or the limits of an office forbid it."""

    type: str = Field(description="What kind of problem, as an address of the API's page.")
    title: str
    status: int
    detail: str
    rule: str | None = None
    article: str | None = None
    faults: list[Fault] | None = Field(None, description="Every wrong field of what was handed in.")
    findings: list[Finding] | None = Field(None, description="All that the law found, kept or broken.")
    event: dict[str, Any] | None = Field(
        None, description="The act as it was recorded: refused, and part of the history."
    )
    command_id: str | None = Field(None, description="The Idempotency-Key to send again with.")


def problem(kind: str, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Tell a problem; `kind` names it in words joined by hyphens."""
    title = gettext(kind.replace("-", " ").capitalize())
    told = Problem(type=f"/api#{kind}", title=title, status=status, detail=detail, **more)
    return JSONResponse(told.model_dump(mode="json", exclude_none=True), status, headers, media_type=MEDIA)


def refused_by_law(answer: Answer) -> Response:
    """Tell an act that the law refused: it is recorded, with every finding."""
    findings = [one.model_copy(update={"reason": says_plainly(one.reason)}) for one in answer.event.findings]
    first = next(one for one in findings if not one.passed)
    return problem(
        "refused-by-law",
        409,
        "; ".join(one.reason for one in findings if not one.passed),
        {"Idempotency-Key": answer.event.command_id},
        rule=first.rule,
        article=first.article,
        findings=findings,
        event=event_json(answer.event),
    )


async def _bad_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadInput)
    faults = [Fault(field=field, message=says_plainly(why)) for field, why in error.faults]
    return problem("bad-input", 422, "; ".join(f"{one.field} {one.message}" for one in faults), faults=faults)


async def _unfit(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unfit)
    return await _bad_input(request, bad_input(error.faults))


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _bad_input(request, bad_input(faults_of(error)))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status, kind = 409, "not-now" if error.rule in NOT_NOW else "refused-by-law"
    if error.rule in AUTHORITY:
        status, kind = 403, "no-authority"
    return problem(kind, status, plain(says_plainly(error.why), 1_000), rule=error.rule, article=error.article)


async def _unreachable(request: Request, error: Exception) -> Response:
    named = getattr(request.state, "command_id", None)
    return problem("server-away", 503, says_plainly(str(error)), {"Retry-After": RETRY_AFTER}, command_id=named)


async def _away(request: Request, error: Exception) -> Response:
    if not is_away(error):
        raise error
    return await _unreachable(request, Unreachable("PostgreSQL", "the record", "try again"))


async def _too_large(request: Request, error: Exception) -> Response:
    return problem("too-large", 413, _("more was sent than is taken"))


async def _failed(request: Request, error: Exception) -> Response:
    return refusal(request, 500, FAILED)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, TooLarge):
        return await _too_large(request, error)
    title = HTTPStatus(error.status_code).phrase
    detail = gettext(title.capitalize()) if error.detail == title else str(error.detail)
    return problem(title.lower().replace(" ", "-"), error.status_code, detail, dict(error.headers or {}))


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    BadInput: _bad_input,
    Unfit: _unfit,
    RequestValidationError: _unreadable,
    Refused: _refused,
    Unreachable: _unreachable,
    TooLarge: _too_large,
    Exception: _failed,
    HTTPException: _http,
    **dict.fromkeys(AWAY, _away),
}


def tell(app: FastAPI) -> None:
    """Teach the API how each failure is told."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)


_SAID = {
    401: "Nobody is signed in, and the token is none that holds.",
    403: "No authority: the act or the look is another office's; `rule` and `article` say why.",
    404: "There is no such thing, or it is not this officer's to see.",
    409: "Refused by the law, with the recorded event and every finding; or not at this stage.",
    413: "More was sent than is taken.",
    415: "The body must be JSON.",
    422: "What was handed in cannot be so: `faults` name every wrong field.",
    429: "Too many of these from one address; `Retry-After` says when to ask again.",
    503: "A server did not answer; send it again with the same `Idempotency-Key` after `Retry-After`.",
}


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation documents of its failures."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAID[status], "content": content} for status in sorted({*statuses, 429, 503})}
