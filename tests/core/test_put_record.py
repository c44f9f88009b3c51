"""Putting a record at a number: made where the number is unused, replaced where the caller sees it, else not found."""

from __future__ import annotations

import pytest

from core import actions, record_types, records
from core.commands import ById, CreateRecord, ReviseRecord
from core.errors import Code, Refusal
from core.house import House
from core.record_types import AddRecordType
from tests.cast import Cast
from tests.core.stories import refused


@pytest.fixture(autouse=True)
def plans(house: House, cast: Cast) -> None:
    """The type Plan."""
    record_types.add(house.database, cast.admin, AddRecordType("Plan"))


def at(number: int, **fields: object) -> CreateRecord:
    return CreateRecord("Plan", None, rows=[fields], lines=[4], number=number)


def test_an_unused_number_is_taken_and_the_counter_moves_past_it(house: House, cast: Cast) -> None:
    made, is_new = records.put(house.database, cast.owner, at(9, a=1))
    following = records.create(house.database, cast.owner, CreateRecord("Plan", None))
    assert (made.number, made.title, is_new, following.number) == (9, "Plan 9", True, 10)
    assert [(row.line, row.values) for row in made.rows] == [(4, {"a": 1})]


def test_a_used_number_gets_new_rows_and_keeps_its_title(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Plan", "Way up", rows=[{"a": 1}, {"a": 2}]))
    put, is_new = records.put(house.database, cast.teammate, at(made.number, b=3))
    assert (put.id, put.title, is_new) == (made.id, "Way up", False)
    assert [(row.line, row.values) for row in put.rows] == [(4, {"b": 3})]


def test_a_job_takes_an_unused_number_with_all_that_makes_a_job(house: House, cast: Cast) -> None:
    made, is_new = records.put(house.database, cast.owner, CreateRecord("Job", None, rows=[{"a": 1}], number=9))
    (files,) = actions.of_jobs(house.database, cast.owner, [made.id])
    following = records.create(house.database, cast.owner, CreateRecord("Job", "Next"))
    assert (made.number, made.title, is_new, files.builtin, following.number) == (9, "Job 9", True, True, 10)


def test_what_is_in_the_trash_or_hidden_is_not_found(house: House, cast: Cast) -> None:
    gone = records.create(house.database, cast.owner, CreateRecord("Plan", None))
    records.forget(house.database, cast.owner, gone.id)
    hidden = records.create(house.database, cast.owner, CreateRecord("Plan", None, private=True))
    codes = []
    for number in (gone.number, hidden.number):
        with pytest.raises(Refusal) as caught:
            records.put(house.database, cast.stranger, at(number))
        codes.append(caught.value.code)
    assert codes == [Code.NOT_FOUND] * 2


def test_a_reader_may_neither_make_nor_replace(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Plan", None))
    codes = []
    for number in (made.number, 99):
        with pytest.raises(Refusal) as caught:
            records.put(house.database, cast.reader, at(number))
        codes.append(caught.value.code)
    assert codes == [Code.DENIED] * 2


def test_a_revision_that_is_not_the_present_one_is_refused(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Plan", None))
    records.put(house.database, cast.owner, at(made.number), made.revision)
    codes = []
    for number in (made.number, 99):
        with pytest.raises(Refusal) as caught:
            records.put(house.database, cast.owner, at(number), made.revision)
        codes.append(caught.value.code)
    assert codes == [Code.PRECONDITION] * 2


@pytest.mark.parametrize("type_name", ["Plan", "Job"])
def test_the_number_of_what_was_removed_for_good_is_never_used_again(house: House, cast: Cast, type_name: str) -> None:
    gone, _ = records.put(house.database, cast.owner, CreateRecord(type_name, None, number=5))
    records.purge(house.database, cast.admin, gone.id)
    with refused(Code.NOT_FOUND):
        records.put(house.database, cast.owner, CreateRecord(type_name, None, number=5))
    with refused(Code.CONFLICT):
        records.create(house.database, cast.owner, CreateRecord(type_name, None, number=5))
    assert records.create(house.database, cast.owner, CreateRecord(type_name, None)).number == 6


def test_what_somebody_changed_meanwhile_is_not_put_in_the_trash(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Plan", None))
    changed = records.revise(house.database, cast.teammate, made.id, ReviseRecord(title="Better"))
    with refused(Code.PRECONDITION):
        records.forget(house.database, cast.owner, made.id, made.revision)
    assert records.find(house.database, cast.owner, ById(made.id)).title == "Better"
    records.forget(house.database, cast.owner, made.id, changed.revision)
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.owner, ById(made.id))
