"""Links on the pages: attached to a job or a record, shown with their host, changed; and never a way to run a script."""

from __future__ import annotations

import pytest

from core import attachments
from core.commands import Attach
from core.house import House
from models import Job
from tests.cast import Cast
from tests.core.stories import attached, files_of
from tests.pages.conftest import Visitor

WIKI = "https://wiki.example.org/sales?week=47"


def test_a_link_is_attached_and_shown_with_its_host(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    place = f"/jobs/{job.number}"
    assert f'href="{place}/link"' in owner.see(place)
    done = owner.send(f"{place}/link", link_target=WIKI, name="Sales", description="Every Monday", nonce="once")
    again = owner.send(f"{place}/link", link_target=WIKI, name="Sales", description="Every Monday", nonce="once")
    assert [(one.status_code, one.location) for one in (done, again)] == [(303, place)] * 2
    (made,) = attachments.page_of(house.database, cast.owner, job).items
    assert (made.driver, made.name, made.link_target, made.description) == ("link", "Sales", WIKI, "Every Monday")
    page = owner.see(place)
    assert "<bdi>wiki.example.org</bdi>" in page
    assert f'rel="noopener noreferrer nofollow" href="{WIKI}"' in page
    assert "Open wiki.example.org" in owner.see(f"/attachments/{made.guid}")


def test_a_link_goes_to_the_action_that_was_chosen(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    files = files_of(house, cast.owner, job)
    assert owner.send(f"/jobs/{job.number}/link", link_target=WIKI, action=str(files.guid)).status_code == 303
    (made,) = attachments.page_of(house.database, cast.owner, files).items
    assert made.name == WIKI


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "//host",
        "wiki",
        "https://a b",
        "http://[",
    ],
)
def test_only_addresses_of_the_web_are_taken(owner: Visitor, house: House, cast: Cast, job: Job, address: str) -> None:
    refused = owner.send(f"/jobs/{job.number}/link", link_target=address)
    assert refused.status_code == 422
    assert "A web address begins with http:// or https://." in refused.text
    assert attachments.page_of(house.database, cast.owner, job).total == 0


def test_an_address_is_changed_but_not_into_a_script(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(name="Sales", driver="link", link_target=WIKI))
    edit = f"/attachments/{made.guid}/edit"
    assert owner.send(edit, name="Sales", link_target="javascript:alert(1)").status_code == 422
    assert owner.send(edit, name="Sales", link_target="http://example.org/").status_code == 303
    assert attachments.find(house.database, cast.owner, made.guid).link_target == "http://example.org/"
    assert "changed the address of" in owner.see(f"/jobs/{job.number}")


def test_what_an_api_linked_to_is_text_and_can_still_be_renamed(
    owner: Visitor, house: House, cast: Cast, job: Job
) -> None:
    target = "file://archive/contracts/57"
    made = attachments.attach(house, cast.owner, job, Attach(name="Paper", driver="link", link_target=target))
    assert f'href="{target}"' not in owner.see(f"/jobs/{job.number}") + owner.see(f"/attachments/{made.guid}")
    assert owner.send(f"/attachments/{made.guid}/edit", name="Shelf", link_target=target).status_code == 303
    assert attachments.find(house.database, cast.owner, made.guid).name == "Shelf"


def test_a_file_leads_nowhere(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    plan = attached(house, cast.owner, job)
    edit = f"/attachments/{plan.guid}/edit"
    assert "link_target" not in owner.see(edit)
    owner.send(edit, name="plan", file_name="plan.txt", link_target=WIKI)
    assert attachments.find(house.database, cast.owner, plan.guid).link_target is None


def test_a_reader_attaches_no_link(reader: Visitor, job: Job) -> None:
    reader.see(f"/jobs/{job.number}/link", 403)


def test_a_stranger_finds_no_form(stranger: Visitor, private_job: Job) -> None:
    stranger.see(f"/jobs/{private_job.number}/link", 404)
