"""Objects under signed keys: kept once, claimed by whom they were authorised for, gone when nobody wants them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from core import attachments, clock, custody, objects, uploads
from core.commands import ClaimObject, ReceiveObject
from core.errors import Code, Refusal
from core.house import House
from core.rendering import render
from models import Attachment, Blob, State, Upload
from tests import pictures
from tests.cast import Cast

HOUR = timedelta(hours=1)


def authorised(house: House, cast: Cast) -> uuid.UUID:
    return objects.authorise(house.database, cast.owner, "image/png", 1000, HOUR).guid


def received(house: House, key: str, guid: uuid.UUID | None, *pieces: bytes, media_type: str = "image/png") -> str:
    return objects.receive(house, ReceiveObject(key, pieces or (b"bytes",), media_type, guid))


def counted(house: House) -> tuple[int, int]:
    """Return how many objects and how many blobs have a row."""
    with house.database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(Upload).where(Upload.kind == "object")) or 0
        return rows, session.scalar(select(func.count()).select_from(Blob)) or 0


def later(house: House, table: type[Upload | Attachment], days: int) -> None:
    """Let every row of a table be so many days older."""
    past = clock.now() - timedelta(days=days)
    column = {"expires_at": past} if table is Upload else {"updated_at": past}
    with house.database.writing() as session:
        session.execute(update(table).values(**column))


def test_an_object_is_kept_under_its_key_with_its_md5(house: House, cast: Cast) -> None:
    assert received(house, "a/b", authorised(house, cast)) == "4b3a6218bb3e3a7303e8a171a60fcf92"
    assert counted(house) == (1, 1)


def test_the_same_key_again_replaces_the_object_and_frees_the_old_bytes(house: House, cast: Cast) -> None:
    guid = authorised(house, cast)
    received(house, "a/b", guid, b"first")
    received(house, "a/b", guid, b"second")
    claimed = objects.claim(house, cast.owner, ClaimObject("a/b"))
    assert counted(house) == (1, 1)
    assert claimed.blob is not None
    assert house.store.digest(claimed.blob.key).size == 6


def test_a_content_that_refuses_leaves_nothing(house: House, cast: Cast) -> None:
    def content() -> Iterable[bytes]:
        yield b"some"
        raise Refusal(Code.TOO_LARGE, "Enough.")

    with pytest.raises(Refusal):
        objects.receive(house, ReceiveObject("a/b", content(), "image/png", authorised(house, cast)))
    assert counted(house) == (0, 0)
    assert list(house.store.keys()) == []


def test_a_type_that_is_none_is_unknown(house: House, cast: Cast) -> None:
    received(house, "a/b", authorised(house, cast), media_type="not a type")
    assert objects.claim(house, cast.owner, ClaimObject("a/b")).media_type == "application/octet-stream"


def test_a_claim_makes_an_attachment_that_waits_and_hangs_nowhere(house: House, cast: Cast) -> None:
    received(house, "a/roof.png", authorised(house, cast))
    claimed = objects.claim(house, cast.owner, ClaimObject("a/roof.png"))
    assert (claimed.record_id, claimed.file_name, claimed.state) == (None, "roof.png", State.WAITING)
    assert (claimed.author_id, claimed.media_type) == (cast.owner.user_id, "image/png")


def test_a_claim_may_give_another_name(house: House, cast: Cast) -> None:
    received(house, "a/roof.png", authorised(house, cast))
    assert objects.claim(house, cast.owner, ClaimObject("a/roof.png", "south")).file_name == "south"


def test_the_same_claim_again_is_the_same_attachment(house: House, cast: Cast) -> None:
    received(house, "a/b", authorised(house, cast))
    first = objects.claim(house, cast.owner, ClaimObject("a/b"))
    assert objects.claim(house, cast.owner, ClaimObject("a/b")).id == first.id
    assert counted(house) == (1, 1)


def test_many_claims_at_once_make_one_attachment(app: Flask, house: House, cast: Cast) -> None:
    received(house, "a/b", authorised(house, cast))

    def claim(_turn: int) -> int:
        with app.app_context():
            return objects.claim(house, cast.owner, ClaimObject("a/b")).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(claim, range(16)))
    assert (len(ids), counted(house)) == (1, (1, 1))


def test_nobody_else_claims_a_key(house: House, cast: Cast) -> None:
    received(house, "a/b", authorised(house, cast))
    received(house, "signed/elsewhere", None)
    for caller, key in ((cast.admin, "a/b"), (cast.stranger, "a/b"), (cast.owner, "signed/elsewhere")):
        with pytest.raises(Refusal) as refused:
            objects.claim(house, caller, ClaimObject(key))
        assert (refused.value.code, refused.value.field) == (Code.INVALID, "key")


def test_a_viewer_is_authorised_for_nothing(house: House, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        objects.authorise(house.database, cast.reader, "image/png", 1000, HOUR)
    assert refused.value.code is Code.DENIED


def test_a_claimed_key_takes_the_same_bytes_and_no_others(house: House, cast: Cast) -> None:
    guid = authorised(house, cast)
    received(house, "a/b", guid, b"first")
    objects.claim(house, cast.owner, ClaimObject("a/b"))
    assert received(house, "a/b", guid, b"first")
    with pytest.raises(Refusal) as refused:
        received(house, "a/b", guid, b"other")
    assert refused.value.code is Code.CONFLICT
    assert len(list(house.store.keys())) == 1


def test_an_object_that_nobody_claims_goes_after_its_day(house: House, cast: Cast) -> None:
    received(house, "a/b", authorised(house, cast))
    later(house, Upload, days=1)
    uploads.expire(house)
    assert counted(house) == (0, 0)
    with pytest.raises(Refusal):
        objects.claim(house, cast.owner, ClaimObject("a/b"))


def test_an_attachment_that_is_never_attached_goes_after_a_week_with_its_pictures(house: House, cast: Cast) -> None:
    received(house, "a/roof.png", authorised(house, cast), pictures.png())
    claimed = objects.claim(house, cast.owner, ClaimObject("a/roof.png"))
    render(house, claimed.id)
    uploads.expire(house)
    assert attachments.find(house.database, cast.owner, claimed.id).state == State.READY
    later(house, Attachment, days=8)
    uploads.expire(house)
    with house.database.reading() as session:
        assert session.scalar(select(Attachment.id)) is None
    assert counted(house)[1] == 0
    assert custody.remove_due(house.database, house.store) == 0


@pytest.mark.parametrize(
    ("media_type", "content", "state"),
    [
        ("application/pdf", b"%PDF-1.7", State.READY),
        ("application/pdf", b"plain text", State.FAILED),
        ("text/plain", "Grüße".encode(), State.READY),
        ("text/plain", b"\x00\x01\x02", State.FAILED),
        ("text/plain", pictures.png(), State.FAILED),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", State.READY),
        ("application/vnd.apple.pages", b"PK\x03\x04 and more", State.READY),
        ("application/vnd.apple.pages", b"%PDF-1.7", State.FAILED),
        ("image/jpeg", b"plain text", State.FAILED),
        ("image/png", pictures.gif(), State.FAILED),
        ("application/json", b"{}", State.READY),
    ],
    ids=pictures.named,
)
def test_the_worker_compares_the_declared_type_with_the_first_bytes(
    house: House, cast: Cast, media_type: str, content: bytes, state: State
) -> None:
    received(house, "a/b", authorised(house, cast), content, media_type=media_type)
    claimed = objects.claim(house, cast.owner, ClaimObject("a/b"))
    render(house, claimed.id)
    assert attachments.find(house.database, cast.owner, claimed.id).state == state
