"""What jobs make: recorded while they run, unique by name and type, forgotten, brought back, gone for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask

from core import jobs, outputs, records
from core.access import Caller
from core.commands import ById, RecordOutput
from core.database import Database
from core.errors import Code, Refusal
from core.house import House
from models import Blob, Job, JobOutput
from tests.cast import Cast
from tests.core.stories import (
    at_once,
    bytes_of,
    code_of,
    count,
    finish,
    forget_output,
    kept_keys,
    queued,
    recorded,
    refused,
    start,
)


@pytest.fixture
def running(house: House, job: Job) -> Job:
    """A job that has been started."""
    start(house, job)
    return job


def test_an_output_is_kept_and_found_by_id_and_name(house: House, cast: Cast, running: Job) -> None:
    made = recorded(house, cast.teammate, running, "re\u0301sume\u0301", "text/plain".replace("/", "."))
    named = outputs.find_named(house.database, cast.reader, ById(running.id), "r\u00e9sum\u00e9", "text.plain")
    assert (named.id, named.creator_id, bytes_of(house, named)) == (made.id, cast.teammate.user_id, b"made")
    assert [row.id for row in outputs.outputs_of(house.database, cast.reader, running)] == [made.id]


def test_a_job_takes_outputs_while_it_runs(house: House, cast: Cast, job: Job) -> None:
    with refused(Code.NOT_STARTED):
        recorded(house, cast.owner, job)
    start(house, job)
    recorded(house, cast.owner, job)
    finish(house, job)
    with refused(Code.LOCKED):
        recorded(house, cast.owner, job, "late")
    with house.database.writing() as session:
        session.get_one(Job, job.id).error_reason = "broken"
    assert recorded(house, cast.owner, job, "what went wrong").job_id == job.id
    assert len(kept_keys(house)) == 2


def test_a_job_that_ends_while_the_bytes_come_takes_none(house: House, cast: Cast, running: Job) -> None:
    def body() -> Iterator[bytes]:
        yield b"half"
        finish(house, running)

    with refused(Code.LOCKED):
        outputs.record(house, cast.owner, ById(running.id), RecordOutput("late", "txt", body()))
    assert (kept_keys(house), count(house, JobOutput)) == ([], 0)


class Unread:
    """A body that nobody may read."""

    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("the body was read")


def test_a_name_that_breaks_a_rule_is_refused_before_the_body_is_read(house: House, cast: Cast, running: Job) -> None:
    body = Unread()
    named = [("", "t"), ("a/b", "t"), ("x" * 201, "t"), ("a\0", "t"), ("a\x7f", "t"), ("n", ""), ("n", "x" * 1001)]
    acts = [
        partial(outputs.record, house, cast.owner, ById(running.id), RecordOutput(name, type_, body))
        for name, type_ in named
    ]
    assert [code_of(act) for act in acts] == [(Code.INVALID, "name")] * 5 + [(Code.INVALID, "type")] * 2
    assert recorded(house, cast.owner, running, "x" * 200, "y" * 1000).name == "x" * 200


def test_a_name_stays_taken_by_what_was_forgotten(house: House, cast: Cast, running: Job) -> None:
    first = recorded(house, cast.owner, running)
    forget_output(house, cast.owner, first)
    with refused(Code.CONFLICT, "name"):
        recorded(house, cast.owner, running)
    assert recorded(house, cast.owner, running, type_="other").name == first.name
    assert len(kept_keys(house)) == 2


def test_of_many_outputs_of_one_name_at_once_one_is_kept(app: Flask, house: House, cast: Cast, running: Job) -> None:
    made = at_once(app, [partial(recorded, house, cast.owner, running)] * 5)
    assert [row.code for row in made if isinstance(row, Refusal)] == [Code.CONFLICT] * 4
    assert count(house, JobOutput) == len(kept_keys(house)) == 1


def test_forgetting_and_reinstating_may_be_repeated(house: House, cast: Cast, running: Job) -> None:
    made = recorded(house, cast.owner, running)
    first, again = (outputs.forget(house.database, cast.teammate, made.id) for _ in range(2))
    assert first.deleted_at == again.deleted_at is not None
    assert outputs.outputs_of(house.database, cast.owner, running) == []
    assert [row.id for row in outputs.outputs_of(house.database, cast.owner, running, deleted=True)] == [made.id]
    assert bytes_of(house, outputs.find(house.database, cast.reader, made.id)) == b"made"
    back = [outputs.reinstate(house.database, cast.teammate, made.id) for _ in range(2)]
    assert [(row.deleted_at, row.deleted_by_id) for row in back] == [(None, None)] * 2


def test_purging_frees_the_name_and_queues_the_bytes(house: House, cast: Cast, running: Job) -> None:
    made = recorded(house, cast.owner, running)
    with refused(Code.DENIED):
        outputs.purge(house.database, cast.owner, made.id)
    last = outputs.purge(house.database, cast.admin, made.id)
    assert (last.name, last.deleted_at is not None) == ("out", True)
    assert (list(queued(house)), count(house, Blob)) == (kept_keys(house), 0)
    assert recorded(house, cast.owner, running).id is not None
    with refused(Code.NOT_FOUND):
        outputs.purge(house.database, cast.admin, made.id)


def test_what_may_not_be_seen_is_not_found(house: House, cast: Cast, private_job: Job) -> None:
    start(house, private_job)
    made = recorded(house, cast.owner, private_job)
    acts = [
        lambda: outputs.find(house.database, cast.stranger, made.id),
        lambda: outputs.find(house.database, cast.stranger, 2**70),
        lambda: outputs.find_named(house.database, cast.stranger, ById(private_job.id), "out", "txt"),
        lambda: outputs.find_named(house.database, cast.owner, ById(private_job.id), "nul\0", "txt"),
        lambda: outputs.outputs_of(house.database, cast.stranger, private_job),
        lambda: outputs.forget(house.database, cast.stranger, made.id),
        lambda: recorded(house, cast.stranger, private_job, "x"),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.NOT_FOUND] * 7


def test_a_job_in_the_trash_takes_no_outputs_and_hands_none_out_to_be_changed(
    house: House, cast: Cast, running: Job
) -> None:
    made = recorded(house, cast.owner, running)
    records.forget(house.database, cast.owner, running.id)
    acts = [
        lambda: recorded(house, cast.owner, running, "late"),
        lambda: outputs.find_named(house.database, cast.owner, ById(running.id), "out", "txt"),
        lambda: outputs.forget(house.database, cast.owner, made.id),
        lambda: outputs.reinstate(house.database, cast.owner, made.id),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.NOT_FOUND] * 4


@pytest.mark.parametrize("change", [outputs.forget, outputs.purge])
def test_an_output_that_goes_moves_its_job_up(
    house: House, cast: Cast, running: Job, change: Callable[[Database, Caller, int], JobOutput]
) -> None:
    made = recorded(house, cast.owner, running)
    before = jobs.find(house.database, cast.owner, ById(running.id))
    change(house.database, cast.admin, made.id)
    after = jobs.find(house.database, cast.owner, ById(running.id))
    assert after.updated_at > before.updated_at
    assert after.revision == before.revision + 1


def test_an_output_that_comes_back_moves_its_job_up_once(house: House, cast: Cast, running: Job) -> None:
    made = recorded(house, cast.owner, running)
    forget_output(house, cast.owner, made)
    before = jobs.find(house.database, cast.owner, ById(running.id))
    outputs.reinstate(house.database, cast.owner, made.id)
    after = jobs.find(house.database, cast.owner, ById(running.id))
    outputs.reinstate(house.database, cast.owner, made.id)
    assert after.updated_at > before.updated_at
    assert jobs.find(house.database, cast.owner, ById(running.id)).updated_at == after.updated_at


def test_outputs_that_come_and_go_at_once_do_not_stand_in_each_others_way(
    app: Flask, house: House, cast: Cast, running: Job
) -> None:
    kept = [recorded(house, cast.owner, running, f"kept {number}") for number in range(6)]
    acts = [partial(outputs.forget, house.database, cast.owner, made.id) for made in kept]
    acts += [partial(recorded, house, cast.owner, running, f"new {number}") for number in range(6)]
    at_once(app, acts)
    assert jobs.find(house.database, cast.owner, ById(running.id)).revision == running.revision + 18
