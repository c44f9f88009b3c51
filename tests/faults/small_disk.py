"""Runs `addenda …` on an instance whose disk is small: a file system in memory that no other process sees.

    python -m tests.faults.small_disk 32m serve --port 0

The folder of the instance must be there. Whoever wants to look at it goes through `/proc/PID/root`.
"""

from __future__ import annotations

import os
import sys

MOUNT = 'mount -t tmpfs -o "size=$1,mode=0700" none "$ADDENDA_INSTANCE" && shift && exec "$@"'


def main() -> None:
    """Become the command, in namespaces of its own."""
    size, *words = sys.argv[1:]
    command = [sys.executable, "-m", "cli", *words]
    os.execvp("unshare", ["unshare", "-rm", "sh", "-ec", MOUNT, "sh", size, *command])  # noqa: S606 - that is its duty


if __name__ == "__main__":
    main()
