"""Jobs and their actions: slugs, schedules, lists, the order of the steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from core import actions, attachments, clock, job_pages, jobs, records, schedules, shares
from core.access import Verb
from core.commands import ById, ByNaturalId, CreateAction, CreateJob, ReviseAction, ReviseJob
from core.errors import Code, Refusal
from core.house import House
from core.job_pages import JobQuery
from core.paging import EVERYTHING, Slice
from models import Job, Level
from tests.cast import Cast
from tests.core.stories import at_once, attached, code_of, files_of, refused, user_of


def slugs(house: House, cast: Cast, *titles: str) -> list[str]:
    return [jobs.create(house.database, cast.owner, CreateJob(title)).slug for title in titles]


def steps(house: House, cast: Cast, job: Job) -> list[tuple[str, int]]:
    return [(row.title, row.index) for row in actions.of_jobs(house.database, cast.reader, [job.id])]


def add(house: House, cast: Cast, job: Job, title: str, index: int | None = None) -> int:
    return actions.add(house.database, cast.owner, job.id, CreateAction("email", title, index=index)).id


def test_a_slug_is_made_of_the_title_and_numbered_where_it_is_taken(house: House, cast: Cast) -> None:
    titles = [
        "Nightly Report",
        "nightly report!",
        "  Nightly_REPORT ",
        "nightly report 2",
        "Straße Öl",
        "日本",
        "!!!",
        "?",
    ]
    assert slugs(house, cast, *titles) == [
        "nightly-report",
        "nightly-report-2",
        "nightly-report-3",
        "nightly-report-2-2",
        "strasse-öl",
        "日本",
        "job",
        "job-2",
    ]
    assert max(len(slug) for slug in slugs(house, cast, "x" * 500, "x" * 500)) <= 255


def test_slugs_are_taken_for_each_owner_and_for_the_team(house: House, cast: Cast, job: Job) -> None:
    other = jobs.create(house.database, cast.teammate, CreateJob(job.title))
    team = jobs.create(house.database, cast.admin, CreateJob(job.title, owner_id=None))
    assert {job.slug, other.slug, team.slug} == {job.slug}
    found = [
        jobs.find(house.database, cast.reader, ByNaturalId(owner, job.slug)).id for owner in ("ada", "bo", jobs.TEAM)
    ]
    assert found == [job.id, other.id, team.id]


def test_a_job_keeps_its_slug_when_its_title_changes(house: House, cast: Cast, job: Job) -> None:
    revised = jobs.revise(house.database, cast.teammate, job.id, ReviseJob(title="Other", description="o\u0308"))
    assert (revised.title, revised.slug, revised.description, revised.revision) == ("Other", job.slug, "ö", 2)
    assert revised.enabled


@pytest.mark.parametrize(
    ("schedule", "kind", "zone"),
    [
        ("0 4 * * MON-FRI", None, "Europe/Berlin"),
        ("*/5 * * * *", "cron", None),
        ("2 hours", "simple", "UTC"),
        ("1 day", "simple", None),
        (None, None, None),
    ],
)
def test_a_schedule_that_can_be_understood_is_taken(schedule: str | None, kind: str | None, zone: str | None) -> None:
    assert code_of(partial(schedules.check, schedule, kind, zone)) == (None, None)


@pytest.mark.parametrize(
    ("schedule", "kind", "zone", "field"),
    [
        ("", None, None, "schedule"),
        ("soon", None, None, "schedule"),
        ("61 * * * *", "cron", None, "schedule"),
        ("* * * *", "cron", None, "schedule"),
        ("nul\0 * * * *", "cron", None, "schedule"),
        (",".join(["1"] * 200) + " * * * *", "cron", None, "schedule"),
        ("0 hours", "simple", None, "schedule"),
        ("two hours", "simple", None, "schedule"),
        ("2 hours", "cron", None, "schedule"),
        ("2 hours", "often", None, "schedule_kind"),
        (None, "often", None, "schedule_kind"),
        (None, None, "Mars/North", "timezone"),
        (None, None, "../UTC", "timezone"),
        (None, None, "Europe", "timezone"),
        (None, None, "", "timezone"),
        (None, None, "nul\0", "timezone"),
    ],
)
def test_a_schedule_that_cannot_is_refused_at_its_field(
    schedule: str | None, kind: str | None, zone: str | None, field: str
) -> None:
    assert code_of(partial(schedules.check, schedule, kind, zone)) == (Code.INVALID, field)


def test_a_job_that_breaks_a_rule_is_not_made_nor_changed(house: House, cast: Cast, job: Job) -> None:
    now = clock.now()
    before = timedelta(hours=-1)
    made = [
        CreateJob("ok", schedule="soon"),
        CreateJob("ok", start_on=now, end_on=now + before),
        CreateJob("ok", driver="x" * 51),
        CreateJob("ok", template_id=10**9),
        CreateJob("ok", parent_id=10**9),
    ]
    codes = [code_of(partial(jobs.create, house.database, cast.owner, command))[0] for command in made]
    assert codes == [Code.INVALID] * 3 + [Code.NOT_FOUND] * 2
    changes = [ReviseJob(title=" "), ReviseJob(schedule="soon"), ReviseJob(start_on=now, end_on=now + before)]
    codes = [code_of(partial(jobs.revise, house.database, cast.owner, job.id, command))[0] for command in changes]
    assert codes == [Code.INVALID] * 3
    after = jobs.find(house.database, cast.owner, ById(job.id))
    assert (after.title, after.schedule, after.revision) == (job.title, None, 1)


def test_privacy_takes_more_than_editing_and_reaches_the_actions(house: House, cast: Cast, job: Job) -> None:
    with refused(Code.DENIED):
        jobs.revise(house.database, cast.teammate, job.id, ReviseJob(private=True))
    assert jobs.revise(house.database, cast.teammate, job.id, ReviseJob(private=False)).private is False
    jobs.revise(house.database, cast.owner, job.id, ReviseJob(private=True))
    assert actions.of_jobs(house.database, cast.teammate, [job.id]) == []
    shares.set_level(house.database, cast.owner, job, user_of(house, cast.teammate), Level.MANAGE)
    assert jobs.revise(house.database, cast.teammate, job.id, ReviseJob(private=False)).private is False
    assert [row.private for row in actions.of_jobs(house.database, cast.reader, [job.id])] == [False]


def test_jobs_are_listed_sorted_narrowed_and_cut(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    other = jobs.create(house.database, cast.teammate, CreateJob("ÄRGER", driver="worker", description="100%"))
    queries = [
        JobQuery(),
        JobQuery(text="ärger"),
        JobQuery(text="0%"),
        JobQuery(text="_"),
        JobQuery(drivers=["worker"]),
        JobQuery(owner_id=cast.owner.user_id),
        JobQuery(sort=[("owner", True), ("number", False)], part=EVERYTHING),
        JobQuery(sort=[("number", True)], part=Slice(1, 1)),
    ]
    listed = [[row.id for row in job_pages.page_jobs(house.database, cast.reader, query).items] for query in queries]
    assert listed == [
        [job.id, other.id],
        [other.id],
        [other.id],
        [],
        [other.id],
        [job.id],
        [other.id, job.id],
        [job.id],
    ]
    assert job_pages.page_jobs(house.database, cast.owner, JobQuery()).total == 3
    assert private_job.private


# Actions


def test_actions_stand_in_order_after_the_built_in_one(house: House, cast: Cast, job: Job) -> None:
    add(house, cast, job, "B")
    add(house, cast, job, "C", 99)
    add(house, cast, job, "A", 0)
    assert steps(house, cast, job) == [("Files", 0), ("A", 1), ("B", 2), ("C", 3)]


@pytest.mark.parametrize(("index", "order"), [(1, "CAB"), (2, "ACB"), (3, "ABC"), (99, "ABC"), (0, "CAB"), (-5, "CAB")])
def test_an_action_moves_and_the_others_close_up(house: House, cast: Cast, job: Job, index: int, order: str) -> None:
    last = [add(house, cast, job, title) for title in "ABC"][-1]
    actions.revise(house.database, cast.owner, last, ReviseAction(index=index))
    assert steps(house, cast, job) == [("Files", 0), *((title, place) for place, title in enumerate(order, 1))]


def test_a_removed_action_takes_its_attachments_along_and_the_others_close_up(
    house: House, cast: Cast, job: Job
) -> None:
    first = add(house, cast, job, "A")
    add(house, cast, job, "B")
    action = actions.find(
        house.database, cast.owner, ById(job.id), records.find(house.database, cast.owner, ById(first)).guid
    )
    note = attached(house, cast.owner, action)
    actions.remove(house.database, cast.owner, first)
    assert steps(house, cast, job) == [("Files", 0), ("B", 1)]
    acts = [
        lambda: actions.remove(house.database, cast.owner, first),
        lambda: actions.revise(house.database, cast.owner, first, ReviseAction(title="x")),
        lambda: attachments.find(house.database, cast.owner, note.id),
        lambda: actions.find(house.database, cast.owner, ById(job.id), action.guid),
        lambda: actions.find(house.database, cast.owner, ById(job.id), None),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.NOT_FOUND] * 5


def test_the_built_in_action_stays_and_stays_first(house: House, cast: Cast, job: Job) -> None:
    files = files_of(house, cast.owner, job)
    with refused(Code.LOCKED):
        actions.remove(house.database, cast.admin, files.id)
    with refused(Code.LOCKED):
        actions.revise(house.database, cast.admin, files.id, ReviseAction(index=1))
    renamed = actions.revise(house.database, cast.owner, files.id, ReviseAction(title="Papers", index=0))
    assert (renamed.title, renamed.index) == ("Papers", 0)


def test_what_is_given_of_an_action_changes(house: House, cast: Cast, job: Job) -> None:
    made = add(house, cast, job, "A")
    command = ReviseAction(description="o\u0308", condition={"if": 1}, data={"to": "x"}, enabled=False)
    revised = actions.revise(house.database, cast.teammate, made, command)
    assert (revised.title, revised.description, revised.condition) == ("A", "ö", {"if": 1})
    assert (revised.data, revised.enabled) == ({"to": "x"}, False)
    cleared = actions.revise(house.database, cast.teammate, made, ReviseAction(condition=None))
    assert (cleared.condition, cleared.data) == (None, {"to": "x"})
    with refused(Code.INVALID, "title"):
        actions.revise(house.database, cast.owner, made, ReviseAction(title=""))


def test_an_action_of_one_job_is_not_found_on_another(house: House, cast: Cast, job: Job, private_job: Job) -> None:
    files = files_of(house, cast.owner, private_job)
    with refused(Code.NOT_FOUND):
        actions.find(house.database, cast.owner, ById(job.id), files.guid)
    with refused(Code.NOT_FOUND):
        actions.find(house.database, cast.stranger, ById(private_job.id), files.guid)
    with refused(Code.DENIED):
        actions.find(house.database, cast.reader, ById(job.id), files.guid, Verb.EDIT)


def test_actions_added_moved_and_removed_at_once_stay_in_order(app: Flask, house: House, cast: Cast, job: Job) -> None:
    made = [add(house, cast, job, title) for title in "ABC"]
    acts = [partial(actions.add, house.database, cast.owner, job.id, CreateAction("email", "D", index=1))] * 3
    moves = [partial(actions.revise, house.database, cast.owner, made[2], ReviseAction(index=1))] * 2
    removals = [partial(actions.remove, house.database, cast.owner, made[0])] * 2
    every: list[Callable[[], object]] = [*acts, *moves, *removals]
    done = at_once(app, every)
    assert [row.code for row in done if isinstance(row, Refusal)] == [Code.NOT_FOUND]
    assert [index for _, index in steps(house, cast, job)] == list(range(6))
