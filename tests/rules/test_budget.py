"""The year's budget given out in order of insurance time (articles 7, 13; I-9 to I-12)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from time import process_time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.budget import Application, Placed, Plan, allocate, explain
from rules.edition import Cited, edition_of

DALIAN = edition_of("dalian")
CAP = DALIAN.annual_cap.value
RETURNED = datetime(2026, 7, 8, 10)  # noqa: DTZ001 (local time, by design)


def application(
    number: str, enterprise: str, concluded: str, asked: int | str, returned: datetime = RETURNED
) -> Application:
    return Application(number, enterprise, datetime.fromisoformat(f"2026-{concluded}"), returned, Decimal(asked))


def plan(budget: int | str, *applications: Application, **committed: int) -> Plan:
    given_before = {enterprise: Decimal(amount) for enterprise, amount in committed.items()}
    return allocate(2026, Decimal(budget), given_before, applications, DALIAN)


def told(found: Plan) -> list[tuple[str, int, int, int]]:
    return [(line.number, int(line.cut_by_cap), int(line.approved), int(line.waitlisted)) for line in found.lines]


def test_what_exceeds_the_enterprises_cap_is_cut() -> None:
    """Worked example 10 (article 7)."""
    found = plan(
        10_000_000, application("1", "E", "02-01T10:00", 300_000), application("2", "E", "03-01T10:00", 250_000)
    )
    assert told(found) == [("1", 0, 300_000, 0), ("2", 50_000, 200_000, 0)]


def test_the_marginal_application_is_funded_in_part_and_the_rest_waits() -> None:
    """Worked example 11 (article 13, I-11)."""
    found = plan(
        500_000,
        application("A", "EA", "04-02T10:00", 200_000),
        application("B", "EB", "03-15T10:00", 250_000),
        application("C", "EC", "05-01T10:00", 200_000),
    )
    assert told(found) == [("B", 0, 250_000, 0), ("A", 0, 200_000, 0), ("C", 0, 50_000, 150_000)]
    assert ([line.rank for line in found.lines], found.left, found.ties) == ([1, 2, 3], 0, [])


def test_an_earlier_insurance_filed_late_heads_the_next_queue() -> None:
    """Worked example 12: the plan already committed is not reopened; its money is only counted against the cap."""
    found = plan(
        1_000_000,
        application("in time", "E", "04-02T10:00", 100_000),
        application("late", "E", "02-10T10:00", 450_000),
        E=400_000,
    )
    assert told(found) == [("late", 350_000, 100_000, 0), ("in time", 100_000, 0, 0)]


def test_nobody_is_skipped_ahead_of() -> None:
    found = plan(
        100,
        application("1", "A", "02-01T10:00", 101),
        application("2", "B", "02-02T10:00", 1),
        application("3", "C", "02-03T10:00", 5),
    )
    assert told(found) == [("1", 0, 100, 1), ("2", 0, 0, 1), ("3", 0, 0, 5)]


def test_rank_is_by_insurance_time_then_the_returns_receipt_then_number() -> None:
    later = RETURNED + timedelta(minutes=1)
    found = plan(
        10_000,
        application("d", "D", "02-01T10:01", 1),
        application("b", "B", "02-01T10:00", 1),
        application("c", "C", "02-01T10:00", 1, later),
        application("a2", "A", "02-01T10:00", 1),
        application("a10", "A", "02-01T10:00", 1),
    )
    assert [line.number for line in found.lines] == ["a10", "a2", "b", "c", "d"]


def test_a_cap_exceeded_before_leaves_nothing_and_takes_nothing() -> None:
    assert told(plan(1_000, application("1", "E", "02-01T10:00", 10), E=600_000)) == [("1", 10, 0, 0)]


def test_only_approved_amounts_use_up_the_cap() -> None:
    """The budget fails the first; the second is cut by the cap as if the first's rest had not been asked."""
    found = plan(100_000, application("1", "E", "02-01T10:00", 400_000), application("2", "E", "02-02T10:00", 450_000))
    assert told(found) == [("1", 0, 100_000, 300_000), ("2", 50_000, 0, 400_000)]


def test_the_fen_are_kept() -> None:
    found = plan("100.05", application("1", "A", "02-01T10:00", "33.34"), application("2", "B", "02-02T10:00", "66.72"))
    assert [(str(line.approved), str(line.waitlisted)) for line in found.lines] == [
        ("33.34", "0.00"),
        ("66.71", "0.01"),
    ]


@pytest.mark.parametrize(
    ("budget", "ties"),
    [(0, []), (1, [["1", "2"]]), (199, [["1", "2"]]), (200, []), (201, [])],
)
def test_a_tie_is_told_only_where_it_decides_money(budget: int, ties: list[list[str]]) -> None:
    """I-12: the budget before the group is above zero and below what the group could be given."""
    found = plan(budget, application("2", "B", "02-01T10:00", 100), application("1", "A", "02-01T10:00", 100))
    assert found.ties == ties


def test_an_application_the_cap_cuts_to_nothing_ties_with_nobody() -> None:
    found = plan(50, application("1", "A", "02-01T10:00", 100), application("2", "B", "02-01T10:00", 100), A=500_000)
    assert found.ties == []
    assert told(found) == [("1", 100, 0, 0), ("2", 0, 50, 50)]


def test_the_sum_of_a_tie_is_of_what_the_cap_leaves() -> None:
    two = [application("1", "A", "02-01T10:00", 400_000), application("2", "A", "02-01T10:00", 400_000)]
    assert plan(500_000, *two).ties == []
    assert plan(499_999, *two).ties == [["1", "2"]]


def test_several_ties_are_told_in_rank_order() -> None:
    first = [application(n, n, "02-01T10:00", 10) for n in "ab"]
    second = [application(n, n, "02-01T10:01", 10) for n in "cd"]
    assert plan(25, *second, *first).ties == [["c", "d"]]
    assert plan(15, *second, *first).ties == [["a", "b"]]


def test_a_plan_of_nobody_leaves_the_budget() -> None:
    assert plan(500) == Plan(2026, [], Decimal(500), [])


# --- properties -----------------------------------------------------------------------------------------------------

yuan = st.decimals("0.01", 400_000, places=2)
minutes = st.integers(0, 4).map(lambda n: datetime(2026, 2, 1, 10, n))  # noqa: DTZ001 (local time, by design)
queues = st.lists(st.tuples(st.sampled_from("ABC"), minutes, minutes, yuan), max_size=12).map(
    lambda rows: [Application(f"{n:02d}", *row) for n, row in enumerate(rows)]
)
budgets = st.decimals(0, 2_000_000, places=2)
commitments = st.dictionaries(st.sampled_from("ABCD"), st.decimals(0, 600_000, places=2))


def naive(budget: Decimal, committed: dict[str, Decimal], queue: list[Application]) -> list[tuple[object, ...]]:
    """A second reading of `interfaces.md`, one sentence after the other, in fen."""
    given_now: Counter[str] = Counter()
    left, lines = round(budget * 100), []
    for one in sorted(queue, key=lambda a: (a.concluded_at, a.return_received_at, a.number)):
        asked = round(one.asked * 100)
        cap_left = max(0, round(CAP * 100) - round(committed.get(one.enterprise, 0) * 100) - given_now[one.enterprise])
        cut = max(0, asked - cap_left)
        approved = min(asked - cut, left)
        given_now[one.enterprise] += approved
        left -= approved
        lines.append((one.number, asked, cut, approved, asked - cut - approved))
    return lines


def naive_ties(found: Plan, queue: list[Application], budget: Decimal) -> list[list[str]]:
    concluded = {one.number: one.concluded_at for one in queue}
    ties = []
    for at in sorted(set(concluded.values())):
        group = [line for line in found.lines if concluded[line.number] == at and line.asked > line.cut_by_cap]
        before = budget - sum(line.approved for line in found.lines if concluded[line.number] < at)
        if len(group) >= 2 and 0 < before < sum(line.asked - line.cut_by_cap for line in group):
            ties.append([line.number for line in group])
    return ties


@given(budgets, commitments, queues)
def test_allocation_equals_a_naive_second_implementation(
    budget: Decimal, committed: dict[str, Decimal], queue: list[Application]
) -> None:
    found = allocate(2026, budget, committed, queue, DALIAN)
    fen = [(line.number, *(int(amount * 100) for amount in line[3:])) for line in found.lines]
    assert fen == naive(budget, committed, queue)
    assert found.ties == naive_ties(found, queue, budget)


@given(budgets, commitments, queues)
def test_nothing_exceeds_cap_or_budget_and_every_line_adds_up(
    budget: Decimal, committed: dict[str, Decimal], queue: list[Application]
) -> None:
    found = allocate(2026, budget, committed, queue, DALIAN)
    assert sum(line.approved for line in found.lines) + found.left == budget
    assert found.left >= 0
    given_now: Counter[str] = Counter()
    for line in found.lines:
        assert line.cut_by_cap + line.approved + line.waitlisted == line.asked
        assert min(line.cut_by_cap, line.approved, line.waitlisted) >= 0
        given_now[line.enterprise] += line.approved  # type: ignore[assignment]
    assert all(amount <= max(CAP - committed.get(name, 0), 0) for name, amount in given_now.items())


@given(budgets, commitments, queues)
def test_nobody_waits_while_someone_behind_is_paid(
    budget: Decimal, committed: dict[str, Decimal], queue: list[Application]
) -> None:
    lines = allocate(2026, budget, committed, queue, DALIAN).lines
    assert [line.rank for line in lines] == list(range(1, len(queue) + 1))
    first_waiting = next((line.rank for line in lines if line.waitlisted), len(lines))
    assert all(not line.approved for line in lines[first_waiting:])


@given(budgets, commitments, queues, st.data())
def test_cutting_a_plan_in_two_changes_nothing(
    budget: Decimal, committed: dict[str, Decimal], queue: list[Application], data: st.DataObject
) -> None:
    """What is left and what was approved carry all that a second plan needs."""
    whole = allocate(2026, budget, committed, queue, DALIAN)
    cut = data.draw(st.integers(0, len(queue)))
    heads = {line.number for line in whole.lines[:cut]}
    first = allocate(2026, budget, committed, [one for one in queue if one.number in heads], DALIAN)
    carried = Counter(committed)
    for line in first.lines:
        carried[line.enterprise] += line.approved  # type: ignore[assignment]
    second = allocate(2026, first.left, carried, [one for one in queue if one.number not in heads], DALIAN)  # type: ignore[arg-type]
    assert [line._replace(rank=0) for line in first.lines + second.lines] == [
        line._replace(rank=0) for line in whole.lines
    ]
    assert second.left == whole.left


@given(budgets, commitments, queues, st.randoms())
def test_the_order_of_filing_does_not_matter(
    budget: Decimal,
    committed: dict[str, Decimal],
    queue: list[Application],
    random: Random,
) -> None:
    shuffled = random.sample(queue, len(queue))
    assert allocate(2026, budget, committed, shuffled, DALIAN) == allocate(2026, budget, committed, queue, DALIAN)


def test_a_plan_of_100_000_applications_takes_less_than_two_seconds() -> None:
    start = datetime(2026, 1, 1)  # noqa: DTZ001 (local time, by design)
    queue = [
        Application(
            f"{n:06d}", f"E{n % 20_000}", start + timedelta(minutes=n * 7919 % 120_000), RETURNED, Decimal("99999.99")
        )
        for n in range(100_000)
    ]
    begun = process_time()
    found = allocate(2026, Decimal(5_000_000_000), {}, queue, DALIAN)
    assert process_time() - begun < 2
    assert len(found.lines) == 100_000


# --- ties the offices settled ---------------------------------------------------------------------------------------


def settled(budget: Decimal, committed: dict[str, Decimal], queue: list[Application], order: list[str]) -> Plan:
    return allocate(2026, budget, committed, queue, DALIAN, order)


@st.composite
def tied_plans(draw: st.DrawFn) -> tuple[Decimal, dict[str, Decimal], list[Application], Plan, list[str]]:
    """A plan whose budget runs out between applications of one time, and an order of them."""
    budget, committed, queue = draw(budgets), draw(commitments), draw(queues)
    found = allocate(2026, budget, committed, queue, DALIAN)
    assume(found.ties)
    return budget, committed, queue, found, draw(st.permutations(found.tie))


@given(budgets, commitments, queues)
def test_a_plan_has_at_most_one_tie(budget: Decimal, committed: dict[str, Decimal], queue: list[Application]) -> None:
    assert len(allocate(2026, budget, committed, queue, DALIAN).ties) <= 1


@given(tied_plans())
def test_a_settled_order_is_the_order_of_the_tied_and_moves_nobody_of_another_time(
    given: tuple[Decimal, dict[str, Decimal], list[Application], Plan, list[str]],
) -> None:
    budget, committed, queue, before, order = given
    found = settled(budget, committed, queue, order)
    assert (found.ties, found.settled) == ([order], True)
    ranked = [line.number for line in found.lines]
    assert [number for number in ranked if number in order] == order
    at = {one.number: one.concluded_at for one in queue}
    tied_at = at[order[0]]
    for was, now in zip(before.lines, found.lines, strict=True):
        if at[was.number] != tied_at:
            assert was._replace(cut_by_cap=Decimal(0), waitlisted=Decimal(0)) == now._replace(
                cut_by_cap=Decimal(0), waitlisted=Decimal(0)
            )
        assert at[was.number] == at[now.number]


@given(tied_plans())
def test_a_settled_order_spends_the_same_and_every_line_still_adds_up(
    given: tuple[Decimal, dict[str, Decimal], list[Application], Plan, list[str]],
) -> None:
    budget, committed, queue, before, order = given
    found = settled(budget, committed, queue, order)
    assert (found.left, sum(line.approved for line in found.lines)) == (before.left, budget - before.left)
    by_enterprise: Counter[str] = Counter()
    for line in found.lines:
        assert line.cut_by_cap + line.approved + line.waitlisted == line.asked
        assert min(line.cut_by_cap, line.approved, line.waitlisted) >= 0
        by_enterprise[line.enterprise] += line.approved  # type: ignore[assignment]
    assert all(amount <= max(CAP - committed.get(name, 0), 0) for name, amount in by_enterprise.items())
    first_waiting = next((line.rank for line in found.lines if line.waitlisted), len(found.lines))
    assert all(not line.approved for line in found.lines[first_waiting:])
    assert [line.rank for line in found.lines] == list(range(1, len(queue) + 1))


@given(tied_plans(), st.randoms())
def test_an_order_of_others_than_the_tied_settles_nothing(
    given: tuple[Decimal, dict[str, Decimal], list[Application], Plan, list[str]], random: Random
) -> None:
    budget, committed, queue, before, order = given
    for other in (order[1:], [*order, "another"], random.sample([one.number for one in queue], 1)):
        assert settled(budget, committed, queue, other) == before


@given(tied_plans())
def test_each_line_of_a_settled_tie_says_so_and_no_other_does(
    given: tuple[Decimal, dict[str, Decimal], list[Application], Plan, list[str]],
) -> None:
    budget, committed, queue, _, order = given
    found, of = settled(budget, committed, queue, order), {one.number: one for one in queue}
    placed = [Placed(line, of[line.number].concluded_at, of[line.number].return_received_at) for line in found.lines]
    for standing in explain(placed, budget, committed, DALIAN, order):
        rules = [rule for rule, _ in standing.reasons]
        assert ("ranked_by_settlement" in rules) == (standing.line.number in order)
        assert not {"tied", "moved"} & set(rules)


def test_a_settled_tie_is_ahead_of_who_gets_nothing_for_its_enterprises_cap() -> None:
    """Y is cut to nothing behind X; once Z goes before both, the budget ends before X's cap does."""
    queue = [
        application("X", "A", "02-01T10:00", 500_000),
        application("Y", "A", "02-01T10:00", 100_000),
        application("Z", "B", "02-01T10:00", 100_000),
    ]
    assert plan(550_000, *queue).ties == [["X", "Z"]]
    found = allocate(2026, Decimal(550_000), {}, queue, DALIAN, ["Z", "X"])
    assert told(found) == [("Z", 0, 100_000, 0), ("X", 0, 450_000, 50_000), ("Y", 50_000, 0, 50_000)]
    assert found.ties == [["Z", "X"]]


@pytest.mark.parametrize(
    ("basis", "ranked"),
    [
        (("return_received_at", "number"), ["b", "c", "a"]),
        (("number", "return_received_at"), ["a", "b", "c"]),
        (("number",), ["a", "b", "c"]),
        (("return_received_at",), ["b", "c", "a"]),
        ((), ["a", "b", "c"]),
    ],
    ids=str,
)
def test_equal_times_go_by_the_basis_of_the_edition(basis: tuple[str, ...], ranked: list[str]) -> None:
    edition = DALIAN.model_copy(update={"tie_basis": Cited(basis, "13", "a test")})
    later = RETURNED + timedelta(minutes=1)
    queue = [
        application("a", "A", "02-01T10:00", 1, later),
        application("c", "C", "02-01T10:00", 1),
        application("b", "B", "02-01T10:00", 1),
    ]
    found = allocate(2026, Decimal(10), {}, queue, edition)
    assert [line.number for line in found.lines] == ranked
    of = {one.number: one for one in queue}
    placed = [Placed(line, of[line.number].concluded_at, of[line.number].return_received_at) for line in found.lines]
    said = [standing.reasons[0][0] for standing in explain(placed, Decimal(10), {}, edition)]
    by_return = basis[:1] == ("return_received_at",)
    assert said == ["ranked_by_time", "ranked_by_number", "ranked_by_return" if by_return else "ranked_by_number"]
