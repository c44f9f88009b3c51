"""Ties the life of a child process to its parent's. It knows no server and no queue."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int) -> None:
    """Let the kernel kill this process when the process `parent` dies; exit at once when it is dead already.

    Linux only; elsewhere an orphan ends when its work does. Signals that the parent had blocked are taken again.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent of this process is gone")
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
