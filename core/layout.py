"""How a store lies in its folder: `tmp/`, `partial/`, `blobs/00..ff/`, `store.json`. It knows no upload and no reader."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from core.disk import FOLDER_MODE, NO_LINKS, Disk, open_root
from core.errors import Code, Refusal, Subject, not_found
from core.partials import NAME as PARTIAL

FORMAT: Final = 1
_CARD: Final = "store.json"
_KEY: Final = re.compile(r"[0-9a-f]{32}")


class Layout:
    """The folders of one store, made if they are missing and kept open; `identity` is the random id of the store.

    Refuses CONFLICT for a folder of another format, and for one that holds blobs but has lost its `store.json`.
    """

    def __init__(self, root: Path, disk: Disk) -> None:
        self._disk = disk
        self._guard = threading.Lock()
        self._shards: list[int | None] = [None] * 256
        self.root: Final = open_root(root)
        self.tmp: Final = self._folder("tmp", self.root)
        self.partial: Final = self._folder(PARTIAL, self.root)
        self.blobs: Final = self._folder("blobs", self.root)
        self.identity: Final = self._identify()
        self.links = self._knows_links()

    def shard(self, key: str) -> int:
        """Return the open folder in which a checked key lies."""
        number = int(key[:2], 16)
        return self._shards[number] or self._open_shard(number)

    def close(self) -> None:
        """Give the folder descriptors back."""
        for descriptor in (self.root, self.tmp, self.partial, self.blobs, *self._shards):
            if descriptor is not None:
                os.close(descriptor)
        self._shards = [None] * 256

    def _open_shard(self, number: int) -> int:
        with self._guard:
            found = self._shards[number]
            if found is None:
                found = self._shards[number] = self._disk.open_folder(f"{number:02x}", self.blobs)
            return found

    def _folder(self, name: str, parent: int) -> int:
        self._disk.make_folder(name, parent)
        descriptor = self._disk.open_folder(name, parent)
        os.fchmod(descriptor, FOLDER_MODE)
        return descriptor

    def _identify(self) -> str:
        try:
            return self._read_card()
        except FileNotFoundError:
            # One process lays out, others wait: on what another only just made, one must not build before it is flushed.
            self._disk.await_lock(self.blobs)
        try:
            return self._read_card()
        except FileNotFoundError:
            self._lay_out()
            return self._read_card()
        finally:
            self._disk.unlock(self.blobs)

    def _read_card(self) -> str:
        descriptor = self._disk.open(_CARD, self.root)
        with os.fdopen(descriptor, "rb") as file:
            card = json.loads(file.read(4096))
        if card["format"] != FORMAT:
            raise Refusal(Code.CONFLICT, f"The store has format {card['format']}; this version knows {FORMAT}.")
        return str(card["id"])

    def _lay_out(self) -> None:
        shards = [f"{number:02x}" for number in range(256)]
        for shard in shards:
            os.close(self._folder(shard, self.blobs))
        if any(name for shard in shards for name in self._disk.names(shard, self.blobs)):
            raise Refusal(Code.CONFLICT, f"The store has blobs but has lost its {_CARD}.")
        for shard in shards:
            self._disk.fsync(self.shard(shard))
        for folder in (self.blobs, self.root):
            self._disk.fsync(folder)
        self._write_card()

    def _write_card(self) -> None:
        temporary = f"{secrets.token_hex(16)}.part"
        descriptor = self._disk.create(temporary, self.tmp)
        try:
            self._disk.write(descriptor, json.dumps({"format": FORMAT, "id": secrets.token_hex(16)}).encode())
            self._disk.fsync(descriptor)
        finally:
            self._disk.close(descriptor)
        self._disk.rename(temporary, self.tmp, _CARD, self.root)
        self._disk.fsync(self.root)

    def _knows_links(self) -> bool:
        probe = f"{secrets.token_hex(16)}.part"
        try:
            self._disk.link(_CARD, self.root, probe, self.tmp)
            self._disk.unlink(probe, self.tmp)
        except OSError as error:
            # A full or read-only disk says nothing about links; `receive` finds out by itself.
            return error.errno not in NO_LINKS
        return True


def checked(key: str) -> str:
    """Return a key that has the form of one; refuses NOT_FOUND (content) before anything else becomes a path."""
    if not _KEY.fullmatch(key):
        raise not_found(Subject.CONTENT)
    return key


def keys_in(shard: str, names: Iterable[str]) -> Iterator[str]:
    """Yield those of the names in a shard that are keys and belong there; others are not ours."""
    return (name for name in names if _KEY.fullmatch(name) and name.startswith(shard))
