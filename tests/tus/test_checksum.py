"""Checksums: bytes that do not match never count, and bytes that nobody could check neither."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable

import pytest

from core.house import House
from models import Attachment, Job
from tests.tus.conftest import Talker

Listed = Callable[[], list[Attachment]]


def summed(algorithm: str, body: bytes) -> str:
    """Word a sum as Upload-Checksum does."""
    return f"{algorithm} {b64encode(hashlib.new(algorithm, body).digest()).decode()}"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_bytes_with_their_sum_are_taken(
    owner: Talker, job: Job, attached: Listed, content: Callable[[Attachment], bytes], algorithm: str
) -> None:
    path = owner.begin(job, 10)
    first = owner.patch(path, 0, b"north", Upload_Checksum=summed(algorithm, b"north"))
    owner.patch(path, 5, b" face", Upload_Checksum=summed(algorithm, b" face"))
    (made,) = attached()
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "5")
    assert content(made) == b"north face"


def test_bytes_without_their_sum_are_taken_back_and_may_come_again(
    owner: Talker, job: Job, house: House, attached: Listed
) -> None:
    path = owner.begin(job, 5)
    spoilt = owner.patch(path, 0, b"nortH", Upload_Checksum=summed("sha1", b"north"))
    assert (spoilt.status_code, owner.head(path).headers["Upload-Offset"], attached()) == (460, "0", [])
    assert list(house.store.keys()) == []
    assert owner.patch(path, 0, b"north", Upload_Checksum=summed("sha1", b"north")).status_code == 204
    assert len(attached()) == 1
