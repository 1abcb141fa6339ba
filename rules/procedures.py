"""Which procedure a proceeding follows, by its kind and scheme; and how a stream is named."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from rules.edition import Edition, UnknownEdition, edition_in_force, edition_of
from rules.faults import Unfit
from rules.procedure import Procedure
from rules.schemes.dalian_batch import BATCH
from rules.schemes.dalian_calendar import CALENDAR
from rules.schemes.dalian_case import CASE
from rules.schemes.dalian_complaint import COMPLAINT
from rules.schemes.dalian_dossier import DOSSIER
from rules.schemes.dalian_editions import EDITIONS
from rules.schemes.dalian_insurer import PILOT_INSURER
from rules.schemes.dalian_ledger import LEDGER
from rules.schemes.dalian_loss_claim import LOSS_CLAIM
from rules.schemes.dalian_offices import OFFICES
from rules.schemes.dalian_policy import POLICY
from rules.schemes.dalian_recovery import RECOVERY
from rules.schemes.dalian_round import ROUND
from rules.schemes.dalian_work import WORK

PROCEDURES = {
    ("case", "dalian"): CASE,
    ("batch", "dalian"): BATCH,
    ("policy", "dalian"): POLICY,
    ("loss_claim", "dalian"): LOSS_CLAIM,
    ("complaint", "dalian"): COMPLAINT,
    ("pilot_insurer", "dalian"): PILOT_INSURER,
    ("recovery", "dalian"): RECOVERY,
    ("round", "dalian"): ROUND,
    ("ledger", "dalian"): LEDGER,
    ("offices", "dalian"): OFFICES,
    ("dossier", "dalian"): DOSSIER,
    ("work", "dalian"): WORK,
    ("editions", "dalian"): EDITIONS,
    ("calendar", "dalian"): CALENDAR,
}
#: The kinds of proceeding that a workflow drives.
DRIVEN = tuple(kind for (kind, _), procedure in PROCEDURES.items() if procedure.driven)


def edition_for(scheme: str, on: date, known: tuple[Edition, ...] = ()) -> Edition:
    """Return the edition a proceeding opened on a day runs under, and keeps: the one in force (article 15(5)).

    Where none is, the demonstration edition stands in and says so on every answer; raises `UnknownEdition` without one.
    """
    try:
        return edition_in_force(scheme, on, known)
    except UnknownEdition:
        return edition_of(scheme, known=known)


class Stream(NamedTuple):
    """The name of a proceeding's history, and of its workflow: `case:dalian:DL-2026-000001`."""

    kind: str
    scheme: str
    number: str

    def __str__(self) -> str:
        return ":".join(self)

    @property
    def procedure(self) -> Procedure:
        if (self.kind, self.scheme) not in PROCEDURES:
            raise Unfit(("stream", f"{str(self)!r} names no procedure of any scheme"))
        return PROCEDURES[self.kind, self.scheme]


def stream_of(name: str) -> Stream:
    """Read a stream's name; raise `Unfit` where it is none."""
    parts = name.split(":")
    if len(parts) != 3 or not all(parts):
        raise Unfit(("stream", f"must be kind:scheme:number (not {name!r})"))
    return Stream(*parts)
