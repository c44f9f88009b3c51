"""Resumable partials: bytes of one upload that come in several goes. It knows no attachment and never cleans up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from core.disk import Disk, Health
from core.errors import Code, Refusal, Subject, not_found

NAME: Final = "partial"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Partials:
    """The folder of partials, each named by the UUID of the Upload row that owns it, and locked while somebody writes."""

    def __init__(self, disk: Disk, health: Health, root: int, folder: int) -> None:
        self._disk = disk
        self._health = health
        self._root = root
        self._folder = folder

    def prepare(self, uuid: str, offset: int) -> None:
        """Make a partial ready to take bytes at `offset`: new when that is 0, else cut back to it. Refuses as `locked`."""
        with self._health.refusing():
            if offset == 0:
                self._create(_checked(uuid))
        with self.locked(uuid) as descriptor, self._health.refusing():
            self._cut(descriptor, offset)

    def append(self, uuid: str, offset: int, source: Iterable[bytes], *, exactly: bool = False) -> int:
        """Write at `offset`, flush, return the new offset; what lies beyond `offset` was never acknowledged and goes.

        With `exactly` nothing may lie beyond: another request may have added and acknowledged it meanwhile.

        When the source refuses, the bytes that came are flushed and kept, and the refusal travels on; a disk that
        refuses takes everything back to `offset`. Refuses as `locked`, and
        CONFLICT when fewer than `offset` bytes are there.
        """
        with self.locked(uuid) as descriptor:
            with self._health.refusing():
                if exactly and os.fstat(descriptor).st_size != offset:
                    raise Refusal(Code.CONFLICT, "Another request has written to this upload.", Subject.UPLOAD)
                self._cut(descriptor, offset)
            try:
                return offset + sum(self._written(descriptor, piece, offset) for piece in source)
            finally:
                self._flush(descriptor)

    def size(self, uuid: str) -> int | None:
        """Return how many bytes are there, or None when there is no such partial."""
        try:
            return self._disk.status(_checked(uuid), self._folder).st_size
        except FileNotFoundError:
            return None

    def drop(self, uuid: str) -> bool:
        """Remove a partial; False when it was gone already."""
        return self._disk.unlink(_checked(uuid), self._folder)

    def names(self) -> Iterator[str]:
        """Yield the UUID of every partial."""
        return (name for name in self._disk.names(NAME, self._root) if _UUID.fullmatch(name))

    @contextmanager
    def locked(self, uuid: str) -> Iterator[int]:
        """Open and lock a partial. Refuses NOT_FOUND, and LOCKED while another request writes to it."""
        with self._health.refusing():
            descriptor = self._open(_checked(uuid))
        try:
            with self._health.refusing():
                if not self._disk.lock(descriptor):
                    raise Refusal(
                        Code.LOCKED, "Another request is writing to this upload.", Subject.UPLOAD, retry_after=1
                    )
            yield descriptor
        finally:
            self._health.close(self._disk, descriptor)

    def _open(self, uuid: str) -> int:
        try:
            return self._disk.open(uuid, self._folder, write=True)
        except FileNotFoundError as error:
            raise not_found(Subject.UPLOAD) from error

    def _create(self, uuid: str) -> None:
        try:
            self._disk.close(self._disk.create(uuid, self._folder))
        except FileExistsError:
            return
        self._disk.fsync(self._folder)

    def _cut(self, descriptor: int, offset: int) -> None:
        status = os.fstat(descriptor)
        if status.st_nlink > 1:
            # A start-up found its row committed: the same bytes are a blob now and must never change.
            raise Refusal(Code.CONFLICT, "This upload is complete.", Subject.UPLOAD)
        if status.st_size < offset:
            raise Refusal(Code.CONFLICT, f"Only {status.st_size} bytes are there.", Subject.UPLOAD)
        self._disk.truncate(descriptor, offset)
        self._disk.seek(descriptor, offset)

    def _written(self, descriptor: int, piece: bytes, offset: int) -> int:
        with self._health.refusing():
            try:
                self._disk.write(descriptor, piece)
            except OSError:
                self._disk.truncate(descriptor, offset)
                raise
        return len(piece)

    def _flush(self, descriptor: int) -> None:
        if self._health.writable:
            with self._health.refusing():
                self._disk.fsync(descriptor)


def _checked(uuid: str) -> str:
    if not _UUID.fullmatch(uuid):
        raise not_found(Subject.UPLOAD)
    return uuid
