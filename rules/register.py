"""登记簿: what the record knows beside a proceeding's file, looked up for one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rules.entitlement import Parties
from rules.timetable import OfficeKind

if TYPE_CHECKING:
    from rules.procedure import File  # which weighs acts against what is known here


@dataclass(frozen=True)
class Register:
    """What the record knows beside the file, looked up for one act (see `activities/register.py`)."""

    insurer_known: bool = False
    insurer_listed: bool = False
    insurer_barred_on: date | None = None
    #: Whose returns the round that opens awaits.
    listed_insurers: tuple[str, ...] = ()
    clause_filed: bool = False
    first_batch_before: bool = False
    cap_left: Decimal = Decimal(0)
    budget_left: Decimal = Decimal(0)
    #: 关账: the year's rounds whose plan is not signed; whether the year, and the one after it, is closed.
    rounds_unsigned: tuple[str, ...] = ()
    year_closed: bool = False
    next_year_closed: bool = False
    known_assessors: frozenset[str] = frozenset()
    #: Offices of today, and officers who have not left, each with its kind; and every code an officer ever had.
    known_offices: Mapping[str, OfficeKind] = field(default_factory=dict)
    known_officers: Mapping[str, OfficeKind] = field(default_factory=dict)
    codes_taken: frozenset[str] = frozenset()
    known_districts: frozenset[str] = frozenset()
    #: How many others act for the office of the officer who is to leave.
    colleagues: int = 0
    #: 机构登记: of the office an act names: whether its code is taken, its kind today, whose word it would share, and
    #: from when its last letterhead and account hold.
    code_taken: bool = False
    named_kind: OfficeKind | None = None
    word_of: str | None = None
    letterhead_since: date | None = None
    account_since: date | None = None
    #: The case whose recognition is to take this one's place.
    successor: File | None = None
    #: The proceeding this one is about, or is to be about.
    parent: File | None = None
    #: Whether a signed plan has fixed what the application gets.
    settled: bool = False
    #: What waits of the policy's application.
    waiting: Decimal = Decimal(0)
    #: How many applications an insurer that files a nil return could file.
    to_file: int = 0
    #: How many opinions were given in the round.
    opinions: int = 0
    #: 异议: the objections about the round that are not decided.
    objections: tuple[str, ...] = ()
    #: The recovery that names this application, if any.
    recovered_in: str | None = None
    #: Whether that recovery is decided, so that all which was paid goes back by it.
    recovery_decided: bool = False
    #: What signed plans give the application, what was paid of it and has not come back.
    subsidy_committed: Decimal = Decimal(0)
    subsidy_paid: Decimal = Decimal(0)
    #: Whether a voucher has returned money already.
    voucher_known: bool = False
    #: The case in which this policy number of this insurer is insured already.
    policy_insured_in: str | None = None
    #: The proceeding that the one being opened is about.
    subject: File | None = None
    applications: tuple[Mapping[str, Any], ...] = ()
    plan_lines: tuple[Mapping[str, Any], ...] = ()
    #: What is still to be paid of the signed plan, by insurer.
    due: Mapping[str, Decimal] = field(default_factory=dict)
    #: 止付: what signed plans gave, is not paid, and may be paid no more.
    stopped: tuple[Mapping[str, Any], ...] = ()
    #: Whose payment each of the vouchers proves that was given before.
    vouchers_taken: Mapping[str, str] = field(default_factory=dict)
    #: Which of these applications the officer prepared, and by which act.
    prepared: Mapping[str, str] = field(default_factory=dict)
    #: 回避: the offices that acted in what is complained of, and the officers who decided in it.
    acted: frozenset[str] = frozenset()
    deciders: frozenset[str] = frozenset()
    #: 同一保单的其他理赔: a policy's losses beside this one, and what each comes to.
    other_losses: tuple[Mapping[str, Any], ...] = ()
    #: 待办: what is known of the work of the officer's office.
    work: Any = None
    #: 名单, 备案条款: the insurer's listing of the day, and the clause as it was filed before.
    listing: Mapping[str, Any] | None = None
    clause: Mapping[str, Any] | None = None
    #: 当事方: whose the proceeding of a dossier is, and the districts whose cases are the officer's office's.
    parties: Parties | None = None
    districts: frozenset[str] = frozenset()


#: Most acts need nothing beside the file.
NOTHING_KNOWN = Register()
