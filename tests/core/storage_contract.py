"""What every store must pass: subclass `StorageContract` and give it a `store` fixture. It knows no kind of store."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from uuid import uuid4

import pytest

from core.errors import Code, Refusal, Subject
from core.limits import PIECE, Incoming
from core.storage import BlobStore, Stored

BODIES = {
    "nothing": [],
    "an empty piece": [b""],
    "one byte": [b"x"],
    "one piece": [b"a" * 16_384],
    "a whole piece and a byte": [b"b" * PIECE, b"c"],
    "many pieces": [bytes([number]) * 70_000 for number in range(40)],
}


def keep(store: BlobStore, source: Iterable[bytes] | Incoming) -> Stored:
    """Store a body as a verb does whose commit went well."""
    with store.receive(source) as arrival:
        arrival.keep()
    return arrival.stored


def cut_after(*pieces: bytes) -> Iterator[bytes]:
    """Give some pieces, then refuse, as a reader does whose client went away."""
    yield from pieces
    raise Refusal(Code.INCOMPLETE, "cut", Subject.BODY)


def refused(caught: pytest.ExceptionInfo[Refusal]) -> tuple[Code, Subject]:
    return caught.value.code, caught.value.subject


class StorageContract:
    @pytest.mark.parametrize("pieces", BODIES.values(), ids=BODIES.keys())
    def test_what_was_kept_reads_back_byte_for_byte(self, store: BlobStore, pieces: list[bytes]) -> None:
        stored = keep(store, pieces)
        with store.open(stored.key) as file:
            assert file.read() == b"".join(pieces)

    @pytest.mark.parametrize("pieces", BODIES.values(), ids=BODIES.keys())
    def test_sums_and_size_are_those_of_the_body(self, store: BlobStore, pieces: list[bytes]) -> None:
        stored = keep(store, pieces)
        body = b"".join(pieces)
        assert (stored.size, stored.crc32) == (len(body), zlib.crc32(body))
        assert stored.sha256 == hashlib.sha256(body).hexdigest()
        assert stored.md5 == hashlib.md5(body, usedforsecurity=False).hexdigest()
        assert (store.digest(stored.key), store.size(stored.key)) == (stored, len(body))

    def test_the_same_body_twice_is_two_blobs(self, store: BlobStore) -> None:
        keys = {keep(store, [b"same"]).key, keep(store, [b"same"]).key}
        assert set(store.keys()) == keys
        assert len(keys) == 2

    def test_copies_are_blobs_of_their_own(self, store: BlobStore) -> None:
        stored = keep(store, [b"same"])
        copies = store.copies(stored.key, 3)
        assert set(store.keys()) == {stored.key, *copies}
        assert len(set(copies)) == 3
        store.remove(stored.key)
        assert [store.digest(key).sha256 for key in copies] == [stored.sha256] * 3

    def test_an_arrival_can_be_read_before_its_row_is_committed(self, store: BlobStore) -> None:
        with store.receive([b"early"]) as arrival, store.open(arrival.stored.key) as file:
            assert file.read() == b"early"

    def test_an_arrival_that_nobody_kept_is_gone(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            pass
        assert store.size(arrival.stored.key) is None
        assert list(store.keys()) == []

    def test_an_arrival_is_gone_when_its_commit_fails(self, store: BlobStore) -> None:
        with pytest.raises(ZeroDivisionError), store.receive([b"x"]):
            _ = 1 // 0
        assert list(store.keys()) == []
        assert store.sweep_parts(lambda _: True) == []

    def test_a_kept_arrival_stays_although_the_block_fails_later(self, store: BlobStore) -> None:
        with suppress(ZeroDivisionError), store.receive([b"x"]) as arrival:
            arrival.keep()
            _ = 1 // 0
        assert list(store.keys()) == [arrival.stored.key]

    def test_keeping_twice_is_keeping(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            arrival.keep()
            arrival.keep()
        assert store.size(arrival.stored.key) == 1

    def test_what_was_left_before_the_commit_can_be_kept_after_it(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            arrival.leave()
            arrival.keep()
        assert store.sweep_parts(lambda _: False) == []
        assert store.size(arrival.stored.key) == 1

    def test_a_source_that_refuses_leaves_nothing(self, store: BlobStore) -> None:
        with pytest.raises(Refusal) as caught, store.receive(cut_after(b"a" * PIECE, b"b")):
            pass
        assert refused(caught) == (Code.INCOMPLETE, Subject.BODY)
        assert list(store.keys()) == []
        assert store.sweep_parts(lambda _: False) == []

    def test_what_was_left_stays_at_the_next_start_when_its_row_is_known(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            arrival.leave()
        assert store.sweep_parts({arrival.stored.key}.__contains__) == []
        assert store.sweep_parts(lambda _: False) == []
        assert store.size(arrival.stored.key) == 1

    def test_what_was_left_goes_at_the_next_start_when_no_row_knows_it(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            arrival.leave()
        assert store.sweep_parts(lambda _: False) == [arrival.stored.key]
        assert list(store.keys()) == []

    def test_a_sweep_does_not_touch_what_is_arriving(self, store: BlobStore) -> None:
        with store.receive([b"x"]) as arrival:
            assert store.sweep_parts(lambda _: False) == []
            assert store.is_arriving(arrival.stored.key)
            arrival.keep()
        assert not store.is_arriving(arrival.stored.key)
        assert store.size(arrival.stored.key) == 1

    def test_removing_twice_is_success_and_says_so(self, store: BlobStore) -> None:
        key = keep(store, [b"x"]).key
        assert (store.remove(key), store.remove(key)) == (True, False)
        assert store.size(key) is None

    def test_a_reader_finishes_although_the_blob_is_removed(self, store: BlobStore) -> None:
        key = keep(store, [b"still here"]).key
        with store.open(key) as file:
            store.remove(key)
            assert file.read() == b"still here"

    def test_opening_what_is_missing_refuses(self, store: BlobStore) -> None:
        with pytest.raises(Refusal) as caught:
            store.open("0" * 32)
        assert refused(caught) == (Code.NOT_FOUND, Subject.CONTENT)

    def test_digesting_what_is_missing_refuses(self, store: BlobStore) -> None:
        with pytest.raises(Refusal) as caught:
            store.digest("0" * 32)
        assert refused(caught) == (Code.NOT_FOUND, Subject.CONTENT)

    def test_a_body_larger_than_the_room_is_refused_before_it_is_read(self, store: BlobStore) -> None:
        with pytest.raises(Refusal) as caught:
            store.check_room(store.free() + 2**40)
        assert caught.value.code is Code.NO_SPACE

    def test_a_body_that_fits_may_come(self, store: BlobStore) -> None:
        store.check_room(1)
        store.check_room(None)
        assert store.writable

    def test_a_partial_grows_in_several_goes_and_becomes_a_blob(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        offset = store.append_partial(uuid, 0, [b"first ", b"second "])
        assert store.append_partial(uuid, offset, [b"third"]) == 18
        with store.adopt_partial(uuid) as arrival:
            arrival.keep()
        assert store.digest(arrival.stored.key) == arrival.stored
        assert arrival.stored.sha256 == hashlib.sha256(b"first second third").hexdigest()
        assert store.partial_size(uuid) is None

    def test_a_partial_that_was_cut_keeps_what_came(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        with pytest.raises(Refusal):
            store.append_partial(uuid, 0, cut_after(b"abc"))
        assert store.partial_size(uuid) == 3

    def test_bytes_beyond_the_acknowledged_offset_are_written_anew(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        store.append_partial(uuid, 0, [b"keep-lost"])
        store.open_partial(uuid, 4)
        store.append_partial(uuid, 4, [b"!"])
        with store.adopt_partial(uuid) as arrival, store.open(arrival.stored.key) as file:
            assert file.read() == b"keep!"

    def test_where_nothing_may_lie_beyond_the_offset_more_bytes_are_never_cut_off(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        store.append_partial(uuid, 0, [b"acknowledged"], exactly=True)
        with pytest.raises(Refusal) as caught:
            store.append_partial(uuid, 4, [b"x"], exactly=True)
        assert refused(caught) == (Code.CONFLICT, Subject.UPLOAD)
        assert store.partial_size(uuid) == 12

    def test_a_gap_in_a_partial_is_refused(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        with pytest.raises(Refusal) as caught:
            store.append_partial(uuid, 1, [b"x"])
        assert refused(caught) == (Code.CONFLICT, Subject.UPLOAD)

    def test_a_partial_stays_when_its_adoption_is_not_kept(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        store.append_partial(uuid, 0, [b"abc"])
        with store.adopt_partial(uuid):
            pass
        assert (list(store.keys()), store.partial_size(uuid)) == ([], 3)
        assert store.append_partial(uuid, 3, [b"d"]) == 4

    def test_two_writers_of_one_partial_do_not_mix(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        with store.adopt_partial(uuid), pytest.raises(Refusal) as caught:
            store.append_partial(uuid, 0, [b"x"])
        assert refused(caught) == (Code.LOCKED, Subject.UPLOAD)

    def test_an_adoption_that_was_left_can_no_longer_change_the_blob(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        store.append_partial(uuid, 0, [b"abc"])
        with store.adopt_partial(uuid) as arrival:
            arrival.leave()
        store.sweep_parts(lambda _: True)
        with pytest.raises(Refusal), store.adopt_partial(uuid) as _, store.open(arrival.stored.key):
            store.append_partial(uuid, 0, [b"xyz"])
        assert store.digest(arrival.stored.key) == arrival.stored

    def test_partials_are_listed_dropped_and_never_swept(self, store: BlobStore) -> None:
        uuid = str(uuid4())
        store.open_partial(uuid, 0)
        assert store.sweep_parts(lambda _: False) == []
        assert list(store.partials()) == [uuid]
        assert (store.drop_partial(uuid), store.drop_partial(uuid)) == (True, False)

    def test_an_unknown_partial_is_refused(self, store: BlobStore) -> None:
        with pytest.raises(Refusal) as caught:
            store.append_partial(str(uuid4()), 0, [b"x"])
        assert refused(caught) == (Code.NOT_FOUND, Subject.UPLOAD)
