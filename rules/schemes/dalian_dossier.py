"""卷宗: the documents of a proceeding, handed in, numbered by version and withdrawn, never changed (articles 9, 15(3)).

A dossier stands beside its proceeding, as `dossier:dalian:case-DL-2026-000001`: nothing in it is ever due, so no
workflow drives it. What is recorded is a document's hash and whose it is; its bytes lie in a folder, by that hash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from rules.entitlement import Viewer
from rules.faults import Unfit, shown
from rules.procedure import Act, Barred, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_documents import PROVABLE, Provable, concerned
from rules.schemes.dalian_forms import FILLERS, Sha256, Text
from rules.timetable import OfficeKind

#: 文件名: letters and signs, so many in all.
MOST_LETTERS: Final = 120
#: A name never begins or ends with what a file system hides or drops.
_BARE: Final = " ."
MediaType = Literal[
    "application/pdf",
    "image/png",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/ofd",
    "text/csv",
    "text/plain",
]


def file_name(written: str) -> str:
    """Return a name without a path, control or filling characters or doubled blanks, of 120 letters at most.

    The ending is kept, whatever is cut; a name of which nothing is left comes back empty.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", written))[-1]
    plain = "".join(one for one in last if unicodedata.category(one)[0] != "C" and one not in FILLERS)
    tidy = " ".join(plain.split()).strip(_BARE)
    if len(tidy) <= MOST_LETTERS:
        return tidy
    stem, dot, ending = tidy.rpartition(".")
    ending = dot + ending if stem and len(ending) <= 5 else ""
    return tidy[: MOST_LETTERS - len(ending)].rstrip(_BARE) + ending


def _normal(name: str) -> str:
    if not name or name != file_name(name):
        raise ValueError(f"must be a plain name of at most {MOST_LETTERS} letters, as {shown(file_name(name))}")
    return name


class Document(Form):
    """材料: a document, what it proves, and what was found of its bytes; `size` in bytes."""

    proves: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
    name: Annotated[str, AfterValidator(_normal)]
    media_type: MediaType
    size: int = Field(ge=1, le=1024 * 1024 * 1024)
    sha256: Sha256


class Withdrawal(Form):
    """撤回: the document that is to count no more, and why."""

    number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
    reason: Text


def add_document(situation: Situation, form: Document) -> Effect:
    """提交材料: an office hands a document of its own concern in; one of the same name follows the last (article 9)."""
    _own_concern(situation, form)
    earlier = _versions(situation.file.facts, situation.office, form)
    if earlier and earlier[-1]["sha256"] == form.sha256 and "withdrawn" not in earlier[-1]:
        raise Unfit(("sha256", f"must be new: this very document is {earlier[-1]['number']} already"))
    serial = str(len(situation.file.facts) + 1)
    kept = {
        **form.said(),
        "number": f"{situation.file.number}-{serial}",
        "version": len(earlier) + 1,
        "supersedes": earlier[-1]["number"] if earlier else None,
        "office": situation.office,
        "handed_in_by": situation.officer,
    }
    return Effect(facts={serial: kept}, carries=kept, stage="open")


def _versions(facts: Mapping[str, Mapping[str, Any]], office: str, form: Document) -> list[Mapping[str, Any]]:
    """An office's documents of one name that prove one thing, oldest first: nobody replaces another office's."""
    same = (office, form.proves, form.name)
    return [one for _, one in sorted(facts.items(), key=_serial) if (one["office"], one["proves"], one["name"]) == same]


def _serial(section: tuple[str, Any]) -> int:
    return int(section[0])


def _own_concern(situation: Situation, form: Document) -> None:
    """Raise `Unfit` or `Barred` where a document proves nothing here, or is not this office's to hand in."""
    kind, _, _ = situation.file.number.partition("-")
    provable = PROVABLE[kind].get(form.proves)
    if provable is None:
        raise Unfit(("proves", f"must be one of: {', '.join(PROVABLE[kind])} (not {shown(form.proves)})"))
    if not _hands_in(situation, provable):
        whose = " or ".join(office.replace("_", " ") for office in provable.by)
        why = f"{form.proves} ({provable.zh}) of a {kind} is for the {whose} it concerns, not for {situation.office}"
        raise Barred("hands_in_its_own", "9", why)


def _hands_in(situation: Situation, provable: Provable) -> bool:
    register = situation.register
    assert register.parties is not None
    viewer = Viewer(situation.office, situation.office_kind, register.districts)
    return viewer.kind in provable.by and concerned(provable.topic, register.parties, viewer) is not False


def withdraw_document(situation: Situation, form: Withdrawal) -> Effect:
    """撤回材料: whoever handed a document in says that it counts no more; it stays, and may still be seen (15(3))."""
    serial = form.number.removeprefix(f"{situation.file.number}-")
    said = situation.file.facts.get(serial)
    if said is None:
        raise Unfit(("number", f"must be a document of {situation.file.number} (not {form.number!r})"))
    if said["office"] != situation.office:
        why = f"{form.number} was handed in by {said['office']}; {situation.officer} acts for {situation.office}"
        raise Barred("own_document", "15(3)", why)
    if "withdrawn" in said:
        raise Unfit(("number", f"must not be withdrawn already: {form.number!r} is"))
    withdrawn = {"by": situation.officer, "reason": form.reason}
    return Effect(facts={serial: {**said, "withdrawn": withdrawn}}, carries=form)


EVERY_OFFICE: Final[tuple[OfficeKind, ...]] = (
    "enterprise",
    "district",
    "industry_bureau",
    "assessor",
    "insurer",
    "regulator",
    "finance",
)

DOSSIER = Procedure(
    "dossier",
    {"open": Stage("open", "卷宗")},
    {
        act.name: act
        for act in (
            Act("add_document", "提交材料", EVERY_OFFICE, "9", ("open",), Document, add_document),
            Act("withdraw_document", "撤回材料", EVERY_OFFICE, "15(3)", ("open",), Withdrawal, withdraw_document),
        )
    },
    driven=False,
)
