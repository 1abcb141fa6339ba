"""Who does what in the demonstration, and when: acts of officers, planned into its past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rules.calendar import CHINA
from rules.deadlines import working_days_after
from rules.edition import edition_of
from rules.timetable import SHANGHAI
from service.sample_forms import Data
from starters.demonstration.cast import MAKERS, CastForms, code_of
from starters.demonstration.past import Past

EDITION = edition_of("dalian")
#: The straight path: who does each act, and so many days after the submission; `-1` and `-2` are an office's officers.
WAY = (
    ("submit", "enterprise", 0),
    ("confirm", "district-1", 6),
    ("receive", "bureau-1", 9),
    ("entrust", "bureau-1", 11),
    ("assess", "assessor-1", 36),
    ("propose", "bureau-1", 41),
    ("publish", "bureau-2", 44),
    ("record_delivery", "enterprise", 58),
    ("insure", "insurer-1", 65),
    ("apply", "enterprise", 68),
)
DAYS = {act: days for act, _, days in WAY}
Fill = Callable[[CastForms], Data]


@dataclass
class Part:
    """A case of the cast: whose, insured by whom for how much, and, once submitted, where it stands."""

    label: str
    maker: int
    variant: int = 0
    insurer: str = "a"
    sum_insured: str = "30000000.00"
    stream: str = "case:dalian:new"

    def forms(self, at: datetime) -> CastForms:
        local, serial = at.astimezone(SHANGHAI).replace(tzinfo=None), 7_000 + 2 * self.maker + self.variant
        return CastForms(local, serial, maker=self.maker, variant=self.variant)

    @property
    def number(self) -> str:
        return self.stream.rpartition(":")[2]

    @property
    def application(self) -> str:
        return f"{self.number}-1"

    def officer(self, who: str) -> str:
        """Who acts for the case's own district, assessor, insurer or enterprise; any other is named already."""
        office, _, which = who.rpartition("-")
        own = {
            "district": MAKERS[self.maker].district,
            "assessor": f"assessor-{'ab'[self.maker % 2]}",
            "insurer": f"insurer-{self.insurer}",
        }
        return code_of(self.maker) if who == "enterprise" else f"{own.get(office, office)}-{which}"


class Script:
    """Who does what, and when: `Past` makes it happen."""

    def __init__(self, past: Past) -> None:
        self.past, self.today = past, past.today
        self.parts: dict[str, Part] = {}
        self._named: Counter[str] = Counter()
        self._makers = iter(range(len(MAKERS)))

    def act(
        self,
        ago: float,
        stream: str | Callable[[], str],
        act: str,
        officer: str,
        data: Data | Callable[[datetime], Data | Awaitable[Data]],
        at_stage: str = "",
        opened: list[str] | None = None,
    ) -> None:
        """Have an officer do an act so many days ago, unless the clock was first and took it past a stage.

        What is not known yet is asked for when it is done; where it opens a proceeding, `opened` gets that.
        """
        named = f"{stream if isinstance(stream, str) else 'found'}-{act}-{officer}"
        self._named[named] += 1
        name = f"cast-{named.replace(':', '-')}-{self._named[named]}"

        async def do(at: datetime) -> None:
            where = stream if isinstance(stream, str) else stream()
            if at_stage and self.past.stage(where) != at_stage:
                return
            given = data if isinstance(data, Mapping) else data(at)
            form = given if isinstance(given, Mapping) else await given
            answer = await self.past.done(name, where, act, officer, form, at)
            if not answer.event.passed:
                raise AssertionError(f"{name}: {[one for one in answer.event.findings if not one.passed]}")
            if opened is not None and not opened:
                opened.append(answer.stream)

        self.past.plan(self.past.ago(ago), do)

    def of(self, part: Part, ago: float, act: str, who: str, fill: Fill | None = None) -> None:
        """Have an act done in a case."""

        def form(at: datetime) -> Data:
            filled = part.forms(at)
            if act == "insure":
                return filled.contract(part.insurer, part.sum_insured)
            return fill(filled) if fill else filled.of(act)

        officer = part.officer(who)
        name = f"cast-{part.label}-{act}-{officer}"
        self._named[name] += 1
        name = f"{name}-{self._named[name]}"

        async def do(at: datetime) -> None:
            answer = await self.past.done(name, part.stream, act, officer, form(at), at)
            if not answer.event.passed:
                raise AssertionError(f"{name}: {[one for one in answer.event.findings if not one.passed]}")
            part.stream = answer.stream if act == "submit" else part.stream

        self.past.plan(self.past.ago(ago), do)

    def case(self, label: str, until: str, submitted: float, **more: Any) -> Part:
        """A case that has gone the straight path until an act, submitted so many days ago, by the next maker."""
        fills: dict[str, Fill] = more.pop("fills", {})
        maker = more.pop("maker") if "maker" in more else next(self._makers)
        part = Part(label, maker, **more)
        for act, who, days in WAY:
            self.of(part, submitted - days, act, who, fills.get(act))
            if act == until:
                break
        self.parts[label] = part
        return part

    def begun_for(self, days: int) -> int:
        """How many days ago something began whose working days end today, or else on the next working day."""
        for ago in range(days, 4 * days):
            if working_days_after(self.today - timedelta(days=ago), days, CHINA).due_on <= self.today:
                return ago
        raise LookupError(f"no day begins {days} working days that end on {self.today}")


def day_of(at: datetime) -> str:
    """The day of a moment, as a form has it."""
    return f"{at.astimezone(SHANGHAI).date()}"
