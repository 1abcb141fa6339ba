"""How long to try what, and how often."""

from datetime import timedelta

from temporalio.common import RetryPolicy

#: An officer waits: his act is tried for so long in all, and then he is told to try again.
OFFICER_PATIENCE = timedelta(seconds=5)
QUICKLY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1))
#: An act of the system is tried once beside the workflow, and then for as long as the database is away.
ONCE = RetryPolicy(maximum_attempts=1)
FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
ONE_TRY = timedelta(seconds=10)
