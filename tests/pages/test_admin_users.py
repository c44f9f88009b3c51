"""The accounts of people, as an administrator keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import accounts
from core.house import House
from tests.pages.conftest import Visitor

NEW = "a longer sentence than before"


@pytest.fixture
def admin(visit: Callable[[str], Visitor]) -> Visitor:
    return visit("root")


def test_a_user_is_added(admin: Visitor, house: House) -> None:
    reply = admin.send("/admin/users/new", user_name="cy", full_name="Cy", email="", role="viewer", password=NEW)
    assert reply.status_code == 303
    assert accounts.find(house.database, "CY").role == "viewer"


def test_a_taken_name_is_refused_beside_its_field(admin: Visitor) -> None:
    reply = admin.send("/admin/users/new", user_name="ADA", role="viewer", password=NEW)
    assert reply.status_code == 409
    assert 'id="user_name-error"' in reply.text


def test_shutting_somebody_out_ends_their_session(
    admin: Visitor, visit: Callable[[str], Visitor], house: House
) -> None:
    bo = visit("bo")
    user = accounts.find(house.database, "bo")
    assert admin.send(f"/admin/users/{user.id}", role="editor").status_code == 303
    bo.see("/account", 303)
    assert not accounts.find(house.database, "bo").enabled


def test_the_last_administrator_stays_one(admin: Visitor, house: House) -> None:
    user = accounts.find(house.database, "root")
    reply = admin.send(f"/admin/users/{user.id}", role="viewer", enabled="y")
    assert reply.status_code == 409
    assert "last administrator" in reply.text


@pytest.mark.parametrize("address", ["/admin/users", "/admin/users/new", "/admin/users/1"])
def test_these_pages_are_for_administrators(owner: Visitor, address: str) -> None:
    owner.see(address, 403)
