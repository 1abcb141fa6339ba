"""企业: an enterprise applies by itself, with an account made by its first submission; and what its cases ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activities.contracts import Answer
from db.pool import Pool
from db.sql import queries
from rules.procedure import Act
from rules.procedures import PROCEDURES
from runtime.errors import BadInput
from service.accounts import password_faults, set_password
from service.session import Session

ENTERPRISE, OFFICE = queries("enterprise"), queries("office")
PAGE = 30
#: Later than every change.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


async def expect_new(pool: Pool, uscc: str) -> None:
    """Raise `BadInput` where an enterprise is known already: nobody gives himself the account of another."""
    if uscc and await pool.fetchval(OFFICE.known, uscc):
        why = "is registered already: sign in to submit; a first password is given by the industry bureau"
        raise BadInput(("enterprise.uscc", why))


async def submit_first(servers: Session, form: Mapping[str, Any], password: str, command: str) -> tuple[Answer, bool]:
    """Submit for an enterprise that is not known yet; return the answer, and whether its account was made.

    The account is made once the submission is recorded as the enterprise's first: of two that submit at once under
    one code, only the one whose case came first gets it. Raises `BadInput` where a field or the password is wrong.
    """
    uscc = form.get("enterprise", {}).get("uscc", "")
    if faults := password_faults(password, uscc):
        raise BadInput(*(("password", why) for why in faults))
    await expect_new(servers.pool, uscc)
    answer = await servers.open("case:dalian:new", "submit", uscc, form, command)
    mine = await servers.pool.fetchval(ENTERPRISE.first_case, uscc) == answer.stream
    if mine:
        await set_password(servers.pool, uscc, password, servers.clock())
    return answer, mine


@dataclass(frozen=True)
class Own:
    """A proceeding of an enterprise: what is asked of it there, and by when."""

    row: Mapping[str, Any]
    asked: tuple[Act, ...]

    @property
    def urgent(self) -> bool:
        """Whether the proceeding stands still until the enterprise acts."""
        return any(act.leads_to and act.name != "withdraw" for act in self.asked)


async def own_of(pool: Pool, uscc: str, after: str | None = None) -> tuple[list[Own], str | None]:
    """An enterprise's proceedings, the latest changed first, and the key the next page begins after."""
    said, _, stream = (after or "").partition("~")
    try:
        before = datetime.fromisoformat(said).astimezone(UTC) if said else NEVER
    except (ValueError, OverflowError):
        raise BadInput(("after", "must be a page's key")) from None
    rows = await pool.fetch(ENTERPRISE.own, uscc, before, stream, PAGE + 1)
    own = [Own(dict(row), _asked(row["kind"], row["stage"])) for row in rows[:PAGE]]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return own, f"{last['changed_at'].isoformat()}~{last['stream']}" if last else None


def _asked(kind: str, stage: str) -> tuple[Act, ...]:
    acts = PROCEDURES[kind, "dalian"].acts.values()
    return tuple(act for act in acts if stage in act.stages and "enterprise" in act.by and _moves(act, stage))


def _moves(act: Act, stage: str) -> bool:
    """Whether an act is what an enterprise is asked for, and not a right it always has."""
    if act.name == "record_delivery":
        return stage == "recognised"
    return act.leads_to is not None and act.name != "withdraw"


@dataclass(frozen=True)
class Asked:
    """Cases that an office looks at: of which stages, whose, and from which number on."""

    stages: tuple[str, ...]
    districts: tuple[str, ...] | None = None
    assessor: str | None = None


async def cases_at(pool: Pool, asked: Asked, after: str | None = None) -> tuple[list[dict[str, Any]], str | None]:
    """The cases at some stages by number, each with what it is about and what is due; and the next page's key."""
    districts = None if asked.districts is None else list(asked.districts)
    rows = await pool.fetch(
        ENTERPRISE.at_stages, list(asked.stages), districts, asked.assessor, after or "", PAGE + 1
    )  # fmt: skip
    shown = [dict(row) for row in rows[:PAGE]]
    return shown, shown[-1]["number"] if len(rows) > PAGE else None


async def counts_at(pool: Pool, asked: Asked) -> dict[str, int]:
    """How many cases stand at each of some stages."""
    districts = None if asked.districts is None else list(asked.districts)
    rows = await pool.fetch(ENTERPRISE.counts_at, list(asked.stages), districts, asked.assessor)
    return {row["stage"]: row["cases"] for row in rows}
