"""Base64 in pieces, so that a file costs its text once and never its bytes as well. It knows no member and no row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

import pybase64

from core.errors import Code, Refusal, Subject

PIECE: Final = 768 * 1024  # bytes of a file, a multiple of 3, so that only the last piece is padded
_BLANKS: Final = {ord(blank): None for blank in " \t\r\n"}


def decoded(text: str, place: str) -> Iterator[bytes]:
    """Yield the bytes that a base64 text stands for; blanks and line ends in it do not count (sheet §10.4).

    Raises Refusal(INVALID, content) for anything else outside the standard alphabet, and for missing padding; `place`
    begins its message.
    """
    rest, padded = "", False
    for start in range(0, len(text), PIECE):
        signs = rest + text[start : start + PIECE].translate(_BLANKS)
        whole = len(signs) - len(signs) % 4
        if padded and signs:
            raise _refusal(place)
        yield _piece(signs[:whole], place)
        padded, rest = padded or "=" in signs[:whole], signs[whole:]
    if rest:
        raise _refusal(place)


def encoded(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file's base64, the standard alphabet, padded, on one line; close the file at its end."""
    with file:
        while piece := file.read(PIECE):
            yield pybase64.b64encode(piece)


def encoded_length(size: int) -> int:
    """Return how many bytes the base64 of `size` bytes has."""
    return (size + 2) // 3 * 4


def _piece(signs: str, place: str) -> bytes:
    try:
        return pybase64.b64decode(signs, validate=True)
    except ValueError:
        raise _refusal(place) from None


def _refusal(place: str) -> Refusal:
    return Refusal(Code.INVALID, f"{place}: Data is not valid base64.", Subject.CONTENT, "Data")
