"""The few calls with which the store touches the disk, and what their failures mean. It knows no key, no row, no client."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.errors import Code, Refusal, Subject
from core.limits import PIECE

log = logging.getLogger(__name__)

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})
_SAFE: Final = os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BUSY: Final = frozenset({errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


class Disk:
    """System calls by folder descriptor and plain name; never through a link, never inherited, always for us alone.

    Every method raises OSError as the system gives it; tests override single methods to put a fault at any call.
    """

    def make_folder(self, name: str, parent: int) -> None:
        """Make a folder unless it is there."""
        try:
            os.mkdir(name, FOLDER_MODE, dir_fd=parent)
        except FileExistsError:
            return

    def open_folder(self, name: str, parent: int) -> int:
        """Open a folder that is one itself, not a link to one."""
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)

    def create(self, name: str, folder: int) -> int:
        """Create a file that was not there, for reading and writing, mode 0600 whatever the umask says."""
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | _SAFE, FILE_MODE, dir_fd=folder)
        try:
            os.fchmod(descriptor, FILE_MODE)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def open(self, name: str, folder: int, *, write: bool = False) -> int:
        """Open a regular file; anything else under that name is FileNotFoundError."""
        access = os.O_RDWR if write else os.O_RDONLY
        try:
            # Not to block on a planted pipe; regular files do not care.
            descriptor = os.open(name, access | os.O_NONBLOCK | _SAFE, dir_fd=folder)
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
                raise FileNotFoundError(errno.ENOENT, "not a regular file", name) from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError(errno.ENOENT, "not a regular file", name)
        return descriptor

    def status(self, name: str, folder: int) -> os.stat_result:
        """Look at a name without following it."""
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def lock(self, descriptor: int) -> bool:
        """Take the lock of a file unless somebody holds it; the kernel gives it back when the holder dies."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def await_lock(self, descriptor: int) -> None:
        """Take the lock of a file, waiting for whoever holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def unlock(self, descriptor: int) -> None:
        """Give the lock of a file back while it stays open."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def pieces(self, descriptor: int) -> Iterator[bytes]:
        """Yield what a file holds from here on, in pieces of 256 KiB."""
        while piece := os.read(descriptor, PIECE):
            yield piece

    def write(self, descriptor: int, piece: bytes) -> None:
        """Write all of a piece."""
        written = os.write(descriptor, piece)
        while written < len(piece):
            written += os.write(descriptor, memoryview(piece)[written:])

    def seek(self, descriptor: int, offset: int) -> None:
        """Set where the next read or write begins, in bytes from the start."""
        os.lseek(descriptor, offset, os.SEEK_SET)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to `size` bytes."""
        os.ftruncate(descriptor, size)

    def allocate(self, descriptor: int, size: int) -> None:
        """Claim real blocks for `size` bytes."""
        os.posix_fallocate(descriptor, 0, size)

    def fsync(self, descriptor: int) -> None:
        """Wait until a file or folder is on the disk. After a failure it must not be asked again: it may then lie."""
        os.fsync(descriptor)

    def link(self, name: str, folder: int, new: str, new_folder: int) -> None:
        """Give a file a second name that was not there."""
        os.link(name, new, src_dir_fd=folder, dst_dir_fd=new_folder, follow_symlinks=False)

    def rename(self, name: str, folder: int, new: str, new_folder: int) -> None:
        """Move a name."""
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=new_folder)

    def unlink(self, name: str, folder: int) -> bool:
        """Take a name away; False when it was gone already, which is success."""
        try:
            os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            return False
        return True

    def close(self, descriptor: int) -> None:
        """Close a descriptor and so give its lock back."""
        os.close(descriptor)

    def names(self, name: str, parent: int) -> Iterator[str]:
        """Yield the names in a folder, through a descriptor of its own so that two listings do not share a position."""
        folder = self.open_folder(name, parent)
        try:
            with os.scandir(folder) as entries:
                yield from (entry.name for entry in entries)
        finally:
            os.close(folder)


class Health:
    """Whether the disk can still be believed; one failed write or flush ends that until the next start."""

    def __init__(self) -> None:
        self.writable = True

    def check(self) -> None:
        """Refuse UNAVAILABLE once the disk cannot be believed."""
        if not self.writable:
            raise Refusal(Code.UNAVAILABLE, "The store is read-only since its disk failed.", Subject.CONTENT)

    def note(self, error: OSError) -> None:
        """Remember an I/O error: nobody knows now what is on the disk, and asking again may be answered with a lie."""
        if error.errno == errno.EIO and self.writable:
            self.writable = False
            log.critical("the disk failed; the store is read-only until the next start", exc_info=error)

    def close(self, disk: Disk, descriptor: int) -> None:
        """Close a descriptor whose bytes are flushed or given up, so that no byte hangs on this and no failure counts."""
        try:
            disk.close(descriptor)
        except OSError as error:
            self.note(error)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turn a failure of writing into its refusal, and remember an I/O error."""
        try:
            yield
        except OSError as error:
            self.note(error)
            raise refusal_for(error) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn a failure of reading into its refusal; one file that cannot be read does not spoil the rest."""
        try:
            yield
        except OSError as error:
            raise refusal_for(error) from error


def open_root(path: Path) -> int:
    """Make the folder of an instance if it is missing, durably, and open it; the operator may have linked it."""
    _make_root(path.absolute())
    return os.open(path, _FOLDER)


def refusal_for(error: OSError) -> Refusal:
    """Translate a failure of the disk: NO_SPACE, UNAVAILABLE for what may pass by itself, INTERNAL for the rest."""
    if error.errno in _FULL:
        return Refusal(Code.NO_SPACE, "The disk of the server is full.", Subject.CONTENT)
    if error.errno in _BUSY:
        return Refusal(Code.UNAVAILABLE, "The store cannot write at the moment.", Subject.CONTENT, retry_after=5)
    return Refusal(Code.INTERNAL, "The store failed.", Subject.CONTENT)


def _make_root(path: Path) -> None:
    if path.is_dir():
        return
    _make_root(path.parent)
    path.mkdir(FOLDER_MODE, exist_ok=True)
    parent = os.open(path.parent, _FOLDER)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
