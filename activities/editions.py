"""版本: the editions of a scheme, declared or signed by its owners since (articles 15(4), 15(5))."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from activities.done import Done
from db.pool import Connection, Pool
from db.sql import queries
from rules.edition import Edition, editions_of
from rules.faults import Unfit
from rules.schemes.dalian_editions import drafted

EDITION = queries("edition")


async def known(connection: Connection | Pool, scheme: str) -> tuple[Edition, ...]:
    """Return a scheme's editions, each as far as it is in force; a signed one is built on those signed before it."""
    found = {edition.name: edition for edition in editions_of(scheme)}
    for row in await connection.fetch(EDITION.signed, scheme):
        found[row["name"]] = drafted(row["said"], found)
    for row in await connection.fetch(EDITION.ends, scheme):
        found[row["name"]] = found[row["name"]].model_copy(update={"ended_on": row["last_day"]})
    return tuple(found.values())


async def put_in_force(done: Done) -> None:
    """Put in force, or end, what the third owner has just signed."""
    said = done.effect.carries
    if said is None:
        return
    place = (done.stream.scheme, said["name"])
    if "last_day" in said:
        await done.connection.execute(EDITION.end, *place, date.fromisoformat(said["last_day"]), done.event.seq)
        return
    await done.connection.execute(EDITION.put_in_force, *place, said, done.event.seq)
    edition = drafted(said, {one.name: one for one in done.situation.editions})
    await _follow_cap(done, edition)


async def _follow_cap(done: Done, edition: Edition) -> None:
    """Give the cap of the fiscal years that begin under the edition: a year's cap is not changed while it runs."""
    year = _first_year(edition)
    given = await done.connection.fetchval(EDITION.cap, done.stream.scheme, year)
    if given is None:
        await done.connection.execute(EDITION.set_cap, done.stream.scheme, year, edition.annual_cap.value)
    elif given != edition.annual_cap.value:
        raise Unfit(("name", f"must leave the cap of {year} at {given}: another edition of that year has given it"))


def _first_year(edition: Edition) -> int:
    assert edition.issued_on is not None
    return edition.issued_on.year + ((edition.issued_on.month, edition.issued_on.day) > (1, 1))


async def unfounded_caps(connection: Connection) -> list[str]:
    """年度额度: where a cap parts from what the editions give, those that were signed and those that were declared."""
    kept: dict[str, dict[int, Decimal]] = {}
    for row in await connection.fetch(EDITION.caps):
        kept.setdefault(row["scheme"], {})[row["from_year"]] = row["amount"]
    found = []
    for scheme, caps in kept.items():
        declared = {edition.name: edition.annual_cap.value for edition in editions_of(scheme)}
        signed = {
            _first_year(edition): edition.annual_cap.value
            for edition in await known(connection, scheme)
            if edition.name not in declared
        }
        for year in sorted(caps | signed):
            given = {signed[year]} if year in signed else set(declared.values())
            if caps.get(year) not in given:
                found.append(f"the cap of {scheme} from {year} is {caps.get(year)}; its editions give {sorted(given)}")
    return found
