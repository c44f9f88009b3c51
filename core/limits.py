"""Counting readers: how much of a body has come, and whether that is too much, too little or too slow. It knows no HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol, final

from core.errors import Code, Refusal, Subject

PIECE: Final = 256 * 1024  # bytes handed on at a time
FIRST_ASK: Final = 64  # bytes; small, so that one read of a very slow client returns within the grace


class SupportsRead(Protocol):
    """Anything that gives at most `size` bytes, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; an empty answer is the end."""
        ...


@final
class Incoming:
    """A body on its way in, read in pieces of at most 256 KiB, each byte counted.

    `declared` is the length that the sender promised, or None; `limit` the most that is accepted, both in bytes. Refuses
    TOO_LARGE at once when more is promised, or at the first byte over the limit; INCOMPLETE when the stream ends early,
    when its reader raises (a cut chunked body does), or when the sender has kept us waiting longer than `grace`
    seconds in all and gave less than `minimum_rate` bytes for each of them. A refusal is final: each further read
    repeats it. Bytes that came before the refusal are handed on first, so that a resumable upload can keep them.
    """

    def __init__(
        self,
        stream: SupportsRead,
        declared: int | None,
        limit: int,
        *,
        minimum_rate: float = 100.0,
        grace: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if declared is not None and declared > limit:
            raise _too_large(limit)
        self.declared: Final = declared
        self.limit: Final = limit
        self._stream = stream
        self._minimum_rate = minimum_rate
        self._grace = grace
        self._monotonic = monotonic
        self._received = 0
        self._waited = 0.0
        self._ask = FIRST_ASK
        self._ended = declared == 0
        self._refusal: Refusal | None = None

    @property
    def received(self) -> int:
        """Return how many bytes have come so far."""
        return self._received

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body piece by piece; refuses as `read` does."""
        while piece := self.read():
            yield piece

    def read(self, size: int = PIECE) -> bytes:
        """Return the next bytes, at most `size` and never more than 256 KiB; nothing is the end of a whole body."""
        wanted = PIECE if size < 0 else min(size, PIECE)
        pieces: list[bytes] = []
        while wanted > 0 and not self._ended and self._refusal is None:
            piece = self._next(wanted)
            wanted -= len(piece)
            pieces.append(piece)
        body = b"".join(pieces)
        if not body and self._refusal is not None:
            raise self._refusal
        return body

    def _next(self, wanted: int) -> bytes:
        asked = min(wanted, self._ask, self._open_bytes())
        began = self._monotonic()
        try:
            piece = self._stream.read(asked)
        except Refusal as refusal:
            return self._stop(refusal)
        except Exception as fault:  # noqa: BLE001 - servers raise what they like for a cut body; all mean that it ended early
            cut = _incomplete("The body broke off before its end.")
            cut.__cause__ = fault
            return self._stop(cut)
        return self._counted(piece, self._monotonic() - began)

    def _open_bytes(self) -> int:
        # Never past the promised end: on a kept connection the next request begins there.
        return (self.limit + 1 if self.declared is None else self.declared) - self._received

    def _counted(self, piece: bytes, seconds: float) -> bytes:
        self._received += len(piece)
        self._waited += seconds
        if self._received > self.limit:
            return self._stop(_too_large(self.limit))
        if not piece or self._received == self.declared:
            return self._end(piece)
        if self._waited > self._grace and self._received < self._waited * self._minimum_rate:
            self._stop(_incomplete("The body came too slowly."))
        self._adapt(seconds)
        return piece

    def _adapt(self, seconds: float) -> None:
        # Some servers block until all that was asked for is there, so only a sender who proved quick is asked for much.
        self._ask = min(self._ask * 8, PIECE) if seconds < 1.0 else FIRST_ASK

    def _end(self, piece: bytes) -> bytes:
        if self.declared is not None and self._received < self.declared:
            return self._stop(_incomplete(f"{self._received} of {self.declared} bytes arrived."))
        self._ended = True
        return piece

    def _stop(self, refusal: Refusal) -> bytes:
        self._refusal = refusal
        return b""


def _too_large(limit: int) -> Refusal:
    return Refusal(Code.TOO_LARGE, f"At most {limit} bytes are accepted.", Subject.BODY, details={"limit": limit})


def _incomplete(message: str) -> Refusal:
    return Refusal(Code.INCOMPLETE, message, Subject.BODY)
