"""The demo data: there once, however often it is loaded."""

from __future__ import annotations

from core import actions, attachments, demo, demo_bulk, job_pages, jobs, search
from core.access import HOUSE
from core.commands import ByGuid
from core.house import House
from core.job_pages import JobQuery
from core.progress import Silent
from core.search import SearchQuery


def test_loading_twice_loads_once(house: House) -> None:
    assert demo.load(house) == demo.load(house)
    assert job_pages.page_jobs(house.database, HOUSE, JobQuery()).total == 3


def test_bulk_jobs_are_jobs_like_any_other(house: House) -> None:
    demo_bulk.load_many(house, 12, Silent())
    demo_bulk.load_many(house, 12, Silent())
    found = job_pages.page_jobs(house.database, HOUSE, JobQuery(text="bulk job 0"))
    assert [job.title for job in found.items] == ["Bulk job 0"]
    job = jobs.find(house.database, HOUSE, ByGuid(found.items[0].guid))
    assert [action.builtin for action in actions.of_jobs(house.database, HOUSE, [job.id])] == [True]
    assert job_pages.page_jobs(house.database, HOUSE, JobQuery()).total == 2


def test_bulk_is_found(house: House) -> None:
    demo_bulk.load_many(house, 12, Silent())
    hits = search.search(house.database, HOUSE, SearchQuery("part-00001"))
    assert [attachments.find(house.database, HOUSE, hit.subject.id).file_name for hit in hits.items] == [
        "part-00001.txt"
    ]
