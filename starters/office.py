"""`firstcover office`, and a group of commands for each kind of office with the acts that are its own."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated, Any, get_args

import typer

from db.sql import queries
from rules.procedure import Act
from rules.procedures import PROCEDURES, Stream
from rules.schemes.dalian_offices import REGISTER
from rules.timetable import SHANGHAI, OfficeKind
from runtime.messages import say
from runtime.settings import Settings
from service.accounts import set_password
from service.administration import directory as directory_of
from service.api_tokens import Given, give
from service.masking import masked
from service.reading import read_choice, read_data, read_word
from service.session import now, reading, run
from service.showing import minute_of
from starters.proceeding import do_act, do_enter
from starters.telling import As, CommandId, Data, Json, console, tell_json, tell_list

OFFICE = queries("office")
Form = Annotated[str, typer.Argument(metavar="FILE", help="The form, YAML or JSON; - for standard input.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The code of the officer who was proposed.")]
OfficeCode = Annotated[str, typer.Argument(metavar="OFFICE", help="The code of the office.")]
KINDS = tuple(kind for kind in get_args(OfficeKind) if kind != "system")

app = typer.Typer(no_args_is_help=True, help="Offices (机构) and their officers.")


@app.callback()
def office() -> None:
    """Offices (机构) and their officers."""


@app.command("list")
def list_officers(
    kind: Annotated[str | None, typer.Option(help=f"One of: {', '.join(KINDS)}.")] = None, as_json: Json = False
) -> None:
    """List the officers, whose codes `--as` takes; whom an enterprise names is masked."""
    if kind is not None:
        read_choice("kind", kind, KINDS)

    async def work() -> list[dict[str, Any]]:
        async with reading() as pool:
            return [_as_listed(dict(row)) for row in await pool.fetch(OFFICE.officers, kind)]

    rows = run(work())
    columns = ("code", "name", "kind", "office", "name_zh", "district")
    tell_list(say("officers"), columns, rows, as_json=as_json)


def _as_listed(row: dict[str, Any]) -> dict[str, Any]:
    """Whoever acts for an enterprise is the person it named to be reached, and no official."""
    return row | ({"name": masked(row["name"], "contact")} if row["kind"] == "enterprise" else {})


@app.command()
def password(officer: Annotated[str, typer.Argument(metavar="OFFICER", help="The officer's code.")]) -> None:
    """Give an officer a first password for the desk, read from a prompt or from standard input."""
    read_word("officer", officer)
    given = _typed(say("password_asked", officer=officer))

    at = now()
    ends = at + Settings().first_password_lasts

    async def work() -> None:
        async with reading() as pool:
            await set_password(pool, officer, given, at, ends=ends)

    run(work())
    console().print(say("password_set", officer=officer, until=minute_of(ends)))


@app.command()
def token(
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="The officer's code.")],
    name: Annotated[str, typer.Option(help="What the token is for.")] = "firstcover office token",
    days: Annotated[int, typer.Option(help="How many days it holds, 1 to 366.")] = 90,
    as_json: Json = False,
) -> None:
    """Make an access token by which another program acts for an officer; it is printed once and kept nowhere."""

    async def work() -> Given:
        async with reading() as pool:
            return await give(pool, officer, name, days, now())

    given = run(work())
    if as_json:
        tell_json(given._asdict())
        return
    console().print(say("token_given", officer=officer, until=minute_of(given.expires_at)))
    sys.stdout.write(f"{given.token}\n")


@app.command()
def propose(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose an officer for an office of one's own: code, name, office, since (article 15(3))."""
    enter("propose_officer", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def appoint(
    code: Code,
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Appoint who was proposed; another person than who proposed it (article 15(3))."""
    enter("appoint", officer, {"code": code}, command_id, as_json=as_json)


@app.command()
def leave(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter an officer's last day: code, last_day, reason. What he left open is his office's (article 15(3))."""
    enter("leave", officer, read_data(data), command_id, as_json=as_json)


@app.command("propose-supervisor")
def propose_supervisor(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose who shares out an office's work: code, since, until (article 15(3))."""
    enter("propose_supervisor", officer, read_data(data), command_id, as_json=as_json)


@app.command("appoint-supervisor")
def appoint_supervisor(code: Code, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Appoint the supervisor who was proposed; another person than who proposed him (article 15(3))."""
    enter("appoint_supervisor", officer, {"code": code}, command_id, as_json=as_json)


@app.command("relieve-supervisor")
def relieve_supervisor(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter a supervisor's last day: code, last_day, reason (article 15(3))."""
    enter("relieve_supervisor", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def directory(as_json: Json = False) -> None:
    """List the offices: how each signs its letters, and where an insurer is paid, the account masked."""

    async def work() -> list[dict[str, Any]]:
        async with reading() as pool:
            return await directory_of(pool, KINDS, now().astimezone(SHANGHAI).date())

    rows = run(work())
    columns = ("code", "kind", "name_zh", "title", "word", "review_authority", "payee", "bank_name", "account")
    tell_list(say("offices"), columns, rows, as_json=as_json)


@app.command("propose-office")
def propose_office(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose an office: office_code, office_kind, name_zh, name_en; a district by its place's name (article 15(3))."""
    enter("propose_office", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def establish(code: OfficeCode, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter the office that was proposed; another person than who proposed it (article 15(3))."""
    enter("establish", officer, {"office": code}, command_id, as_json=as_json)


@app.command("propose-letterhead")
def propose_letterhead(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose how an office signs: office, since, title, word, review_authority (article 15(3))."""
    enter("propose_letterhead", officer, read_data(data), command_id, as_json=as_json)


@app.command("enter-letterhead")
def enter_letterhead(code: OfficeCode, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter the letterhead that was proposed; another person than who proposed it (article 15(3))."""
    enter("enter_letterhead", officer, {"office": code}, command_id, as_json=as_json)


@app.command("propose-account")
def propose_account(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose where an insurer is paid: office, since, payee, bank_name, bank_code, account (article 13)."""
    enter("propose_account", officer, read_data(data), command_id, as_json=as_json)


@app.command("enter-account")
def enter_account(code: OfficeCode, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter the account that was proposed, its number typed again, or on standard input (articles 13, 15(3))."""
    account = _typed(say("account_asked", office=code))
    enter("enter_account", officer, {"office": code, "account": account}, command_id, as_json=as_json)


@app.command()
def absorb(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter that a district is absorbed: district, into, last_day, document. Its open cases go over (article 9)."""
    enter("absorb", officer, read_data(data), command_id, as_json=as_json)


def _typed(asked: str) -> str:
    """What is not to stand on a screen or in a shell's history, from a prompt or from standard input."""
    return getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def enter(act: str, officer: str, form: dict[str, Any], command_id: str | None, *, as_json: bool) -> None:
    """Enter a change in the register of offices."""
    do_enter(Stream("offices", "dalian", REGISTER), act, officer, form, command_id, as_json=as_json)


def group_of(kind: OfficeKind) -> typer.Typer:
    """Return the commands of one kind of office: its acts in cases and rounds, by name."""
    group = typer.Typer(no_args_is_help=True, help=f"What the {kind.replace('_', ' ')} does.")
    group.callback()(_nothing)
    for (proceeding, scheme), procedure in PROCEDURES.items():
        for act in procedure.acts.values():
            if kind in act.by and act is not procedure.opening and procedure.driven:
                _add(group, proceeding, scheme, act)
    return group


def _nothing() -> None:
    """A group stays a group, however many commands it has."""


def _add(group: typer.Typer, proceeding: str, scheme: str, act: Act) -> None:
    number = Annotated[str, typer.Argument(metavar=proceeding.upper(), help=f"The {proceeding}'s number.")]

    def command(
        number: number,
        officer: As,
        data: Data = None,
        command_id: CommandId = None,
        as_json: Json = False,
    ) -> None:
        stream = Stream(proceeding, scheme, str(number))
        do_act(stream, act.name, officer, read_data(data) if data else {}, command_id, as_json=as_json)

    command.__annotations__["number"] = number
    # Acts of cases and rounds are an office's daily work; another's is told by its noun first.
    name = act.name if proceeding in ("case", "round") else f"{proceeding}_{act.name}"
    help_of = group.command(
        name.replace("_", "-"), help=f"{act.zh}: article {act.article}, at {', '.join(act.stages)}."
    )
    help_of(command)


enterprise, district, industry_bureau, assessor, insurer, regulator, finance = map(group_of, KINDS)
