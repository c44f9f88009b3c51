"""A box that is ticked in what is kept is ticked in the form, so that saving something else changes nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from core import accounts, actions, records
from core.access import HOUSE
from core.commands import ById, CreateRecord
from core.house import House
from core.record_types import AddRecordType, add
from models import Job
from tests.cast import Cast
from tests.pages.conftest import Visitor


def ticked(page: str, name: str) -> bool:
    """Tell whether a box is ticked."""
    found = re.search(rf'<input [^>]*name="{name}"[^>]*>', page)
    assert found is not None, page
    return "checked" in found[0]


def test_a_private_job_stays_private_when_its_name_changes(
    owner: Visitor, house: House, cast: Cast, private_job: Job
) -> None:
    place = f"/jobs/{private_job.number}/edit"
    assert ticked(owner.see(place), "private")
    owner.send(place, title="Another name", private="y")
    assert records.find(house.database, cast.owner, ById(private_job.id)).private


def test_a_job_of_the_team_is_shown_as_one(owner: Visitor, job: Job) -> None:
    assert not ticked(owner.see(f"/jobs/{job.number}/edit"), "private")


def test_a_box_that_was_emptied_stays_so_when_the_form_comes_back(owner: Visitor, private_job: Job) -> None:
    refused = owner.send(f"/jobs/{private_job.number}/edit", title="")
    assert refused.status_code == 422
    assert not ticked(refused.text, "private")


def test_a_private_record_is_shown_as_one(owner: Visitor, house: House, cast: Cast) -> None:
    add(house.database, HOUSE, AddRecordType("Contract", "Contracts", "C"))
    made = records.create(house.database, cast.owner, CreateRecord("Contract", "Yard", private=True))
    assert ticked(owner.see(f"/records/Contract/{made.number}/edit"), "private")


def test_an_enabled_action_is_shown_as_one(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    owner.send(f"/jobs/{job.number}/actions/new", title="Send it", driver="email")
    action = actions.of_jobs(house.database, cast.owner, [job.id])[-1]
    assert ticked(owner.see(f"/jobs/{job.number}/actions/{action.guid}/edit"), "enabled")


def test_an_account_that_may_sign_in_is_shown_as_one(visit: Callable[[str], Visitor], house: House) -> None:
    user = accounts.find(house.database, "ada")
    assert ticked(visit("root").see(f"/admin/users/{user.id}"), "enabled")
