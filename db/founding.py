"""设立: entering what a city's own record begins with, and telling such a record from the demonstration's."""

from __future__ import annotations

from datetime import date

from db.pool import Connection
from rules.edition import Edition
from rules.founding import Founding

#: The measures' own year: no fiscal year before it has a cap (article 7).
FIRST_YEAR = 2016


async def is_founded(connection: Connection) -> bool:
    """Whether the record was founded, and is no demonstration."""
    return bool(await connection.fetchval("select exists (select from founding)"))


async def found(connection: Connection, founding: Founding, today: date, edition: Edition) -> None:
    """Enter the owners into an empty record, as its owner.

    Raises `Unfit` for a record that has offices.
    """
    async with connection.transaction():
        founding.expect_first(offices=await connection.fetchval("select exists (select from office)"))
        for kind, owner in founding.owners:
            named = (owner.code, kind, owner.name_zh, owner.name_en)
            await connection.execute(
                "insert into office (code, kind, name_zh, name_en) values ($1, $2, $3, $4)", *named
            )
            await connection.execute(
                "insert into letterhead (office, since, title, word, review_authority) values ($1, $2, $3, $4, $5)",
                *(owner.code, founding.since, owner.title, owner.word, owner.review_authority),
            )
            await connection.executemany(
                "insert into officer (code, name, office, since) values ($1, $2, $3, $4)",
                [(person.code, person.name, owner.code, founding.since) for person in owner.officers],
            )
        cap = (edition.scheme, FIRST_YEAR, edition.annual_cap.value)
        await connection.execute("insert into annual_cap (scheme, from_year, amount) values ($1, $2, $3)", *cap)
        await connection.execute("insert into founding (founded_on) values ($1)", today)
