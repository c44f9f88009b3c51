"""From bytes on their way in to a blob with a row, or to nothing: the markers in `tmp/`. It knows no reader."""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Final

from core.blobs import Arrival, Tally
from core.disk import NO_LINKS, Disk, Health
from core.errors import Subject, not_found
from core.layout import Layout
from core.partials import Partials

log = logging.getLogger(__name__)

_MARKER: Final = re.compile(r"([0-9a-f]{32})\.(?:part|mark)")


@dataclass
class _Part:
    """One arrival on the disk: its key, the descriptors that hold its locks, the names in `tmp/` that mark it."""

    key: str = field(default_factory=lambda: secrets.token_hex(16))
    partial: str | None = None
    descriptors: list[int] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    published: bool = False

    def forget_names(self) -> None:
        """Leave every name on the disk as it is now."""
        self.markers.clear()
        self.published = False


class Arrivals:
    """Each arrival is marked by a locked name in `tmp/` from before its first byte until after its row is committed.

    With hard links the marker `<key>.part` is the file itself under its first name. Without them the file has to move, so
    an empty `<key>.mark` takes over just before. Whoever finds a marker unlocked knows that its owner is dead.
    """

    def __init__(self, disk: Disk, layout: Layout, health: Health, partials: Partials) -> None:
        self._disk = disk
        self._layout = layout
        self._health = health
        self._partials = partials

    @contextmanager
    def receive(self, source: Iterable[bytes], partial: str | None = None) -> Iterator[Arrival]:
        """Write, flush and publish a body under a new key; what is not settled in the block is taken back."""
        part = _Part(partial=partial)
        try:
            with self._health.refusing():
                descriptor = self._mark(part, f"{part.key}.part")
            tally = self._fill(descriptor, source)
            with self._health.refusing():
                self._disk.fsync(descriptor)
                self._publish(part)
            with self._offered(part, tally) as arrival:
                yield arrival
        finally:
            self._finish(part)

    @contextmanager
    def adopt(self, uuid: str) -> Iterator[Arrival]:
        """Publish a complete partial; its own name goes when the arrival is kept. Copies where there are no hard links."""
        part = _Part(partial=uuid)
        with self._partials.locked(uuid) as descriptor:
            try:
                way = self._adopt_by_link if self._marked_by_link(part, uuid) else self._adopt_by_copy
                with way(part, descriptor) as arrival:
                    yield arrival
            finally:
                self._finish(part)

    def sweep(self, is_known: Callable[[str], bool]) -> list[str]:
        """Settle each marker whose owner is dead: a known key loses its marker only, another all its names."""
        found = (_MARKER.fullmatch(name) for name in sorted(self._disk.names("tmp", self._layout.root)))
        swept = {match[1] for match in found if match and self._sweep(match[0], match[1], is_known)}
        return sorted(swept)

    def _mark(self, part: _Part, name: str) -> int:
        part.markers.append(name)
        while True:
            descriptor = self._disk.create(name, self._layout.tmp)
            part.descriptors.append(descriptor)
            self._disk.await_lock(descriptor)
            if os.fstat(descriptor).st_nlink:
                return descriptor
            # Between the two calls a sweep took the name for a dead one's: once more.

    def _fill(self, descriptor: int, source: Iterable[bytes]) -> Tally:
        tally = Tally()
        for piece in source:
            with self._health.refusing():
                self._disk.write(descriptor, piece)
            tally.add(piece)
        return tally

    def _publish(self, part: _Part) -> None:
        shard = self._layout.shard(part.key)
        name = part.markers[0]
        part.published = True
        if not self._linked(name, self._layout.tmp, part.key, shard):
            self._mark(part, f"{part.key}.mark")
            self._disk.fsync(self._layout.tmp)
            self._disk.rename(name, self._layout.tmp, part.key, shard)
            part.markers.remove(name)
        self._disk.fsync(shard)

    def _linked(self, name: str, folder: int, new: str, new_folder: int) -> bool:
        try:
            if self._layout.links:
                self._disk.link(name, folder, new, new_folder)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            self._layout.links = False
        return self._layout.links

    @contextmanager
    def _offered(self, part: _Part, tally: Tally) -> Iterator[Arrival]:
        arrival = Arrival(tally.stored(part.key), lambda: self._drop_markers(part))
        try:
            yield arrival
        finally:
            if arrival.settled:
                part.forget_names()

    def _drop_markers(self, part: _Part) -> None:
        try:
            for name in part.markers:
                self._disk.unlink(name, self._layout.tmp)
            if part.partial is not None:
                self._partials.drop(part.partial)
        except OSError as error:
            # The row is committed, so this is no failure of the upload; the next start-up drops the name.
            self._health.note(error)
            log.warning("a marker of %s stays until the next start", part.key, exc_info=error)

    def _finish(self, part: _Part) -> None:
        try:
            # The blob first: while a marker stands, a start-up still finds what is left.
            if part.published:
                self._disk.unlink(part.key, self._layout.shard(part.key))
            for name in part.markers:
                self._disk.unlink(name, self._layout.tmp)
        except OSError as error:
            self._health.note(error)
            log.warning("what arrived as %s stays until the next start", part.key, exc_info=error)
        finally:
            for descriptor in part.descriptors:
                self._health.close(self._disk, descriptor)

    def _marked_by_link(self, part: _Part, uuid: str) -> bool:
        # The lock on the partial is a lock on the file, so the new marker is a locked one from the start.
        name = f"{part.key}.part"
        part.markers.append(name)
        with self._health.refusing():
            try:
                return self._linked(uuid, self._layout.partial, name, self._layout.tmp)
            except FileNotFoundError as error:
                # Dropped (given up, or expired) between our opening it and now.
                raise not_found(Subject.UPLOAD) from error

    @contextmanager
    def _adopt_by_link(self, part: _Part, descriptor: int) -> Iterator[Arrival]:
        tally = self._tally(descriptor)
        with self._health.refusing():
            self._disk.fsync(descriptor)
            self._publish(part)
        with self._offered(part, tally) as arrival:
            yield arrival

    def _adopt_by_copy(self, part: _Part, descriptor: int) -> AbstractContextManager[Arrival]:
        return self.receive(self._disk.pieces(descriptor), part.partial)

    def _tally(self, descriptor: int) -> Tally:
        tally = Tally()
        with self._health.reading():
            for piece in self._disk.pieces(descriptor):
                tally.add(piece)
        return tally

    def _sweep(self, marker: str, key: str, is_known: Callable[[str], bool]) -> bool:
        try:
            descriptor = self._disk.open(marker, self._layout.tmp, write=True)
        except FileNotFoundError:
            # Settled meanwhile, or no file of ours: a planted link is not followed.
            return False
        try:
            is_dead = self._disk.lock(descriptor) and self._stands(marker)
            return is_dead and self._settle_dead(marker, key, is_known(key))
        finally:
            self._health.close(self._disk, descriptor)

    def _stands(self, marker: str) -> bool:
        # Its owner may have kept the blob and gone between our opening and our locking.
        try:
            self._disk.status(marker, self._layout.tmp)
        except FileNotFoundError:
            return False
        return True

    def _settle_dead(self, marker: str, key: str, known: bool) -> bool:
        shard = self._layout.shard(key)
        if not known and self._disk.unlink(key, shard):
            self._disk.fsync(shard)
        self._disk.unlink(marker, self._layout.tmp)
        return not known
