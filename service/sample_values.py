"""What sample forms are made of: an enterprise's code, and a delivery whose last day to insure is rolled."""

from __future__ import annotations

from datetime import date, timedelta

from rules.calendar import CHINA
from rules.deadlines import insure_by
from rules.edition import Edition
from rules.identifiers import check_digit


def uscc(serial: int) -> str:
    """Make an enterprise's code whose check digit is right."""
    body = f"91210211MA{serial % 10_000_000:07}"
    return body + check_digit(body)


def rolled_delivery(today: date, edition: Edition) -> date:
    """Find a delivery some weeks ago whose thirtieth day is a day off, and whose last day to insure is not past."""
    for ago in range(30, 0, -1):
        delivered = today - timedelta(days=ago)
        due = insure_by(delivered, delivered, edition, CHINA)
        if due.rolled and due.due_on >= today:
            return delivered
    raise LookupError(f"no delivery before {today} ends on a day off")


def late_delivery(today: date, edition: Edition) -> date:
    """Find the latest delivery whose last day to insure is just past: yesterday, or the working day before it."""
    for ago in range(30, 60):
        delivered = today - timedelta(days=ago)
        if insure_by(delivered, delivered, edition, CHINA).due_on < today:
            return delivered
    raise LookupError(f"no delivery before {today} is late")
