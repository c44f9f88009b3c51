"""The instance folder: its modes, its secrets, its lock. It knows no table, no setting and no stored byte."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import fcntl
import json
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECRETS_FILE = "secrets.json"
SERVE_LOCK = "serve.lock"
MIGRATION_LOCK = "migration.lock"

# f_type of statfs(2) for file systems on which SQLite's locks cannot be relied on (linux/magic.h).
_NETWORK_FILE_SYSTEMS = {0x6969: "NFS", 0x517B: "SMB", 0xFF534D42: "CIFS", 0xFE534D42: "SMB2", 0x5346414F: "AFS"}


class InstanceError(Exception):
    """Why an instance folder cannot be used, in one line."""


@dataclass(frozen=True)
class Secrets:
    """What an instance keeps to itself: the key that signs cookies (32 bytes) and the pair that signs upload policies."""

    secret_key: bytes = field(repr=False)
    upload_access_key: str
    upload_secret_key: str = field(repr=False)


def make_folder(folder: Path) -> None:
    """Make the instance folder for its owner alone (0700); raise InstanceError when others may enter it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise InstanceError(f"{folder} cannot be used as the instance folder: {error.strerror}") from error
    if found.st_uid != os.geteuid():
        raise InstanceError(f"{folder} belongs to another user")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise InstanceError(f"{folder} is open to other users; run: chmod 700 {folder}")


def keep_secrets(folder: Path) -> Secrets:
    """Read the secrets of an instance, making them at its first run (0600); raise InstanceError when they are unusable."""
    path = folder / SECRETS_FILE
    try:
        kept = _read_private(path)
    except FileNotFoundError:
        _write_once(path, _new_secrets())
        kept = _read_private(path)
    try:
        members = json.loads(kept)
        return Secrets(
            bytes.fromhex(members["secret_key"]),
            str(members["upload_access_key"]),
            str(members["upload_secret_key"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InstanceError(f"{path} is damaged; restore it from a backup") from error


@contextlib.contextmanager
def lock(folder: Path, name: str = SERVE_LOCK, patience: float = 2.0) -> Iterator[int]:
    """Hold a lock of the instance, by default the one of its only server; yield the descriptor that children may inherit.

    Raises InstanceError when another process still holds it after `patience` seconds. The kernel frees it on death.
    """
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _wait_for(descriptor, folder, patience)
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_network_file_system(folder: Path) -> None:
    """Raise InstanceError when SQLite would stand on a network file system, where its locks are not kept."""
    kind = _file_system(folder) if sys.platform == "linux" else 0
    if kind in _NETWORK_FILE_SYSTEMS:
        raise InstanceError(
            f"{folder} lies on {_NETWORK_FILE_SYSTEMS[kind]}, where SQLite can lose data; "
            "use a local disk or set ADDENDA_DATABASE_URL to PostgreSQL"
        )


def _wait_for(descriptor: int, folder: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise InstanceError(f"another Addenda is at work in {folder}") from error
            time.sleep(0.05)
        else:
            return


def _read_private(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InstanceError(f"{path} cannot be read: {error.strerror}") from error
    with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
        if stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o077:
            raise InstanceError(f"{path} is readable by other users; run: chmod 600 {path}")
        return file.read()


def _write_once(path: Path, text: str) -> None:
    # Two first runs may race: link() refuses a name that is taken, so both end up reading the same secrets.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _new_secrets() -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return json.dumps(
        {
            "secret_key": secrets.token_hex(32),
            "upload_access_key": "ADDENDA" + "".join(secrets.choice(alphabet) for _ in range(13)),
            "upload_secret_key": secrets.token_urlsafe(30),
        },
        indent=2,
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_system(folder: Path) -> int:
    # Python has no statfs(2); its first field is f_type, and 256 bytes hold the structure on every Linux.
    answer = ctypes.create_string_buffer(256)
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    if libc.statfs(os.fsencode(folder), answer) != 0:
        number = ctypes.get_errno()
        raise InstanceError(f"{folder} cannot be examined: {os.strerror(number)}")
    return int.from_bytes(answer.raw[:4], "little")
