"""语言: which language a page speaks, and its words: English in the source, Chinese in `desk/locales`.

A place has a catalogue of its own, `<place>.po`; what all share is in `desk.po`.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from markupsafe import Markup
from starlette.requests import Request

LANGUAGES = ("zh", "en")
LOCALES = Path(__file__).parent / "locales"
COOKIE = "lang"
_spoken: ContextVar[str] = ContextVar("spoken", default=LANGUAGES[0])


def language() -> str:
    """The language of the page being made."""
    return _spoken.get()


def speak(wanted: str) -> None:
    """Make what follows in this language; one that is not known changes nothing."""
    if wanted in LANGUAGES:
        _spoken.set(wanted)


def asked_for(request: Request) -> str:
    """The language a request asks for: by its address, its cookie, or its browser; else Chinese, of the API English."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    for preferred in request.headers.get("accept-language", "").split(",", 20)[:20]:
        if (spoken := re.split("[-;]", preferred.strip().lower())[0]) in LANGUAGES:
            return spoken
    return "en" if request.url.path.startswith("/api/") else LANGUAGES[0]


def _(words: str) -> str:
    """Say `words` in the language of the page."""
    return gettext(words)


def N_(words: str) -> str:  # noqa: N802 - gettext's own name for words marked here and said elsewhere
    return words


def gettext(words: str) -> str:
    return words if language() == "en" else catalogue(language()).get(words, words)


def ngettext(one: str, many: str, count: int) -> str:
    """Say one of two by a number; Chinese has one form for both, kept under the plural's words."""
    words = one if count == 1 and language() == "en" else many
    return gettext(words)


def phrase(words: str, /, **variables: object) -> Markup:
    """Say `words` on a page, where they are the template's own: only the variables in them are escaped."""
    return Markup(gettext(words)) % variables if variables else _plain(language(), words)  # noqa: S704 - as said


def phrases(one: str, many: str, num: int, /, **variables: object) -> Markup:
    """Say one of two by a number on a page."""
    return Markup(ngettext(one, many, num)) % {"num": num, **variables}  # noqa: S704 - as above


@cache
def _plain(spoken: str, words: str) -> Markup:
    """Words without variables: a page says hundreds of them, the same for everybody."""
    return Markup(words if spoken == "en" else catalogue(spoken).get(words, words)) % {}  # noqa: S704 - as above


@cache
def catalogue(spoken: str) -> dict[str, str]:
    """Every translated string of a language, from all its catalogues."""
    found: dict[str, str] = {}
    for path in sorted((LOCALES / spoken / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream):
                one = message.id if isinstance(message.id, str) else message.id[-1]
                translated = message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")
                if one and translated:
                    found[one] = translated
    return found
