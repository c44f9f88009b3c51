"""What readers of a job or record are told: who did what, once, and nothing that is not theirs to know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from core import actions, attachment_sets, attachments, clock, jobs, notes, records, reports, shares, timeline
from core.access import Caller
from core.commands import (
    Attach,
    ById,
    CommentReport,
    CreateAction,
    CreateRecord,
    Describe,
    Move,
    WriteNote,
)
from core.errors import Code
from core.house import House
from core.reads import Reads
from models import Activity, Attachment, AuditEvent, Job, Level, Record
from tests.cast import Cast
from tests.core.stories import attached, count, files_of, group, recorded, refused, start


@pytest.fixture
def plan(house: House, cast: Cast, job: Job) -> Attachment:
    """A file of the job."""
    return attached(house, cast.owner, job, "plan.txt")


@pytest.fixture
def reads(app: Flask, house: House) -> Reads:
    """The trail of downloads."""
    return Reads(house.database, app.app_context)


def told(house: House, caller: Caller, record: Record) -> list[tuple[str | None, str, list[str]]]:
    """Return who did what to which things, newest first."""
    found = timeline.tell(house.database, caller, record)
    return [(one.who, one.verb, [thing.name for thing in one.things]) for one in found.items]


def test_what_hangs_on_an_action_is_told_on_its_job_and_on_the_action(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send it"))
    attached(house, cast.teammate, action, "mail.txt")
    start(house, job)
    recorded(house, cast.owner, job, "out.csv")
    assert told(house, cast.reader, job) == [
        ("ada", "record", ["out.csv"]),
        ("bo", "attach", ["mail.txt"]),
        ("ada", "create", ["Send it"]),
        ("ada", "create", [job.title]),
    ]
    assert told(house, cast.reader, action) == [("bo", "attach", ["mail.txt"])]
    assert [one.place for one in timeline.tell(house.database, cast.reader, job).items][:2] == [None, "Send it"]


def test_many_files_at_once_are_one_line(house: House, cast: Cast, job: Job) -> None:
    commands = [Attach(file_name=f"{number}.txt", content=[b"x"]) for number in range(12)]
    attachments.attach_many(house, cast.owner, job, commands)
    found = timeline.tell(house.database, cast.owner, job)
    assert [(one.verb, len(one.things)) for one in found.items] == [("attach", 12), ("create", 1)]
    cut = timeline.tell(house.database, cast.owner, job, limit=5)
    assert [(len(one.things), one.is_cut) for one in cut.items] == [(5, True)]
    rest = timeline.tell(house.database, cast.owner, job, before=cut.following, limit=20)
    assert [(one.verb, len(one.things), one.is_cut) for one in rest.items] == [
        ("attach", 7, False),
        ("create", 1, False),
    ]
    assert rest.following is None


def test_what_is_done_on_another_day_is_another_line(house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job, "old.txt")
    with house.database.writing() as session:
        session.execute(update(AuditEvent).values(at=clock.now() - timedelta(days=1)))
    attached(house, cast.owner, job, "new.txt")
    assert [things for _, verb, things in told(house, cast.owner, job) if verb == "attach"] == [
        ["new.txt"],
        ["old.txt"],
    ]


def test_downloads_and_progress_are_not_told(
    house: House, cast: Cast, job: Job, plan: Attachment, reads: Reads
) -> None:
    assert plan.blob is not None
    reads.note(cast.teammate, plan.blob.key)
    reads.flush()
    shares.set_level(house.database, cast.owner, job, group(house, "builders"), Level.EDIT)
    verbs = [verb for _, verb, _ in told(house, cast.owner, job)]
    assert verbs == ["attach", "create"]


def test_a_rename_tells_both_names_and_only_what_changed(house: House, cast: Cast, job: Job, plan: Attachment) -> None:
    command = Describe(name="Ground floor", file_name=plan.file_name or "", description=plan.description)
    attachments.describe(house.database, cast.owner, plan, command)
    newest = timeline.tell(house.database, cast.owner, job).items[0]
    assert newest.facts["changed"] == ["name"]
    assert (newest.facts["was"], newest.things[0].name) == ("plan.txt", "Ground floor")


def test_what_moved_away_is_told_without_a_way_to_it(
    house: House, cast: Cast, job: Job, private_job: Job, plan: Attachment
) -> None:
    attachment_sets.move(house.database, cast.owner, [plan.guid], Move(ById(private_job.id)))
    first = timeline.tell(house.database, cast.teammate, job).items[0]
    assert (first.verb, first.things[0].name, first.things[0].attachment) == ("attach", "plan.txt", None)
    assert told(house, cast.owner, private_job)[0] == ("ada", "move", ["plan.txt"])


def test_what_is_in_the_trash_is_told_without_a_way_to_it(house: House, cast: Cast, job: Job, plan: Attachment) -> None:
    attachments.detach(house.database, cast.owner, plan)
    found = timeline.tell(house.database, cast.reader, job).items
    assert [(one.verb, one.things[0].attachment) for one in found] == [
        ("detach", None),
        ("attach", None),
        ("create", None),
    ]


def test_a_stranger_is_told_nothing_of_a_private_job(house: House, cast: Cast, private_job: Job) -> None:
    with refused(Code.NOT_FOUND):
        timeline.tell(house.database, cast.stranger, private_job)


def test_a_note_is_told_with_its_files_and_they_are_not_told_again(house: House, cast: Cast, job: Job) -> None:
    files = [Attach(file_name="crack.jpg", content=[b"x"]), Attach(file_name="wall.jpg", content=[b"y"])]
    notes.write(house, cast.teammate, job, WriteNote("The crack has grown.", files))
    newest, first = timeline.tell(house.database, cast.reader, job).items
    assert (newest.who, newest.verb, newest.text) == ("bo", "note", "The crack has grown.")
    assert [file.name for file in newest.files] == ["crack.jpg", "wall.jpg"]
    assert first.verb == "create"
    assert {row.name for row in attachments.page_of(house.database, cast.reader, job).items} == {
        "crack.jpg",
        "wall.jpg",
    }


def test_a_note_on_an_action_moves_its_job_up_in_the_list(house: House, cast: Cast, job: Job) -> None:
    before = jobs.find(house.database, cast.owner, ById(job.id)).updated_at
    notes.write(house, cast.owner, files_of(house, cast.owner, job), WriteNote("Looked at."))
    assert jobs.find(house.database, cast.owner, ById(job.id)).updated_at > before


def test_a_file_on_an_action_moves_its_job_up_in_the_list(house: House, cast: Cast, job: Job) -> None:
    before = jobs.find(house.database, cast.owner, ById(job.id)).updated_at
    attached(house, cast.owner, files_of(house, cast.owner, job))
    assert jobs.find(house.database, cast.owner, ById(job.id)).updated_at > before


def test_a_note_sent_twice_is_written_once(house: House, cast: Cast, job: Job) -> None:
    first = notes.write(house, cast.owner, job, WriteNote("Once.", [Attach(file_name="a", content=[b"x"])]), "n-1")
    again = notes.write(house, cast.owner, job, WriteNote("Once.", [Attach(file_name="a", content=[b"x"])]), "n-1")
    assert again == first
    assert (count(house, Activity), count(house, Attachment)) == (1, 1)


@pytest.mark.parametrize("text", ["", " \n", "x" * 20_001, "a\0b"])
def test_a_note_without_fit_words_is_refused_and_its_files_with_it(
    house: House, cast: Cast, job: Job, text: str
) -> None:
    with refused(Code.INVALID, "content"):
        notes.write(house, cast.owner, job, WriteNote(text, [Attach(file_name="a", content=[b"x"])]))
    assert list(house.store.keys()) == []


def test_a_reader_writes_no_note(house: House, cast: Cast, job: Job) -> None:
    with refused(Code.DENIED):
        notes.write(house, cast.reader, job, WriteNote("Mine."))


def test_a_note_on_a_report_is_a_comment_of_it(house: House, cast: Cast) -> None:
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Crack"))
    notes.write(house, cast.owner, report, WriteNote("Seen."))
    assert [said.comment for said in reports.comments_of(house.database, cast.owner, [report])] == ["Seen."]


def test_who_comments_without_a_name_is_not_named(house: House, cast: Cast) -> None:
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Crack"))
    reports.comment(house.database, cast.teammate, report, CommentReport("By whom?", is_anonymous=True))
    newest = timeline.tell(house.database, cast.owner, report).items[0]
    assert (newest.who, newest.text) == (None, "By whom?")
