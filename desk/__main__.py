"""`python -m desk`: serve the desk until told to end."""

from __future__ import annotations

import sys

import uvicorn

from desk.app import build
from desk.settings import DeskSettings
from runtime.errors import FirstcoverError
from runtime.logging import set_up_logging
from runtime.settings import Settings


def main() -> None:
    """Serve until SIGTERM; what is being answered is answered first."""
    settings = DeskSettings()
    set_up_logging(Settings().log_format)
    try:
        uvicorn.run(
            build(settings),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    except FirstcoverError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
