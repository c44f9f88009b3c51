"""The reserve: blocks claimed beforehand, given back so that deleting works on a full disk. It knows nothing of blobs."""

from __future__ import annotations

import os
import stat
from typing import Final

from core.disk import Disk

NAME: Final = "reserve"
_BLOCK: Final = 512  # bytes in a unit of st_blocks, whatever the file system uses


class Reserve:
    """A file of `size` bytes in `folder` that holds nothing but its blocks."""

    def __init__(self, disk: Disk, folder: int, size: int) -> None:
        self._disk = disk
        self._folder = folder
        self.size: Final = size

    def missing(self) -> int:
        """Return how many bytes of the reserve are not claimed now."""
        try:
            status = self._disk.status(NAME, self._folder)
        except FileNotFoundError:
            return self.size
        claimed = status.st_blocks * _BLOCK if stat.S_ISREG(status.st_mode) else 0
        return max(0, self.size - claimed)

    def release(self) -> None:
        """Give the blocks back to the file system."""
        try:
            descriptor = self._disk.open(NAME, self._folder, write=True)
        except FileNotFoundError:
            return
        try:
            self._disk.truncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def restore(self) -> bool:
        """Claim the blocks again; False, and none held, when the disk has not that many."""
        try:
            if self.missing() == 0 and self._length() == self.size:
                return True
            descriptor = self._opened()
            try:
                return self._fill(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            return False

    def _length(self) -> int:
        try:
            return self._disk.status(NAME, self._folder).st_size
        except FileNotFoundError:
            return 0

    def _opened(self) -> int:
        try:
            return self._disk.create(NAME, self._folder)
        except FileExistsError:
            return self._disk.open(NAME, self._folder, write=True)

    def _fill(self, descriptor: int) -> bool:
        self._disk.await_lock(descriptor)
        try:
            self._disk.truncate(descriptor, self.size)
            if self.size:
                self._disk.allocate(descriptor, self.size)
        except OSError:
            self._disk.truncate(descriptor, 0)
            return False
        return True
