"""The folder store when the disk fails, fills up, or its process dies: nothing acknowledged is lost, nothing stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.errors import Code, Refusal
from core.storage import Arrival, FolderStore
from tests.core.faulty_disk import FaultyDisk, FaultyLinklessDisk
from tests.core.storage_contract import keep

pytestmark = pytest.mark.faults

HOUSE = Path(__file__).parents[2]
UUID = "0b0f7f3e-6a5c-4f0e-9a39-3f5f6a1f7c11"
PIECES = [b"a" * 5000, b"b" * 5000]
MANY_CALLS = 60  # more than any save makes; a round past the last call sees no fault
CODES = {
    errno.EIO: {Code.INTERNAL, Code.UNAVAILABLE},  # the second when an earlier step of several met the fault
    errno.ENOSPC: {Code.NO_SPACE},
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One laid-out folder for all rounds, each of which leaves it as empty as it was."""
    root = tmp_path_factory.mktemp("instance")
    with FolderStore(root, reserve=0):
        return root


def attach(store: FolderStore, rows: dict[str, str]) -> None:
    with store.receive(PIECES) as arrival:
        commit(arrival, rows)


def attach_in_goes(store: FolderStore, rows: dict[str, str]) -> None:
    store.open_partial(UUID, 0)
    offset = store.append_partial(UUID, 0, PIECES[:1])
    store.append_partial(UUID, offset, PIECES[1:])
    with store.adopt_partial(UUID) as arrival:
        commit(arrival, rows)


def commit(arrival: Arrival, rows: dict[str, str]) -> None:
    rows[arrival.stored.key] = arrival.stored.sha256
    arrival.keep()


def leftovers(root: Path) -> list[str]:
    return [path.name for path in (root / "tmp").iterdir()]


def check_after_restart(root: Path, rows: dict[str, str]) -> None:
    """Start anew and find exactly the blobs of the rows, whole; then clear them for the next round."""
    with FolderStore(root, reserve=0) as store:
        store.sweep_parts(rows.__contains__)
        assert {found.key: found.sha256 for found in map(store.digest, store.keys())} == rows
        assert leftovers(root) == []
        assert all(store.remove(key) for key in rows)
        store.drop_partial(UUID)


@pytest.mark.parametrize("k", range(1, MANY_CALLS))
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", [FaultyDisk, FaultyLinklessDisk])
@pytest.mark.parametrize("way", [attach, attach_in_goes])
def test_a_fault_at_any_call_loses_nothing_acknowledged_and_leaves_nothing(
    root: Path, kind: type[FaultyDisk], way: Callable[[FolderStore, dict[str, str]], None], code: int, k: int
) -> None:
    disk = kind(code)
    rows: dict[str, str] = {}
    refusal: Refusal | None = None
    with FolderStore(root, reserve=0, disk=disk) as store:
        disk.arm(k)
        try:
            way(store, rows)
        except Refusal as caught:
            refusal = caught
        writable = store.writable
    assert (refusal is None) == bool(rows)
    assert refusal is None or refusal.code in CODES[code]
    assert writable == (disk.struck is None or code != errno.EIO)
    assert disk.struck in {None, "unlink"} or leftovers(root) == []
    check_after_restart(root, rows)


@pytest.mark.parametrize("kind", [FaultyDisk, FaultyLinklessDisk])
def test_the_rounds_reach_past_the_last_call(root: Path, kind: type[FaultyDisk]) -> None:
    disk = kind(errno.EIO)
    rows: dict[str, str] = {}
    with FolderStore(root, reserve=0, disk=disk) as store:
        disk.arm(MANY_CALLS)
        attach_in_goes(store, rows)
    assert 20 < len(disk.calls) < MANY_CALLS
    check_after_restart(root, rows)


def test_a_flush_that_failed_is_never_asked_again_and_the_store_turns_read_only(root: Path) -> None:
    disk = FaultyDisk(errno.EIO)
    with FolderStore(root, reserve=0, disk=disk) as store:
        disk.arm(4)  # create, lock, write, flush
        with pytest.raises(Refusal), store.receive([b"x"]):
            pass
        assert (disk.struck, store.writable) == ("fsync", False)
        assert [name for name, _ in disk.calls].count("fsync") == 1
        with pytest.raises(Refusal) as caught, store.receive([b"x"]):
            pass
    assert caught.value.code is Code.UNAVAILABLE
    assert leftovers(root) == []


def test_a_full_disk_refuses_and_the_next_body_is_taken_as_soon_as_there_is_room(root: Path) -> None:
    disk = FaultyDisk(errno.ENOSPC)
    with FolderStore(root, reserve=0, disk=disk) as store:
        disk.arm(3)
        with pytest.raises(Refusal) as caught, store.receive([b"x"]):
            pass
        assert (disk.struck, caught.value.code, list(store.keys())) == ("write", Code.NO_SPACE, [])
        assert store.remove(keep(store, [b"x"]).key)


def test_a_disk_that_is_read_only_for_a_while_does_not_make_the_store_so(root: Path) -> None:
    disk = FaultyDisk(errno.EROFS)
    with FolderStore(root, reserve=0, disk=disk) as store:
        disk.arm(1)
        with pytest.raises(Refusal) as caught, store.receive([b"x"]):
            pass
        assert (caught.value.code, store.writable) == (Code.UNAVAILABLE, True)


def test_a_partial_that_the_disk_cannot_take_falls_back_to_its_offset(root: Path) -> None:
    disk = FaultyDisk(errno.ENOSPC)
    with FolderStore(root, reserve=0, disk=disk) as store:
        store.open_partial(UUID, 0)
        store.append_partial(UUID, 0, [b"abc"])
        disk.arm(5)  # open, lock, cut, one piece, another
        with pytest.raises(Refusal) as caught:
            store.append_partial(UUID, 3, [b"def", b"ghi"])
        assert (disk.struck, caught.value.code) == ("write", Code.NO_SPACE)
        assert store.partial_size(UUID) == 3
        store.drop_partial(UUID)


def test_a_real_refusal_of_the_kernel_to_let_a_file_grow_leaves_nothing(root: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _TOO_BIG, str(root)], cwd=HOUSE, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout == "no_space\n"
    assert leftovers(root) == []


@pytest.mark.parametrize("moment", ["body", "row"])
def test_a_living_upload_is_not_swept_and_a_killed_one_is_exactly(root: Path, moment: str) -> None:
    with FolderStore(root, reserve=0) as store:
        kept = keep(store, [b"older"])
        with uploading(root, moment):
            assert len(leftovers(root)) == 1
            assert store.sweep_parts(lambda _: False) == []
            assert len(leftovers(root)) == 1
        assert len(store.sweep_parts(lambda _: False)) == 1
        assert list(store.keys()) == [kept.key]
    check_after_restart(root, {kept.key: kept.sha256})


def test_an_upload_killed_after_its_commit_is_whole_at_the_next_start(root: Path) -> None:
    with uploading(root, "row") as key:
        pass
    with FolderStore(root, reserve=0) as store:
        assert store.sweep_parts({key}.__contains__) == []
        rows = {key: store.digest(key).sha256}
    check_after_restart(root, rows)


@contextmanager
def uploading(root: Path, moment: str) -> Iterator[str]:
    """Run another process that stops in mid-upload; it is killed at the end of the block."""
    command = [sys.executable, "-c", _UPLOAD, str(root), moment]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


_UPLOAD = """
import sys, time, pathlib
from core.storage import FolderStore

def body():
    yield b"x" * 300_000
    if sys.argv[2] == "body":
        stop("in the body")

def stop(word):
    print(word, flush=True)
    time.sleep(600)

with FolderStore(pathlib.Path(sys.argv[1]), reserve=0).receive(body()) as arrival:
    stop(arrival.stored.key)
"""

_TOO_BIG = """
import pathlib, resource, sys
from core.errors import Refusal
from core.storage import FolderStore

store = FolderStore(pathlib.Path(sys.argv[1]), reserve=0)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with store.receive([b"x" * 200_000]):
        pass
except Refusal as refusal:
    print(refusal.code)
"""
