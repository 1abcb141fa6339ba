"""The pages that are looked at: a module for each place, with its `SHOTS`."""

from __future__ import annotations

from typing import NamedTuple


class Shot(NamedTuple):
    """A page: its name, who looks (nobody where None), and its address, with `{paid}` and the like to fill in."""

    name: str
    officer: str | None
    path: str
    #: A button to press there before it is looked at.
    press: str | None = None
