"""Verification, collection and retention: what is found, what is mended, what goes and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core import attachments, collection, custody, records, retention
from core.clock import now
from core.commands import Attach, CreateRecord
from core.errors import Code
from core.house import House
from core.verification import Findings, count, orphans, verify
from models import Attachment, Blob, Job, JobOutput, OrphanMark, Record
from tests.cast import Cast
from tests.core import stories
from tests.core.conftest import Hands
from tests.core.stories import attached, bytes_of, kept_keys, queued, recorded, refused, start


class Counted:
    """A progress that counts."""

    def __init__(self) -> None:
        self.steps = 0

    def update(self, n_steps: int, /) -> None:
        self.steps += n_steps


def path_of(house: House, key: str) -> Path:
    return house.settings.instance / "blobs" / key[:2] / key


def keys_of(made: list[Attachment]) -> list[str]:
    return [row.blob.key for row in made if row.blob is not None]


def orphan(house: House, index: int = 0) -> str:
    key = f"{index:02x}" + "0" * 30
    path_of(house, key).write_bytes(b"nobody's")
    return key


def found(house: House, *, repair: bool = False) -> Findings:
    return verify(house, Counted(), repair=repair)


def test_exactly_what_is_damaged_is_found(house: House, cast: Cast, contract: Record) -> None:
    sound = [attached(house, cast.owner, contract, content=f"sound {index}".encode()) for index in range(3)]
    hurt = keys_of([attached(house, cast.owner, contract, content=f"hurt {index}".encode()) for index in range(7)])
    flipped, truncated, emptied, swapped, other, removed, blocked = hurt
    path_of(house, flipped).write_bytes(b"hurt 1")
    path_of(house, truncated).write_bytes(b"hur")
    path_of(house, emptied).write_bytes(b"")
    one, two = path_of(house, swapped).read_bytes(), path_of(house, other).read_bytes()
    path_of(house, swapped).write_bytes(two)
    path_of(house, other).write_bytes(one)
    path_of(house, removed).unlink()
    path_of(house, blocked).unlink()
    path_of(house, blocked).symlink_to("/etc/passwd")
    strays = [orphan(house, index) for index in (1, 2)]
    progress = Counted()

    findings = verify(house, progress)

    assert sorted(findings.corrupt) == sorted([flipped, truncated, emptied, swapped, other])
    assert sorted(findings.missing) == sorted([removed, blocked])
    assert sorted(findings.orphaned) == strays
    assert (findings.checked, findings.is_clean, count(house), progress.steps) == (8, False, 10, 10)
    assert [bytes_of(house, row) for row in sound] == [b"sound 0", b"sound 1", b"sound 2"]


def test_after_a_repair_all_is_clean_and_what_is_sound_untouched(house: House, cast: Cast, contract: Record) -> None:
    sound, hurt = (attached(house, cast.owner, contract, content=word) for word in (b"sound", b"hurt"))
    path_of(house, keys_of([hurt])[0]).unlink()
    orphan(house)
    first = found(house, repair=True)
    second = found(house)
    assert (len(first.missing), len(first.orphaned), first.repaired) == (1, 1, True)
    assert (second.is_clean, second.checked, kept_keys(house)) == (True, 1, keys_of([sound]))
    assert attachments.page_of(house.database, cast.owner, contract).total == 2


def test_what_is_arriving_or_about_to_go_is_no_fault(house: House, cast: Cast, contract: Record) -> None:
    seen: list[list[str]] = []
    with house.store.receive([b"arriving"]) as arrival:
        seen.append(found(house, repair=True).orphaned)
        assert house.store.size(arrival.stored.key) == 8
    records.purge(house.database, cast.admin, contract.id)
    attached_elsewhere = kept_keys(house)
    assert (seen, attached_elsewhere, found(house).is_clean) == ([[]], [], True)


def test_what_goes_while_it_is_looked_at_is_no_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = orphan(house)
    keys = list(house.store.keys())
    house.store.remove(key)
    monkeypatch.setattr(type(house.store), "keys", lambda _: iter(keys))
    assert list(orphans(house)) == []


# The collector


def test_an_orphan_goes_in_the_second_run_after_its_grace(
    house: House, cast: Cast, contract: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keys_of([attached(house, cast.owner, contract)])
    stray = orphan(house)
    boot, seconds = collection._since_boot()
    first = collection.collect(house)
    again = collection.collect(house)
    monkeypatch.setattr(collection, "_since_boot", lambda: (boot, seconds + 3590))
    early = collection.collect(house)
    monkeypatch.setattr(collection, "_since_boot", lambda: (boot, seconds + 3700))
    last = collection.collect(house)
    assert [run.marked for run in (first, again, early, last)] == [[stray], [stray], [stray], []]
    assert [run.removed for run in (first, again, early, last)] == [[], [], [], [stray]]
    assert (kept_keys(house), stories.count(house, OrphanMark)) == (kept, 0)


def test_a_restart_of_the_machine_begins_the_grace_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = orphan(house)
    monkeypatch.setattr(collection, "_since_boot", lambda: ("one", 10.0))
    collection.collect(house)
    monkeypatch.setattr(collection, "_since_boot", lambda: ("two", 99_999.0))
    assert collection.collect(house).removed == []
    monkeypatch.setattr(collection, "_since_boot", lambda: ("two", 99_999.0 + 3601))
    assert collection.collect(house).removed == [stray]


def test_no_jump_of_the_clock_removes_anything(house: House, wait: Hands) -> None:
    stray = orphan(house)
    collection.collect(house)
    wait(timedelta(days=400))
    assert (collection.collect(house).removed, kept_keys(house)) == ([], [stray])


def test_a_mark_goes_with_the_orphan_it_was_for(house: House) -> None:
    stray = orphan(house)
    collection.collect(house)
    house.store.remove(stray)
    collection.collect(house)
    assert stories.count(house, OrphanMark) == 0


def test_without_grace_one_run_does_it_all_and_a_dry_one_nothing(house: House) -> None:
    stray = orphan(house)
    dry = collection.collect(house, 0, dry=True)
    assert (dry.removed, dry.dry, kept_keys(house)) == ([stray], True, [stray])
    assert (collection.collect(house, 0).removed, kept_keys(house)) == ([stray], [])


def test_too_many_orphans_among_many_blobs_are_left_alone(house: House) -> None:
    with house.database.writing() as session:
        session.add_all(
            Blob(key=f"{index:032x}", size=0, sha256="", md5="", crc32=0, created_at=now()) for index in range(95)
        )
    strays = [orphan(house, index) for index in range(1, 7)]
    with refused(Code.CONFLICT):
        collection.collect(house, 0)
    assert kept_keys(house) == strays
    house.store.remove(strays.pop())
    assert collection.collect(house, 0).removed == strays


def test_the_sweep_removes_what_is_due_and_no_more(house: House, cast: Cast, contract: Record, wait: Hands) -> None:
    made = [attached(house, cast.owner, contract, content=word) for word in (b"one", b"two")]
    attachments.purge(house.database, cast.admin, made[0])
    collection.sweep(house)
    assert len(kept_keys(house)) == 2
    wait(custody.AFTER_PURGE)
    collection.sweep(house)
    assert (kept_keys(house), queued(house)) == (keys_of(made[1:]), {})


# Retention


@pytest.fixture
def thrown_away(house: House, cast: Cast, contract: Record, job: Job, wait: Hands) -> Callable[[], list[int]]:
    """An attachment, an output and a record in the trash; and what is left of each."""
    wait(timedelta(0))
    attachments.detach(house.database, cast.owner, attached(house, cast.owner, contract))
    attached(house, cast.owner, contract, "stays.txt")
    start(house, job)
    stories.forget_output(house, cast.owner, recorded(house, cast.owner, job))
    recorded(house, cast.owner, job, "stays")
    other = records.create(house.database, cast.owner, CreateRecord("Contract", "Other"))
    attachments.attach(house, cast.owner, other, Attach(file_name="goes.txt", content=[b"with its record"]))
    records.forget(house.database, cast.owner, other.id)
    return lambda: [stories.count(house, table) for table in (Attachment, JobOutput, Record)]


def test_what_lay_in_the_trash_for_the_days_of_the_setting_goes_for_good(
    house: House, thrown_away: Callable[[], list[int]], wait: Hands
) -> None:
    assert thrown_away() == [3, 2, 4]
    wait(timedelta(days=30))
    assert (retention.empty_trash(house), thrown_away()) == (0, [3, 2, 4])
    wait(timedelta(seconds=1))
    assert (retention.empty_trash(house), thrown_away()) == (3, [1, 1, 3])
    assert len(queued(house)) == 3
    wait(custody.AFTER_PURGE)
    assert (custody.remove_due(house.database, house.store), len(kept_keys(house))) == (3, 2)
    assert found(house).is_clean
