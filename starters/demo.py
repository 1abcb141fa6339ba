"""`firstcover demo`: the whole system on this machine, with the story of one case played in it."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.panel import Panel

from db.migrate import is_there, prepare
from db.pool import open_pool
from rules.timetable import SHANGHAI
from runtime.messages import named, say, told
from service.session import now, run, session
from starters.demonstration import play_past
from starters.demonstration.offices import LISTED_BEFORE
from starters.ledger import show as show_ledger
from starters.proceeding import tell_shown
from starters.stack import EmbeddedStack, ends_by_interrupt, findable, forget_data, keep_whole
from starters.story import Ending, Maker, Step, Story, quarter_of
from starters.telling import console

#: More findings than these are counted instead of listed; what fails is always listed.
FEW = 3

app = typer.Typer(help="Play one case, for real, from submission to payment.")


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the data of earlier runs and start over.")] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="End after the story; so it is too without a terminal.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the data is kept; else .firstcover in this folder.")
    ] = None,
) -> None:
    """Start everything, play the story, show what it left, and stay until Ctrl-C."""
    stack = demonstrating(data, _progress)
    if fresh:
        forget_data(stack.data)
    with ends_by_interrupt(stack), stack, findable(stack):
        play(stack)
        if no_wait or not sys.stdout.isatty():
            return
        console().print(say("try_it", desk=stack.desk_url))
        webbrowser.open(stack.desk_url)
        keep_whole(stack)


def _progress(what: str) -> None:
    console().print(say("progress", what=told(what)), style="dim")


def demonstrating(data: Path | None, progress: Callable[[str], None]) -> EmbeddedStack:
    """A stack whose record, before a worker sees it, is given the demonstration's past, or what is missing of it."""
    stack = EmbeddedStack(data, one_click=True, progress=progress)

    async def prepared(admin_dsn: str, password: str) -> None:
        begun = _begun(stack.data / "story.json", new=not await is_there(admin_dsn))
        if begun.get("past", "written") == "written":
            await prepare(admin_dsn, password)
            return
        day = date.fromisoformat(begun["past"])
        await prepare(admin_dsn, password, day - timedelta(days=LISTED_BEFORE))
        progress(say("demo_past"))
        async with await open_pool(stack.database_url) as pool:
            await play_past(pool, day, stack.documents)
        _keep(stack.data / "story.json", begun | {"past": "written"})

    stack.prepare = prepared
    return stack


def play(stack: EmbeddedStack) -> Ending:
    """Play the story in a running stack and show what it left; a story begun earlier is carried on."""
    _turn_to(stack.environment)
    serial = int(_begun(stack.data / "story.json", new=False)["serial"])

    async def work() -> Ending:
        async with session() as servers:
            await servers.revive()
            return await Story(servers, _tell, serial, quarter_of(now())).play()

    ending = run(work())
    console().print()
    tell_shown(ending.paid, None, as_json=False)
    show_ledger(year=ending.fiscal_year)
    panel = say(
        "story_ending",
        desk=stack.desk_url,
        ui=stack.ui_url,
        paid=ending.paid.number,
        late=ending.late.number,
        enterprise=Maker(serial).officer,
    )
    console().print(Panel(panel, title=say("story_title"), expand=False))
    return ending


def _turn_to(environment: dict[str, str]) -> None:
    """Play nowhere but here, whatever servers the caller's shell names: an office's own must never see the story."""
    for name in os.environ.keys() - environment:
        del os.environ[name]
    os.environ.update(environment)


def _begun(path: Path, *, new: bool) -> dict[str, str]:
    """Say which story is told here, and in a new record the day its past is counted back from; a second run goes on."""
    if not path.exists():
        past = {"past": f"{now().astimezone(SHANGHAI).date()}"} if new else {}
        _keep(path, {"serial": str(uuid4().int % 10_000_000), **past})
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _keep(path: Path, told: dict[str, str]) -> None:
    path.write_text(json.dumps(told), encoding="utf-8")


def _tell(step: Step) -> None:
    console().print(told(step.what), style="bold")
    if step.officer:
        whose = ", ".join(dict.fromkeys((step.officer, step.office)))
        console().print(say("story_act", name=step.name, whose=whose, act=named(step.act, "act"), article=step.article))
    few = len(step.findings) <= FEW
    for passed, found in step.findings:
        if few or not passed:
            line = say("story_found", mark="✓" if passed else "✗", found=told(found))
            console().print(line, style="green" if passed else "red")
    if not few:
        kept = sum(passed for passed, _ in step.findings)
        console().print(say("story_counted", kept=kept, all=len(step.findings)), style="green")
    for worked_out in step.worked_out:
        console().print(say("story_worked_out", what=told(worked_out)), style="cyan")
