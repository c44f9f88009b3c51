"""Actions: listed in order, added, moved, changed and removed; the built-in one stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.informer.conftest import Speaker


def order(owner: Speaker, job_path: str) -> list[tuple[int, str]]:
    """Return the indices and names of a job's actions, as listed."""
    found = owner("GET", f"{job_path}/actions").json["_embedded"]["inf:job-action"]
    return [(item["index"], item["name"]) for item in found]


@pytest.fixture
def three(owner: Speaker, job_path: str) -> dict[str, str]:
    """Three actions beside the built-in one: the addresses by name."""
    made = {
        name: owner("POST", f"{job_path}/actions", json={"type": "email", "name": name}) for name in ("a", "b", "c")
    }
    return {name: reply.headers["Location"] for name, reply in made.items()}


def test_an_action_is_made_and_shown_at_its_address(owner: Speaker, job_path: str) -> None:
    body = {
        "type": "email",
        "name": "Tell the team",
        "data": {"to": ["a@example.org"], "subject": "Hello"},
        "condition": {"dataset": "rows", "count": {"gt": 0}},
    }
    made = owner("POST", f"{job_path}/actions", json=body)
    assert made.status_code == 201
    assert made.headers["Location"] == f"{job_path}/actions/{made.json['id']}"
    assert {name: made.json[name] for name in body} == body
    assert (made.json["jobId"], made.json["index"], made.json["enabled"]) == (job_path.rpartition("/")[2], 1, True)
    assert owner("GET", made.headers["Location"]).json == made.json
    assert owner("GET", f"{made.headers['Location']}/driver").json["id"] == "email"


def test_the_built_in_action_comes_first(owner: Speaker, job_path: str) -> None:
    document = owner("GET", f"{job_path}/actions").json
    assert document["_links"]["self"]["href"] == f"{job_path}/actions"
    assert order(owner, job_path) == [(0, "Files")]
    path = document["_embedded"]["inf:job-action"][0]["_links"]["self"]["href"]
    assert owner("GET", f"{path}/driver").json["id"] == "files"
    assert owner("DELETE", path).status_code == 409
    assert owner("PUT", path, json={"index": 2}).status_code == 409


def test_an_index_moves_an_action_and_the_others_close_up(owner: Speaker, job_path: str, three: dict[str, str]) -> None:
    moved = owner("PUT", three["c"], json={"index": 1, "name": "first"})
    assert (moved.status_code, moved.json["index"]) == (200, 1)
    assert order(owner, job_path) == [(0, "Files"), (1, "first"), (2, "a"), (3, "b")]
    assert owner("DELETE", three["a"]).status_code == 204
    assert order(owner, job_path) == [(0, "Files"), (1, "first"), (2, "b")]
    assert owner("GET", three["a"]).status_code == 404
    assert owner("GET", f"{three['a']}/attachments").status_code == 404


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "type"),
        ({"type": "files"}, "type"),
        ({"type": "fax"}, "type"),
        ({"type": "email", "name": " "}, "name"),
        ({"type": "email", "data": []}, "data"),
        ({"type": "email", "index": "1"}, "index"),
        ({"type": "email", "condition": {"dataset": "x"}}, "condition.count"),
        ({"type": "email", "condition": {"dataset": "x", "count": {"gt": 0}, "more": 1}}, "condition.more"),
    ],
)
def test_a_bad_action_is_refused_by_name(owner: Speaker, job_path: str, body: dict[str, Any], key: str) -> None:
    reply = owner("POST", f"{job_path}/actions", json=body)
    assert reply.status_code == 400
    assert reply.json["validation"] == {"source": "payload", "keys": [key]}


def test_an_action_keeps_its_type_and_takes_back_what_was_read(owner: Speaker, three: dict[str, str]) -> None:
    before = owner("GET", three["b"]).json
    after = owner("PUT", three["b"], json=before)
    assert after.status_code == 200
    assert {**after.json, "updatedAt": 0} == {**before, "updatedAt": 0}
    assert owner("PUT", three["b"], json={"type": "save-files"}).status_code == 400
    assert owner("PUT", three["b"], json={"condition": None, "enabled": False}).json["enabled"] is False


def test_drivers_and_templates_are_listed(owner: Speaker, job_path: str) -> None:
    drivers = owner("GET", "/api/job-action-drivers").json["_embedded"]["inf:job-action-driver"]
    assert [item["id"] for item in drivers] == ["email", "save-files", "api-call"]
    assert owner("GET", "/api/job-action-drivers/email").json == drivers[0]
    assert owner("GET", "/api/job-action-drivers/files").status_code == 404
    templates = owner("GET", f"{job_path}/action-templates").json
    assert [item["type"] for item in templates["_embedded"]["inf:job-action-template"]] == ["email", "save-files"]
