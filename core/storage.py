"""The store in a folder: bytes by minted key, whole or not at all. It knows no row, no request, no name a client gave."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Self, final

from core.arrivals import Arrivals
from core.blobs import Arrival, BlobStore, Stored, Tally
from core.disk import Disk, Health, refusal_for
from core.errors import Subject, not_found
from core.layout import Layout, checked, keys_in
from core.limits import Incoming
from core.partials import Partials
from core.reserve import Reserve

__all__ = ["Arrival", "BlobStore", "FolderStore", "Stored"]


@final
class FolderStore:
    """Blobs as files in one folder of one file system; docs/storage.md says what lies where and what it survives.

    Making one lays the folder out, once and durably, and claims `reserve` bytes. Refuses as `Layout` does.
    """

    def __init__(self, root: Path, reserve: int = 16 * 1024 * 1024, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        self._health = Health()
        with self._health.refusing():
            self._layout = Layout(root, self._disk)
        self._reserve = Reserve(self._disk, self._layout.root, reserve)
        self._partials = Partials(self._disk, self._health, self._layout.root, self._layout.partial)
        self._arrivals = Arrivals(self._disk, self._layout, self._health, self._partials)
        self.restore_reserve()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._layout.close()

    @property
    def identity(self) -> str:
        """Return the random id of this store."""
        return self._layout.identity

    @property
    def writable(self) -> bool:
        """Return False once the disk has failed; only a restart, after a look at the disk, makes it true again."""
        return self._health.writable

    @property
    def links(self) -> bool:
        """Return whether the file system knows hard links; without them, publishing falls back to renaming."""
        return self._layout.links

    def receive(self, source: Iterable[bytes] | Incoming) -> AbstractContextManager[Arrival]:
        """Store a body durably under a new key; without `keep` or `leave` it is gone at the end of the block.

        Refuses NO_SPACE, UNAVAILABLE, INTERNAL, and whatever the source refuses; nothing is left behind then.
        """
        self._health.check()
        return self._arrivals.receive(source)

    def copies(self, key: str, number: int) -> list[str]:
        """Store the bytes of a blob `number` times more, durably, and return the new keys; hard links share the room.

        No marker guards them until their rows are committed: `addenda gc` removes what a crash leaves. Refuses as `receive`.
        """
        self._health.check()
        shard = self._layout.shard(checked(key))
        made = [key[:2] + secrets.token_hex(15) for _ in range(number)]  # one folder, so one flush
        with self._health.refusing():
            for name in made:
                self._copy(key, name, shard)
            self._disk.fsync(shard)
        return made

    def adopt_partial(self, uuid: str) -> AbstractContextManager[Arrival]:
        """Make a complete partial a blob, as `receive` does; the partial goes with `keep` and stays otherwise.

        Refuses NOT_FOUND (upload), LOCKED while somebody appends, and as `receive` does.
        """
        self._health.check()
        return self._arrivals.adopt(uuid)

    def open_partial(self, uuid: str, offset: int) -> None:
        """Make a resumable partial ready to take bytes at `offset`: new when that is 0, else cut back to it.

        Refuses NOT_FOUND (upload), CONFLICT when fewer bytes are there, LOCKED while somebody appends.
        """
        self._health.check()
        self._partials.prepare(uuid, offset)

    def append_partial(
        self, uuid: str, offset: int, source: Iterable[bytes] | Incoming, *, exactly: bool = False
    ) -> int:
        """Append durably at `offset` and return the new one; when the source refuses, what came is kept.

        With `exactly` it refuses CONFLICT when more than `offset` bytes are there; without, the rest is written anew.
        Refuses as `open_partial` and `receive` do; `partial_size` then says how far it came.
        """
        self._health.check()
        return self._partials.append(uuid, offset, source, exactly=exactly)

    def partial_size(self, uuid: str) -> int | None:
        """Return how many bytes of a partial are there; None when there is no such partial."""
        return self._partials.size(uuid)

    def drop_partial(self, uuid: str) -> bool:
        """Remove a partial; False when it was gone already."""
        with self._health.refusing():
            return self._partials.drop(uuid)

    def partials(self) -> Iterator[str]:
        """Yield the UUID of every partial."""
        return self._partials.names()

    def open(self, key: str) -> BinaryIO:
        """Open a blob for reading, as a real file that the kernel can send. Refuses NOT_FOUND (content)."""
        with self._health.reading():
            try:
                return os.fdopen(self._disk.open(checked(key), self._layout.shard(key)), "rb")
            except FileNotFoundError as error:
                raise not_found(Subject.CONTENT) from error

    def size(self, key: str) -> int | None:
        """Return the size of a blob in bytes, or None when there is no such blob."""
        with self._health.reading():
            try:
                status = self._disk.status(checked(key), self._layout.shard(key))
            except FileNotFoundError:
                return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def remove(self, key: str) -> bool:
        """Remove a blob durably; False when it was gone already, which is success."""
        self._health.check()
        shard = self._layout.shard(checked(key))
        with self._health.refusing():
            was_there = self._disk.unlink(key, shard)
            self._disk.fsync(shard)
        return was_there

    def keys(self) -> Iterator[str]:
        """Yield the key of every blob, in no order; strange names are not ours and not told."""
        for number in range(256):
            shard = f"{number:02x}"
            yield from keys_in(shard, self._disk.names(shard, self._layout.blobs))

    def digest(self, key: str) -> Stored:
        """Read a blob again from end to end. Refuses NOT_FOUND (content), INTERNAL when the disk cannot read it."""
        tally = Tally()
        with self.open(key) as file, self._health.reading():
            for piece in self._disk.pieces(file.fileno()):
                tally.add(piece)
        return tally.stored(key)

    def is_arriving(self, key: str) -> bool:
        """Return whether somebody is still between storing this blob and committing its row. Refuses as `open`."""
        with self.open(key) as file:
            return not self._disk.lock(file.fileno())

    def sweep_parts(self, is_known: Callable[[str], bool]) -> list[str]:
        """Settle at start-up what dead processes left in `tmp/`: drop what no row knows. Return the removed keys.

        A marker that a living process holds is not touched, nor is anything that is not ours.
        """
        with self._health.refusing():
            return self._arrivals.sweep(is_known)

    def free(self) -> int:
        """Return how many bytes may still be stored: what the file system grants us less what the reserve lacks."""
        status = os.fstatvfs(self._layout.root)
        if status.f_files and not status.f_favail:
            return 0
        return max(0, status.f_bavail * status.f_frsize - self._reserve.missing())

    def check_room(self, wanted: int | None) -> None:
        """Refuse NO_SPACE before a body of `wanted` bytes (None: unknown) is read, UNAVAILABLE while not writable."""
        self._health.check()
        if self.free() < max(wanted or 0, 1):
            raise refusal_for(OSError(errno.ENOSPC, "no room"))

    def release_reserve(self) -> None:
        """Give back the reserved room, so that deleting works on a full disk."""
        with self._health.refusing():
            self._reserve.release()

    def restore_reserve(self) -> bool:
        """Claim the reserved room again; False when there is not enough."""
        return self._reserve.restore()

    def _copy(self, key: str, name: str, shard: int) -> None:
        if self._layout.links:
            self._disk.link(key, shard, name, shard)
            return
        with self.open(key) as file:
            descriptor = self._disk.create(name, shard)
            try:
                for piece in self._disk.pieces(file.fileno()):
                    self._disk.write(descriptor, piece)
                self._disk.fsync(descriptor)
            finally:
                self._health.close(self._disk, descriptor)
