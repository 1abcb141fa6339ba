"""An act that has just been recorded, and what may be ordered and entered with it in the same transaction.

Other proceedings are told through the outbox: their commands are written here and offered by the relay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from activities.contracts import Command, Event
from db.pool import Connection
from db.sql import queries
from rules.procedure import Effect, File, Situation
from rules.procedures import Stream

OUTBOX, SUBSIDY = queries("outbox"), queries("subsidy")

#: 借, 贷: the accounts each kind of entry debits and credits.
ACCOUNTS = {
    "appropriation": ("available", "treasury"),
    "adjustment": ("treasury", "available"),
    "carry_over": ("available", "treasury"),
    "closing": ("treasury", "available"),
    "commitment": ("committed", "available"),
    "cancellation": ("available", "committed"),
    "payment": ("paid", "committed"),
    "recovery": ("returned", "paid"),
    "refund": ("returned", "paid"),
}


@dataclass(frozen=True)
class Done:
    """An act that has just been recorded, and the transaction it was recorded in."""

    connection: Connection
    stream: Stream
    situation: Situation
    effect: Effect
    event: Event
    after: File

    async def give_back(self, kind: str, reference: str, entries: list[dict[str, Any]]) -> None:
        """Add what comes back to the ledger of the year that paid it, application by application."""
        for entry in entries:
            debit, credit = ACCOUNTS[kind]
            whom = (entry["enterprise"], entry["application"], None, reference)
            place = (self.stream.scheme, entry["fiscal_year"], kind, debit, credit, Decimal(entry["amount"]))
            await self.connection.execute(SUBSIDY.post, *place, *whom, str(self.stream), self.event.seq)

    async def tell(self, case: str, act: str, data: dict[str, Any]) -> None:
        """Order an act of the system in another proceeding; its id is made from what causes it."""
        await self.tell_all(act, [(case, data)])

    async def tell_all(self, act: str, cases: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Order an act in many proceedings at once: an order each, in one statement.

        An order that opens a proceeding without a number yet is named by what that is about.
        """
        told = [(case, json.dumps(data, ensure_ascii=False)) for case, data in cases]
        named = f"{self.stream}/{self.event.seq}/{act}/"
        order = Command(
            id=named, stream="", act=act, officer=str(self.stream), received_at=self.situation.received_at
        ).model_dump_json(include={"act", "officer", "received_at"})
        to = [case for case, _ in told]
        await self.connection.execute(
            OUTBOX.send_all, named, order.removesuffix("}"), self.situation.received_at, to, [data for _, data in told]
        )

    async def post(self, kind: str, amount: Decimal, reference: str, year: int | None = None, **about: str) -> None:
        """Add an entry to the fiscal year's ledger; to another year's, where one is given."""
        debit, credit = ACCOUNTS[kind]
        if year is None:
            in_round = self.stream.kind == "round"
            year = int(self.after.facts["round"]["fiscal_year"] if in_round else self.stream.number)
        whom = (about.get("enterprise"), about.get("application"), about.get("plan"))
        where = (str(self.stream), self.event.seq)
        await self.connection.execute(
            SUBSIDY.post, self.stream.scheme, year, kind, debit, credit, amount, *whom, reference, *where
        )
