"""Records of every type: thrown away, brought back, and gone for good with all that hangs on them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from core import actions, attachments, record_pages, records, shares
from core.commands import (
    ByGuid,
    ById,
    ByOid,
    CreateAction,
    CreateRecord,
)
from core.errors import Code
from core.house import House
from core.record_pages import RecordQuery
from models import Action, Activity, Attachment, AuditEvent, Job, JobOutput, Level, Node, Record, Share
from tests.cast import Cast
from tests.core.stories import (
    attached,
    count,
    files_of,
    finish,
    kept_keys,
    queued,
    recorded,
    refused,
    replaced,
    start,
    user_of,
)


def test_what_is_in_the_trash_is_invisible_and_comes_back_whole(house: House, cast: Cast, contract: Record) -> None:
    note = attached(house, cast.owner, contract)
    records.forget(house.database, cast.owner, contract.id)
    for reference in (ById(contract.id), ByOid("C1"), ByGuid(contract.guid)):
        with refused(Code.NOT_FOUND):
            records.find(house.database, cast.admin, reference)
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.owner, note.id, deleted=True)
    with refused(Code.NOT_FOUND):
        attached(house, cast.owner, contract, "late.txt")
    with refused(Code.NOT_FOUND):
        records.forget(house.database, cast.owner, contract.id)
    assert record_pages.page_records(house.database, cast.owner, RecordQuery("Contract")).total == 0
    assert record_pages.page_records(house.database, cast.owner, RecordQuery("Contract", deleted=True)).total == 1
    records.reinstate(house.database, cast.owner, contract.id)
    assert attachments.page_of(house.database, cast.reader, contract).total == 1


def test_forgetting_and_reinstating_take_more_than_editing(house: House, cast: Cast, contract: Record) -> None:
    with refused(Code.DENIED):
        records.forget(house.database, cast.teammate, contract.id)
    records.forget(house.database, cast.owner, contract.id)
    with refused(Code.DENIED):
        records.reinstate(house.database, cast.teammate, contract.id)
    with refused(Code.DENIED):
        records.purge(house.database, cast.owner, contract.id)
    assert records.reinstate(house.database, cast.admin, contract.id).deleted_at is None


def test_a_job_comes_back_with_the_actions_that_went_with_it_only(house: House, cast: Cast, job: Job) -> None:
    went_before = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Before"))
    stays = actions.add(house.database, cast.owner, job.id, CreateAction("email", "With"))
    actions.remove(house.database, cast.owner, went_before.id)
    records.forget(house.database, cast.owner, job.id)
    assert actions.of_jobs(house.database, cast.owner, [job.id]) == []
    records.reinstate(house.database, cast.owner, job.id)
    assert [(row.title, row.index) for row in actions.of_jobs(house.database, cast.owner, [job.id])] == [
        ("Files", 0),
        ("With", 1),
    ]
    assert stays.index == 2


def test_a_removed_action_comes_back_at_the_end(house: House, cast: Cast, job: Job) -> None:
    first = actions.add(house.database, cast.owner, job.id, CreateAction("email", "First"))
    actions.add(house.database, cast.owner, job.id, CreateAction("email", "Second"))
    actions.remove(house.database, cast.owner, first.id)
    records.reinstate(house.database, cast.owner, first.id)
    assert [(row.title, row.index) for row in actions.of_jobs(house.database, cast.owner, [job.id])] == [
        ("Files", 0),
        ("Second", 1),
        ("First", 2),
    ]


def test_an_action_does_not_come_back_without_its_job(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "First"))
    note = attached(house, cast.owner, action)
    actions.remove(house.database, cast.owner, action.id)
    records.forget(house.database, cast.owner, job.id)
    with refused(Code.NOT_FOUND):
        records.reinstate(house.database, cast.owner, action.id)
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.owner, note.id)


def test_actions_are_forgotten_and_the_built_in_one_purged_through_the_job_alone(
    house: House, cast: Cast, job: Job
) -> None:
    files = files_of(house, cast.owner, job)
    with refused(Code.LOCKED):
        records.forget(house.database, cast.owner, files.id)
    with refused(Code.LOCKED):
        records.purge(house.database, cast.admin, files.id)
    assert attached(house, cast.owner, job).record_id == files.id


def test_reinstating_what_is_not_in_the_trash_changes_nothing(house: House, cast: Cast, job: Job) -> None:
    removed = actions.add(house.database, cast.owner, job.id, CreateAction("email", "First"))
    actions.remove(house.database, cast.owner, removed.id)
    records.reinstate(house.database, cast.owner, job.id)
    assert [row.title for row in actions.of_jobs(house.database, cast.owner, [job.id])] == ["Files"]


def test_purging_a_job_takes_all_that_hangs_on_it_and_queues_the_bytes(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    replaced(house, cast.owner, attached(house, cast.owner, action), b"second")
    attachments.detach(house.database, cast.owner, attached(house, cast.owner, job))
    start(house, job)
    recorded(house, cast.owner, job)
    finish(house, job)
    child = records.create(house.database, cast.owner, CreateRecord("Report", "Child", parent=ById(job.id)))
    shares.set_level(house.database, cast.owner, job, user_of(house, cast.stranger), Level.READ)
    with house.database.writing() as session:
        session.add(Node(ip="127.0.0.1", index=0, cpu_mem=1, current_job_id=job.id))
        session.add(Activity(record_id=job.id, number=1, kind="note", created_at=job.created_at))
    keys = kept_keys(house)

    records.purge(house.database, cast.admin, job.id)

    assert sorted(queued(house)) == keys
    assert all(50 < seconds <= 60 for seconds in queued(house).values())
    gone = (Job, Action, Attachment, JobOutput, Share, Activity)
    assert [count(house, table) for table in gone] == [0] * len(gone)
    assert records.find(house.database, cast.owner, ById(child.id)).parent_id is None
    with house.database.reading() as session:
        assert session.scalars(select(Node.current_job_id)).all() == [None]
        assert session.scalars(select(AuditEvent.subject_id).where(AuditEvent.verb == "purge")).all() == [job.id]


def test_bytes_queued_by_a_purge_stay_for_a_minute_and_then_go(house: House, cast: Cast, contract: Record) -> None:
    attached(house, cast.owner, contract)
    records.purge(house.database, cast.admin, contract.id)
    ((key, seconds),) = queued(house).items()
    assert kept_keys(house) == [key]
    assert timedelta(seconds=seconds) <= timedelta(minutes=1)
