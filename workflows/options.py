"""How long to try what, and how often."""

from datetime import timedelta

from temporalio.common import RetryPolicy

#: Beside its workflow an act is tried once; an act of the clock then for as long as the database is away, and not so
#: seldom that officers, who wait behind it, are turned away long after the database is back.
ONCE = RetryPolicy(maximum_attempts=1)
FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20))
ONE_TRY = timedelta(seconds=10)
#: An act that weighs a whole round: longer than the record's own patience with it.
ONE_LONG_TRY = timedelta(seconds=70)
