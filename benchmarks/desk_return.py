"""How long a return of 10,000 rows takes through a running desk: template, upload and check, the report, the filing.

`make bench`. The claim: 10,000 rows in under thirty seconds (article 13), as an insurer's browser sends them. The desk,
a worker, Temporal and PostgreSQL run as `firstcover up` runs them; the cases are copies of one that was played through
the record.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import urlsplit
from uuid import uuid4

import psutil

from benchmarks.returns import MANY, OFFICER, many_cases, one_case
from db.pool import open_pool
from runtime.logging import set_up_logging
from service.session import now, session
from starters.stack import EmbeddedStack
from starters.story import quarter_of


class Browser:
    """An insurer's browser, and what it waited for."""

    def __init__(self, stack: EmbeddedStack) -> None:
        self._place = urlsplit(stack.desk_url).netloc
        self._desk = psutil.Process(stack.info.processes["desk"].pid)
        self._headers = {"origin": f"http://{self._place}"}
        self.took: dict[str, float] = {}
        signed_in, _ = self.ask("sign in", "POST", f"/sign-in/{OFFICER}")
        self._headers["cookie"] = signed_in.headers["set-cookie"].partition(";")[0]

    def ask(self, called: str, method: str, path: str, file: bytes | None = None) -> tuple[HTTPResponse, bytes]:
        """Ask for a page, or send a file as a form does; note the seconds, and the processor's that the desk took."""
        connection, headers, body = HTTPConnection(self._place, timeout=120), dict(self._headers), None
        if file is not None:
            mark = uuid4().hex
            named = 'content-disposition: form-data; name="file"; filename="return.xlsx"'
            body = f"--{mark}\r\n{named}\r\n\r\n".encode() + file + f"\r\n--{mark}--\r\n".encode()
            headers["content-type"] = f"multipart/form-data; boundary={mark}"
        begun, before = perf_counter(), self._desk.cpu_times()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        spent = self._desk.cpu_times()
        self.took[f"{called}_s"] = round(perf_counter() - begun, 2)
        self.took[f"{called}_desk_cpu_s"] = round(spent.user + spent.system - before.user - before.system, 2)
        connection.close()
        assert answer.status in (200, 303), (called, answer.status, said[:300])
        return answer, said


def file_return(stack: EmbeddedStack, quarter: str) -> dict[str, float]:
    """Take the template, hand it in filled, look at what was checked, and file it."""
    browser = Browser(stack)
    _, template = browser.ask("template", "GET", f"/returns/{quarter}/template.xlsx")
    browser.ask("upload", "POST", f"/returns/{quarter}/check", template)
    browser.ask("checked", "GET", f"/returns/{quarter}/checked")
    begun = perf_counter()
    filed, _ = browser.ask("file", "POST", f"/returns/{quarter}/file", b"")
    while "filed=" not in filed.headers.get("location", ""):
        sleep(0.2)
        filed, _ = browser.ask("look", "GET", f"/returns/{quarter}/filing")
    assert f"filed={MANY}&" in filed.headers["location"], filed.headers["location"]
    return browser.took | {"filed_s": round(perf_counter() - begun, 2)}


async def opened(stack: EmbeddedStack, quarter: str) -> None:
    """Copy the cases and open the round."""
    os.environ.update(stack.environment)
    async with await open_pool(stack.database_url) as pool:
        await many_cases(stack.owner_database_url, await one_case(pool))
    async with session() as servers:
        await servers.open(f"round:dalian:{quarter}", "open", "regulator-1", {"quarter": quarter}, None)


def main() -> None:
    """Start everything on a folder of its own, file, and print one line of JSON."""
    set_up_logging("json", logging.WARNING)
    quarter = quarter_of(now())
    with TemporaryDirectory() as folder, EmbeddedStack(Path(folder), headless=True, one_click=True) as stack:
        asyncio.run(opened(stack, quarter))
        took = file_return(stack, quarter)
        sys.stdout.write(json.dumps({"rows": MANY, **took, "load": os.getloadavg()}) + "\n")


if __name__ == "__main__":
    main()
