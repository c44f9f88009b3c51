"""Replacing contents: whole or not at all, the old ones kept as versions."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from flask import Flask

from core import attachments, custody
from core.commands import Attach, Replace
from core.errors import Code, Refusal
from core.house import House
from core.storage import FolderStore
from models import Blob, Job, Record, Version
from tests.cast import Cast
from tests.core.conftest import Hands
from tests.core.faulty_disk import FaultyDisk
from tests.core.stories import at_once, attached, bytes_of, count, kept_keys, queued, refused, replaced


def test_what_it_had_becomes_a_version(house: House, cast: Cast, contract: Record) -> None:
    first = attached(house, cast.owner, contract, "plan.txt", b"first")
    second = attachments.replace(house, cast.teammate, first, Replace([b"second"], "plan.pdf"))
    (version,) = attachments.versions_of(house.database, cast.reader, second)
    assert (bytes_of(house, second), second.file_name, second.media_type) == (b"second", "plan.pdf", "application/pdf")
    assert (second.id, second.version, second.author_id) == (first.id, 2, cast.teammate.user_id)
    assert (version.number, version.file_name, version.media_type, version.author_id) == (
        1,
        "plan.txt",
        "text/plain",
        cast.owner.user_id,
    )
    with house.store.open(version.blob.key) as kept:
        assert kept.read() == b"first"
    assert queued(house) == {}


def test_a_version_too_many_is_queued_for_a_quarter_of_an_hour(house: House, cast: Cast, contract: Record) -> None:
    few = replace(house, settings=replace(house.settings, versions=2))
    made = attached(few, cast.owner, contract, content=b"0")
    keys = kept_keys(house)
    last = [replaced(few, cast.owner, made, content) for content in (b"1", b"2", b"3")][-1]
    assert [version.number for version in attachments.versions_of(house.database, cast.owner, last)] == [3, 2]
    assert (last.version, list(queued(house))) == (4, keys)
    assert 14 * 60 < queued(house)[keys[0]] <= 15 * 60
    assert count(house, Blob) == 3


def test_without_versions_the_old_bytes_are_queued_at_once(house: House, cast: Cast, contract: Record) -> None:
    none = replace(house, settings=replace(house.settings, versions=0))
    made = attached(none, cast.owner, contract)
    replaced(none, cast.owner, made, b"new")
    assert (count(house, Version), len(queued(house))) == (0, 1)


def test_whoever_reads_the_old_bytes_reads_them_to_the_end(
    house: House, cast: Cast, contract: Record, wait: Hands
) -> None:
    none = replace(house, settings=replace(house.settings, versions=0))
    made = attached(none, cast.owner, contract, content=b"old " * 1000)
    assert made.blob is not None
    with house.store.open(made.blob.key) as reader:
        begun = reader.read(4)
        replaced(none, cast.owner, made, b"new")
        wait(custody.AFTER_REPLACEMENT)
        assert custody.remove_due(house.database, house.store) == 1
        assert begun + reader.read() == b"old " * 1000
    assert len(kept_keys(house)) == 1


def test_a_body_that_breaks_off_leaves_the_old_content(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract, content=b"old")
    keys = kept_keys(house)

    def body() -> Iterator[bytes]:
        yield b"half"
        raise Refusal(Code.INCOMPLETE, "The body broke off.")

    with refused(Code.INCOMPLETE):
        attachments.replace(house, cast.owner, made, Replace(body()))
    after = attachments.find(house.database, cast.owner, made.id)
    assert (bytes_of(house, after), after.version, kept_keys(house)) == (b"old", 1, keys)


def test_a_disk_that_fills_leaves_the_old_content(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract, content=b"old")
    disk = FaultyDisk(errno.ENOSPC)
    with FolderStore(house.settings.instance, reserve=0, disk=disk) as store:
        disk.arm(3)
        with refused(Code.NO_SPACE):
            replaced(replace(house, store=store), cast.owner, made, b"new")
    after = attachments.find(house.database, cast.owner, made.id)
    assert (bytes_of(house, after), after.version, count(house, Blob)) == (b"old", 1, 1)


def test_what_goes_to_the_trash_while_the_bytes_come_keeps_its_content(
    house: House, cast: Cast, contract: Record
) -> None:
    made = attached(house, cast.owner, contract, content=b"old")

    def body() -> Iterator[bytes]:
        yield b"new"
        attachments.detach(house.database, cast.owner, made)

    with refused(Code.NOT_FOUND):
        attachments.replace(house, cast.owner, made, Replace(body()))
    assert bytes_of(house, attachments.reinstate(house.database, cast.owner, made)) == b"old"
    assert count(house, Blob) == len(kept_keys(house)) == 1


def test_only_a_file_takes_a_content(house: House, cast: Cast, contract: Record) -> None:
    link = attachments.attach(house, cast.owner, contract, Attach(driver="link", link_target="https://example.org"))
    with refused(Code.INVALID, "type"):
        replaced(house, cast.owner, link, b"new")
    promised = attachments.attach(house, cast.owner, contract, Attach(file_name="later.txt"))
    assert replaced(house, cast.owner, promised, b"now").version == 1
    assert (count(house, Version), len(kept_keys(house))) == (0, 1)


def test_who_may_replace(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    shared, secret = attached(house, cast.owner, job), attached(house, cast.owner, private_job)
    with refused(Code.DENIED):
        replaced(house, cast.reader, shared, b"x")
    with refused(Code.NOT_FOUND):
        replaced(house, cast.stranger, secret, b"x")
    assert replaced(house, cast.stranger, shared, b"x").version == 2
    assert len(kept_keys(house)) == 3


def test_contents_given_at_once_never_mix_and_each_becomes_a_version(
    app: Flask, house: House, cast: Cast, job: Job
) -> None:
    many = replace(house, settings=replace(house.settings, versions=20))
    made = attached(many, cast.owner, job, content=b"0" * 20_000)
    letters = (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h")
    acts = [partial(attachments.replace, many, cast.owner, made, Replace([letter * 1000] * 20)) for letter in letters]
    given = at_once(app, acts)
    last = attachments.find(house.database, cast.owner, made.id)
    versions = attachments.versions_of(house.database, cast.owner, last)
    assert [row for row in given if isinstance(row, Refusal)] == []
    assert last.version == 9
    assert [version.number for version in versions] == [8, 7, 6, 5, 4, 3, 2, 1]
    sums = [house.store.digest(version.blob.key) for version in versions]
    assert [(kept.size, kept.sha256) for kept in sums] == [(row.blob.size, row.blob.sha256) for row in versions]
    assert {len(set(bytes_of(house, last)))} == {1}


def test_replacing_and_attaching_at_once_do_not_wait_for_each_other(
    app: Flask, house: House, cast: Cast, job: Job
) -> None:
    made = attached(house, cast.owner, job)
    again = [Attach(file_name="plan.txt", content=[b"x"], replaces_name=True) for _ in range(4)]
    acts = [partial(attachments.attach, house, cast.owner, job, command) for command in again]
    acts += [partial(replaced, house, cast.teammate, made, b"y") for _ in range(4)]
    assert [row for row in at_once(app, acts) if isinstance(row, Refusal)] == []
    assert attachments.find(house.database, cast.owner, made.id).version == 9


def test_an_earlier_content_comes_back_and_nothing_is_lost(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract, "plan.txt", b"first")
    attachments.replace(house, cast.owner, made, Replace([b"second"], "plan.pdf"))
    back = attachments.restore(house, cast.teammate, made, 1)
    (version,) = attachments.versions_of(house.database, cast.reader, back)
    assert (bytes_of(house, back), back.file_name, back.media_type, back.version) == (
        b"first",
        "plan.txt",
        "text/plain",
        3,
    )
    assert (version.number, version.file_name, count(house, Blob), queued(house)) == (2, "plan.pdf", 2, {})
    with house.store.open(version.blob.key) as kept:
        assert kept.read() == b"second"


def test_two_who_bring_the_same_content_back_do_it_once(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract, "plan.txt", b"first")
    replaced(house, cast.owner, made, b"second")
    ends = at_once(app, [partial(attachments.restore, house, cast.owner, made, 1)] * 2)
    assert sorted(isinstance(end, Refusal) for end in ends) == [False, True]
    assert bytes_of(house, attachments.find(house.database, cast.owner, made.id)) == b"first"
    assert (count(house, Version), count(house, Blob)) == (1, 2)


def test_what_it_never_had_does_not_come_back(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract)
    with refused(Code.NOT_FOUND):
        attachments.restore(house, cast.owner, made, 1)
    with refused(Code.NOT_FOUND):
        attachments.restore(house, cast.owner, made, 2**70)
    with refused(Code.DENIED):
        attachments.restore(house, cast.reader, made, 1)
