"""查阅: which kinds of proceeding are whose to see, beside what a file says of itself (articles 9, 15(1)).

The three owners see every kind, but an office's work.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.schemes.dalian_proposing import OWNERS
from rules.timetable import OfficeKind

#: 参与机构: whom a kind of proceeding is shown to beside the three owners; any kind of office where it is not named.
CONCERNED: Mapping[str, tuple[OfficeKind, ...]] = {
    **dict.fromkeys(("ledger", "offices", "editions", "calendar"), ()),
    **dict.fromkeys(("round", "pilot_insurer"), ("insurer",)),
}
#: To whom a kind of proceeding is shown with what it is about: it does not say itself whose it is.
WITH_SUBJECT: Mapping[str, tuple[OfficeKind, ...]] = {
    "complaint": ("enterprise", "assessor"),
    **dict.fromkeys(("policy", "loss_claim"), ("district",)),
}


def unlisted(office_kind: OfficeKind) -> list[str]:
    """Return the kinds of proceeding that no list tells a kind of office of: their files alone do not say whose."""
    if office_kind in OWNERS:
        return ["work"]
    of_others = {kind for kind, whose in CONCERNED.items() if office_kind not in whose}
    with_subject = {kind for kind, whose in WITH_SUBJECT.items() if office_kind in whose}
    return sorted({"work", "dossier", "recovery"} | of_others | with_subject)
