"""Uploads in several goes: what a cut, a crash, a race and time do to them."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from core import attachments, clock, collection, resumable, uploads
from core.commands import Attach, BeginUpload, ById, Checksum, Part
from core.errors import Code, Refusal, Subject
from core.house import House
from core.resumable import Transfer
from models import Job, Upload
from tests.cast import Cast

ANNOUNCED = Attach(file_name="plan.txt")


def begin(house: House, cast: Cast, job: Job, length: int = 6) -> Upload:
    """Begin an upload of the owner's."""
    return resumable.begin(house, cast.owner, BeginUpload(length, ANNOUNCED, ById(job.id))).upload


def part(offset: int, body: bytes, checksum: Checksum | None = None) -> Part:
    """Put bytes where they belong."""
    return Part(offset, [body] if body else [], len(body), checksum)


def cut_after(body: bytes) -> Iterator[bytes]:
    """Give some bytes, then break off."""
    yield body
    raise Refusal(Code.INCOMPLETE, "cut", Subject.BODY)


def progress(house: House, cast: Cast, upload: Upload) -> Transfer:
    """Ask how far it came."""
    found = resumable.find(house.database, cast.owner, upload.guid)
    return resumable.settle(house, cast.owner, found)


def count(house: House, cast: Cast, job: Job) -> int:
    """Count what hangs on a job."""
    return attachments.page_of(house.database, cast.owner, job).total


def age(house: House, upload: Upload, by: timedelta) -> None:
    """Let time pass for an upload."""
    with house.database.writing() as session:
        moved = {"expires_at": upload.expires_at - by, "received_at": upload.created_at - by}
        session.execute(update(Upload).where(Upload.id == upload.id).values(moved))


def test_a_cut_body_keeps_what_came(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    with pytest.raises(Refusal) as refused:
        resumable.append(house, cast.owner, upload, Part(0, cut_after(b"nor"), 6))
    assert refused.value.code is Code.INCOMPLETE
    assert progress(house, cast, upload).offset == 3


def test_a_cut_body_with_a_checksum_keeps_nothing(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    promised = Checksum("sha1", hashlib.sha1(b"north", usedforsecurity=False).digest())
    with pytest.raises(Refusal):
        resumable.append(house, cast.owner, upload, Part(0, cut_after(b"nor"), 6, promised))
    assert progress(house, cast, upload).offset == 0
    assert list(house.store.keys()) == []


def test_an_upload_whose_server_died_before_the_attachment_was_made_is_finished_by_looking(
    house: House, cast: Cast, job: Job
) -> None:
    upload = begin(house, cast, job)
    house.store.append_partial(str(upload.guid), 0, [b"summit"])  # and then the server was killed
    found = progress(house, cast, upload)
    assert (found.offset, found.is_finished, count(house, cast, job)) == (6, True, 1)
    assert found.attachment == attachments.page_of(house.database, cast.owner, job).items[0].guid


def test_two_who_finish_at_once_make_one_attachment(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    house.store.append_partial(str(upload.guid), 0, [b"summit"])
    resumable.settle(house, cast.owner, upload)
    late = resumable.settle(house, cast.owner, upload)  # it had looked before the other was done
    assert (late.is_finished, count(house, cast, job)) == (True, 1)
    assert len(list(house.store.keys())) == 1


def test_while_one_adds_another_is_told_to_wait(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        begun.set()
        yield b""
        go_on.wait(20)
        yield b"sum"

    writer = threading.Thread(target=house.store.append_partial, args=(str(upload.guid), 0, slow()))
    writer.start()
    begun.wait(20)
    with pytest.raises(Refusal) as refused:
        resumable.append(house, cast.owner, upload, part(0, b"xyz"))
    go_on.set()
    writer.join()
    assert (refused.value.code, refused.value.subject) == (Code.LOCKED, Subject.UPLOAD)
    assert progress(house, cast, upload).offset == 3


def test_what_another_request_added_meanwhile_is_never_cut_off(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)

    def overtaken() -> Iterator[bytes]:
        house.store.append_partial(str(upload.guid), 0, [b"summ"])
        yield b"xyz"

    promised = Checksum("sha1", hashlib.sha1(b"xyz", usedforsecurity=False).digest())
    with pytest.raises(Refusal) as refused:
        resumable.append(house, cast.owner, upload, Part(0, overtaken(), 3, promised))
    assert refused.value.code is Code.CONFLICT
    assert progress(house, cast, upload).offset == 4


def test_a_refused_announcement_leaves_no_row_and_no_bytes(house: House, cast: Cast, job: Job) -> None:
    command = BeginUpload(6, ANNOUNCED, ById(job.id))
    with pytest.raises(Refusal):
        resumable.begin(house, cast.owner, command, Part(0, cut_after(b"nor"), 6))
    assert (list(house.store.partials()), uploads.expire(house)) == ([], 0)


def test_bytes_that_come_now_and_then_keep_an_upload_alive(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    age(house, upload, timedelta(days=2))
    resumable.append(house, cast.owner, resumable.find(house.database, cast.owner, upload.guid), part(0, b"sum"))
    kept = resumable.find(house.database, cast.owner, upload.guid)
    assert kept.expires_at > clock.now() + timedelta(days=2, hours=23)
    assert uploads.expire(house) == 0


def test_an_upload_to_which_nothing_comes_is_over_after_three_days(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    age(house, upload, timedelta(days=3))
    with pytest.raises(Refusal) as refused:
        resumable.find(house.database, cast.owner, upload.guid)
    assert refused.value.code is Code.GONE
    collection.sweep(house)
    assert list(house.store.partials()) == []
    with pytest.raises(Refusal) as unknown:
        resumable.find(house.database, cast.owner, upload.guid)
    assert unknown.value.code is Code.NOT_FOUND


def test_an_upload_whose_bytes_are_lost_is_over(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)
    house.store.drop_partial(str(upload.guid))
    with pytest.raises(Refusal) as refused:
        progress(house, cast, upload)
    assert refused.value.code is Code.GONE


def test_a_finished_upload_is_forgotten_after_a_day_and_its_attachment_stays(
    house: House, cast: Cast, job: Job
) -> None:
    upload = begin(house, cast, job)
    done = resumable.append(house, cast.owner, upload, part(0, b"summit")).upload
    age(house, done, timedelta(days=1))
    assert (uploads.expire(house), count(house, cast, job)) == (1, 1)


def test_bytes_without_a_row_are_dropped_and_others_stay(house: House, cast: Cast, job: Job) -> None:
    kept, lost = begin(house, cast, job), begin(house, cast, job)
    with house.database.writing() as session:
        session.execute(delete(Upload).where(Upload.id == lost.id))
    assert resumable.drop_strays(house) == 1
    assert list(house.store.partials()) == [str(kept.guid)]


def test_an_upload_given_up_while_bytes_come_attaches_nothing(house: House, cast: Cast, job: Job) -> None:
    upload = begin(house, cast, job)

    def given_up() -> Iterator[bytes]:
        yield b"sum"
        resumable.terminate(house, cast.owner, upload.guid)
        yield b"mit"

    with pytest.raises(Refusal) as refused:
        resumable.append(house, cast.owner, upload, Part(0, given_up(), 6))
    assert refused.value.code is Code.GONE
    assert (count(house, cast, job), list(house.store.keys()), list(house.store.partials())) == (0, [], [])


def test_an_attachment_that_went_meanwhile_gets_no_new_content(house: House, cast: Cast, job: Job) -> None:
    old = attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"old"]))
    upload = resumable.begin(house, cast.owner, BeginUpload(3, ANNOUNCED, replaces=old.guid)).upload
    attachments.detach(house.database, cast.owner, old)
    with pytest.raises(Refusal) as refused:
        resumable.append(house, cast.owner, upload, part(0, b"new"))
    assert (refused.value.code, refused.value.subject) == (Code.NOT_FOUND, Subject.ATTACHMENT)
    assert len(list(house.store.keys())) == 1


def test_a_link_gets_no_content(house: House, cast: Cast, job: Job) -> None:
    link = attachments.attach(house, cast.owner, job, Attach(driver="link", link_target="https://example.org/"))
    with pytest.raises(Refusal) as refused:
        resumable.begin(house, cast.owner, BeginUpload(3, ANNOUNCED, replaces=link.guid))
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "attachment")


def test_an_unknown_attachment_gets_no_content(house: House, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        resumable.begin(house, cast.owner, BeginUpload(3, ANNOUNCED, replaces=uuid.uuid4()))
    assert refused.value.code is Code.NOT_FOUND
