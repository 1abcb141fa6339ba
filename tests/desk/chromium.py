"""A real Chromium for tests and screenshots: the system's, or Debian's where we are root; else one clear line."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import noto_cjk_sans_otc

NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoChromium(RuntimeError):
    """There is no Chromium, and none can be had."""


@cache
def chromium() -> str:
    """Return where Chromium is, bringing it first where that needs no more than being root."""
    if found := _found():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], check=False, **quiet)
    if found := _found():
        return found
    raise NoChromium("firstcover: the browser tests need Chromium; install it, as root: apt install chromium")


def _found() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@cache
def with_chinese_font() -> dict[str, str]:
    """An environment in which Chromium finds the Chinese font that the program's documents are set in."""
    font = Path(noto_cjk_sans_otc.__file__).parent
    config = Path.home() / ".cache" / "firstcover-fonts.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{font}</dir></fontconfig>',
        encoding="utf-8",
    )
    return {**os.environ, "FONTCONFIG_FILE": str(config)}
