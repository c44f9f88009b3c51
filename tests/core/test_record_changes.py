"""Records of every type: revised, given away, and moved below each other."""

from __future__ import annotations

from functools import partial

from flask import Flask

from core import actions, jobs, records, shares
from core.commands import (
    ById,
    ByNaturalId,
    ByOid,
    CreateJob,
    CreateRecord,
    ReviseRecord,
)
from core.errors import Code, Refusal
from core.house import House
from models import Job, Level, Record
from tests.cast import Cast
from tests.core.stories import (
    at_once,
    code_of,
    files_of,
    refused,
    user_of,
)


def test_only_what_is_given_changes(house: House, cast: Cast, contract: Record) -> None:
    before = records.find(house.database, cast.owner, ById(contract.id))
    after = records.revise(house.database, cast.teammate, contract.id, ReviseRecord(description="new"))
    assert (after.title, after.description, after.revision) == (before.title, "new", before.revision + 1)
    assert after.updated_at > before.updated_at


def test_fields_are_merged_and_none_removes_one(house: House, cast: Cast, contract: Record) -> None:
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(fields={"a": 1, "b": "x"}))
    after = records.revise(house.database, cast.owner, contract.id, ReviseRecord(fields={"a": None, "c": [True]}))
    assert after.fields == {"b": "x", "c": [True]}


def test_rows_are_merged_by_line(house: House, cast: Cast, contract: Record) -> None:
    rows = [(1, {"a": 1}), (5, {"b": 2})]
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=rows))
    after = records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[(5, {"c": 3})]))
    assert [(row.line, row.values) for row in after.rows] == [(1, {"a": 1}), (5, {"b": 2, "c": 3})]


def test_rows_are_replaced_as_a_whole(house: House, cast: Cast, contract: Record) -> None:
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[(1, {"a": 1}), (2, {"b": 2})]))
    replacing = ReviseRecord(rows=[(2, {"z": 9}), (3, {})], rows_replace=True)
    after = records.revise(house.database, cast.owner, contract.id, replacing)
    assert [(row.line, row.values) for row in after.rows] == [(2, {"z": 9}), (3, {})]
    emptied = records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[], rows_replace=True))
    assert [(row.line, row.values) for row in emptied.rows] == [(1, {})]


def test_a_line_that_comes_twice_is_refused(house: House, cast: Cast, contract: Record) -> None:
    twice = ReviseRecord(rows=[(2, {"z": 9}), (2, {})], rows_replace=True)
    with refused(Code.INVALID, "rows"):
        records.revise(house.database, cast.owner, contract.id, twice)
    merged = ReviseRecord(rows=[(7, {"a": 1}), (7, {"b": 2})])
    after = records.revise(house.database, cast.owner, contract.id, merged)
    assert [(row.line, row.values) for row in after.rows] == [(1, {}), (7, {"a": 1, "b": 2})]


def test_a_refused_field_changes_nothing_else(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Report", "Leak", rows=[{"f_title": "A leak"}]))
    with refused(Code.INVALID, "f_other"):
        records.revise(house.database, cast.owner, made.id, ReviseRecord(title="Changed", fields={"f_other": 1}))
    after = records.find(house.database, cast.owner, ById(made.id))
    assert (after.title, after.revision, after.fields) == ("Leak", made.revision, {"f_title": "A leak"})


def test_an_outdated_revision_is_refused(house: House, cast: Cast, contract: Record) -> None:
    first = records.revise(
        house.database, cast.owner, contract.id, ReviseRecord(title="New", revision=contract.revision)
    )
    with refused(Code.PRECONDITION):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(title="Old", revision=contract.revision))
    assert records.find(house.database, cast.owner, ById(contract.id)).title == first.title == "New"


def test_of_many_who_hold_one_revision_one_wins(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    command = ReviseRecord(title="Mine", revision=contract.revision)
    made = at_once(app, [lambda: records.revise(house.database, cast.owner, contract.id, command)] * 6)
    codes = [refusal.code for refusal in made if isinstance(refusal, Refusal)]
    assert codes == [Code.PRECONDITION] * 5


def test_privacy_and_owner_take_more_than_editing(house: House, cast: Cast, contract: Record) -> None:
    with refused(Code.DENIED):
        records.revise(house.database, cast.teammate, contract.id, ReviseRecord(private=True))
    with refused(Code.DENIED):
        records.revise(house.database, cast.teammate, contract.id, ReviseRecord(owner_id=cast.teammate.user_id))
    with refused(Code.DENIED):
        records.revise(house.database, cast.reader, contract.id, ReviseRecord(title="x"))
    shares.set_level(house.database, cast.owner, contract, user_of(house, cast.teammate), Level.MANAGE)
    assert records.revise(house.database, cast.teammate, contract.id, ReviseRecord(private=True)).private


def test_a_private_record_can_be_given_away(house: House, cast: Cast, private_contract: Record) -> None:
    giving = ReviseRecord(owner_id=cast.teammate.user_id)
    given = records.revise(house.database, cast.owner, private_contract.id, giving)
    assert given.owner_id == cast.teammate.user_id
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.owner, ById(private_contract.id))
    with refused(Code.NOT_FOUND):
        records.revise(house.database, cast.admin, private_contract.id, ReviseRecord(owner_id=10**9))


def test_a_job_given_away_takes_its_actions_along_and_moves_into_the_names_of_its_owner(
    house: House, cast: Cast, private_job: Job
) -> None:
    jobs.create(house.database, cast.teammate, CreateJob(private_job.title))
    records.revise(house.database, cast.owner, private_job.id, ReviseRecord(owner_id=cast.teammate.user_id))
    moved = jobs.find(house.database, cast.teammate, ByNaturalId("bo", f"{private_job.slug}-2"))
    (files,) = actions.of_jobs(house.database, cast.teammate, [private_job.id])
    assert (moved.id, files.owner_id) == (private_job.id, cast.teammate.user_id)
    with refused(Code.NOT_FOUND):
        jobs.find(house.database, cast.admin, ByNaturalId("ada", private_job.slug))


def test_a_job_that_becomes_private_hides_its_actions(house: House, cast: Cast, job: Job) -> None:
    records.revise(house.database, cast.owner, job.id, ReviseRecord(private=True))
    assert actions.of_jobs(house.database, cast.teammate, [job.id]) == []
    assert [action.private for action in actions.of_jobs(house.database, cast.owner, [job.id])] == [True]


def test_an_action_has_no_privacy_owner_or_parent_of_its_own(house: House, cast: Cast, job: Job) -> None:
    files = files_of(house, cast.owner, job)
    commands = [ReviseRecord(private=True), ReviseRecord(owner_id=None), ReviseRecord(parent=None)]
    codes = [code_of(partial(records.revise, house.database, cast.admin, files.id, command)) for command in commands]
    assert codes == [(Code.LOCKED, None)] * 3
    assert [row.parent_id for row in actions.of_jobs(house.database, cast.reader, [job.id])] == [job.id]


def test_a_record_never_lies_below_itself(house: House, cast: Cast, contract: Record) -> None:
    child = records.create(house.database, cast.owner, CreateRecord("Contract", "child", parent=ById(contract.id)))
    grandchild = records.create(house.database, cast.owner, CreateRecord("Contract", "grand", parent=ById(child.id)))
    with refused(Code.CONFLICT, "parent"):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(parent=ById(grandchild.id)))
    with refused(Code.CONFLICT, "parent"):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(parent=ByOid(contract.oid)))
    moved = records.revise(house.database, cast.owner, grandchild.id, ReviseRecord(parent=ById(contract.id)))
    assert moved.parent_id == contract.id
    assert records.revise(house.database, cast.owner, grandchild.id, ReviseRecord(parent=None)).parent_id is None


def test_records_moved_below_each_other_at_once_make_no_circle(
    app: Flask, house: House, cast: Cast, contract: Record
) -> None:
    other = records.create(house.database, cast.owner, CreateRecord("Contract", "other"))
    swaps = [(contract.id, other.id), (other.id, contract.id)]
    made = at_once(
        app,
        [
            partial(records.revise, house.database, cast.owner, one, ReviseRecord(parent=ById(two)))
            for one, two in swaps
        ],
    )
    moved = [row for row in made if isinstance(row, Record)]
    third = records.create(house.database, cast.owner, CreateRecord("Contract", "third"))
    below = records.revise(house.database, cast.owner, third.id, ReviseRecord(parent=ById(contract.id)))
    assert len(moved) <= 1
    assert below.parent_id == contract.id
