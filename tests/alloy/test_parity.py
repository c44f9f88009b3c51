"""What is attached here is the same attachment everywhere: for Informer, for the core and its pages, and back."""

from __future__ import annotations

import pytest

from core import actions, attachments, tokens
from core.commands import Attach
from core.house import House
from core.tokens import MintToken
from models import Job
from tests.alloy.conftest import Alloy
from tests.cast import Cast

FILE = {"FileName": "Hello.txt", "Description": "Sample file", "Data": "SGVsbG8h"}


@pytest.fixture
def everywhere(owner: Alloy, house: House, cast: Cast) -> Alloy:
    """Ada with a token of Addenda's own, which every API takes."""
    minted = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0))
    return Alloy(owner.client, minted.secret)


def test_a_file_attached_here_is_listed_and_downloaded_through_informer(
    everywhere: Alloy, house: House, cast: Cast, job: Job
) -> None:
    everywhere.answer("PUT", "Object/J000001/Attachments", json=FILE)
    (made,) = attachments.page_of(house.database, cast.owner, job).items
    (files,) = actions.of_jobs(house.database, cast.owner, [job.id])
    place = f"/api/jobs/{job.guid}/actions/{files.guid}/attachments"
    assert str(made.guid) in everywhere.call("GET", place).get_data(as_text=True)
    download = everywhere.call("GET", f"{place}/{made.guid}/action-attachment-file-contents")
    assert (download.status_code, download.data) == (200, b"Hello!")


def test_a_file_attached_elsewhere_is_listed_and_removed_here(
    everywhere: Alloy, house: House, cast: Cast, job: Job
) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"a"]))
    ((guid, _, name, _, _),) = everywhere.answer("GET", "Object/J000001/Attachments")["Data"]
    assert (guid, name) == (f"{{{str(made.guid).upper()}}}", "a.txt")
    everywhere.answer("DELETE", f"Object/J000001/Attachments/{guid}")
    assert attachments.page_of(house.database, cast.owner, job).total == 0


def test_an_action_of_a_job_is_an_object_too(everywhere: Alloy, house: House, cast: Cast, job: Job) -> None:
    (files,) = actions.of_jobs(house.database, cast.owner, [job.id])
    everywhere.answer("PUT", f"Object/{files.oid}/Attachments", json=FILE)
    assert len(everywhere.answer("GET", "Object/J000001/Attachments")["Data"]) == 1
