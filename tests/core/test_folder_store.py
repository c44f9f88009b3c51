"""The folder store: the contract of every store, and what is particular to files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.disk import Disk
from core.errors import Code, Refusal, Subject
from core.storage import FolderStore
from tests.core.faulty_disk import LateLinklessDisk, LinklessDisk
from tests.core.storage_contract import StorageContract, keep

UUID = "0b0f7f3e-6a5c-4f0e-9a39-3f5f6a1f7c11"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def store(root: Path) -> Iterator[FolderStore]:
    with FolderStore(root, reserve=4096) as opened:
        yield opened


class TestFolderStore(StorageContract):
    pass


class TestFolderStoreWithoutLinks(StorageContract):
    @pytest.fixture
    def store(self, root: Path) -> Iterator[FolderStore]:
        with FolderStore(root, reserve=0, disk=LinklessDisk()) as opened:
            yield opened


class TestFolderStoreThatFindsOutLate(StorageContract):
    @pytest.fixture
    def store(self, root: Path) -> Iterator[FolderStore]:
        with FolderStore(root, reserve=0, disk=LateLinklessDisk()) as opened:
            yield opened


def test_whether_links_are_known_is_told(store: FolderStore, tmp_path: Path) -> None:
    with FolderStore(tmp_path / "linkless", reserve=0, disk=LinklessDisk()) as linkless:
        assert (store.links, linkless.links) == (True, False)


def test_everything_is_for_the_owner_alone_whatever_the_umask_says(root: Path) -> None:
    before = os.umask(0)
    try:
        with FolderStore(root, reserve=4096) as store:
            keep(store, [b"x"])
            store.open_partial(UUID, 0)
    finally:
        os.umask(before)
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [root, *root.rglob("*")]}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_all_shards_are_there_from_the_start(store: FolderStore, root: Path) -> None:
    assert store.writable
    assert len(list((root / "blobs").iterdir())) == 256


def test_a_store_keeps_its_identity_over_starts(store: FolderStore, root: Path, tmp_path: Path) -> None:
    with FolderStore(root) as again, FolderStore(tmp_path / "other") as other:
        assert again.identity == store.identity
        assert other.identity != store.identity


def test_a_store_that_lost_its_card_is_refused_and_not_laid_out_anew(store: FolderStore, root: Path) -> None:
    keep(store, [b"x"])
    (root / "store.json").unlink()
    with pytest.raises(Refusal) as caught:
        FolderStore(root)
    assert caught.value.code is Code.CONFLICT
    assert not (root / "store.json").exists()


def test_a_store_of_another_format_is_refused(store: FolderStore, root: Path) -> None:
    (root / "store.json").write_text(f'{{"format": 2, "id": "{store.identity}"}}')
    with pytest.raises(Refusal) as caught:
        FolderStore(root)
    assert caught.value.code is Code.CONFLICT


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../store.json",
        "/etc/passwd",
        "0" * 31,
        "0" * 33,
        "A" * 32,
        "g" * 32,
        "0" * 32 + "\n",
        "00/" + "0" * 29,
    ],
)
def test_a_hostile_key_is_not_found_and_touches_nothing(store: FolderStore, key: str) -> None:
    with pytest.raises(Refusal) as opening:
        store.open(key)
    with pytest.raises(Refusal) as removing:
        store.remove(key)
    assert {opening.value.code, removing.value.code} == {Code.NOT_FOUND}


@pytest.mark.parametrize("uuid", ["", "..", "../store.json", UUID.upper(), UUID + "\n", "a/" + UUID])
def test_a_hostile_partial_is_not_found(store: FolderStore, root: Path, uuid: str) -> None:
    with pytest.raises(Refusal) as caught:
        store.open_partial(uuid, 0)
    assert (caught.value.code, caught.value.subject) == (Code.NOT_FOUND, Subject.UPLOAD)
    assert list((root / "partial").iterdir()) == []


def test_a_link_planted_among_the_blobs_is_not_followed(store: FolderStore, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (root / "blobs/ab" / ("ab" * 16)).symlink_to(secret)
    with pytest.raises(Refusal) as caught:
        store.open("ab" * 16)
    assert caught.value.code is Code.NOT_FOUND
    assert store.size("ab" * 16) is None


def test_a_pipe_planted_among_the_blobs_does_not_block(store: FolderStore, root: Path) -> None:
    os.mkfifo(root / "blobs/ab" / ("ab" * 16))
    with pytest.raises(Refusal) as caught:
        store.open("ab" * 16)
    assert caught.value.code is Code.NOT_FOUND


def test_a_shard_that_became_a_link_is_refused(store: FolderStore, root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ("ab" * 16)).write_text("secret")
    (root / "blobs/ab").rmdir()
    (root / "blobs/ab").symlink_to(tmp_path / "elsewhere")
    with FolderStore(root) as later, pytest.raises(Refusal) as opened_later:
        later.open("ab" * 16)
    with pytest.raises(Refusal) as opened_before:
        store.open("ab" * 16)
    assert (opened_later.value.code, opened_before.value.code) == (Code.INTERNAL, Code.NOT_FOUND)


def test_a_link_planted_among_the_markers_is_neither_followed_nor_swept(
    store: FolderStore, root: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (root / "tmp" / f"{'ab' * 16}.part").symlink_to(secret)
    assert store.sweep_parts(lambda _: False) == []
    assert secret.read_text() == "secret"


def test_files_that_are_not_ours_are_neither_listed_nor_swept(store: FolderStore, root: Path) -> None:
    (root / "blobs/ab/README").touch()
    (root / "blobs/ab" / ("cd" * 16)).touch()
    (root / "tmp/README").touch()
    assert (list(store.keys()), store.sweep_parts(lambda _: False)) == ([], [])
    assert (root / "tmp/README").exists()


def test_a_blob_is_a_real_file_that_the_kernel_can_send(store: FolderStore) -> None:
    key = keep(store, [b"abc"]).key
    with store.open(key) as file:
        assert stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        assert not os.get_inheritable(file.fileno())


def test_damage_shows_in_the_digest(store: FolderStore, root: Path) -> None:
    stored = keep(store, [b"abc"])
    (root / "blobs" / stored.key[:2] / stored.key).write_bytes(b"abd")
    assert store.digest(stored.key).sha256 != stored.sha256


def test_a_kept_blob_has_one_name_and_tmp_is_empty(store: FolderStore, root: Path) -> None:
    stored = keep(store, [b"abc"])
    assert (root / "blobs" / stored.key[:2] / stored.key).stat().st_nlink == 1
    assert list((root / "tmp").iterdir()) == []


def test_every_blob_is_flushed_before_its_name_and_its_name_before_it_is_acknowledged(root: Path) -> None:
    disk = RecordingDisk()
    with FolderStore(root, reserve=0, disk=disk) as store, store.receive([b"x"]) as arrival:
        acknowledged = len(disk.calls)
        arrival.keep()
    assert disk.calls[acknowledged - 3 : acknowledged] == ["fsync", "link", "fsync"]
    assert disk.calls[acknowledged:] == ["unlink"]


def test_the_reserve_claims_real_blocks_and_gives_them_back(root: Path) -> None:
    with FolderStore(root, reserve=1024 * 1024) as store:
        claimed = (root / "reserve").stat().st_blocks * 512
        store.release_reserve()
        released = (root / "reserve").stat().st_blocks
        assert (claimed, released) == (1024 * 1024, 0)
        assert store.restore_reserve()
    assert (root / "reserve").stat().st_blocks * 512 == 1024 * 1024


def test_what_the_reserve_lacks_does_not_count_as_free(tmp_path: Path) -> None:
    with FolderStore(tmp_path / "greedy", reserve=2**60) as store:
        assert not store.restore_reserve()
        assert (store.free(), store.writable) == (0, True)
        with pytest.raises(Refusal) as caught:
            store.check_room(None)
    assert caught.value.code is Code.NO_SPACE
    assert (tmp_path / "greedy/reserve").stat().st_blocks == 0


class RecordingDisk(Disk):
    """A disk that remembers the order of the calls that make a save durable."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def fsync(self, descriptor: int) -> None:
        self.calls.append("fsync")
        super().fsync(descriptor)

    def link(self, name: str, folder: int, new: str, new_folder: int) -> None:
        self.calls.append("link")
        super().link(name, folder, new, new_folder)

    def unlink(self, name: str, folder: int) -> bool:
        self.calls.append("unlink")
        return super().unlink(name, folder)


class OvertakenDisk(Disk):
    """A disk on which somebody drops a file just before it gets its second name."""

    def link(self, name: str, folder: int, new: str, new_folder: int) -> None:
        if "-" in name:  # only a partial is named by a UUID
            self.unlink(name, folder)
        super().link(name, folder, new, new_folder)


def test_a_partial_dropped_while_it_is_adopted_is_not_found(tmp_path: Path) -> None:
    name = "7b1d1c1e-57a5-4b53-9d2f-6a5e0c2f8d11"
    with FolderStore(tmp_path / "store", 0, OvertakenDisk()) as store:
        store.open_partial(name, 0)
        store.append_partial(name, 0, [b"abc"])
        with pytest.raises(Refusal) as caught, store.adopt_partial(name):
            pass
        assert (caught.value.code, caught.value.subject) == (Code.NOT_FOUND, Subject.UPLOAD)
        assert (store.writable, list(store.keys())) == (True, [])
    assert list((tmp_path / "store" / "tmp").iterdir()) == []
