"""Prepares a machine for the tests: a Chromium, and a word on where PostgreSQL comes from. It knows no test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests import postgres

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt-get update && apt-get install -y --no-install-recommends chromium"


def main() -> int:
    """Find or install Chromium, say where it and PostgreSQL are; return 1 and the line that installs it."""
    browser = find_browser() or install_browser()
    if browser is None:
        print(f"The browser tests need Chromium. As root, run:  {INSTALL}", file=sys.stderr)
        return 1
    print(f"Browser for the tests: {browser}")
    print(f"PostgreSQL for the tests: {postgres.source()}")
    return 0


def find_browser() -> str | None:
    """Return the path of the machine's Chromium, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def install_browser() -> str | None:
    """Install Chromium where we are root and have apt-get; return its path, or None where that is not so."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["sh", "-c", INSTALL], env=environment, stdin=subprocess.DEVNULL, check=False)
    return find_browser()


if __name__ == "__main__":
    sys.exit(main())
