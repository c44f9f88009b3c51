"""Files sent ahead of their attachment: kept for a day, for their owner alone, used once for nothing and twice by copy."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

from flask import Flask

from core import attachments, uploads
from core.commands import Attach
from core.errors import Code, Refusal
from core.house import House
from core.paging import EVERYTHING, Slice
from models import Attachment, Blob, Record, Upload
from tests.cast import Cast
from tests.core.conftest import Hands
from tests.core.stories import (
    at_once,
    attached,
    bytes_of,
    code_of,
    count,
    kept_keys,
    queued,
    reading_only,
    received,
    refused,
    replaced,
)


def promise(house: House, cast: Cast, contract: Record) -> Attachment:
    return attachments.attach(house, cast.owner, contract, Attach(file_name="later.bin"))


def test_a_file_is_its_owners_alone(house: House, cast: Cast) -> None:
    upload = received(house, cast.owner, "C:\\plans\\north.pdf")
    assert (upload.file_name, upload.media_type, upload.offset) == ("north.pdf", "application/pdf", 11)
    assert uploads.find_file(house.database, cast.owner, upload.guid).id == upload.id
    strangers = [cast.teammate, cast.reader, cast.admin]
    codes = [code_of(partial(uploads.find_file, house.database, caller, upload.guid))[0] for caller in strangers]
    codes += [code_of(partial(uploads.find_file, house.database, cast.owner, uuid.UUID(int=0)))[0]]
    assert codes == [Code.NOT_FOUND] * 4
    assert uploads.look_for_file(house.database, cast.stranger, upload.guid) is None


def test_a_refused_file_leaves_nothing(house: House, cast: Cast) -> None:
    with refused(Code.DENIED):
        received(house, reading_only(cast.owner))
    with refused(Code.INVALID):
        received(house, cast.owner, "..")
    assert (kept_keys(house), count(house, Upload)) == ([], 0)


def test_files_are_listed_newest_first_by_a_part_of_their_names(house: House, cast: Cast) -> None:
    made = [received(house, cast.owner, name).id for name in ("a.txt", "ÄB.txt", "c%.txt")]
    received(house, cast.teammate, "a.txt")
    parts = [("", EVERYTHING), ("äb", EVERYTHING), ("%", EVERYTHING), ("", Slice(1, 1))]
    pages = [uploads.page_files(house.database, cast.owner, text, part) for text, part in parts]
    assert [[row.id for row in page.items] for page in pages] == [made[::-1], [made[1]], [made[2]], [made[1]]]
    assert [page.total for page in pages] == [3, 1, 1, 3]


def test_the_first_use_copies_nothing(house: House, cast: Cast, contract: Record) -> None:
    upload = received(house, cast.owner, "north.pdf")
    keys = kept_keys(house)
    made = uploads.claim_file(house, cast.owner, upload.guid, promise(house, cast, contract))
    assert (bytes_of(house, made), made.file_name, made.media_type) == (b"sent before", "north.pdf", "application/pdf")
    assert (kept_keys(house), queued(house)) == (keys, {})
    assert uploads.page_files(house.database, cast.owner, "", EVERYTHING).total == 0


def test_the_second_use_copies_the_bytes_that_were_sent(house: House, cast: Cast, contract: Record) -> None:
    upload = received(house, cast.owner)
    first = uploads.claim_file(house, cast.owner, upload.guid, promise(house, cast, contract))
    replaced(house, cast.owner, first, b"something else")
    second = uploads.claim_file(house, cast.owner, upload.guid, promise(house, cast, contract))
    assert bytes_of(house, second) == b"sent before"
    assert (len(kept_keys(house)), count(house, Blob)) == (3, 3)


def test_what_was_purged_after_its_first_use_is_not_found(house: House, cast: Cast, contract: Record) -> None:
    upload = received(house, cast.owner)
    first = uploads.claim_file(house, cast.owner, upload.guid, promise(house, cast, contract))
    attachments.purge(house.database, cast.admin, first)
    with refused(Code.NOT_FOUND):
        uploads.claim_file(house, cast.owner, upload.guid, promise(house, cast, contract))


def test_uses_at_once_all_get_the_bytes(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    upload = received(house, cast.owner)
    targets = [promise(house, cast, contract) for _ in range(4)]
    made = at_once(app, [partial(uploads.claim_file, house, cast.owner, upload.guid, target) for target in targets])
    assert [bytes_of(house, row) for row in made if not isinstance(row, Refusal)] == [b"sent before"] * 4
    assert count(house, Blob) == len(kept_keys(house)) == 4


def test_a_use_that_is_refused_leaves_the_file_to_be_used(house: House, cast: Cast, contract: Record) -> None:
    upload = received(house, cast.reader)
    target = promise(house, cast, contract)
    with refused(Code.DENIED):
        uploads.claim_file(house, cast.reader, upload.guid, target)
    with refused(Code.NOT_FOUND):
        uploads.claim_file(house, cast.owner, upload.guid, target)
    assert uploads.find_file(house.database, cast.reader, upload.guid).blob_id is not None


def test_an_unused_file_expires_after_a_day_and_a_used_one_stays(
    house: House, cast: Cast, contract: Record, wait: Hands
) -> None:
    unused, used = received(house, cast.owner), received(house, cast.owner)
    made = uploads.claim_file(house, cast.owner, used.guid, promise(house, cast, contract))
    assert unused.blob is not None
    wait(timedelta(days=1))
    with refused(Code.NOT_FOUND):
        uploads.find_file(house.database, cast.owner, unused.guid)
    with refused(Code.NOT_FOUND):
        uploads.claim_file(house, cast.owner, unused.guid, attached(house, cast.owner, contract))
    wait(timedelta(seconds=1))
    assert uploads.expire(house) == 2
    assert (list(queued(house)), count(house, Upload)) == ([unused.blob.key], 0)
    assert bytes_of(house, made) == b"sent before"
