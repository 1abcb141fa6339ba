"""What a page is made with: the servers, who looks, and the templates. Every router takes these as dependencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Context

from activities.authority import Officer
from activities.calendar import current
from db.pool import Pool
from desk import naming
from desk.faulty import faulty
from desk.language import LANGUAGES, language, phrase, phrases
from desk.security import SESSION
from desk.settings import DeskSettings
from rules.calendar import Calendar
from rules.timetable import SHANGHAI
from service.accounts import signed_in
from service.session import Session

TEMPLATES = Path(__file__).parent / "templates"
COOKIE = SESSION


class SignInFirst(Exception):
    """Nobody is signed in, and the page is an officer's."""


@dataclass(frozen=True)
class Nav:
    """A place in the bar at the top: where it is, and for which kinds of office; for all where none is named.

    A public one stands there for whoever has not signed in, and at the foot for all others.
    """

    label: str
    href: str
    kinds: tuple[str, ...] = ()
    order: int = 50
    public: bool = False

    def open_to(self, me: Me | None) -> bool:
        """Whether it is a place for who looks."""
        return not self.kinds or (me is not None and me.kind in self.kinds)


@dataclass(frozen=True)
class Me:
    """The officer who is signed in, as pages name him."""

    officer: Officer
    office_zh: str
    office_en: str
    #: Whether another gave him his password.
    must_change: bool

    @property
    def code(self) -> str:
        return self.officer.code

    @property
    def kind(self) -> str:
        return self.officer.kind

    @property
    def office(self) -> str:
        return self.office_en if language() == "en" else self.office_zh


def servers(request: Request) -> Session:
    """The record and the workflows."""
    found: Session = request.app.state.servers
    return found


def database(request: Request) -> Pool:
    """The record, for looking things up."""
    return servers(request).pool


def settings(request: Request) -> DeskSettings:
    found: DeskSettings = request.app.state.settings
    return found


async def visitor(request: Request) -> Me | None:
    """Who is signed in, or None."""
    if not hasattr(request.state, "me"):
        request.state.me = await _who(request)
    found: Me | None = request.state.me
    return found


async def _who(request: Request) -> Me | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    visit = await signed_in(database(request), token, servers(request).clock(), settings(request).policy)
    return Me(visit.officer, visit.office_zh, visit.office_en, visit.must_change) if visit else None


async def officer(request: Request) -> Me:
    """Who is signed in; raise `SignInFirst` where nobody is. One who must choose a password does that first."""
    me = await visitor(request)
    if me is None:
        raise SignInFirst
    if request.url.path != "/account" and me.must_change:
        raise ChangeFirst
    return me


class ChangeFirst(Exception):
    """The officer has a password that another gave him."""


Servers = Annotated[Session, Depends(servers)]
Database = Annotated[Pool, Depends(database)]
Desk = Annotated[DeskSettings, Depends(settings)]
Visitor = Annotated[Me | None, Depends(visitor)]
Signed = Annotated[Me, Depends(officer)]


def today(request: Request) -> date:
    """The day in Asia/Shanghai, by the clock of the entrances."""
    return servers(request).clock().astimezone(SHANGHAI).date()


async def calendar_of(request: Request) -> Calendar:
    """The calendar in force: with every holiday notice that is loaded."""
    if not hasattr(request.state, "calendar"):
        request.state.calendar = await current(database(request))
    found: Calendar = request.state.calendar
    return found


async def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Make a page. Every template knows what stands here, and what `desk.naming` says."""
    me = await visitor(request)
    places: list[Nav] = request.app.state.nav
    calendar = await calendar_of(request)
    known = {
        "request": request,
        "me": me,
        "lang": language(),
        "nav": [
            one for one in places if one.public is (me is None) and (not one.kinds or (me and me.kind in one.kinds))
        ],
        "public_places": [one for one in places if one.public],
        # Between the parts of a list, and after what a colon ends: Chinese has no gap there.
        **(
            {"comma": "、", "colon": "：", "gap": ""}
            if language() == "zh"
            else {"comma": ", ", "colon": ": ", "gap": " "}
        ),
        "today": today(request),
        "days_left": partial(naming.days_left, calendar=calendar),
        "other_language": with_query(request, lang=next(one for one in LANGUAGES if one != language())),
    }
    return HTMLResponse(environment().get_template(template).render(known | context), status)


def go(path: str, **query: str | None) -> RedirectResponse:
    """Send the browser on after what it ordered, so that going back or reloading orders nothing again."""
    asked = {name: value for name, value in query.items() if value is not None}
    return RedirectResponse(path + (f"?{urlencode(asked)}" if asked else ""), 303)


def with_query(request: Request, **changed: str | None) -> str:
    """This page's address with some of its query changed; None takes one out."""
    asked: Mapping[str, str | None] = dict(request.query_params) | changed
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return request.url.path + (f"?{query}" if query else "")


class Plain(Context):
    """A page's context, which none of our functions asks for: jinja asks each of a thousand calls whether it does."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; what jinja adds is for a function that asked."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return called(*args, **kwargs)


@cache
def environment() -> Environment:
    """The templates: escaped, and with no name that is not there."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.context_class = Plain
    # What the extension would install looks a phrase up in the context, and marks and formats it, each time.
    made.globals.update(naming.FOR_TEMPLATES, _=phrase, gettext=phrase, ngettext=phrases)
    made.globals.update(with_query=with_query, faulty=faulty)
    made.filters["said_value"] = naming.value
    made.filters["segment"] = lambda text: quote(str(text), safe="")
    return made
