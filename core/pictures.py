"""Looking at a picture or document in a process of its own, with little memory and time. It knows no row and no store."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

PATIENCE: Final = 30.0  # seconds by the clock; the child's own limit counts the processor's
SECONDS: Final = 10  # of the processor
MOST: Final = 16 * 1024 * 1024  # bytes that a child may answer
_TOP: Final = Path(__file__).resolve().parent.parent


class PictureFault(Exception):  # noqa: N818 - what is wrong with a picture
    """Why a picture cannot be shown, in words for its owner."""


class Shot(msgspec.Struct, frozen=True):
    """One smaller picture: its style, and the file that it makes."""

    style: str
    media_type: str
    width: int
    height: int
    content: bytes


class Look(msgspec.Struct, frozen=True):
    """What a look at a file gave: its facts as far as known, and the smaller pictures.

    Facts of a picture: photo_time, photo_location, width, height; of a document: pages.
    """

    facts: dict[str, Any] = msgspec.field(default_factory=dict)
    shots: list[Shot] = msgspec.field(default_factory=list)
    fault: str | None = None


def look(file: BinaryIO, styles: Mapping[str, int]) -> Look:
    """Look at a png, jpeg, gif or webp file; `styles` are names with the longer side in pixels.

    Raises PictureFault for what is broken, too large, or takes too much memory or time.
    """
    return _found(_answer(file, "core.picture_child", [f"{style}={side}" for style, side in styles.items()]))


def leaf_through(file: BinaryIO, cover: int, pages: int, side: int, *, seconds: int = SECONDS) -> Look:
    """Look at the first `pages` pages of a PDF: shots `page-1`, `page-2` … of `side` pixels, and a `cover`.

    `seconds` are the processor's. Raises PictureFault for what is broken, locked, or takes too much memory or time.
    """
    return _found(_answer(file, "core.document_child", [str(number) for number in (cover, pages, side, seconds)]))


def _found(answer: bytes) -> Look:
    try:
        found = msgspec.msgpack.decode(answer, type=Look)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise PictureFault("The file takes too much memory or time.") from None
    if found.fault is not None:
        raise PictureFault(found.fault)
    return found


def _answer(file: BinaryIO, child: str, arguments: list[str]) -> bytes:
    # Nothing of our environment goes along: whoever breaks the decoder finds no secret there.
    command = [sys.executable, "-m", child, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_TOP, env={"LANG": "C.UTF-8"}
    ) as process:
        deadline = threading.Timer(PATIENCE, process.kill)
        deadline.start()
        try:
            return process.stdout.read(MOST) if process.stdout else b""
        finally:
            deadline.cancel()
            process.kill()
