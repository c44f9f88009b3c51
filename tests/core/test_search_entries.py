"""The entries of the search: each narrowing alone and with words, few and many, and the spans that cover days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import attachments, demo_bulk, job_pages, jobs, record_pages, records, search, search_entries
from core.access import HOUSE
from core.commands import Attach, CreateJob, CreateRecord, ReviseRecord
from core.house import House
from core.progress import Silent
from core.search import SearchQuery
from core.search_entries import EntryQuery
from models import Attachment, Job, Record, SearchEntry
from tests.cast import Cast


def subjects(house: House, **narrowing: Any) -> list[tuple[str, int]]:
    """Return kind and id of what a query names, newest first."""
    query = EntryQuery(**narrowing)
    with house.database.reading() as session:
        ids = search_entries.newest(session, query, 100)
        chosen = select(SearchEntry).where(SearchEntry.id.in_(ids), search_entries.checked(query))
        rows = session.scalars(chosen.order_by(SearchEntry.id.desc())).all()
    return [(row.kind, row.subject_id) for row in rows]


@pytest.fixture
def file(house: House, cast: Cast, job: Job) -> Attachment:
    """A file of a teammate's on the job."""
    return attachments.attach(house, cast.teammate, job, Attach(file_name="harbour.txt", content=[b"x"]))


def test_each_narrowing_finds_what_it_names(house: House, cast: Cast, job: Job, file: Attachment) -> None:
    of_job, of_file = ("record", job.id), ("attachment", file.id)
    assert subjects(house) == [of_file, of_job]
    assert subjects(house, kinds=("attachment", "output")) == [of_file]
    assert subjects(house, type_id=job.record_type_id) == [of_file, of_job]
    assert subjects(house, maker_id=cast.owner.user_id) == [of_job]
    assert subjects(house, record_ids=[job.id]) == [of_job]
    assert subjects(house, record_ids=[job.id, file.record_id]) == [of_file, of_job]
    assert subjects(house, record_ids=[]) == []
    assert subjects(house, type_id=job.record_type_id + 6000) == []


def test_narrowings_meet_words_of_any_length(house: House, cast: Cast, job: Job, file: Attachment) -> None:
    assert subjects(house, words="arbo", kinds=("attachment",)) == [("attachment", file.id)]
    assert subjects(house, words="arbo", kinds=("record",)) == []
    assert subjects(house, words="ha", maker_id=cast.teammate.user_id) == [("attachment", file.id)]
    assert subjects(house, words="h", maker_id=cast.owner.user_id) == []
    assert subjects(house, words="n", kinds=("record",)) == [("record", job.id)]


@pytest.mark.parametrize(
    ("since", "until", "is_in"),
    [
        ("2024-02-29", "2024-03-01", True),
        ("2024-03-01", None, False),
        (None, "2024-02-29", False),
        (None, "2024-03-01", True),
        ("2023-12-31", "2024-02-29", False),
        ("2023-12-31", "2024-03-01", True),
        ("2020-01-01", "2025-01-01", True),
        ("2024-01-01", "2024-12-31", True),
        ("2024-02-29", None, True),
        ("2025-01-01", "2024-01-01", False),
    ],
)
def test_days_months_and_years_cover_a_span(
    house: House, job: Job, since: str | None, until: str | None, is_in: bool
) -> None:
    with house.database.writing() as session:
        session.get_one(Record, job.id).created_at = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    assert subjects(house, since=_midnight(since), until=_midnight(until)) == ([("record", job.id)] if is_in else [])


def test_a_moment_within_a_day_is_exact(house: House, job: Job) -> None:
    assert subjects(house, since=job.created_at, until=job.created_at + timedelta(microseconds=1)) != []
    assert subjects(house, until=job.created_at) == []


def test_marks_follow_a_move_and_a_new_owner(house: House, cast: Cast, job: Job, file: Attachment) -> None:
    other = records.create(house.database, cast.owner, CreateRecord("Report", "Leak"))
    with house.database.writing() as session:
        session.get_one(Attachment, file.id).record_id = other.id
    records.revise(house.database, cast.admin, job.id, ReviseRecord(owner_id=cast.stranger.user_id))
    assert subjects(house, type_id=job.record_type_id) == [("record", job.id)]
    assert ("attachment", file.id) in subjects(house, type_id=other.record_type_id)
    assert subjects(house, maker_id=cast.stranger.user_id) == [("record", job.id)]


def test_few_are_told_and_many_are_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    demo_bulk.load_many(house, 60, Silent())
    monkeypatch.setattr(search_entries, "FEW", 3)
    with house.database.reading() as session:
        assert search_entries.few_subjects(session, EntryQuery("bulk job", ("record",))) is None
        assert len(search_entries.few_subjects(session, EntryQuery("bulk job 5", ("record",))) or ()) == 1
        assert search_entries.few_subjects(session, EntryQuery("zyzzyva", ("record",))) == []


@pytest.mark.parametrize("probe", [1, 2, 60])
def test_a_long_word_is_not_taken_for_one_that_ends_alike(
    house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch, probe: int
) -> None:
    made = [jobs.create(house.database, cast.owner, CreateJob(title)) for title in ("Sheet-57-3", "Cheat-57-3")]
    monkeypatch.setattr(search_entries, "_PROBE", probe)
    found = search.search(house.database, cast.owner, SearchQuery("sheet-57-3"))
    assert ([hit.subject.id for hit in found.items], found.next_before) == ([made[0].id], None)
    with house.database.reading() as session:
        assert search_entries.few_subjects(session, EntryQuery("CHEAT-57-3", ("record",))) == [made[1].id]
    assert search.search(house.database, cast.owner, SearchQuery("cleat-57-3")).items == []


@pytest.mark.parametrize("few", [2, 2000])
@pytest.mark.parametrize("words", ["bulk", "bu", "JOB 5", "hall", "zyzzyva"])
def test_a_list_is_the_same_whether_few_or_many_match(
    house: House, monkeypatch: pytest.MonkeyPatch, few: int, words: str
) -> None:
    demo_bulk.load_many(house, 60, Silent())
    expected = {"bulk": 6, "bu": 6, "JOB 5": 1, "hall": 2, "zyzzyva": 0}
    monkeypatch.setattr(search_entries, "FEW", few)
    monkeypatch.setattr(job_pages, "FEW", few)
    query = job_pages.JobQuery(text=words, drivers=("save-files",), sort=(("number", True),))
    found = job_pages.stretch_of_jobs(house.database, HOUSE, query, None, 50)
    assert len(found.items) == expected[words]
    listed = record_pages.stretch_of_records(
        house.database, HOUSE, record_pages.RecordQuery("Job", text=words), None, 50
    )
    assert len(listed.items) == expected[words]


def test_what_may_not_be_read_makes_a_page_short_but_not_the_last(
    house: House, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.create(house.database, cast.owner, CreateJob("Harbour"))
    for _ in range(4):
        jobs.create(house.database, cast.owner, CreateJob("Harbour", private=True))
    monkeypatch.setattr(search, "MOST_LOOKED_AT", 3)
    first = search.search(house.database, cast.stranger, SearchQuery("harbour", limit=1))
    assert (list(first.items), first.next_before is None) == ([], False)
    rest = search.search(house.database, cast.stranger, SearchQuery("harbour", before=first.next_before, limit=1))
    assert [hit.record.title for hit in rest.items] == ["Harbour"]
    assert rest.next_before is None


def _midnight(day: str | None) -> datetime | None:
    return None if day is None else datetime.fromisoformat(day).replace(tzinfo=UTC)
