"""Forms for the receiver of signed uploads, built byte by byte so that tests can break them. It knows no server."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.saferme.s3_signature import signature
from core.settings import Settings

BOUNDARY = "a-boundary-of-our-own"
Fields = list[tuple[str, str]]

_SOURCE = b'Content-Disposition: form-data; name="file"; filename="picture.png"\r\nContent-Type: image/png'


@dataclass(frozen=True)
class Signer:
    """Signs policies as a holder of the instance's keys does."""

    settings: Settings
    key: str = "inbox/${filename}"
    date: str = "20260101"

    def credential(self) -> str:
        return f"{self.settings.upload_access_key}/{self.date}/us-east-1/s3/aws4_request"

    def conditions(self, *more: Any) -> list[Any]:
        return [
            {"bucket": self.settings.upload_bucket},
            ["starts-with", "$key", "inbox/"],
            {"x-amz-credential": self.credential()},
            {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
            {"x-amz-date": f"{self.date}T000000Z"},
            *more,
        ]

    def fields(self, *more: Any, document: object = None, given: Mapping[str, str] | None = None) -> Fields:
        """Return the fields of a form, and those given, whose policy has the usual conditions and more.

        A document takes the place of that policy.
        """
        default = {"expiration": moment(timedelta(hours=1)), "conditions": self.conditions(*more)}
        return self.signed(json.dumps(default if document is None else document).encode(), given or {})

    def signed(self, policy: bytes, given: Mapping[str, str] | None = None) -> Fields:
        """Return the fields of a form with that policy, signed."""
        encoded = base64.b64encode(policy).decode()
        return [
            ("key", self.key),
            *(given or {}).items(),
            ("policy", encoded),
            ("x-amz-credential", self.credential()),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-date", f"{self.date}T000000Z"),
            ("x-amz-signature", signature(self.settings.upload_secret_key, self.date, "us-east-1", encoded)),
        ]


def moment(ahead: timedelta) -> str:
    """Return a moment from now as policies spell it."""
    return (datetime.now(UTC) + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")


def body(fields: Iterable[tuple[str, str]], content: bytes | None = b"bytes", head: bytes = _SOURCE) -> bytes:
    """Return the body of a form: the fields, then the file unless there is none."""
    parts = [field_part(name, value) for name, value in fields]
    if content is not None:
        parts.append(b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + b"--" + BOUNDARY.encode() + b"--\r\n"


def field_part(name: str, value: str) -> bytes:
    """Return one field as bytes."""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def changed(fields: Fields, name: str, value: str) -> Fields:
    """Return the fields with another value."""
    return [(known, value if known == name else old) for known, old in fields]


def without(fields: Fields, *names: str) -> Fields:
    """Return the fields without some."""
    return [(name, value) for name, value in fields if name not in names]


def ordered(fields: Fields, names: Sequence[str]) -> Fields:
    """Return the fields with some first, in that order."""
    return sorted(fields, key=lambda field: names.index(field[0]) if field[0] in names else len(names))
