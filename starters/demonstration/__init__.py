"""What the demonstration finds when it begins: sixty cases over all stages, districts and insurers, and their money.

All moments are counted back from the day it is first played on, so that something is due today whatever day that is.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from db.pool import Pool
from starters.demonstration import beside, money, offices, recognition
from starters.demonstration.past import Past
from starters.demonstration.script import Script


async def play_past(pool: Pool, today: date, documents: Path) -> Script:
    """Write the demonstration's past as of a day, or what is missing of it; documents lie in a folder.

    Nobody else may write to the record meanwhile. Its registers were filled `LISTED_BEFORE` days before that day.
    """
    past = Past(pool, today)
    script = Script(past)
    offices.insurers(script)
    recognition.recognition(script)
    recognition.recognised(script)
    money.rounds(script)
    beside.batches(script)
    beside.losses(script)
    beside.complaints(script)
    beside.work(script)
    beside.documents(script, documents)
    await past.happen()
    return script
