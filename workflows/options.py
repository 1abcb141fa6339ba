"""How long to try what, and how often."""

from datetime import timedelta

from temporalio.common import RetryPolicy

#: Beside its workflow an act is tried once; an act of the clock then for as long as the database is away.
ONCE = RetryPolicy(maximum_attempts=1)
FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
ONE_TRY = timedelta(seconds=10)
