"""A signed upload from its request to its reply: the order of checks, what is kept, what is answered. It stores nothing.

Honours Amazon S3, "POST Object": nothing of the file is read before form, signature, policy and fields have passed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from flask import Request, Response

from blueprints.saferme import s3_policy
from blueprints.saferme.s3_errors import document, s3_refusal
from blueprints.saferme.s3_form import BEFORE_FILE, PostForm, read_form
from blueprints.saferme.s3_policy import Sizes
from blueprints.saferme.s3_signature import ALGORITHM, REGION, Credential, Keys, check, mint_token, signature
from core.commands import ReceiveObject
from core.errors import Refusal

LIFETIME: Final = timedelta(hours=1)
PREFIX: Final = "async_uploads/"
LONGEST_KEY: Final = 1024  # bytes of UTF-8
NO_TYPE: Final = "binary/octet-stream"
_SLACK = 64 * 1024  # bytes that a form may have beside its fields and its file

_AUTHORISED = re.compile(r"async_uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/.*)?", re.DOTALL)
_ABSOLUTE = re.compile(r"https?://[^\s\x00-\x20\x7f]+", re.ASCII | re.IGNORECASE)


class _Hash(Protocol):
    def update(self, piece: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._sum = 0

    def update(self, piece: bytes, /) -> None:
        self._sum = zlib.crc32(piece, self._sum)

    def digest(self) -> bytes:
        return self._sum.to_bytes(4, "big")


_CHECKSUMS: Final[Mapping[str, tuple[int, Callable[[], _Hash]]]] = {
    "content-md5": (16, lambda: hashlib.md5(usedforsecurity=False)),
    "x-amz-checksum-crc32": (4, _Crc32),
    "x-amz-checksum-sha1": (20, lambda: hashlib.sha1(usedforsecurity=False)),
    "x-amz-checksum-sha256": (32, hashlib.sha256),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where signed forms go: its name, its address and the keys that sign for it.

    This is the seam for an instance whose bytes lie in an S3 bucket: an authorization made for that bucket's name, address
    and keys leads the client there, and nothing else of this package changes.
    """

    name: str
    url: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a client needs to upload one file: where, under which key, with which fields."""

    key: str
    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Post:
    """A form that has passed every check that comes before its file; `command` reads the file."""

    command: ReceiveObject
    fields: Mapping[str, str]


def authorize(bucket: Bucket, guid: uuid.UUID, media_type: str, most: int, now: datetime) -> Authorization:
    """Sign the form for one upload of at most `most` bytes of that type, good for an hour (sheet §4)."""
    key = f"{PREFIX}{guid}"
    signing = {
        "x-amz-credential": str(Credential(bucket.keys.access_key, now.strftime("%Y%m%d"), REGION)),
        "x-amz-algorithm": ALGORITHM,
        "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
        "x-amz-security-token": mint_token(bucket.keys, guid.hex, now),
    }
    conditions: list[object] = [
        {"bucket": bucket.name},
        ["starts-with", "$key", key],
        ["starts-with", "$Content-Type", ""],
        {"success_action_status": "201"},
        {"Content-Type": media_type},
        ["content-length-range", 1, most],
        *({name: value} for name, value in signing.items()),
    ]
    policy = s3_policy.written(now + LIFETIME, conditions)
    mark = signature(bucket.keys.secret, now.strftime("%Y%m%d"), REGION, policy)
    fields = {"key": key, "success_action_status": "201", "Content-Type": media_type, "policy": policy}
    return Authorization(key, bucket.url, fields | signing | {"x-amz-signature": mark})


def read_post(request: Request, bucket: Bucket, most: int, now: datetime) -> Post:
    """Check a form up to its file, in the order of the sheet (§5.4); the file has at most `most` bytes in any case."""
    form = read_form(request)
    check(form.fields, bucket.keys, now)
    sizes = s3_policy.apply(s3_policy.read(form.fields["policy"]), form.fields, bucket.name, now)
    sizes = Sizes(sizes.least, most if sizes.most is None else min(sizes.most, most))
    key = form.fields["key"]
    if len(key.encode()) > LONGEST_KEY:
        raise s3_refusal("KeyTooLongError", "Your key is too long", Size=len(key.encode()), MaxSizeAllowed=LONGEST_KEY)
    _refuse_promised(form, sizes)
    authorised = _AUTHORISED.fullmatch(key)
    command = ReceiveObject(
        key=key,
        content=_measured(form, sizes),
        media_type=form.fields.get("content-type") or NO_TYPE,
        authorization=uuid.UUID(authorised[1]) if authorised else None,
        facts=_metadata(form.fields),
    )
    return Post(command, form.fields)


def show_received(bucket: Bucket, post: Post, md5: str) -> Response:
    """Answer as the form asked: 303, 201 with XML, 200, or 204 (sheet §5.5)."""
    key, tag = post.command.key, f'"{md5}"'
    redirect = _redirect(post.fields)
    if redirect is not None:
        joint = "&" if urlsplit(redirect).query else "?"
        asked = urlencode({"bucket": bucket.name, "key": key, "etag": tag}, quote_via=quote, safe="")
        return _bare(303, {"Location": f"{redirect}{joint}{asked}", "ETag": tag})
    location = f"{bucket.url}/{quote(key, safe='')}"
    headers = {"ETag": tag, "Location": location}
    status = post.fields.get("success_action_status")
    if status != "201":
        return _bare(200 if status == "200" else 204, headers)
    members = {"Location": location, "Bucket": bucket.name, "Key": key, "ETag": tag}
    return Response(document("PostResponse", members), 201, headers, content_type="application/xml")


def _refuse_promised(form: PostForm, sizes: Sizes) -> None:
    # What is far too large even with all that may lie round the file is refused before it is read.
    most = sizes.most or 0
    if form.declared > most + BEFORE_FILE + _SLACK:
        raise _too_large(form.declared, most)


def _measured(form: PostForm, sizes: Sizes) -> Iterator[bytes]:
    """Yield the file, refusing the first byte too many, missing ones, and wrong checksums."""
    sums = {name: make() for name, (_, make) in _CHECKSUMS.items() if name in form.fields}
    for piece in form.content():
        if sizes.most is not None and form.received > sizes.most:
            raise _too_large(form.received, sizes.most)
        for counted in sums.values():
            counted.update(piece)
        yield piece
    if form.received < sizes.least:
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise s3_refusal("EntityTooSmall", message, ProposedSize=form.received, MinSizeAllowed=sizes.least)
    for name, counted in sums.items():
        _compare(name, form.fields[name], counted.digest())


def _compare(name: str, given: str, found: bytes) -> None:
    try:
        expected = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        expected = b""
    if len(expected) != _CHECKSUMS[name][0]:
        shown = "Content-MD5" if name == "content-md5" else name
        raise s3_refusal("InvalidDigest", f"The {shown} you specified was invalid.")
    if not hmac.compare_digest(expected, found):
        message = "The checksum you specified did not match what we received."
        raise s3_refusal("BadDigest", message, ExpectedDigest=given, CalculatedDigest=base64.b64encode(found).decode())


def _metadata(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name.startswith("x-amz-meta-")}


def _redirect(fields: Mapping[str, str]) -> str | None:
    given = fields.get("success_action_redirect") or fields.get("redirect") or ""
    # Anything but a plain absolute address is as if absent; it must not be able to end the header.
    return given if _ABSOLUTE.fullmatch(given) and urlsplit(given).netloc else None


def _bare(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    response.headers.remove("Content-Type")
    return response


def _too_large(proposed: int, most: int) -> Refusal:
    message = "Your proposed upload exceeds the maximum allowed size"
    return s3_refusal("EntityTooLarge", message, ProposedSize=proposed, MaxSizeAllowed=most)
