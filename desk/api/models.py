"""What the API answers with: the JSON that `interfaces.md` promises, each part by its type."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rules.finding import Finding
from service.unmasking import LONGEST


class Model(BaseModel):
    """What is told may carry more than is named here: a proceeding's number stands under its kind."""

    model_config = ConfigDict(extra="allow")


class Event(Model):
    """One entry of a history."""

    seq: int
    act: str
    officer: str
    office: str
    at: str = Field(description="Local to the minute, in Shanghai.")
    article: str
    passed: bool
    findings: list[Finding]
    hash: str


class Done(Model):
    """What an act came to: the event, and how the proceeding stands after it."""

    kind: str
    number: str
    stage: str
    money: dict[str, str]
    event: Event
    findings: list[Finding]


class Deadline(Model):
    """期限: a date that the law sets, and how it was counted."""

    name: str
    article: str
    nominal_on: date
    due_on: date
    provisional: bool
    met_on: date | None


class PossibleAct(Model):
    """An act, and whether the caller may do it now."""

    act: str
    office: str
    allowed: bool
    why: str


class Proceeding(Model):
    """办件: a proceeding whole, as the caller may see it."""

    scheme: str
    edition: str
    stage: str
    closed: bool
    masked: bool = Field(description="Whether facts that name or reach a person are told in part only.")
    facts: dict[str, Any]
    deadlines: list[Deadline]
    events: list[Event]
    acts: list[PossibleAct]


class Reason(BaseModel):
    """What a look at persons in full is for."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=LONGEST)


class Effect(Model):
    """试算: what an act would come to; nothing is recorded."""

    passed: bool
    findings: list[Finding]
    stage_before: str
    stage: str
    money: dict[str, str] = Field(description="The amounts that would change.")
    deadlines: list[Deadline] = Field(description="The dates that would be set or met.")


class Listed(Model):
    """A proceeding in a list."""

    number: str
    scheme: str
    stage: str
    enterprise: str | None
    district: str | None
    about: str | None
    awaits: list[str]
    closed: bool
    opened_at: str
    changed_at: str


class Listing(Model):
    """A page of proceedings by number; `next` is the `after` of the page that follows."""

    items: list[Listed]
    next: str | None


class Item(Model):
    """待办: what waits for the caller's office."""

    stream: str
    kind: str
    number: str
    stage: str
    deadline: str | None
    due_on: date | None
    provisional: bool
    taken_by: str | None


class Work(Model):
    """A page of work, the first due first."""

    items: list[Item]
    next: str | None


class Procedure(Model):
    """Stages and acts of a kind of proceeding, and the schema of each act's form."""

    kind: str
    stages: list[dict[str, Any]]
    acts: list[dict[str, Any]]


class Ledger(Model):
    """年度账: a fiscal year's accounts, entries and caps; whether they balance."""

    scheme: str
    year: int
    accounts: dict[str, str]
    entries: list[dict[str, Any]]
    caps: list[dict[str, Any]]
    balanced: bool


class PlanPreview(Model):
    """补贴计划试算: what a quarter's plan would give now; nothing is stored."""

    quarter: str
    fiscal_year: int
    budget_before: str
    budget_after: str
    lines: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    ties: list[list[str]]
    moved: list[str]


class Product(Model):
    """认定产品: a recognised product of the public register."""

    number: str
    enterprise: str
    uscc: str
    district: str
    product: str
    model: str
    specification: str
    kind: str
    breakthrough: list[str]
    published_on: date
    valid_until: date
    standing: str
    address: str
    permanent_address: str


class Register(Model):
    """A page of the public register, the latest published first."""

    items: list[Product]
    next: str | None


class Clause(Model):
    """备案条款: a clause that an insurer has filed."""

    number: str
    filed_on: date
    valid_until: date | None
    standing: str


class Insurer(Model):
    """试点保险机构: an insurer of the pilot list, with its term and clauses."""

    code: str
    name_zh: str
    name_en: str
    listed_from: date
    listed_until: date
    standing: str
    clauses: list[Clause]


class Insurers(Model):
    items: list[Insurer]


class Article(Model):
    """条文: an article in the law's words, and a gloss that is not the law."""

    article: str
    zh: str
    en: str


class Law(Model):
    """The measures by article, and the figures of the edition in force; `open` says where the text leaves one open."""

    scheme: str
    edition: str
    title: str
    demonstration: bool
    articles: list[Article]
    figures: list[dict[str, Any]]


class Answer(Model):
    """What a calculator answers: the fields that `interfaces.md` gives it."""
