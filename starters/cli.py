"""The `firstcover` command: one group of commands per noun, loaded only when it is asked for.

Loading lazily keeps `firstcover rules` free of Temporal, asyncpg and the web: the law needs no server.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from typer.core import TyperGroup

from runtime.errors import FirstcoverError
from runtime.messages import is_chinese
from starters.help_texts import in_language, turned

#: Each command, and where it is: a module's `app`, unless it names another.
COMMANDS = {
    "rules": "starters.rules",
    "case": "starters.case",
    "batch": "starters.batch",
    "policy": "starters.policy",
    "round": "starters.round",
    "plan": "starters.plan",
    "pay": "starters.payment",
    "ledger": "starters.ledger",
    "report": "starters.report",
    "loss-claim": "starters.loss_claim",
    "complaint": "starters.complaint",
    "recovery": "starters.recovery",
    "pilot-insurer": "starters.pilot_insurer",
    "notice": "starters.notice",
    "document": "starters.document",
    "audit": "starters.audit",
    "office": "starters.office",
    "work": "starters.work",
    "calendar": "starters.calendar",
    "edition": "starters.edition",
    "enterprise": "starters.office:enterprise",
    "district": "starters.office:district",
    "industry-bureau": "starters.office:industry_bureau",
    "assessor": "starters.office:assessor",
    "insurer": "starters.returns:insurer",
    "regulator": "starters.office:regulator",
    "finance": "starters.office:finance",
    "demo": "starters.demo",
    "up": "starters.up",
    "worker": "starters.servers:worker",
    "desk": "starters.servers:desk",
    "migrate": "starters.servers:migrate",
    "revive": "starters.servers:revive",
}


ABOUT = "Firstcover (首保通): cases of subsidised first-product insurance, from submission to payment."


class LazyCommands(TyperGroup):
    """A group whose commands are imported at their first use."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, name: str) -> object:  # type: ignore[override]
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        # Known by its name here, whatever its function is called.
        command = typer.main.get_command(getattr(import_module(module), attribute or "app"))
        command.name = name
        return in_language(command)


app = typer.Typer(cls=LazyCommands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback(help=turned(ABOUT) if is_chinese() else ABOUT)
def firstcover() -> None:
    """The command itself, of which all others are parts."""


def main() -> None:
    """Run one command; tell a refusal, bad input or an absent server in one line and by the exit status."""
    try:
        app()
    except FirstcoverError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
