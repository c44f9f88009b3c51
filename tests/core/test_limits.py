"""Counting readers: too much, too little, too slow."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest

from core.errors import Code, Refusal
from core.limits import PIECE, Incoming


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class SlowStream:
    """A sender that needs so many seconds for each byte; its reader blocks until all that was asked for is there."""

    def __init__(self, clock: Clock, seconds_a_byte: float) -> None:
        self.clock = clock
        self.seconds_a_byte = seconds_a_byte

    def read(self, size: int, /) -> bytes:
        self.clock.seconds += size * self.seconds_a_byte
        return b"s" * size


class BreakingStream:
    """A stream whose server raises in the middle, as for a cut chunked body."""

    def __init__(self, fault: Exception, good: bytes) -> None:
        self.fault = fault
        self.good = io.BytesIO(good)

    def read(self, size: int, /) -> bytes:
        piece = self.good.read(size)
        if not piece:
            raise self.fault
        return piece


class DribblingStream:
    """A stream that gives one byte whatever is asked."""

    def __init__(self, body: bytes) -> None:
        self.body = io.BytesIO(body)

    def read(self, _: int, /) -> bytes:
        return self.body.read(1)


def outcome(pieces: Iterable[bytes]) -> Code | int:
    try:
        return sum(map(len, pieces))
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_whole_body_passes_in_pieces_of_at_most_a_quarter_mebibyte(size: int, is_declared: bool) -> None:
    body = b"x" * size
    incoming = Incoming(io.BytesIO(body), size if is_declared else None, limit=size)
    pieces = list(incoming)
    assert b"".join(pieces) == body
    assert incoming.received == size
    assert max(map(len, pieces), default=0) <= PIECE


def test_a_promise_over_the_limit_is_refused_before_a_byte_is_read() -> None:
    stream = io.BytesIO(b"x" * 11)
    with pytest.raises(Refusal) as caught:
        Incoming(stream, 11, limit=10)
    assert caught.value.code is Code.TOO_LARGE
    assert stream.tell() == 0


def test_the_first_byte_over_the_limit_is_refused_and_none_is_read_after_it() -> None:
    stream = io.BytesIO(b"x" * 1000)
    assert outcome(Incoming(stream, None, limit=10)) is Code.TOO_LARGE
    assert stream.tell() == 11


@pytest.mark.parametrize("arrived", [0, 1, 999])
def test_a_body_shorter_than_promised_is_incomplete(arrived: int) -> None:
    assert outcome(Incoming(io.BytesIO(b"x" * arrived), 1000, limit=5000)) is Code.INCOMPLETE


def test_bytes_after_the_promised_end_are_left_for_the_next_request() -> None:
    stream = io.BytesIO(b"bodyGET / HTTP/1.1")
    assert outcome(Incoming(stream, 4, limit=100)) == 4
    assert stream.read(3) == b"GET"


@pytest.mark.parametrize("fault", [OSError("reset"), ValueError("bad chunk size"), RuntimeError("no more data")])
def test_a_reader_that_raises_means_an_incomplete_body(fault: Exception) -> None:
    with pytest.raises(Refusal) as caught:
        list(Incoming(BreakingStream(fault, b"abc"), None, limit=100))
    assert caught.value.code is Code.INCOMPLETE
    assert caught.value.__cause__ is fault


def test_a_refusal_of_the_stream_itself_keeps_its_own_code() -> None:
    stream = BreakingStream(Refusal(Code.THROTTLED, "later"), b"")
    assert outcome(Incoming(stream, None, limit=100)) is Code.THROTTLED


def test_what_came_before_the_cut_is_handed_on_and_then_every_read_refuses() -> None:
    incoming = Incoming(BreakingStream(OSError("reset"), b"abc"), 100, limit=100)
    assert incoming.read() == b"abc"
    assert outcome(incoming) is Code.INCOMPLETE
    assert outcome(incoming) is Code.INCOMPLETE


def test_a_sender_of_one_byte_a_second_is_refused_after_little_more_than_the_grace() -> None:
    clock = Clock()
    incoming = Incoming(SlowStream(clock, 1.0), 1_000_000, limit=1_000_000, monotonic=clock)
    assert outcome(incoming) is Code.INCOMPLETE
    assert clock.seconds < 120


def test_a_sender_just_above_the_minimum_rate_is_let_through() -> None:
    clock = Clock()
    incoming = Incoming(SlowStream(clock, 1 / 110), 20_000, limit=20_000, monotonic=clock)
    assert outcome(incoming) == 20_000
    assert clock.seconds > 120


def test_a_sender_is_not_blamed_for_the_time_that_we_took() -> None:
    clock = Clock()
    incoming = Incoming(io.BytesIO(b"x" * 10), 10, limit=10, monotonic=clock)
    assert incoming.read(1) == b"x"
    clock.seconds += 3600
    assert outcome(incoming) == 9


def test_small_gifts_are_gathered_into_whole_reads() -> None:
    assert Incoming(DribblingStream(b"abcdef"), 6, limit=6).read(4) == b"abcd"


def test_reading_never_gives_more_than_was_asked() -> None:
    incoming = Incoming(io.BytesIO(b"abcdef"), 6, limit=6)
    assert [incoming.read(n) for n in (0, 4, 10, 10)] == [b"", b"abcd", b"ef", b""]
