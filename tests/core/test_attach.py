"""Attaching: what is kept, where, and who may."""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask

from core import attachments, records
from core.commands import Attach, ById
from core.errors import Code, Refusal
from core.house import House
from core.storage import FolderStore
from models import Attachment, Blob, Job, Record
from tests.cast import Cast
from tests.core.faulty_disk import FaultyDisk
from tests.core.stories import at_once, attached, bytes_of, code_of, count, files_of, kept_keys, refused


class CutOff:
    """A body that breaks off after its first piece."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"half"
        raise Refusal(Code.INCOMPLETE, "The body broke off.")


def test_a_file_attached_to_a_job_hangs_on_its_built_in_action(house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"north ", b"face"]))
    assert made.record_id == files_of(house, cast.owner, job).id
    assert bytes_of(house, made) == b"north face"
    assert made.blob is not None
    assert (made.blob.size, made.media_type, made.version, made.driver) == (10, "text/plain", 1, "file")


def test_a_file_attached_to_a_record_hangs_on_it_and_changes_its_revision(
    house: House, cast: Cast, contract: Record
) -> None:
    made = attached(house, cast.teammate, contract)
    assert (made.record_id, made.author_id) == (contract.id, cast.teammate.user_id)
    found = records.find(house.database, cast.owner, ById(contract.id))
    assert found.revision == contract.revision + 1


def test_stranger_cannot_tell_missing_from_forbidden(house: House, cast: Cast, private_job: Job) -> None:
    missing = Job(id=10**9, private=False)
    codes = [code_of(partial(attached, house, cast.stranger, target)) for target in (private_job, missing)]
    assert codes == [(Code.NOT_FOUND, None)] * 2
    assert kept_keys(house) == []


def test_a_reader_may_not_attach_and_nothing_is_kept(house: House, cast: Cast, job: Job) -> None:
    with refused(Code.DENIED):
        attached(house, cast.reader, job)
    assert kept_keys(house) == []


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (Attach(file_name="..", content=[b"b"]), Code.INVALID),
        (Attach(file_name="b.txt", content=CutOff()), Code.INCOMPLETE),
        (Attach(driver="link"), Code.INVALID),
    ],
)
def test_several_are_attached_all_or_none(house: House, cast: Cast, job: Job, second: Attach, code: Code) -> None:
    with refused(code):
        attachments.attach_many(house, cast.owner, job, [Attach(file_name="a.txt", content=[b"a"]), second])
    assert attachments.page_of(house.database, cast.owner, job).total == 0
    assert (kept_keys(house), count(house, Blob)) == ([], 0)


def test_several_keep_their_order(house: House, cast: Cast, job: Job) -> None:
    commands = [Attach(file_name=f"{letter}.txt", content=[letter.encode()]) for letter in "cab"]
    made = attachments.attach_many(house, cast.owner, job, commands)
    assert [row.name for row in made] == ["c.txt", "a.txt", "b.txt"]
    listed = attachments.page_of(house.database, cast.reader, job).items
    assert [bytes_of(house, row) for row in listed] == [b"c", b"a", b"b"]


def test_names_may_repeat(house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job)
    attached(house, cast.owner, job)
    assert attachments.page_of(house.database, cast.owner, job).total == 2


def test_a_name_is_kept_in_one_form(house: House, cast: Cast, contract: Record) -> None:
    decomposed = unicodedata.normalize("NFD", "Ärger übers Öl.txt")
    made = attachments.attach(
        house, cast.owner, contract, Attach(name=decomposed, file_name=decomposed, folder=decomposed, content=[b""])
    )
    composed = unicodedata.normalize("NFC", decomposed)
    assert (made.name, made.file_name, made.folder) == (composed, composed, composed)
    found = attachments.find_named(house.database, cast.owner, contract, decomposed, decomposed)
    assert found.id == made.id


BROKEN: list[tuple[Attach, str]] = [
    (Attach(file_name="", content=[b""]), "file_name"),
    (Attach(file_name="a\nb.txt", content=[b""]), "file_name"),
    (Attach(file_name="a\x7f", content=[b""]), "file_name"),
    (Attach(file_name="nul\0.txt", content=[b""]), "file_name"),
    (Attach(file_name="\ud800.txt", content=[b""]), "file_name"),
    (Attach(file_name="C:\\dir\\..", content=[b""]), "file_name"),
    (Attach(file_name="ä" * 128, content=[b""]), "file_name"),
    (Attach(content=[b""]), "name"),
    (Attach(name="x" * 256, file_name="a", content=[b""]), "name"),
    (Attach(file_name="a", folder="a//b", content=[b""]), "folder"),
    (Attach(file_name="a", folder="a/../b", content=[b""]), "folder"),
    (Attach(file_name="a", folder="/".join("a" * 21), content=[b""]), "folder"),
    (Attach(file_name="a", folder="/".join(["x" * 250] * 5), content=[b""]), "folder"),
    (Attach(file_name="a", description="x" * 20_001, content=[b""]), "description"),
    (Attach(file_name="a", description="nul\0", content=[b""]), "description"),
    (Attach(file_name="a", area="x" * 101, content=[b""]), "area"),
    (Attach(file_name="a", data={"a": ["nul\0"]}, content=[b""]), "data"),
    (Attach(file_name="a", media_type="no type", content=[b""]), "media_type"),
    (Attach(file_name="a", driver="floppy", content=[b""]), "type"),
    (Attach(driver="link"), "link_target"),
    (Attach(name="x", driver="link", link_target="  "), "link_target"),
    (Attach(name="x", driver="link", link_target="http://a\nb"), "link_target"),
    (Attach(name="x", driver="link", link_target="http://" + "x" * 4000), "link_target"),
]


def test_what_breaks_a_rule_is_refused_at_its_field_and_nothing_is_kept(house: House, cast: Cast, job: Job) -> None:
    codes = [code_of(partial(attachments.attach, house, cast.owner, job, command)) for command, _ in BROKEN]
    assert codes == [(Code.INVALID, field) for _, field in BROKEN]
    assert (kept_keys(house), count(house, Attachment)) == ([], 0)


def test_the_longest_names_and_folders_are_kept(house: House, cast: Cast, contract: Record) -> None:
    command = Attach(name="x" * 255, file_name="ä" * 127 + "x", folder="/".join(["x" * 199] * 5), area="x" * 100)
    made = attachments.attach(house, cast.owner, contract, command)
    assert (len(made.name), len((made.file_name or "").encode()), len(made.folder)) == (255, 255, 999)


def test_only_the_last_part_of_a_path_is_a_file_name(house: House, cast: Cast, contract: Record) -> None:
    made = attachments.attach(house, cast.owner, contract, Attach(file_name="C:\\Users\\ada\\plan.pdf", content=[b"%"]))
    assert (made.name, made.file_name, made.media_type) == ("plan.pdf", "plan.pdf", "application/pdf")


def test_a_link_is_kept_as_it_is_and_has_no_bytes(house: House, cast: Cast, contract: Record) -> None:
    link = Attach(driver="link", link_target="https://example.org/" + "ä" * 200)
    made = attachments.attach(house, cast.owner, contract, link)
    assert (made.driver, made.link_target, made.blob_id) == ("link", link.link_target, None)
    assert len(made.name.encode()) <= 255


def test_a_name_that_is_to_be_replaced_gets_a_new_content(house: House, cast: Cast, job: Job) -> None:
    first = attached(house, cast.owner, job)
    again = Attach(file_name="plan.txt", content=[b"second"], replaces_name=True)
    made = attachments.attach(house, cast.owner, job, again)
    assert (made.id, made.version, bytes_of(house, made)) == (first.id, 2, b"second")
    elsewhere = attachments.attach(house, cast.owner, job, replace(again, folder="other", content=[b"third"]))
    assert elsewhere.id != first.id


def test_uploads_to_one_path_at_once_become_one_attachment_with_versions(
    app: Flask, house: House, cast: Cast, job: Job
) -> None:
    commands = [
        Attach(file_name="plan.txt", content=[letter * 1000] * 20, replaces_name=True)
        for letter in (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h")
    ]
    made = at_once(app, [partial(attachments.attach, house, cast.owner, job, command) for command in commands])
    (kept,) = attachments.page_of(house.database, cast.owner, job).items
    assert [row for row in made if isinstance(row, Refusal)] == []
    assert (kept.version, len(set(bytes_of(house, kept))), len(bytes_of(house, kept))) == (8, 1, 20_000)


def test_a_record_that_goes_while_the_bytes_come_gets_none(house: House, cast: Cast, contract: Record) -> None:
    def body() -> Iterator[bytes]:
        yield b"half"
        records.forget(house.database, cast.owner, contract.id)
        yield b" and half"

    with refused(Code.NOT_FOUND):
        attachments.attach(house, cast.owner, contract, Attach(file_name="late.txt", content=body()))
    assert (kept_keys(house), count(house, Attachment)) == ([], 0)


def test_a_full_disk_refuses_and_keeps_nothing(house: House, cast: Cast, contract: Record) -> None:
    disk = FaultyDisk(errno.ENOSPC)
    with FolderStore(house.settings.instance, reserve=0, disk=disk) as store:
        full = replace(house, store=store)
        disk.arm(4)
        with refused(Code.NO_SPACE):
            attached(full, cast.owner, contract, content=b"too much")
        assert disk.struck is not None
        assert attached(full, cast.owner, contract, "b.txt").blob is not None
    assert len(kept_keys(house)) == count(house, Attachment) == 1
