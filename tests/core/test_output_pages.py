"""Pages of PDFs that nobody was woken for: outputs, drawn when somebody first looks, and files older than the drawing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import attachments, clock, outputs, records, renditions, retention
from core.commands import Attach
from core.house import House
from core.rendering import render
from models import Attachment, Blob, Job, JobOutput, Removal, State
from tests import documents
from tests.cast import Cast
from tests.core.alarm import Alarm
from tests.core.stories import bytes_of, finish, recorded, start


@pytest.fixture
def output(house: House, cast: Cast, job: Job) -> JobOutput:
    """A PDF that the job made."""
    start(house, job)
    return recorded(house, cast.owner, job, "report.pdf", "report", documents.pdf(2))


def again(house: House, cast: Cast, output: JobOutput) -> JobOutput:
    return outputs.find(house.database, cast.owner, output.id)


def drawn(house: House, cast: Cast, output: JobOutput) -> JobOutput:
    """Look at an output, and let the worker draw it."""
    renditions.leaves_of(house, output)
    render(house, output.id, JobOutput)
    return again(house, cast, output)


def old(house: House, cast: Cast, job: Job, content: bytes, state: State) -> Attachment:
    """Attach a PDF as it was before pages were drawn."""
    made = attachments.attach(house, cast.owner, job, Attach(file_name="old.pdf", content=[content]))
    with house.database.writing() as session:
        session.execute(update(Attachment).values(state=state.value, lease_until=None, tries=1))
    return attachments.find(house.database, cast.owner, made.id)


def test_nothing_is_drawn_until_somebody_looks(woken: House, alarm: Alarm, cast: Cast, output: JobOutput) -> None:
    render(woken, output.id, JobOutput)
    assert (again(woken, cast, output).state, alarm.calls) == (State.STORED, [])
    leaves = renditions.leaves_of(woken, output)
    assert (leaves.coming, dict(leaves.pages), alarm.calls) == (True, {}, [("render_output", output.id)])
    assert again(woken, cast, output).state == State.WAITING


def test_the_pages_of_an_output_are_drawn_as_those_of_a_file(house: House, cast: Cast, output: JobOutput) -> None:
    leaves = renditions.leaves_of(house, drawn(house, cast, output))
    assert (list(leaves.pages), leaves.count, leaves.coming) == ([1, 2], 2, False)
    assert {(page.media_type, page.width, page.height) for page in leaves.pages.values()} == {("image/webp", 905, 1280)}
    assert bytes_of(house, output) == documents.pdf(2)


def test_who_looks_meanwhile_wakes_nobody_until_the_worker_must_be_gone(
    woken: House, alarm: Alarm, cast: Cast, output: JobOutput
) -> None:
    renditions.leaves_of(woken, output)
    renditions.leaves_of(woken, again(woken, cast, output))
    assert len(alarm.calls) == 1
    with woken.database.writing() as session:
        late = {"state": State.WORKING.value, "lease_until": clock.now() - timedelta(seconds=1)}
        session.execute(update(JobOutput).values(**late))
    assert renditions.leaves_of(woken, again(woken, cast, output)).coming
    assert len(alarm.calls) == 2
    render(woken, output.id, JobOutput)
    assert len(renditions.leaves_of(woken, again(woken, cast, output)).pages) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (documents.locked(), "The file is locked with a password."),
        (b"MZ", "The file is not of the type application/pdf."),
    ],
    ids=["locked", "no pdf"],
)
def test_what_cannot_be_drawn_says_why_and_is_not_tried_again(
    woken: House, alarm: Alarm, cast: Cast, job: Job, content: bytes, reason: str
) -> None:
    start(woken, job)
    other = drawn(woken, cast, recorded(woken, cast.owner, job, "other.pdf", "report", content))
    leaves = renditions.leaves_of(woken, other)
    assert (leaves.coming, leaves.reason, dict(leaves.pages)) == (False, reason, {})
    assert alarm.calls == [("render_output", other.id)]


def purge(house: House, cast: Cast, output: JobOutput) -> None:
    outputs.purge(house.database, cast.admin, output.id)


def purge_job(house: House, cast: Cast, output: JobOutput) -> None:
    finish(house, output.job)
    records.forget(house.database, cast.admin, output.job_id)
    records.purge(house.database, cast.admin, output.job_id)


def empty_trash(house: House, cast: Cast, output: JobOutput) -> None:
    outputs.forget(house.database, cast.owner, output.id)
    with house.database.writing() as session:
        session.execute(update(JobOutput).values(deleted_at=clock.now() - timedelta(days=400)))
    retention.empty_trash(house)


@pytest.mark.parametrize("goes", [purge, purge_job, empty_trash])
def test_an_output_that_goes_for_good_takes_its_pages_along(
    house: House, cast: Cast, output: JobOutput, goes: Callable[[House, Cast, JobOutput], None]
) -> None:
    pages = renditions.pages_of(house.database, drawn(house, cast, output)).values()
    keys = {page.blob.key for page in pages}
    goes(house, cast, output)
    with house.database.reading() as session:
        queued, left = set(session.scalars(select(Removal.key))), session.scalars(select(Blob.key)).all()
    assert (len(keys), keys <= queued, left) == (2, True, [])


def test_an_output_of_a_new_run_takes_the_place_and_the_pages_of_the_old_one(
    house: House, cast: Cast, job: Job, output: JobOutput
) -> None:
    pages = renditions.pages_of(house.database, drawn(house, cast, output)).values()
    keys = {page.blob.key for page in pages}
    outputs.forget(house.database, cast.owner, output.id)
    start(house, job)
    new = recorded(house, cast.owner, job, "report.pdf", "report", documents.pdf(1))
    with house.database.reading() as session:
        queued, left = set(session.scalars(select(Removal.key))), session.scalars(select(Blob.key)).all()
    assert keys <= queued
    assert left == [new.blob.key]
    assert list(renditions.leaves_of(house, drawn(house, cast, new)).pages) == [1]


@pytest.mark.parametrize("state", [State.STORED, State.READY])
def test_a_pdf_older_than_the_drawing_of_pages_is_drawn_when_it_is_looked_at(
    woken: House, alarm: Alarm, cast: Cast, job: Job, state: State
) -> None:
    made = old(woken, cast, job, documents.pdf(2), state)
    alarm.calls.clear()
    assert renditions.leaves_of(woken, made).coming
    assert alarm.calls == [("render", made.id)]
    render(woken, made.id)
    found = attachments.find(woken.database, cast.owner, made.id)
    assert (found.state, list(renditions.leaves_of(woken, found).pages)) == (State.READY, [1, 2])


def test_what_only_its_name_calls_a_pdf_is_looked_at_once(woken: House, alarm: Alarm, cast: Cast, job: Job) -> None:
    command = Attach(file_name="a.pdf", content=[b"MZ"], media_type="application/octet-stream")
    made = attachments.attach(woken, cast.owner, job, command)
    render(woken, made.id)
    alarm.calls.clear()
    leaves = renditions.leaves_of(woken, attachments.find(woken.database, cast.owner, made.id))
    assert (leaves.coming, leaves.reason, alarm.calls) == (False, "It does not begin as a PDF does.", [])
