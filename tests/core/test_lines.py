"""Long lists in batches: whole, in order, each row once, and with what the caller may do."""

from __future__ import annotations

import pytest

from core import accounts, actions, attachments, jobs, lines, shares
from core.attachment_rows import AttachmentQuery
from core.commands import Attach, ById, CreateJob
from core.errors import Code, Refusal
from core.house import House
from core.job_pages import JobQuery
from core.paging import EVERYTHING, Slice
from models import Job, Level, Record
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BATCH", 2)


@pytest.fixture
def files(house: House, cast: Cast, job: Job) -> Record:
    """An action with five attachments, the names of which repeat."""
    (action,) = actions.of_jobs(house.database, cast.owner, [job.id])
    commands = [Attach(name=name, file_name=f"{name}.txt", content=[name.encode()]) for name in "cabac"]
    attachments.attach_many(house, cast.owner, action, commands)
    return action


@pytest.mark.parametrize(
    ("sort", "part", "names"),
    [
        ((("created_at", False),), EVERYTHING, "cabac"),
        ((("name", False),), EVERYTHING, "aabcc"),
        ((("name", True), ("created_at", False)), EVERYTHING, "ccbaa"),
        ((("name", False),), Slice(1, 3), "abc"),
        ((("name", False),), Slice(4, 9), "c"),
        ((("name", False),), Slice(5, None), ""),
        ((("name", False),), Slice(0, 0), ""),
    ],
)
def test_every_attachment_comes_once_and_in_order(
    house: House, cast: Cast, files: Record, sort: tuple[tuple[str, bool], ...], part: Slice, names: str
) -> None:
    found = lines.attachment_lines(house.database, cast.reader, files, AttachmentQuery(sort=sort, part=part))
    assert found.total == 5
    assert "".join(line.name for line in found.items) == names


def test_a_line_carries_the_size_and_the_sums_of_its_bytes(house: House, cast: Cast, files: Record) -> None:
    first = next(lines.attachment_lines(house.database, cast.owner, files, AttachmentQuery(text="B")).items)
    assert (first.name, first.size, first.sha256 is None) == ("b", 1, False)


def test_attachments_of_an_invisible_action_are_not_there(house: House, cast: Cast, private_job: Job) -> None:
    (action,) = actions.of_jobs(house.database, cast.owner, [private_job.id])
    with pytest.raises(Refusal) as refused:
        lines.attachment_lines(house.database, cast.stranger, action, AttachmentQuery())
    assert refused.value.code is Code.NOT_FOUND


def test_jobs_that_come_while_the_list_is_read_disturb_nobody(house: House, cast: Cast) -> None:
    for title in ("b", "d", "f"):
        jobs.create(house.database, cast.owner, CreateJob(title=title))
    found = lines.job_lines(house.database, cast.owner, JobQuery(part=EVERYTHING))
    read = [next(found.items).title, next(found.items).title]
    jobs.create(house.database, cast.owner, CreateJob(title="a"))
    jobs.create(house.database, cast.owner, CreateJob(title="e"))
    assert read + [line.title for line in found.items] == ["b", "d", "e", "f"]


def test_a_job_says_what_each_caller_may_do(house: House, cast: Cast, private_job: Job) -> None:
    assert lines.job_lines(house.database, cast.stranger, JobQuery()).total == 0
    shares.set_level(house.database, cast.owner, private_job, accounts.find(house.database, "stan"), Level.EDIT)
    (seen,) = lines.job_lines(house.database, cast.stranger, JobQuery()).items
    assert (seen.may_edit, seen.may_manage) == (True, False)
    assert [(holding.name, holding.level) for holding in seen.holdings] == [("stan", Level.EDIT)]
    (own,) = lines.job_lines(house.database, cast.owner, JobQuery()).items
    assert (own.may_edit, own.may_manage) == (True, True)


def test_an_outline_holds_the_attachments_by_their_action(house: House, cast: Cast, job: Job, files: Record) -> None:
    found = lines.outline(house.database, cast.reader, ById(job.id))
    assert [action.id for action in found.actions] == [files.id]
    assert [line.name for line in found.attachments[files.id]] == list("cabac")
