"""年度账: a fiscal year's money, entry by entry, and whether it balances (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db.pool import Pool
from db.sql import queries

LEDGER, RECOVERY = queries("ledger"), queries("recovery")


async def ledger_of(pool: Pool, scheme: str, year: int) -> dict[str, Any]:
    """Return a year's ledger; it balances where the entries say what the balances say, and debits equal credits."""
    entries = await pool.fetch(LEDGER.ledger, scheme, year)
    caps = await pool.fetch(LEDGER.caps, scheme, year)
    book = await book_of(pool, scheme, year)
    return {
        "scheme": scheme,
        "year": year,
        "accounts": {name: f"{amount:.2f}" for name, amount in book.accounts.items()},
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
        "balanced": book.balanced,
    }


@dataclass(frozen=True)
class Book:
    """年度账: a year's accounts and balances, summed in the database."""

    accounts: Mapping[str, Decimal]
    appropriated: Decimal
    committed: Decimal
    paid: Decimal
    returned: Decimal
    #: What the entries say is what the balances say, and debits equal credits.
    balanced: bool

    @property
    def available(self) -> Decimal:
        return self.appropriated - self.committed

    @property
    def unpaid(self) -> Decimal:
        """What signed plans give and is not paid yet."""
        return self.committed - self.paid


async def book_of(pool: Pool, scheme: str, year: int) -> Book:
    """Return a year's accounts and balances, and whether they agree; of a year without a ledger, nothing."""
    accounts = dict.fromkeys(("treasury", "available", "committed", "paid", "returned"), Decimal("0.00"))
    accounts |= {row["account"]: row["amount"] for row in await pool.fetch(LEDGER.totals, scheme, year)}
    row = await pool.fetchrow(LEDGER.balances, scheme, year)
    returned = await pool.fetchval(RECOVERY.returned, scheme, year) or Decimal(0)
    said = dict(row) if row else dict.fromkeys(("appropriated", "committed", "paid"), Decimal(0))
    balanced = (
        sum(accounts.values()) == 0
        and -accounts["treasury"] == said["appropriated"]
        and accounts["committed"] == said["committed"] - said["paid"]
        # What came back frees neither budget nor cap: it stands apart (docs/decisions/0012).
        and accounts["paid"] == said["paid"] - returned
        and accounts["returned"] == returned
        and accounts["available"] == said["appropriated"] - said["committed"]
        and await pool.fetchval(LEDGER.caps_total, scheme, year) == said["committed"]
    )
    return Book(accounts, said["appropriated"], said["committed"], said["paid"], returned, balanced)


async def entries_of(
    pool: Pool, scheme: str, year: int, kind: str | None, before: int | None, most: int
) -> list[dict[str, Any]]:
    """Some of a year's entries, the newest first."""
    return [dict(row) for row in await pool.fetch(LEDGER.page, scheme, year, before, kind, most)]


async def caps_used(pool: Pool, scheme: str, year: int, most: int = 12) -> list[dict[str, Any]]:
    """The enterprises nearest to their cap (article 7)."""
    return [dict(row) for row in await pool.fetch(LEDGER.caps_used, scheme, year, most)]


async def years_of(pool: Pool, scheme: str) -> list[dict[str, Any]]:
    """The years that have a ledger, the newest first."""
    return [dict(row) for row in await pool.fetch(LEDGER.years, scheme)]
