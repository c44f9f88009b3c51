"""What administrators see of the house: how full it is, the trail, the settings, the programs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from core import attachments, tokens
from core.commands import Attach
from core.errors import Code, Refusal
from core.house import House
from models import Job
from tests.cast import Cast
from tests.pages.conftest import Visitor


@pytest.fixture
def admin(visit: Callable[[str], Visitor]) -> Visitor:
    return visit("root")


def test_the_house_tells_what_it_keeps(admin: Visitor, house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="a.bin", content=[b"x" * 2048]))
    attachments.detach(house.database, cast.owner, made)
    assert re.search(r"<dt>Trash</dt><dd>2.0 KiB</dd>", admin.see("/admin"))


def test_the_trail_shows_who_did_what(admin: Visitor, house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    page = admin.see("/admin/trail")
    assert "<bdi>plan.txt</bdi>" in page
    assert "plan.txt" not in admin.see("/admin/trail?verb=download")


def test_settings_are_shown_without_their_secrets(admin: Visitor, house: House) -> None:
    page = admin.see("/admin/settings")
    assert "ADDENDA_RETENTION_DAYS" in page
    assert house.settings.upload_secret_key not in page
    assert house.settings.upload_access_key not in page
    assert house.settings.database_url not in page


def test_a_program_gets_a_secret_once_and_a_new_one(admin: Visitor, house: House) -> None:
    made = admin.send("/admin/applications", name="scanner", role="editor")
    first = re.findall(r'data-copy="([^"]+)"', made.text)[0]
    assert tokens.caller_of(house.database, first, ("client",), "alloy").name == "scanner"
    (renew,) = re.findall(r'action="(/admin/applications/\d+/renew)"', admin.see("/admin/applications"))
    again = admin.send(renew, page="/admin/applications")
    second = re.findall(r'data-copy="([^"]+)"', again.text)[0]
    with pytest.raises(Refusal) as refused:
        tokens.caller_of(house.database, first, ("client",), "alloy")
    assert refused.value.code is Code.UNIDENTIFIED
    admin.send(renew.replace("renew", "shut"), page="/admin/applications")
    with pytest.raises(Refusal):
        tokens.caller_of(house.database, second, ("client",), "alloy")


@pytest.mark.parametrize("address", ["/admin", "/admin/trail", "/admin/settings", "/admin/applications"])
def test_these_are_for_administrators(owner: Visitor, address: str) -> None:
    owner.see(address, 403)
