"""The search: what is found, by whom, and that the words follow every change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import attachments, jobs, outputs, records, search
from core.access import Caller
from core.commands import Attach, ById, CreateJob, CreateRecord, Describe, RecordOutput, ReviseJob
from core.database import Database
from core.house import House
from core.record_types import AddRecordType, add
from core.search import SearchQuery
from models import Attachment, Job, JobOutput, Record
from tests.cast import Cast


def found(house: House, caller: Caller, words: str, **narrowing: object) -> list[str]:
    query = SearchQuery(words, **narrowing)  # type: ignore[arg-type]  # as the test gives it
    return [_name(hit.subject) for hit in search.search(house.database, caller, query).items]


def _name(subject: Record | Attachment | JobOutput) -> str:
    return subject.title if isinstance(subject, Record) else subject.name


@pytest.mark.parametrize("words", ["nightly", "NIGHTLY", "les rep", "ni", "Nightly sales report"])
def test_a_record_is_found_by_any_part_of_its_title(house: House, cast: Cast, job: Job, words: str) -> None:
    assert found(house, cast.reader, words) == [job.title]


@pytest.mark.parametrize("words", ['sal"es', "100%", "_ight", "' OR 1", "zz", "-", '"', "sales*", "NEAR(a b)"])
def test_signs_of_query_languages_are_plain_text(house: House, cast: Cast, job: Job, words: str) -> None:
    assert found(house, cast.reader, words) == []
    assert found(house, cast.reader, job.title) == [job.title]


def test_attachments_are_found_by_name_file_name_and_description(house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(
        house,
        cast.owner,
        job,
        Attach(name="Contract", file_name="scan-07.pdf", description="Straße, north face", content=[b"x"]),
    )
    assert [found(house, cast.reader, words) for words in ("contr", "SCAN-07", "strasse")] == [["Contract"]] * 3
    attachments.describe(house.database, cast.owner, made, Describe(description="south face"))
    assert found(house, cast.reader, "north") == []
    assert found(house, cast.reader, "south fa") == ["Contract"]


def test_outputs_are_found_by_name_and_type(house: House, cast: Cast, job: Job) -> None:
    with house.database.writing() as session:
        session.get_one(Job, job.id).started_at = job.created_at
    outputs.record(house, cast.owner, ById(job.id), RecordOutput("model", "Compressed<JSON, 8>", [b"x"]))
    assert found(house, cast.reader, "compressed<json, 8>") == ["model"]


def test_what_is_in_the_trash_is_not_found(house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    attachments.detach(house.database, cast.owner, made)
    assert found(house, cast.reader, "plan.txt") == []
    attachments.reinstate(house.database, cast.owner, made)
    records.forget(house.database, cast.owner, job.id)
    assert found(house, cast.reader, "plan.txt") == []
    assert found(house, cast.reader, job.title) == []


def test_stranger_finds_nothing_private(house: House, cast: Cast, private_job: Job) -> None:
    attachments.attach(house, cast.owner, private_job, Attach(file_name="salaries.csv", content=[b"x"]))
    assert found(house, cast.stranger, "salar") == []
    assert found(house, cast.owner, "salar") == ["salaries.csv", "Salaries"]
    assert found(house, cast.admin, "salar") == ["salaries.csv", "Salaries"]


def test_a_new_title_replaces_the_old_words(house: House, cast: Cast, job: Job) -> None:
    jobs.revise(house.database, cast.owner, job.id, ReviseJob(title="Weekly summary"))
    assert found(house, cast.reader, "nightly") == []
    assert found(house, cast.reader, "weekly") == ["Weekly summary"]


def test_what_is_purged_leaves_no_words(house: House, cast: Cast, job: Job) -> None:
    records.purge(house.database, cast.admin, job.id)
    assert found(house, cast.admin, "nightly") == []


def test_pages_go_from_new_to_old_without_gap_or_repeat(house: House, cast: Cast) -> None:
    titles = [_made(house.database, cast.owner, f"Series {number:02}") for number in range(7)]
    seen: list[str] = []
    before: int | None = None
    for _ in range(3):
        page = search.search(house.database, cast.reader, SearchQuery("series", before=before, limit=3))
        seen += [_name(hit.subject) for hit in page.items]
        before = page.next_before
    assert seen == list(reversed(titles))
    assert before is None


def test_results_are_narrowed_by_kind_type_owner_and_date(house: House, cast: Cast, job: Job) -> None:
    add(house.database, cast.admin, AddRecordType("Contract"))
    records.create(house.database, cast.teammate, CreateRecord("Contract", "Nightly guard"))
    attachments.attach(house, cast.teammate, job, Attach(file_name="nightly.log", content=[b"x"]))
    assert found(house, cast.reader, "nightly", kinds=("attachment",)) == ["nightly.log"]
    assert found(house, cast.reader, "nightly", type_name="contract") == ["Nightly guard"]
    assert found(house, cast.reader, "nightly", owner_id=cast.owner.user_id) == [job.title]
    assert found(house, cast.reader, "nightly", until=job.created_at) == []
    assert len(found(house, cast.reader, "nightly", since=job.created_at)) == 3


def test_what_hangs_on_an_action_is_found_among_jobs_and_at_its_job(house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="nightly.log", content=[b"x"]))
    child = records.create(house.database, cast.owner, CreateRecord("Report", "Nightly leak", parent=ById(job.id)))
    query = SearchQuery("nightly", type_name="Job")
    hits = search.search(house.database, cast.reader, query).items
    assert [(_name(hit.subject), hit.home.id) for hit in hits] == [("nightly.log", job.id), (job.title, job.id)]
    leak = search.search(house.database, cast.reader, SearchQuery("leak")).items[0]
    assert leak.home.id == child.id


def _made(database: Database, caller: Caller, title: str) -> str:
    return jobs.create(database, caller, CreateJob(title=title)).title


def test_the_oldest_come_first_where_that_is_asked_for(house: House, cast: Cast, job: Job) -> None:
    names = ["harbour 1.txt", "harbour 2.txt", "harbour 3.txt"]
    attachments.attach_many(house, cast.owner, job, [Attach(file_name=name, content=[b"x"]) for name in names])
    query = SearchQuery("harbour", limit=2, oldest_first=True)
    first = search.search(house.database, cast.owner, query)
    rest = search.search(house.database, cast.owner, replace(query, before=first.next_before))
    assert [_name(hit.subject) for hit in [*first.items, *rest.items]] == names
    assert (len(first.items), rest.next_before) == (2, None)
    everything = search.search(house.database, cast.owner, SearchQuery(oldest_first=True))
    assert [_name(hit.subject) for hit in everything.items if hit.kind == "attachment"] == names
