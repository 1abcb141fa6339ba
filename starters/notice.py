"""`firstcover notice`: what offices told in writing: acceptance, correction at once, decision with remedies."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from db.sql import queries
from rules.notices import WrittenNotice
from rules.procedures import Stream
from runtime.documents import letter
from runtime.errors import BadInput
from runtime.messages import say
from service.notices import notice_of
from service.reading import plain, read_word
from service.session import reading, run
from service.showing import expect_about
from starters.papers import Out, languages, write
from starters.telling import Json, console, tell_json, tell_list

app = typer.Typer(no_args_is_help=True, help="Notices (文书): acceptance, correction told at once, decision.")
NOTICE, OFFICE = queries("notice"), queries("office")
PAGE = 500
COLUMNS = ("number", "kind", "stream", "sequence", "office", "addressed_to", "issued_on")
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, as 大工信新认〔2026〕1号.")]


@app.command("list")
def list_(
    about: Annotated[str | None, typer.Option(metavar="CASE", help="Only those of this case.")] = None,
    office: Annotated[str | None, typer.Option(help="Only those that this office issued.")] = None,
    as_json: Json = False,
) -> None:
    """List notices by office, year and number; as JSON, one a line."""
    stream = None
    if about is not None:
        read_word("about", about)
        stream = about if ":" in about else str(Stream("case", "dalian", about))
    if office is not None:
        read_word("office", office)

    async def work() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        async with reading() as pool:
            if stream is not None:
                await expect_about(pool, stream)
            if office is not None and not await pool.fetchval(OFFICE.known, office):
                raise BadInput(("office", f"must be the code of an office or an enterprise (not {plain(office)!r})"))
            after = None
            while page := await pool.fetch(NOTICE.list, stream, office, after, PAGE):
                rows += map(dict, page)
                after = page[-1]["number"]
        return rows

    rows = run(work())
    tell_list(say("notices"), COLUMNS, rows, as_json=as_json)


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """Show a notice: as JSON its data, else its letter, first in Chinese."""
    notice = _read(number)
    if as_json:
        tell_json(notice.model_dump(mode="json"))
        return
    for place, spoken in enumerate(languages()):
        console().print(*([""] if place else []), *letter.letter(notice, spoken).lines(), sep="\n")


@app.command()
def pdf(number: Number, out: Out) -> None:
    """Write a notice as PDF: in Chinese, followed by its translation where another language is spoken."""
    write(out, letter.pdf(_read(number), *languages()))


def _read(number: str) -> WrittenNotice:
    async def work() -> WrittenNotice | None:
        async with reading() as pool:
            return await notice_of(pool, read_word("number", number))

    notice = run(work())
    if notice is None:
        raise BadInput(("number", f"there is no notice {plain(number)!r}"))
    return notice
