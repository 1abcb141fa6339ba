"""版本登记: the industry bureau prepares an edition of the scheme's figures, and its three owners sign (article 15(4)).

An edition in force is never edited: a change is a new edition, and an earlier end is signed as one is (article 15(5)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import Field, ValidationError

from rules.edition import Edition, Unsettled
from rules.faults import Unfit
from rules.procedure import Act, Barred, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_forms import Code, Text
from rules.schemes.dalian_review import JOINT
from rules.timetable import Frozen
from rules.values import LawDate


class Figure(Frozen):
    """数值: what a figure is to be, and why, where the text leaves it open; null where it is not settled."""

    value: Any
    because: str = ""


class Reading(Frozen):
    """解释: a reading of the text, by its name."""

    name: Text
    article: Text
    says: Text


class EditionDraft(Form):
    """拟定版本: what changes against another edition, from which day on, and the document that says so."""

    name: Code
    base: Code
    issued_on: LawDate
    document: Text
    figures: dict[str, Figure] = Field(max_length=100)
    interpretations: list[Reading] = Field(default=[], max_length=50)
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.issued_on < now.date():
            yield "issued_on", f"must not be past: {self.issued_on} is before {now.date()}"


class Ending(Form):
    """提前终止: the last day of an edition, and why."""

    name: Code
    last_day: LawDate
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.last_day < now.date():
            yield "last_day", f"must not be past: {self.last_day} is before {now.date()}"


class Signature(Form):
    """会签: the edition, or its ending, that an owner signs."""

    name: Code


def drafted(said: Mapping[str, Any], known: Mapping[str, Edition]) -> Edition:
    """Return the edition a draft describes; raise `Unfit` naming every figure and field that cannot be."""
    base = known.get(said["base"])
    if base is None:
        raise Unfit(("base", f"must be one of {', '.join(known)} (not {said['base']!r})"))
    strange = [name for name in said["figures"] if name not in base.figures]
    if strange:
        raise Unfit(*((f"figures.{name}", f"is no figure of {base.scheme}") for name in strange))
    readings = {one["name"]: one for one in (*(vars(kept) for kept in base.interpretations), *said["interpretations"])}
    changed = {
        name: {"settled": one["value"], "article": base.figures[name].article, "because": one.get("because", "")}
        for name, one in said["figures"].items()
    }
    told = {"name": said["name"], "issued_on": said["issued_on"], "document": said["document"], "demonstration": False}
    try:
        return Edition(
            **{**dict(base), **told, "ended_on": None, "interpretations": tuple(readings.values()), **changed}
        )
    except ValidationError as error:
        where = {".".join(map(str, fault["loc"][:1])) or "interpretations": fault["msg"] for fault in error.errors()}
        raise Unfit(*((f"figures.{name}" if name in changed else name, why) for name, why in where.items())) from error


def prepare_edition(situation: Situation, form: EditionDraft) -> Effect:
    """拟定版本: the bureau prepares; an edition that lacks a figure cannot be put in force (article 15(4))."""
    known = _known(situation)
    if form.name in known:
        raise Unfit(("name", f"must be new: an edition is never edited (not {form.name!r})"))
    edition = drafted(form.said(), known)
    try:
        edition.ready()
    except Unsettled as unsettled:
        raise Barred("edition_is_settled", "15(4)", str(unsettled)) from unsettled
    return _proposed(situation, form.name, form.said())


def propose_end(situation: Situation, form: Ending) -> Effect:
    """拟提前终止: the bureau proposes an edition's last day (article 15(5))."""
    edition = _known(situation).get(form.name)
    if edition is None or edition.last_day_in_force is None or form.last_day >= edition.last_day_in_force:
        raise Unfit(("last_day", f"must lie before the last day of an edition that ends ({form.name!r})"))
    return _proposed(situation, form.name, form.said())


def _proposed(situation: Situation, name: str, said: dict[str, Any]) -> Effect:
    drafts = situation.file.facts.get("drafts", {})
    draft = {**said, "prepared_by": situation.officer, "signed": {}}
    return Effect(facts={"drafts": {**drafts, name: draft}})


def sign_edition(situation: Situation, form: Signature) -> Effect:
    """会签: one signature an owner; the third puts in force what was prepared (articles 15(4), 15(5))."""
    drafts = situation.file.facts.get("drafts", {})
    draft = drafts.get(form.name)
    if not draft:
        raise Unfit(("name", f"must have been prepared and not be signed by all (not {form.name!r})"))
    if draft["prepared_by"] == situation.officer:
        why = f"{situation.officer} prepared {form.name}, so another must sign for {situation.office}"
        raise Barred("preparer_does_not_approve", "15(3)", why)
    if situation.office_kind in draft["signed"]:
        why = f"{draft['signed'][situation.office_kind]} has signed {form.name} for {situation.office}"
        raise Barred("signed_once", "15(4)", why)
    begins = date.fromisoformat(draft.get("issued_on") or draft["last_day"])
    if begins < situation.today:
        raise Barred("signed_in_time", "15(5)", f"{begins} is past: nothing is put in force or ended backwards")
    signed = {**draft, "signed": {**draft["signed"], situation.office_kind: situation.officer}}
    if len(signed["signed"]) < len(JOINT):
        return Effect(facts={"drafts": {**drafts, form.name: signed}})
    return Effect(facts={"drafts": {**drafts, form.name: {}}, "signed_edition": signed}, carries=signed)


def _known(situation: Situation) -> dict[str, Edition]:
    return {edition.name: edition for edition in situation.editions}


EDITIONS = Procedure(
    "editions",
    {"open": Stage("open", "版本登记")},
    {
        act.name: act
        for act in (
            Act("prepare_edition", "拟定版本", ("industry_bureau",), "15(4)", ("open",), EditionDraft, prepare_edition,
                "open"),
            Act("propose_end", "拟提前终止", ("industry_bureau",), "15(5)", ("open",), Ending, propose_end, "open"),
            Act("sign_edition", "版本会签", JOINT, "15(4)", ("open",), Signature, sign_edition, "open"),
        )
    },
    driven=False,
)  # fmt: skip
