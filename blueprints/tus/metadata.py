"""The grammar of three headers: Upload-Metadata, Upload-Checksum, and whole numbers. It knows no key of ours."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

from core.commands import Checksum
from core.errors import Refusal, Subject, invalid

ALGORITHMS: Final = {"sha1": 20, "sha256": 32, "md5": 16}  # and the bytes of their sums
LONGEST: Final = 8_000  # characters of Upload-Metadata

_KEY: Final = re.compile(r"[!-+\--~]+")  # printable ASCII without the blank and the comma
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def read_metadata(header: str) -> dict[str, str]:
    """Return the pairs of Upload-Metadata: keys as they are, values out of base64 and UTF-8; refuses INVALID.

    A key without a value has an empty one; none occurs twice.
    """
    if len(header) > LONGEST:
        raise invalid("metadata", f"Upload-Metadata has at most {LONGEST} characters.", Subject.UPLOAD)
    pairs: dict[str, str] = {}
    for entry in header.split(",") if header.strip() else ():
        key, _, value = entry.strip(" ").partition(" ")
        if not _KEY.fullmatch(key) or key in pairs:
            raise invalid("metadata", "Upload-Metadata has a key that is malformed or occurs twice.", Subject.UPLOAD)
        pairs[key] = _text(key, value)
    return pairs


def read_checksum(header: str | None) -> Checksum | None:
    """Return what Upload-Checksum promises, or None without one; refuses INVALID (tus 1.0.0 §Checksum: 400)."""
    if header is None:
        return None
    algorithm, _, value = header.strip(" ").partition(" ")
    if algorithm not in ALGORITHMS:
        raise invalid("checksum", f"Known checksums are {', '.join(ALGORITHMS)}.", Subject.UPLOAD)
    digest = _decoded(value)
    if digest is None or len(digest) != ALGORITHMS[algorithm]:
        raise invalid("checksum", "The sum in Upload-Checksum is malformed.", Subject.UPLOAD)
    return Checksum(algorithm, digest)


def read_bytes(name: str, header: str | None) -> int:
    """Return the whole number of bytes in a header of that name; refuses INVALID without one, or for anything else."""
    given = (header or "").strip(" ")
    if not _NUMBER.fullmatch(given):
        raise invalid(name, f"{name} must be a whole number of bytes.", Subject.UPLOAD)
    return int(given)


def _text(key: str, value: str) -> str:
    decoded = _decoded(value)
    if decoded is None:
        raise _malformed(key)
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(key) from None


def _decoded(value: str) -> bytes | None:
    # By itself base64 drops what is no base64 and decodes the rest.
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _malformed(key: str) -> Refusal:
    return invalid(key, f"The value of {key} in Upload-Metadata is no text in base64.", Subject.UPLOAD)


def shown(pairs: Mapping[str, str]) -> str:
    """Return the pairs as Upload-Metadata words them."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}".strip() for key, value in pairs.items())
