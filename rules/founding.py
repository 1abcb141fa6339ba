"""设立: what an installation of a city's own begins with: its three owners and who acts for them, and nothing else.

All other offices, officers, letterheads and accounts are entered by these, by acts of two persons (article 15(3)).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field

from rules.faults import Unfit
from rules.schemes.dalian_forms import Code, Text
from rules.schemes.dalian_proposing import RESERVED
from rules.timetable import Frozen, OfficeKind
from rules.values import LawDate


class Person(Frozen):
    """经办人: a person of an owner."""

    code: Code
    name: Text


class Owner(Frozen):
    """主管机构: one of the three, with two persons at least: one prepares, another approves (article 15(3))."""

    code: Code
    name_zh: Text
    name_en: Text
    title: Text
    word: Text
    review_authority: Text
    officers: tuple[Person, ...] = Field(min_length=2)


class Founding(Frozen):
    """The three owners, and the day since which they hold these offices."""

    since: LawDate
    industry_bureau: Owner
    regulator: Owner
    finance: Owner

    @property
    def owners(self) -> tuple[tuple[OfficeKind, Owner], ...]:
        return ("industry_bureau", self.industry_bureau), ("regulator", self.regulator), ("finance", self.finance)

    def expect_sound(self, today: date) -> None:
        """Raise `Unfit` with what is wrong with it as a whole."""
        if faults := tuple(self._faults(today)):
            raise Unfit(*faults)

    def expect_first(self, *, offices: bool) -> None:
        """Raise `Unfit` where the record has offices already."""
        if offices:
            raise Unfit(("founding", "must be of an empty record: this one has offices"))

    def _faults(self, today: date) -> Iterator[tuple[str, str]]:
        if self.since >= today:
            yield "since", f"must be before {today}: what the register is asked of began before it (not {self.since})"
        for name, said in (
            ("code", [owner.code for _, owner in self.owners]),
            ("word", [owner.word for _, owner in self.owners]),
            ("officers", [person.code for _, owner in self.owners for person in owner.officers]),
        ):
            if reserved := [one for one in said if name != "word" and RESERVED.fullmatch(one)]:
                yield name, f"must be none of the system's or of an enterprise's ({', '.join(reserved)})"
            twice = sorted({one for one in said if said.count(one) > 1})
            if twice:
                yield name, f"must be given once each ({', '.join(twice)} more often)"
