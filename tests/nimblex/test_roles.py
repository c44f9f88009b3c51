"""Roles, memberships and departments, as far as the sheet documents them, on top of users and groups."""

from __future__ import annotations

from typing import Any

import pytest

from core import groups, shares
from core.house import House
from models import Level, Record
from tests.cast import Cast
from tests.nimblex.speaker import APIROOT, Speaker, is_empty

ROLES = "/jsonapi/roles"
ADMINISTRATORS = {"type": "group", "id": "Administrators"}


def role(kind: str, name: str, **attributes: object) -> dict[str, Any]:
    return {"data": {"type": kind, "id": name, "attributes": attributes}}


@pytest.fixture
def managed(admin: Speaker) -> Speaker:
    """An administrator, with the groups `Contract Managers` and `Administrators`."""
    for name in ("Contract Managers", "Administrators"):
        assert admin.post(ROLES, json=role("group", name)).status_code == 201
    return admin


def ids(speaker: Speaker, path: str) -> list[tuple[str, str]]:
    return [(item["type"], item["id"]) for item in speaker.get(path).get_json()["data"]]


def test_the_list_holds_users_and_groups_by_type_and_id(managed: Speaker) -> None:
    assert managed.get(ROLES).get_json() == {
        "data": [
            *({"type": "user", "id": name} for name in ("ada", "bo", "root", "stan", "vi")),
            {"type": "group", "id": "Administrators"},
            {"type": "group", "id": "Contract Managers"},
        ]
    }


def test_a_role_reads_with_links_to_what_surrounds_it(reader: Speaker) -> None:
    link = f"{APIROOT}/roles/ada"
    assert reader.get(f"{ROLES}/ada").get_json() == {
        "data": {
            "type": "user",
            "id": "ada",
            "links": {"self": link},
            "relationships": {
                "department": {"links": {"self": f"{link}/relationships/department"}},
                "supervisor": {"links": {"self": f"{link}/relationships/supervisor"}},
                "parents": {"links": {"self": f"{link}/relationships/parents"}},
                "children": {"links": {"self": f"{link}/relationships/children"}},
            },
            "attributes": {"displayName": "ada", "email": None, "position": None},
        }
    }


@pytest.mark.parametrize("written", ["Contract+Managers", "Contract%20Managers", "contract managers"])
def test_a_role_is_found_in_both_styles(managed: Speaker, written: str) -> None:
    data = managed.get(f"{ROLES}/{written}").get_json()["data"]
    assert (data["id"], data["links"]["self"]) == ("Contract Managers", f"{APIROOT}/roles/Contract%20Managers")


def test_a_guest_is_made_changed_and_removed(admin: Speaker) -> None:
    made = admin.post(ROLES, json=role("guest", "gus", displayName="Gus", email="gus@example.org", position="Guide"))
    assert (made.status_code, made.headers["Location"]) == (201, f"{APIROOT}/roles/gus")
    assert made.get_json()["data"]["attributes"] == {
        "displayName": "Gus",
        "email": "gus@example.org",
        "position": "Guide",
    }
    assert admin.patch(f"{ROLES}/gus", json=role("guest", "gus", position=None)).status_code == 204
    assert admin.get(f"{ROLES}/gus").get_json()["data"]["attributes"]["position"] is None
    gone = admin.delete(f"{ROLES}/gus")
    assert (gone.status_code, is_empty(gone)) == (204, True)
    missing = admin.get(f"{ROLES}/gus")
    assert (missing.status_code, is_empty(missing)) == (404, True)


def test_a_group_is_removed_with_its_memberships(managed: Speaker) -> None:
    managed.post(f"{ROLES}/ada/relationships/parents", json={"data": [ADMINISTRATORS]})
    assert managed.delete(f"{ROLES}/Administrators").status_code == 204
    assert ids(managed, f"{ROLES}/ada/relationships/parents") == []


@pytest.mark.parametrize(("kind", "name"), [("group", "ada"), ("user", "Administrators"), ("user", "ADA")])
def test_a_name_that_is_taken_is_a_clash(managed: Speaker, kind: str, name: str) -> None:
    assert managed.post(ROLES, json=role(kind, name)).status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("POST", ROLES, role("group", "Mine")),
        ("PATCH", f"{ROLES}/vi", role("user", "vi", displayName="V")),
        ("DELETE", f"{ROLES}/vi", None),
        ("POST", f"{ROLES}/vi/relationships/parents", {"data": []}),
        ("PATCH", f"{ROLES}/vi/relationships/supervisor", {"data": None}),
        ("POST", "/jsonapi/departments", {"data": {"type": "department", "id": "Mine"}}),
    ],
)
def test_only_administrators_change_roles(owner: Speaker, method: str, path: str, document: object) -> None:
    response = owner.ask(method, path, **({} if document is None else {"json": document}))
    assert (response.status_code, response.get_json()["errors"][0]["status"]) == (403, "403")


def test_memberships_are_added_and_removed_with_an_empty_200(managed: Speaker) -> None:
    path = f"{ROLES}/ada/relationships/parents"
    for _ in range(2):
        response = managed.post(path, json={"data": [ADMINISTRATORS]})
        assert (response.status_code, is_empty(response)) == (200, True)
    assert managed.get(path).get_json() == {
        "data": [{**ADMINISTRATORS, "links": {"self": f"{APIROOT}/roles/Administrators"}}]
    }
    assert ids(managed, f"{ROLES}/Administrators/relationships/children") == [("user", "ada")]
    for _ in range(2):
        response = managed.delete(path, json={"data": [ADMINISTRATORS]})
        assert (response.status_code, is_empty(response)) == (200, True)
    assert ids(managed, path) == []


def test_memberships_are_replaced_as_a_whole(managed: Speaker) -> None:
    path = f"{ROLES}/Administrators/relationships/children"
    managed.post(path, json={"data": [{"type": "user", "id": "ada"}, {"type": "user", "id": "bo"}]})
    group = {"type": "group", "id": "Contract Managers"}
    assert managed.patch(path, json={"data": [{"type": "user", "id": "bo"}, group]}).status_code == 200
    assert ids(managed, path) == [("user", "bo"), ("group", "Contract Managers")]


def test_one_unknown_role_changes_nothing(managed: Speaker) -> None:
    path = f"{ROLES}/Administrators/relationships/children"
    response = managed.post(path, json={"data": [{"type": "user", "id": "ada"}, {"type": "user", "id": "nobody"}]})
    assert (response.status_code, is_empty(response)) == (404, True)
    assert ids(managed, path) == []


def test_a_group_never_contains_itself(managed: Speaker) -> None:
    managed.post(
        f"{ROLES}/Administrators/relationships/children", json={"data": [{"type": "group", "id": "Contract Managers"}]}
    )
    circle = managed.post(f"{ROLES}/Contract+Managers/relationships/children", json={"data": [ADMINISTRATORS]})
    itself = managed.post(f"{ROLES}/Administrators/relationships/children", json={"data": [ADMINISTRATORS]})
    assert (circle.status_code, itself.status_code) == (409, 409)


def test_a_user_has_no_members(managed: Speaker) -> None:
    path = f"{ROLES}/ada/relationships/children"
    assert managed.post(path, json={"data": [{"type": "user", "id": "bo"}]}).status_code == 409
    assert ids(managed, path) == []


def test_a_membership_counts_at_once_through_groups_in_groups(
    managed: Speaker, stranger: Speaker, house: House, cast: Cast, secret_contract: Record
) -> None:
    outer = next(group for group in groups.all_groups(house.database) if group.name == "Administrators")
    shares.set_level(house.database, cast.owner, secret_contract, outer, Level.READ)
    inner = {"type": "group", "id": "Contract Managers"}
    managed.post(f"{ROLES}/Administrators/relationships/children", json={"data": [inner]})
    assert stranger.get("/jsonapi/records/Contract/58").status_code == 404
    managed.post(f"{ROLES}/stan/relationships/parents", json={"data": [inner]})
    assert stranger.get("/jsonapi/records/Contract/58").status_code == 200
    managed.delete(f"{ROLES}/stan/relationships/parents", json={"data": [inner]})
    assert stranger.get("/jsonapi/records/Contract/58").status_code == 404


@pytest.mark.parametrize(
    "document", [{"data": ADMINISTRATORS}, {"data": [{"type": "team", "id": "x"}]}, {"data": None}]
)
def test_a_change_of_memberships_is_always_an_array_of_roles(managed: Speaker, document: object) -> None:
    response = managed.post(f"{ROLES}/ada/relationships/parents", json=document)
    assert (response.status_code, "pointer" in response.get_json()["errors"][0]["source"]) == (400, True)


def test_the_last_administrator_stays(admin: Speaker) -> None:
    assert admin.delete(f"{ROLES}/root").status_code == 409


def test_a_supervisor_is_set_and_taken_away(admin: Speaker) -> None:
    link = f"{APIROOT}/roles/ada/relationships/supervisor"
    assert admin.patch(link, json={"data": {"type": "user", "id": "bo"}}).status_code == 204
    assert admin.get(link).get_json() == {
        "links": {"self": link, "related": f"{APIROOT}/roles/bo"},
        "data": {"type": "user", "id": "bo"},
    }
    assert admin.patch(link, json={"data": {"type": "user", "id": "ada"}}).status_code == 409
    assert admin.patch(link, json={"data": None}).status_code == 204
    assert admin.get(link).get_json() == {"links": {"self": link}, "data": None}


DEPARTMENTS = "/jsonapi/departments"
NOTHING = {
    "departmentType": None,
    "description": None,
    "location": None,
    "other1": None,
    "other2": None,
    "other3": None,
}


def department(name: str, **attributes: str | None) -> dict[str, Any]:
    return {"data": {"type": "department", "id": name, "attributes": attributes}}


def test_without_departments_the_list_is_empty(reader: Speaker) -> None:
    assert reader.get(DEPARTMENTS).text == '{"data":[]}'


def test_a_department_is_made_under_the_clients_name(admin: Speaker) -> None:
    made = admin.post(DEPARTMENTS, json=department("Example Team 1", location="North"))
    link = f"{APIROOT}/departments/Example%20Team%201"
    shown = {
        "id": "Example Team 1",
        "type": "department",
        "attributes": {**NOTHING, "location": "North"},
        "links": {"self": link},
    }
    parent = {"parent": {"links": {"self": f"{link}/relationships/parent"}}}
    assert (made.status_code, made.headers["Location"]) == (201, link)
    assert made.get_json() == admin.get(link).get_json() == {"data": {**shown, "relationships": parent}}
    assert admin.get(DEPARTMENTS).get_json() == {"data": [shown]}
    assert admin.post(DEPARTMENTS, json=department("example team 1")).status_code == 409


def test_departments_lie_below_one_another_and_never_in_a_circle(admin: Speaker) -> None:
    for name in ("Upper", "Lower Team"):
        admin.post(DEPARTMENTS, json=department(name))
    link = f"{APIROOT}/departments/Lower%20Team/relationships/parent"
    assert admin.patch(link, json={"data": {"type": "department", "id": "Upper"}}).status_code == 204
    assert admin.get(link).get_json()["data"] == {"type": "department", "id": "Upper"}
    circle = admin.patch(
        f"{DEPARTMENTS}/Upper/relationships/parent", json={"data": {"type": "department", "id": "Lower Team"}}
    )
    assert circle.status_code == 409
    assert admin.delete(f"{DEPARTMENTS}/Upper").status_code == 204
    assert admin.get(link).get_json()["data"] is None


def test_a_department_changes_and_a_role_moves_into_it(admin: Speaker) -> None:
    admin.post(DEPARTMENTS, json=department("Team+One", location="North", other1="x"))
    path = f"{DEPARTMENTS}/Team%2BOne"
    assert admin.patch(path, json=department("Team+One", location=None)).status_code == 204
    assert admin.get(path).get_json()["data"]["attributes"] == {**NOTHING, "other1": "x"}
    link = f"{ROLES}/ada/relationships/department"
    assert admin.patch(link, json={"data": {"type": "department", "id": "Team+One"}}).status_code == 204
    assert admin.get(link).get_json()["data"] == {"type": "department", "id": "Team+One"}


@pytest.mark.parametrize("path", [f"{DEPARTMENTS}/None", f"{ROLES}/nobody", f"{ROLES}/nobody/relationships/parents"])
def test_what_is_missing_is_an_empty_404(admin: Speaker, path: str) -> None:
    response = admin.get(path)
    assert (response.status_code, is_empty(response)) == (404, True)
