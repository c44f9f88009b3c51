"""Nodes and users, as far as a client's session touches them (UFDL sheet §4)."""

from __future__ import annotations

import pytest

from tests.ufdl.conftest import Speaker
from tests.ufdl.test_job_life import NODE
from tests.ufdl.test_outputs import MOMENT

WHOLE = {**NODE, "driver_version": None, "hardware_generation": None, "gpu_mem": None}


def test_a_node_is_registered_and_shown(owner: Speaker) -> None:
    made = owner.post("/nodes/create", WHOLE)
    assert made.status_code == 201
    assert made.json == {"pk": 1, **WHOLE, "last_seen": None, "current_job": None}
    assert owner.get("/nodes/1").json == made.json
    assert owner.listed("nodes", {"type": "exact", "field": "ip", "value": "10.0.0.1"}) == [made.json]
    assert owner.listed("nodes", {"type": "isnull", "field": "current_job", "invert": True}) == []


def test_ping_is_empty_and_notes_that_the_node_was_seen(owner: Speaker) -> None:
    owner.post("/nodes/create", NODE)
    reply = owner.get("/nodes/ping", {"Node-Id": "1"})
    assert (reply.status_code, reply.data) == (200, b"")
    assert MOMENT.fullmatch(owner.get("/nodes/1").json["last_seen"])


def test_the_same_address_and_index_is_400(owner: Speaker) -> None:
    owner.post("/nodes/create", NODE)
    again = owner.post("/nodes/create", NODE)
    assert (again.status_code, list(again.json)) == (400, ["non_field_errors"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["ip", "index", "cpu_mem"]),
        ({**NODE, "index": "one"}, ["index"]),
        ({**NODE, "index": True}, ["index"]),
        ({**NODE, "cpu_mem": None}, ["cpu_mem"]),
        ({**NODE, "ip": 7}, ["ip"]),
        ({**NODE, "ip": "x" * 65}, ["ip"]),
        ({**NODE, "gpu_mem": -1}, ["gpu_mem"]),
    ],
)
def test_faults_of_a_node_are_told_by_field(owner: Speaker, body: object, fields: list[str]) -> None:
    reply = owner.post("/nodes/create", body)
    assert (reply.status_code, list(reply.json)) == (400, fields)


def test_a_viewer_registers_no_node(reader: Speaker) -> None:
    assert reader.post("/nodes/create", NODE).status_code == 403


def test_a_node_changes_itself_and_nobody_elses(owner: Speaker, admin: Speaker) -> None:
    owner.post("/nodes/create", NODE)
    owner.post("/nodes/create", {**NODE, "index": 1})
    body = {"driver_version": "535.1"}
    assert owner.ask("PATCH", "/nodes/1", json=body).status_code == 403
    assert owner.ask("PATCH", "/nodes/1", {"Node-Id": "2"}, json=body).status_code == 403
    assert owner.ask("PATCH", "/nodes/1", {"Node-Id": "1"}, json=body).json["driver_version"] == "535.1"
    assert owner.ask("PUT", "/nodes/1", {"Node-Id": "1"}, json=body).status_code == 400
    assert admin.ask("PATCH", "/nodes/1", json={"index": 1}).status_code == 400
    assert admin.ask("PATCH", "/nodes/9", json={}).status_code == 404


def test_a_node_is_forgotten(owner: Speaker, admin: Speaker) -> None:
    owner.post("/nodes/create", NODE)
    assert owner.delete("/nodes/1").status_code == 403
    gone = admin.delete("/nodes/1")
    assert (gone.status_code, gone.data) == (204, b"")
    assert admin.get("/nodes/1").status_code == 404


def test_a_user_is_shown_to_themselves_and_to_staff(owner: Speaker, admin: Speaker) -> None:
    (shown,) = owner.get("/users/ada").json
    assert (shown["username"], shown["is_staff"], shown["is_active"]) == ("ada", False, True)
    assert "password" not in shown
    assert admin.get("/users/ada").status_code == 200
    assert admin.get("/users/nobody").status_code == 404


@pytest.mark.parametrize("name", ["root", "nobody"])
def test_others_are_403_whether_they_exist_or_not(owner: Speaker, name: str) -> None:
    assert owner.get(f"/users/{name}").status_code == 403
