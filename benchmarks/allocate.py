"""How long a plan for 100,000 applications takes: the rule alone, and with reading and writing JSON.

Run as `python -m benchmarks.allocate`. The claim: under two seconds, in one pass (articles 7, 13).
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from time import perf_counter

from rules.budget import allocate
from rules.calculators import CALCULATORS
from rules.edition import edition_of
from rules.facts import AllocationFacts
from rules.faults import read

MANY = 100_000


def applications() -> str:
    """Return a plan's facts as one line of JSON: five applications an enterprise, insured through a quarter."""
    start = datetime(2026, 1, 1)  # noqa: DTZ001 (local time, as the facts have it)
    return json.dumps(
        {
            "fiscal_year": 2026,
            "budget": "5000000000",
            "committed_this_year": {f"E{n}": "100000" for n in range(0, MANY // 5, 3)},
            "applications": [
                {
                    "number": f"A{n:06d}",
                    "enterprise": f"E{n * 31 % (MANY // 5)}",
                    "concluded_at": (start + timedelta(minutes=n * 7919 % 129_600)).isoformat(timespec="minutes"),
                    "return_received_at": "2026-04-08T10:00",
                    "asked": f"{1 + n * 104_729 % 300_000}.{n % 100:02d}",
                }
                for n in range(MANY)
            ],
        }
    )


def main() -> None:
    """Time the rule, and the calculator around it."""
    edition, line = edition_of("dalian"), applications()
    facts = read(AllocationFacts, json.loads(line))
    begun = perf_counter()
    plan = allocate(facts.fiscal_year, facts.budget, facts.committed_this_year, facts.applications, edition)
    rule = perf_counter() - begun
    begun = perf_counter()
    json.dumps(CALCULATORS["city"]["allocate"](json.loads(line), edition))
    whole = perf_counter() - begun
    given = sum((one.approved for one in plan.lines), Decimal(0))
    told = f"{MANY} applications, {given:.2f} yuan approved: rule {rule:.2f} s, with JSON {whole:.2f} s"
    sys.stdout.write(told + "\n")


if __name__ == "__main__":
    main()
