"""Pages of what is too much for one page: a hundred are shown, the rest is a page on."""

from __future__ import annotations

import re

import pytest

from core import demo, demo_bulk, jobs
from core.access import HOUSE
from core.commands import ByGuid
from core.house import House
from core.progress import Silent
from models import Job
from tests.pages.conftest import Visitor


@pytest.fixture
def full(house: House) -> Job:
    """A job of 102 files and as many outputs."""
    demo_bulk.load_many(house, 510, Silent())
    return jobs.find(house.database, HOUSE, ByGuid(demo.guid_of(demo_bulk.FULL)))


def test_a_job_shows_a_hundred_and_leads_to_the_rest(owner: Visitor, full: Job) -> None:
    page = owner.see(f"/jobs/{full.number}")
    assert len(re.findall(r'href="/attachments/[0-9a-f-]{36}/download"', page)) == 100
    assert f'<a href="/jobs/{full.number}/files">All 102 files</a>' in page
    assert f'<a href="/jobs/{full.number}/outputs">All 102 outputs</a>' in page
    assert "Download all (1.5 KiB)" in page or "Download all (" in page


def test_files_go_on_and_back(owner: Visitor, full: Job) -> None:
    first = owner.see(f"/jobs/{full.number}/files")
    assert "102 files, newest first" in first
    assert "part-00101.txt" in first
    second = owner.see(_link("next", first))
    assert "part-00000.txt" in second
    assert "part-00002.txt" not in second
    assert "part-00101.txt" in owner.see(_link("prev", second))


def test_files_are_found_by_words(owner: Visitor, full: Job) -> None:
    page = owner.see(f"/jobs/{full.number}/files?q=PART-0001")
    assert "Those that match" in page
    assert page.count('name="attachment"') == 10


def test_outputs_go_on_and_back(owner: Visitor, full: Job) -> None:
    first = owner.see(f"/jobs/{full.number}/outputs")
    second = owner.see(_link("next", first))
    assert "result-00101" in second
    assert "result-00000" in owner.see(_link("prev", second))


def test_a_mark_that_is_none_leads_to_the_first_page(owner: Visitor, full: Job) -> None:
    assert "part-00101.txt" in owner.see(f"/jobs/{full.number}/files?at=nonsense")


def _link(rel: str, page: str) -> str:
    return str(re.findall(rf'<a rel="{rel}" href="([^"]+)"', page)[0]).replace("&amp;", "&")
