"""Bytes out: the one function that sends a stored file. It decides no right: whoever calls it has found the row."""

from __future__ import annotations

import io
import logging
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, Final, cast

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date
from werkzeug.wsgi import wrap_file

from blueprints.http.callers import look_for_caller
from blueprints.http.disposition import content_disposition
from blueprints.http.headers import DOWNLOAD_HEADERS
from blueprints.http.house import reads
from core.errors import Code, Refusal, Subject
from core.mediatypes import UNKNOWN, inline_type, neutral
from core.storage import BlobStore

log = logging.getLogger("addenda.http")

BLOCK: Final = 256 * 1024  # bytes at a time where the server cannot hand the file to the kernel
_ONE_RANGE: Final = re.compile(r"[ \t]*bytes[ \t]*=[ \t]*([0-9]{0,18})[ \t]*-[ \t]*([0-9]{0,18})[ \t]*", re.ASCII)

Span = tuple[int, int]  # first byte and how many


@dataclass(frozen=True)
class Download:
    """A stored file to send: `size` in bytes, `sha256` in hex, `modified` aware; without a name the header gives none."""

    key: str
    size: int
    sha256: str
    name: str | None
    media_type: str
    modified: datetime


def send(store: BlobStore, download: Download, *, inline: bool = False) -> Response:
    """Answer the present GET or HEAD with a stored file, whole or one range of it, or with 304 or 416.

    Always as an attachment; `inline` shows png, jpeg, gif and webp in place where their first bytes agree. What a
    browser might run goes out as application/octet-stream. Honours RFC 9110 §13 and §14: one range only, several or an
    unknown unit mean the whole file. Raises Refusal(NOT_FOUND) without the blob, PRECONDITION for a failed If-Match,
    INTERNAL when the blob's length is not the row's.
    """
    with ExitStack() as stack:
        file = stack.enter_context(store.open(download.key))
        _refuse_damaged(file, download)
        _refuse_unmatched(download)
        response = Response(headers=_headers(file, download, inline))
        span = _answer(response, download)
        if span is not None:
            stack.pop_all()  # from here on the server closes the file
            if not inline:
                _note(download, span)
            _carry(response, file, span)
    return response


def note_download(key: str | None) -> None:
    """Note in the trail that the bytes of this key are sent to the caller; for replies that `send` does not build."""
    trail = reads()
    if key is not None and trail is not None:
        trail.note(look_for_caller(), key)


def _note(download: Download, span: Span) -> None:
    # A player asks for many ranges of one file: the one that begins it counts.
    if span[0] == 0:
        note_download(download.key)


def _refuse_damaged(file: BinaryIO, download: Download) -> None:
    found = os.fstat(file.fileno()).st_size
    if found != download.size:
        log.error("blob %s has %d bytes, its row says %d", download.key, found, download.size)
        raise Refusal(Code.INTERNAL, "The stored file is damaged.", Subject.CONTENT)


def _refuse_unmatched(download: Download) -> None:
    tags, since = request.if_match, request.if_unmodified_since
    unmatched = bool(tags) and not tags.contains(download.sha256)
    changed = not tags and since is not None and _seconds(download) > since
    if unmatched or changed:
        raise Refusal(Code.PRECONDITION, "The file has changed.", Subject.CONTENT)


def _headers(file: BinaryIO, download: Download, inline: bool) -> Headers:
    # pread leaves the file's position alone, which sendfile starts from.
    head = os.pread(file.fileno(), 16, 0) if inline else b""
    shown = inline_type(head, download.media_type) if inline else None
    headers = Headers(DOWNLOAD_HEADERS)
    headers["Content-Type"] = shown or neutral(download.media_type or UNKNOWN)
    headers["Content-Disposition"] = content_disposition(download.name, "inline" if shown else "attachment")
    headers["ETag"] = f'"{download.sha256}"'
    headers["Last-Modified"] = http_date(download.modified)
    headers["Accept-Ranges"] = "bytes"
    return headers


def _answer(response: Response, download: Download) -> Span | None:
    """Set status and lengths; return the span of bytes to send, or None for a reply without a body."""
    if _is_known(download):
        response.status_code = 304
        return None
    span = _asked_span(download)
    if span is None:
        response.status_code = 416
        response.headers["Content-Range"] = f"bytes */{download.size}"
        response.headers.remove("Content-Disposition")
        return None
    start, length = span
    if length < download.size:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{download.size}"
    response.headers["Content-Length"] = str(length)
    return None if request.method == "HEAD" else span


def _is_known(download: Download) -> bool:
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(download.sha256)
    since = request.if_modified_since
    return since is not None and _seconds(download) <= since


def _asked_span(download: Download) -> Span | None:
    """Return the span that was asked for; None when it lies outside the file."""
    whole = (0, download.size)
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()) or request.method != "GET" or not _range_applies(download):
        return whole
    first, last = asked.groups()
    if not first:
        length = min(int(last), download.size)
        return (download.size - length, length) if length else None
    if last and int(last) < int(first):
        return whole
    end = min(int(last) + 1, download.size) if last else download.size
    return (int(first), end - int(first)) if int(first) < download.size else None


def _range_applies(download: Download) -> bool:
    given = request.headers.get("If-Range", "").strip()
    return given in {"", f'"{download.sha256}"', http_date(download.modified)}


def _seconds(download: Download) -> datetime:
    return download.modified.replace(microsecond=0)


def _carry(response: Response, file: BinaryIO, span: Span) -> None:
    """Put the bytes on the reply: the one place that knows how they travel."""
    file.seek(span[0])
    response.response = wrap_file(request.environ, cast("IO[bytes]", _Slice(file, span[1])), BLOCK)
    response.direct_passthrough = True


class _Slice(io.RawIOBase):
    """A stretch of an open file, from its present position: servers that use sendfile take the descriptor, others read.

    Positions are those of the file: that is what sendfile starts from and where it leaves off.
    """

    def __init__(self, file: BinaryIO, length: int) -> None:
        super().__init__()
        self._file = file
        self._left = length

    def fileno(self) -> int:
        return self._file.fileno()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
        super().close()
