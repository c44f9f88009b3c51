"""Many attachments at once: moved or put in the trash, all of them or none."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import select

from core import actions, attachment_sets, attachments, audit, records, search, shares
from core.audit import TrailQuery
from core.commands import Attach, ById, CreateAction, CreateRecord, Move, Principal, PrincipalKind
from core.errors import Code, Refusal
from core.house import House
from core.search import SearchQuery
from models import Attachment, Job, Level, Record
from tests.cast import Cast
from tests.core.stories import at_once, attached, files_of, refused


def action_of(house: House, cast: Cast, job: Job, title: str = "Send") -> Record:
    """Add an action to a job."""
    return actions.add(house.database, cast.owner, job.id, CreateAction("email", title))


def again(house: House, cast: Cast, attachment: Attachment) -> Attachment:
    """Read an attachment anew."""
    return attachments.find(house.database, cast.admin, attachment.id)


def names_on(house: House, cast: Cast, record: Record) -> list[str]:
    """Return the names of what hangs on a record."""
    return [one.name for one in attachments.page_of(house.database, cast.admin, record).items]


def test_many_move_to_another_action_at_once(house: House, cast: Cast, job: Job) -> None:
    action = action_of(house, cast, job)
    one, two = (attached(house, cast.owner, job, name) for name in ("one.txt", "two.txt"))
    moved = attachment_sets.move(house.database, cast.owner, [one.guid, two.guid], Move(record=ById(action.id)))
    assert [found.record_id for found in moved] == [action.id, action.id]
    assert names_on(house, cast, action) == ["one.txt", "two.txt"]
    assert names_on(house, cast, files_of(house, cast.owner, job)) == []


def test_a_move_to_a_job_ends_in_its_files(house: House, cast: Cast, job: Job) -> None:
    one = attached(house, cast.owner, action_of(house, cast, job))
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(record=ById(job.id)))
    assert again(house, cast, one).record_id == files_of(house, cast.owner, job).id


def test_folder_and_area_change_and_the_rest_stays(house: House, cast: Cast, job: Job) -> None:
    one = attached(house, cast.owner, job)
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(folder="a/b", area="Drawings"))
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(area=None))
    found = again(house, cast, one)
    assert (found.folder, found.area, found.record_id) == ("a/b", None, one.record_id)
    assert found.blob is not None
    assert found.version == 1


def test_both_ends_and_their_job_know_of_the_move(house: House, cast: Cast, job: Job) -> None:
    action, one = action_of(house, cast, job), attached(house, cast.owner, job)
    before = records.find(house.database, cast.owner, ById(job.id)).revision
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(record=ById(action.id)))
    assert records.find(house.database, cast.owner, ById(job.id)).revision == before + 1
    assert records.find(house.database, cast.owner, ById(action.id)).updated_at > action.updated_at
    noted = audit.page_of_trail(house.database, cast.admin, TrailQuery(verb="move"))
    assert [(line.subject_id, line.record_id, line.detail["before"]) for line in noted] == [
        (one.id, action.id, one.record_id)
    ]


def test_what_was_moved_is_found_where_it_is(house: House, cast: Cast, job: Job, contract: Record) -> None:
    one = attached(house, cast.owner, job, "blueprint.pdf")
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(record=ById(contract.id)))
    hits = search.search(house.database, cast.reader, SearchQuery("blueprint")).items
    assert [hit.home.id for hit in hits] == [contract.id]


def test_a_file_that_leaves_its_report_leaves_the_field(house: House, cast: Cast, job: Job) -> None:
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Leak"))
    one = attached(house, cast.owner, report)
    with house.database.writing() as session:
        held = session.get_one(Attachment, one.id)
        held.field_key, held.position = "f_image", 3
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(folder="kept"))
    assert again(house, cast, one).field_key == "f_image"
    attachment_sets.move(house.database, cast.owner, [one.guid], Move(record=ById(job.id)))
    assert (again(house, cast, one).field_key, again(house, cast, one).position) == (None, 0)


def test_one_that_may_not_go_keeps_all(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    mine, hidden = attached(house, cast.owner, job), attached(house, cast.owner, private_job)
    with refused(Code.NOT_FOUND):
        attachment_sets.move(house.database, cast.teammate, [mine.guid, hidden.guid], Move(folder="x"))
    with refused(Code.NOT_FOUND):
        attachment_sets.detach_many(house.database, cast.teammate, [mine.guid, hidden.guid])
    assert again(house, cast, mine).folder == ""
    assert again(house, cast, mine).deleted_at is None


def test_the_end_that_takes_must_be_the_movers_to_edit(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    one = attached(house, cast.owner, job)
    with refused(Code.NOT_FOUND):
        attachment_sets.move(house.database, cast.teammate, [one.guid], Move(record=ById(private_job.id)))
    shares.give(house.database, cast.owner, private_job, Principal(PrincipalKind.USER, "bo"), Level.READ)
    with refused(Code.DENIED):
        attachment_sets.move(house.database, cast.teammate, [one.guid], Move(record=ById(private_job.id)))
    with refused(Code.DENIED):
        attachment_sets.move(house.database, cast.reader, [one.guid], Move(folder="x"))
    assert again(house, cast, one).record_id == one.record_id


def test_bad_places_are_refused_at_their_field(house: House, cast: Cast, job: Job) -> None:
    one = attached(house, cast.owner, job)
    with refused(Code.INVALID, "folder"):
        attachment_sets.move(house.database, cast.owner, [one.guid], Move(folder="a/../b"))
    with refused(Code.INVALID, "area"):
        attachment_sets.move(house.database, cast.owner, [one.guid], Move(area="x" * 101))
    with refused(Code.INVALID, "attachments"):
        attachment_sets.move(house.database, cast.owner, [uuid.uuid4()] * 1001, Move(folder="x"))


def test_neither_trash_nor_what_hangs_nowhere_moves(house: House, cast: Cast, job: Job) -> None:
    gone = attached(house, cast.owner, job)
    attachments.detach(house.database, cast.owner, gone)
    with refused(Code.NOT_FOUND):
        attachment_sets.move(house.database, cast.owner, [gone.guid], Move(folder="x"))
    loose = attached(house, cast.owner, job)
    with house.database.writing() as session:
        session.get_one(Attachment, loose.id).record_id = None
    with refused(Code.NOT_FOUND):
        attachment_sets.move(house.database, cast.owner, [loose.guid], Move(record=ById(job.id)))


def test_many_go_to_the_trash_at_once_and_again_is_no_harm(house: House, cast: Cast, job: Job) -> None:
    one, two = (attached(house, cast.owner, job, name) for name in ("one.txt", "two.txt"))
    assert attachment_sets.detach_many(house.database, cast.owner, [one.guid, two.guid]) == 2
    assert names_on(house, cast, job) == []
    with house.database.reading() as session:
        first = session.scalars(select(Attachment.deleted_at).order_by(Attachment.id)).all()
    assert attachment_sets.detach_many(house.database, cast.owner, [one.guid, two.guid]) == 0
    with house.database.reading() as session:
        assert session.scalars(select(Attachment.deleted_at).order_by(Attachment.id)).all() == first
    noted = audit.page_of_trail(house.database, cast.admin, TrailQuery(verb="detach"))
    assert {line.subject_id for line in noted} == {one.id, two.id}


def test_what_was_detached_comes_back_to_its_place(house: House, cast: Cast, job: Job) -> None:
    one = attached(house, cast.owner, job)
    attachment_sets.detach_many(house.database, cast.owner, [one.guid])
    gone = attachments.find(house.database, cast.owner, one.guid, deleted=True)
    attachments.reinstate(house.database, cast.owner, gone)
    assert names_on(house, cast, job) == ["plan.txt"]


def test_chosen_are_those_that_the_record_shows(house: House, cast: Cast, job: Job, contract: Record) -> None:
    here, gone, there = (attached(house, cast.owner, place) for place in (job, job, contract))
    attachments.detach(house.database, cast.owner, gone)
    found = attachment_sets.chosen(house.database, cast.reader, job, [there.guid, gone.guid, here.guid, uuid.uuid4()])
    assert [one.guid for one in found] == [here.guid]


def test_places_are_those_in_use(house: House, cast: Cast, job: Job) -> None:
    for folder, area in (("b", "Photos"), ("a/c", None), ("b", "Photos")):
        command = Attach(file_name="x", content=[b"x"], folder=folder, area=area)
        attachments.attach(house, cast.owner, job, command)
    found = attachment_sets.places_of(house.database, cast.reader, job)
    assert (found.folders, found.areas) == (["a/c", "b"], ["Photos"])


def test_moves_to_and_fro_at_the_same_moment_wait_for_each_other(
    app: Flask, house: House, cast: Cast, job: Job
) -> None:
    files, action = files_of(house, cast.owner, job), action_of(house, cast, job)
    guids = [attached(house, cast.owner, job, f"{number}.txt").guid for number in range(6)]
    to_and_fro = [
        partial(attachment_sets.move, house.database, cast.owner, guids[::-1], Move(record=ById(end.id)))
        for end in [files, action] * 3
    ]
    done = at_once(app, to_and_fro)
    assert [one for one in done if isinstance(one, Refusal)] == []
    assert sorted([len(names_on(house, cast, files)), len(names_on(house, cast, action))]) == [0, 6]


def test_a_move_into_a_record_that_goes_to_the_trash_is_whole_or_not(
    app: Flask, house: House, cast: Cast, job: Job, contract: Record
) -> None:
    one = attached(house, cast.owner, job)
    at_once(
        app,
        [
            lambda: attachment_sets.move(house.database, cast.owner, [one.guid], Move(record=ById(contract.id))),
            lambda: records.forget(house.database, cast.owner, contract.id),
        ],
    )
    with house.database.reading() as session:
        held = session.get_one(Attachment, one.id)
        forgotten = session.get_one(Record, contract.id).deleted_at
    assert forgotten is not None
    assert held.deleted_at is None
    assert held.record_id in {one.record_id, contract.id}
    assert held.updated_at - one.updated_at < timedelta(minutes=1)
