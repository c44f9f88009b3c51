"""What a store of bytes is: the promise that each kind keeps. It knows no disk, no row and no request."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol, final

from core.limits import Incoming


@dataclass(frozen=True)
class Stored:
    """What the store knows of one blob: key, size in bytes, checksums (two in hex, one as a number)."""

    key: str
    size: int
    sha256: str
    md5: str
    crc32: int


@final
class Arrival:
    """Bytes that are safe on the disk while their row is not yet; left undecided, they are removed again."""

    def __init__(self, stored: Stored, settle: Callable[[], None]) -> None:
        self.stored: Final = stored
        self.settled = False
        self._kept = False
        self._settle = settle

    def keep(self) -> None:
        """Say that the row is committed: the blob stays for good. Never fails, for the commit cannot be taken back."""
        if not self._kept:
            self._kept = self.settled = True
            self._settle()

    def leave(self) -> None:
        """Say that nobody knows whether the row is committed: the next start-up decides, unless `keep` still comes.

        Said before a commit, it covers whatever may go wrong between the commit and `keep`.
        """
        self.settled = True


class BlobStore(Protocol):
    """What every store can do; tests/core/storage_contract.py is its meaning."""

    @property
    def identity(self) -> str:
        """Return the random id of this store, which the database remembers."""
        ...

    @property
    def writable(self) -> bool:
        """Return False once the disk has lied; only a restart, after a look at the disk, makes it true again."""
        ...

    def receive(self, source: Iterable[bytes] | Incoming) -> AbstractContextManager[Arrival]:
        """Store a body durably under a new key; without `keep` or `leave` it is gone at the end of the block."""
        ...

    def copies(self, key: str, number: int) -> list[str]:
        """Store the bytes of a blob `number` times more, durably, and return the new keys."""
        ...

    def open_partial(self, uuid: str, offset: int) -> None:
        """Make a resumable partial ready to take bytes at `offset`: new when that is 0, else cut back to it."""
        ...

    def append_partial(
        self, uuid: str, offset: int, source: Iterable[bytes] | Incoming, *, exactly: bool = False
    ) -> int:
        """Append durably at `offset` and return the new one; when the source refuses, what came is kept.

        With `exactly` it refuses CONFLICT when more than `offset` bytes are there; without, the rest is written anew.
        """
        ...

    def partial_size(self, uuid: str) -> int | None:
        """Return how many bytes of a partial are there; None when there is no such partial."""
        ...

    def drop_partial(self, uuid: str) -> bool:
        """Remove a partial; False when it was gone already."""
        ...

    def partials(self) -> Iterator[str]:
        """Yield the UUID of every partial."""
        ...

    def adopt_partial(self, uuid: str) -> AbstractContextManager[Arrival]:
        """Make a complete partial a blob, as `receive` does; the partial goes with `keep` and stays otherwise."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open a blob for reading. Refuses NOT_FOUND (content)."""
        ...

    def size(self, key: str) -> int | None:
        """Return the size of a blob in bytes, or None when there is no such blob."""
        ...

    def remove(self, key: str) -> bool:
        """Remove a blob durably; False when it was gone already, which is success."""
        ...

    def keys(self) -> Iterator[str]:
        """Yield the key of every blob, in no order."""
        ...

    def digest(self, key: str) -> Stored:
        """Read a blob again from end to end. Refuses NOT_FOUND (content), INTERNAL when the disk cannot read it."""
        ...

    def is_arriving(self, key: str) -> bool:
        """Return whether somebody is still between storing this blob and committing its row."""
        ...

    def sweep_parts(self, is_known: Callable[[str], bool]) -> list[str]:
        """Settle at start-up what dead processes left: drop what no row knows. Return the removed keys."""
        ...

    def free(self) -> int:
        """Return how many bytes may still be stored."""
        ...

    def check_room(self, wanted: int | None) -> None:
        """Refuse NO_SPACE before a body of `wanted` bytes (None: unknown) is read, UNAVAILABLE while not writable."""
        ...

    def release_reserve(self) -> None:
        """Give back the reserved room, so that deleting works on a full disk."""
        ...

    def restore_reserve(self) -> bool:
        """Claim the reserved room again; False when there is not enough."""
        ...


@dataclass
class Tally:
    """Size and checksums, counted in one pass."""

    size: int = 0
    crc32: int = 0
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    md5: hashlib._Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))

    def add(self, piece: bytes) -> None:
        """Count one more piece."""
        self.size += len(piece)
        self.crc32 = zlib.crc32(piece, self.crc32)
        self.sha256.update(piece)
        self.md5.update(piece)

    def stored(self, key: str) -> Stored:
        """Return the sums under the key of their blob."""
        return Stored(key, self.size, self.sha256.hexdigest(), self.md5.hexdigest(), self.crc32)
