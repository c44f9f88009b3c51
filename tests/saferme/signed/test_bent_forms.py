"""The receiver of signed forms: every field changed, dropped, doubled and reordered, and what a refusal costs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.saferme.conftest import Receiver, Speaker
from tests.saferme.forms import BOUNDARY, Signer, body, changed, field_part, ordered, without
from tests.saferme.signed.answers import refused

SIGNED = ("key", "policy", "x-amz-credential", "x-amz-algorithm", "x-amz-date", "x-amz-signature")


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("bend", ["changed", "dropped", "doubled"])
def test_a_bent_form_is_refused_and_leaves_nothing(
    receiver: Receiver, signer: Signer, gained: Callable[[], int], name: str, bend: str
) -> None:
    fields = signer.fields({"key": "inbox/picture.png"})
    bent = {
        "changed": changed(fields, name, dict(fields)[name] + "x"),
        "dropped": without(fields, name),
        "doubled": [*fields, (name, dict(fields)[name])],
    }[bend]
    assert receiver.post(bent).status_code in {400, 403}
    assert gained() == 0


@pytest.mark.parametrize("first", SIGNED)
def test_the_order_of_the_fields_before_the_file_is_free(receiver: Receiver, signer: Signer, first: str) -> None:
    assert receiver.post(ordered(signer.fields(), [first])).status_code == 204
    assert receiver.post(signer.fields()[::-1]).status_code == 204


def test_a_doubled_field_is_joined_by_a_comma(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields({"x-amz-meta-a": "1,2"}, given={"x-amz-meta-a": "1"})
    assert receiver.post([*fields, ("X-Amz-Meta-A", "2")]).status_code == 204


class Counted(io.RawIOBase):
    """A body of a form and 100 MB, that counts what is taken from it."""

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__()
        self.taken = 0
        self._head = head
        self._size = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        wanted = min(self._size - self.taken, len(buffer))
        buffer[:wanted] = self._head[self.taken : self.taken + wanted].ljust(wanted, b"0")
        self.taken += wanted
        return wanted


def test_a_badly_signed_form_of_100_mb_is_refused_before_1_mb_is_read(receiver: Receiver, signer: Signer) -> None:
    fields = changed(signer.fields(), "x-amz-signature", "0" * 64)
    stream = Counted(body(fields, b"").removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode()), 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (403, "SignatureDoesNotMatch")
    assert stream.taken < 1_000_000


def test_fields_without_end_are_refused_before_1_mb_is_read(receiver: Receiver) -> None:
    stream = Counted(field_part("key", "")[:-2], 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (400, "MaxPostPreDataLengthExceeded")
    assert stream.taken < 100_000


def test_what_is_promised_far_too_large_is_refused_at_once(receiver: Receiver, signer: Signer) -> None:
    fields = signer.fields(["content-length-range", 0, 1000])
    stream = Counted(body(fields, b"").removesuffix(f"\r\n--{BOUNDARY}--\r\n".encode()), 100_000_000)
    reply = receiver.streamed(stream, 100_000_000)
    assert refused(reply)[:2] == (400, "EntityTooLarge")
    assert stream.taken < 1_000_000


def test_a_cut_body_is_incomplete_and_leaves_nothing(
    receiver: Receiver, signer: Signer, gained: Callable[[], int]
) -> None:
    sent = body(signer.fields(), b"0" * 300_000)
    reply = receiver.streamed(io.BytesIO(sent[:200_000]), len(sent))
    assert refused(reply)[:2] == (400, "IncompleteBody")
    assert gained() == 0


def test_a_cookie_or_a_token_changes_nothing(receiver: Receiver, signer: Signer, owner: Speaker) -> None:
    reply = receiver.raw(body(signer.fields()), headers={"Authorization": f"Token token={owner.token}x"})
    assert reply.status_code == 204
