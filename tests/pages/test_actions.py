"""The steps of a job on its page."""

from __future__ import annotations

from core import actions
from core.access import Caller
from core.commands import CreateAction
from core.house import House
from models import Action, Job
from tests.cast import Cast
from tests.pages.conftest import Visitor
from tests.pages.test_jobs import nonce_of


def names(house: House, caller: Caller, job: Job) -> list[str]:
    """Return the titles of a job's actions in order."""
    return [action.title for action in actions.of_jobs(house.database, caller, [job.id])]


def add(house: House, caller: Caller, job: Job, title: str) -> Action:
    """Add an action."""
    return actions.add(house.database, caller, job.id, CreateAction("email", title))


def test_an_action_is_added_once_though_sent_twice(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    address = f"/jobs/{job.number}/actions/new"
    nonce = nonce_of(owner.see(address))
    owner.send(address, title="Send", driver="email", nonce=nonce)
    owner.send(address, title="Send", driver="email", nonce=nonce)
    assert names(house, cast.owner, job) == ["Files", "Send"]


def test_an_action_is_changed(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    action = add(house, cast.owner, job, "Send")
    owner.send(f"/jobs/{job.number}/actions/{action.guid}/edit", title="Send it", description="By mail")
    page = owner.see(f"/jobs/{job.number}")
    assert "Send it" in page
    assert "disabled" in page


def test_actions_move_but_never_before_the_built_in_one(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    add(house, cast.owner, job, "One")
    two = add(house, cast.owner, job, "Two")
    owner.send(f"/jobs/{job.number}/actions/{two.guid}/move/up", page=f"/jobs/{job.number}")
    owner.send(f"/jobs/{job.number}/actions/{two.guid}/move/up", page=f"/jobs/{job.number}")
    assert names(house, cast.owner, job) == ["Files", "Two", "One"]


def test_an_action_goes_after_a_question(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    action = add(house, cast.owner, job, "Send")
    assert "Delete the action?" in owner.see(f"/jobs/{job.number}/actions/{action.guid}/delete")
    owner.send(f"/jobs/{job.number}/actions/{action.guid}/delete")
    assert names(house, cast.owner, job) == ["Files"]


def test_the_built_in_action_cannot_go(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    files = actions.of_jobs(house.database, cast.owner, [job.id])[0]
    response = owner.send(f"/jobs/{job.number}/actions/{files.guid}/delete")
    assert response.status_code == 422
    assert "cannot be removed" in response.text


def test_an_action_of_another_job_is_not_found_here(
    owner: Visitor, house: House, cast: Cast, job: Job, private_job: Job
) -> None:
    action = add(house, cast.owner, private_job, "Elsewhere")
    owner.see(f"/jobs/{job.number}/actions/{action.guid}/edit", 404)
