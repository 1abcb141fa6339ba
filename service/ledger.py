"""年度账: a fiscal year's money, entry by entry, and whether it balances (articles 7, 13)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from db.pool import Pool
from db.sql import queries

LEDGER, RECOVERY = queries("ledger"), queries("recovery")


async def ledger_of(pool: Pool, scheme: str, year: int) -> dict[str, Any]:
    """Return a year's ledger; it balances where the entries say what the balances say, and debits equal credits."""
    entries = await pool.fetch(LEDGER.ledger, scheme, year)
    row = await pool.fetchrow(LEDGER.balances, scheme, year)
    caps = await pool.fetch(LEDGER.caps, scheme, year)
    returned = await pool.fetchval(RECOVERY.returned, scheme, year) or Decimal(0)
    accounts = dict.fromkeys(("treasury", "available", "committed", "paid", "returned"), Decimal("0.00"))
    for entry in entries:
        accounts[entry["debit"]] += entry["amount"]
        accounts[entry["credit"]] -= entry["amount"]
    said = dict(row) if row else dict.fromkeys(("appropriated", "committed", "paid"), Decimal(0))
    balanced = (
        sum(accounts.values()) == 0
        and -accounts["treasury"] == said["appropriated"]
        and accounts["committed"] == said["committed"] - said["paid"]
        # What came back frees neither budget nor cap: it stands apart (docs/decisions/0012).
        and accounts["paid"] == said["paid"] - returned
        and accounts["returned"] == returned
        and accounts["available"] == said["appropriated"] - said["committed"]
        and sum(cap["committed"] for cap in caps) == said["committed"]
    )
    return {
        "scheme": scheme,
        "year": year,
        "accounts": {name: f"{amount:.2f}" for name, amount in accounts.items()},
        "entries": [{key: f"{v:.2f}" if key == "amount" else v for key, v in entry.items()} for entry in entries],
        "caps": [
            {
                "enterprise": cap["enterprise"],
                "cap": f"{cap['cap']:.2f}",
                "committed": f"{cap['committed']:.2f}",
                "left": f"{cap['cap'] - cap['committed']:.2f}",
            }
            for cap in caps
        ],
        "balanced": balanced,
    }
