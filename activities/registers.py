"""名册: what the acts of insurers' and offices' files change in the registers (articles 3, 12, 15(2), 15(3))."""

from __future__ import annotations

from datetime import date

from activities import payments, recoveries
from activities.done import Done
from db.sql import queries
from rules.faults import Unfit

INSURER, OFFICE, WORK = queries("insurer"), queries("office"), queries("work")


async def appoint(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.appoint, form.code, form.name, form.office, form.since)


async def end_officer(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.end, form.code, form.last_day)


async def appoint_supervisor(done: Done) -> None:
    form = done.effect.carries
    if not await done.connection.fetchval(WORK.supervise, form.code, form.since, form.until):
        raise Unfit(("code", f"must not supervise then already (not {form.code!r})"))


async def relieve_supervisor(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(WORK.relieve, form.code, form.last_day)


async def absorb_district(done: Done) -> None:
    form = done.effect.carries
    await done.connection.execute(OFFICE.absorb, form.district, form.into, form.last_day)


async def establish(done: Done) -> None:
    form = done.effect.carries
    named = (form.office_code, form.office_kind, form.name_zh, form.name_en)
    await done.connection.execute(OFFICE.establish, done.after.sequence, *named, done.situation.today)


async def enter_letterhead(done: Done) -> None:
    form = done.effect.carries
    signs = (form.title, form.word, form.review_authority)
    await done.connection.execute(OFFICE.sign_as, done.after.sequence, form.office, form.since, *signs)


async def enter_account(done: Done) -> None:
    form = done.effect.carries
    paid_at = (form.payee, form.bank_name, form.bank_code, form.account)
    await done.connection.execute(OFFICE.pay_to, done.after.sequence, form.office, form.since, *paid_at)


async def enter_listing(done: Done) -> None:
    listing = done.after.facts["listing"]
    since, until = date.fromisoformat(listing["listed_from"]), date.fromisoformat(listing["listed_until"])
    pages = (listing["industry_bureau_page"]["page"], listing["regulator_page"]["page"])
    await done.connection.execute(INSURER.list, done.stream.number, since, until, listing["notice"], *pages)


async def suspend_listing(done: Done) -> None:
    await done.connection.execute(INSURER.suspend, done.stream.number, done.situation.today)


async def end_suspension(done: Done) -> None:
    await done.connection.execute(INSURER.end_suspension, done.stream.number, done.situation.today)


async def end_listing(done: Done) -> None:
    await done.connection.execute(INSURER.end_listings, done.stream.number, done.situation.today)
    await end_suspension(done)


async def bar_insurer(done: Done) -> None:
    reason = done.after.facts["bar"]["reason"]
    await done.connection.execute(INSURER.bar, done.stream.number, done.situation.today, reason)
    await end_listing(done)
    await payments.cancel(done)
    await recoveries.order_recovery(done, reason)


async def enter_clause(done: Done) -> None:
    clause = done.effect.carries
    named = (done.stream.number, clause.clause_number)
    if done.situation.register.clause:
        await done.connection.execute(INSURER.prolong_clause, *named, clause.valid_until)
        return
    term = (done.situation.today, clause.valid_until)
    filed = (clause.text_sha256, clause.head_office_filing_number)
    await done.connection.execute(INSURER.file_clause, *named, *term, *filed)


async def withdraw_clause(done: Done) -> None:
    named = (done.stream.number, done.effect.carries.clause_number)
    await done.connection.execute(INSURER.withdraw_clause, *named, done.situation.today)
