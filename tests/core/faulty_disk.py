"""Disks that fail on purpose, over real files. They know no store."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

from core.disk import Disk

_CALLS = frozenset(
    ("create", "open", "lock", "await_lock", "write", "truncate", "fsync", "link", "rename", "unlink", "close")
)


class FaultyDisk(Disk):
    """A disk that fails with `code` at the k-th call after `arm(k)`; it tells what was called, and whether it struck."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.left = -1
        self.struck: str | None = None
        self.calls: list[tuple[str, object]] = []

    def arm(self, k: int) -> None:
        self.left = k
        self.calls.clear()

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self._counted(name, found) if name in _CALLS else found

    def _counted(self, name: str, call: Callable[..., object]) -> Callable[..., object]:
        def counted(*given: object, **named: object) -> object:
            self.calls.append((name, given[0]))
            self.left -= 1
            if self.left == 0:
                self._strike(name, call, *given)
            return call(*given, **named)

        return counted

    def _strike(self, name: str, call: Callable[..., object], *given: object) -> None:
        self.struck = name
        if name == "close":
            call(*given)  # a close that fails has closed all the same
        raise OSError(self.code, os.strerror(self.code))


class LinklessDisk(Disk):
    """A file system without hard links."""

    def link(self, name: str, folder: int, new: str, new_folder: int) -> None:
        raise OSError(errno.EPERM, "no hard links here", f"{folder}:{name}", None, f"{new_folder}:{new}")


class LateLinklessDisk(LinklessDisk):
    """One whose lack of hard links shows only at the second try."""

    def __init__(self) -> None:
        self.tries = 0

    def link(self, name: str, folder: int, new: str, new_folder: int) -> None:
        self.tries += 1
        links = Disk.link if self.tries == 1 else LinklessDisk.link
        links(self, name, folder, new, new_folder)


class FaultyLinklessDisk(FaultyDisk, LinklessDisk):
    """Both at once."""
