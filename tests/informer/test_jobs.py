"""Jobs: made, shown, listed page by page, changed, shared and put in the trash."""

from __future__ import annotations

from typing import Any

import pytest

from core import lines
from models import Job
from tests.informer.conftest import Speaker


def names(document: dict[str, Any]) -> list[str]:
    """Return the names in a list of jobs."""
    return [item["name"] for item in document["_embedded"]["inf:job"]]


@pytest.fixture
def five(owner: Speaker) -> None:
    """Five jobs, made in no order."""
    for name in ("delta", "alpha", "echo", "charlie", "bravo"):
        owner("POST", "/api/jobs", json={"type": "api-call", "name": name, "description": f"about {name}"})


def test_a_job_is_made_and_shown_at_its_address(owner: Speaker) -> None:
    made = owner(
        "POST",
        "/api/jobs",
        json={
            "type": "email",
            "name": "Daily Sales Report",
            "description": "Every morning",
            "interval": "0 8 * * *",
            "timezone": "America/New_York",
            "startOn": "2026-02-01T00:00:00+01:00",
            "unknown": {"members": "are ignored"},
        },
    )
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/jobs/{made.json['id']}"
    job = owner("GET", made.headers["Location"]).json
    assert job == made.json
    assert {name: job[name] for name in ("type", "name", "slug", "ownerId", "naturalId", "enabled")} == {
        "type": "email",
        "name": "Daily Sales Report",
        "slug": "daily-sales-report",
        "ownerId": "ada",
        "naturalId": "ada:daily-sales-report",
        "enabled": True,
    }
    assert (job["interval"], job["intervalType"], job["timezone"]) == ("0 8 * * *", "cron", "America/New_York")
    assert (job["startOn"], job["nextRunAt"]) == ("2026-01-31T23:00:00.000Z", None)
    assert job["permissions"] == {"edit": True, "write": True, "delete": True, "share": True}
    assert job["driver"]["id"] == "email"
    assert [action["type"] for action in job["actions"]] == ["files"]
    assert job["actions"][0]["attachments"] == []
    assert "inf:job-run" not in job["_links"]
    assert "inf:job-history" not in job["_links"]


def test_a_flat_form_makes_a_job_too(owner: Speaker) -> None:
    made = owner("POST", "/api/jobs", data={"type": "email", "name": "From a form", "enabled": "false"})
    assert made.status_code == 201
    assert made.json["enabled"] is False


def test_a_second_slug_is_numbered_and_renaming_keeps_it(owner: Speaker) -> None:
    first = owner("POST", "/api/jobs", json={"type": "email", "name": "Same"}).json
    second = owner("POST", "/api/jobs", json={"type": "email", "name": "Same"}).json
    assert (first["slug"], second["slug"]) == ("same", "same-2")
    renamed = owner("PUT", f"/api/jobs/{first['id']}", json={"name": "Other"})
    assert renamed.status_code == 200
    assert (renamed.json["name"], renamed.json["slug"]) == ("Other", "same")


@pytest.mark.parametrize("separator", [":", "%3A", "%3a"])
def test_a_natural_id_works_in_every_nested_path(owner: Speaker, job: Job, place: str, separator: str) -> None:
    natural = place.replace(str(job.guid), f"ada{separator}{job.slug}")
    assert owner("GET", natural.partition("/actions")[0]).json["id"] == str(job.guid)
    made = owner("POST", natural, json={"type": "file", "name": "x.txt"})
    assert made.headers["Location"].startswith(place)
    assert owner("GET", natural).json["_links"]["self"]["href"] == place


@pytest.mark.parametrize("job_id", ["x", "ada", ":", "ada:", "ada:nope", "a:b:c", "0", "{guid}", "%00", "..%2f"])
def test_what_names_no_job_is_not_there(owner: Speaker, job_id: str) -> None:
    assert owner("GET", f"/api/jobs/{job_id}").status_code in (400, 404)


@pytest.mark.usefixtures("five")
def test_the_list_is_searchable_and_sorted_by_name(owner: Speaker) -> None:
    reply = owner("GET", "/api/jobs")
    assert list(reply.json) == ["_links", "_embedded", "start", "count", "total"]
    assert reply.json["_links"]["self"] == {"href": "/api/jobs{?sort,limit,start,q}", "templated": True}
    assert names(reply.json) == ["alpha", "bravo", "charlie", "delta", "echo"]
    assert reply.json["_links"]["curies"][0]["name"] == "inf"
    assert not {"next", "prev"} & set(reply.json["_links"])


@pytest.mark.usefixtures("five")
def test_pages_lead_to_each_other_and_keep_search_and_order(owner: Speaker) -> None:
    first = owner("GET", "/api/jobs?limit=2&sort=-name&q=ABOUT").json
    assert names(first) == ["echo", "delta"]
    assert (first["start"], first["count"], first["total"]) == (0, 2, 5)
    assert first["_links"]["next"]["href"] == "/api/jobs?start=2&limit=2&q=ABOUT&sort=-name"
    second = owner("GET", first["_links"]["next"]["href"]).json
    assert names(second) == ["charlie", "bravo"]
    assert second["_links"]["prev"]["href"] == "/api/jobs?start=0&limit=2&q=ABOUT&sort=-name"
    assert names(owner("GET", second["_links"]["next"]["href"]).json) == ["alpha"]


@pytest.mark.usefixtures("five")
def test_a_list_longer_than_a_batch_comes_whole_in_any_order(owner: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BATCH", 2)
    whole = owner("GET", "/api/jobs?limit=5").json
    assert names(whole) == ["alpha", "bravo", "charlie", "delta", "echo"]
    assert (whole["count"], whole["total"]) == (5, 5)
    assert names(owner("GET", "/api/jobs?limit=900000000&sort=-enabled,-createdAt").json) == [
        "bravo",
        "charlie",
        "echo",
        "alpha",
        "delta",
    ]
    assert names(owner("GET", "/api/jobs?start=1&limit=3&sort=type&sort=-name").json) == ["delta", "charlie", "bravo"]
    bare = owner("GET", "/api/jobs-list").json
    assert [item["name"] for item in bare] == ["alpha", "bravo", "charlie", "delta", "echo"]


@pytest.mark.usefixtures("five")
def test_the_bare_list_has_the_published_members(owner: Speaker) -> None:
    item = owner("GET", "/api/jobs-list").json[0]
    assert set(item) == set("id name type enabled ownerId ownerName naturalId tags sharing permissions".split())


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "start=1.5", "sort=password", "sort=", "limit=9" + "9" * 30])
def test_a_bad_query_is_refused_by_name(owner: Speaker, query: str) -> None:
    reply = owner("GET", f"/api/jobs?{query}")
    assert reply.status_code == 400
    assert reply.json["validation"] == {"source": "query", "keys": [query.partition("=")[0]]}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": "x"}, "type"),
        ({"type": "email"}, "name"),
        ({"type": "fax", "name": "x"}, "type"),
        ({"type": "worker", "name": "x"}, "type"),
        ({"type": "email", "name": "  "}, "name"),
        ({"type": "email", "name": None}, "name"),
        ({"type": "email", "name": "x" * 501}, "name"),
        ({"type": "email", "name": "x", "enabled": "yes"}, "enabled"),
        ({"type": "email", "name": "x", "interval": "every day"}, "interval"),
        ({"type": "email", "name": "x", "interval": "* " * 200}, "interval"),
        ({"type": "email", "name": "x", "interval": "2 hours", "intervalType": "often"}, "intervalType"),
        ({"type": "email", "name": "x", "timezone": "Mars/Olympus"}, "timezone"),
        ({"type": "email", "name": "x", "timezone": "America"}, "timezone"),
        ({"type": "email", "name": "x", "startOn": "2026-01-01T00:00:00"}, "startOn"),
        ({"type": "email", "name": "x", "startOn": "0001-01-01T00:00:00+14:00"}, "startOn"),
        (
            {"type": "email", "name": "x", "startOn": "2026-02-01T00:00:00Z", "endOn": "2026-01-01T00:00:00Z"},
            "endOn",
        ),
    ],
)
def test_a_bad_job_is_refused_by_name(owner: Speaker, body: dict[str, Any], key: str) -> None:
    reply = owner("POST", "/api/jobs", json=body)
    assert reply.status_code == 400
    assert reply.json["validation"] == {"source": "payload", "keys": [key]}


def test_what_was_read_can_be_sent_back(owner: Speaker, job_path: str) -> None:
    before = owner("GET", job_path).json
    reply = owner("PUT", job_path, json=before)
    assert reply.status_code == 200
    assert {**reply.json, "updatedAt": 0} == {**before, "updatedAt": 0}


def test_a_simple_interval_and_the_end_of_it(owner: Speaker, job_path: str) -> None:
    changed = owner("PUT", job_path, json={"interval": "2 hours", "intervalType": "simple", "enabled": False}).json
    assert (changed["interval"], changed["intervalType"], changed["enabled"]) == ("2 hours", "simple", False)
    assert owner("PUT", job_path, json={"interval": None}).json["interval"] is None
    assert owner("PUT", job_path, json={"type": "api-call"}).status_code == 400


def test_a_deleted_job_is_gone(owner: Speaker, job_path: str, place: str) -> None:
    reply = owner("DELETE", job_path)
    assert (reply.status_code, reply.data) == (204, b"")
    assert owner("GET", job_path).status_code == 404
    assert owner("GET", place).status_code == 404
    assert owner("DELETE", job_path).status_code == 404


def test_others_see_what_the_team_shares_and_may_do_less(
    owner: Speaker, reader: Speaker, stranger: Speaker, job_path: str, secret_path: str
) -> None:
    seen = reader("GET", job_path).json
    assert seen["permissions"] == {"edit": False, "write": False, "delete": False, "share": False}
    assert "edit" not in seen["_links"]
    assert stranger("GET", job_path).json["permissions"]["edit"] is True
    assert stranger("DELETE", job_path).status_code == 403
    assert reader("PUT", job_path, json={"name": "x"}).status_code == 403
    assert reader("POST", "/api/jobs", json={}).status_code == 403
    assert stranger("GET", secret_path).status_code == 404
    assert stranger("GET", "/api/jobs").json["total"] == 1
    assert owner("GET", "/api/jobs").json["total"] == 2


def test_shares_open_a_private_job_step_by_step(owner: Speaker, stranger: Speaker, secret_path: str) -> None:
    shares = f"{secret_path}/shares"
    assert owner("GET", shares).json["_embedded"] == {"inf:share": []}
    assert owner("PUT", f"{shares}/stan", json={"accessLevel": 1}).status_code == 200
    assert stranger("GET", secret_path).json["sharing"] == [{"principalId": "stan", "accessLevel": 1}]
    assert stranger("PUT", secret_path, json={"name": "x"}).status_code == 403
    assert stranger("PUT", f"{shares}/bo", json={"accessLevel": 1}).status_code == 403
    assert owner("PUT", f"{shares}/stan", json={"accessLevel": 3}).status_code == 200
    assert stranger("GET", secret_path).json["permissions"]["delete"] is True
    assert owner("DELETE", f"{shares}/stan").status_code == 204
    assert stranger("GET", secret_path).status_code == 404


def test_the_team_is_a_principal_too(owner: Speaker, stranger: Speaker, job_path: str) -> None:
    team = f"{job_path}/shares/team:everyone"
    assert owner("GET", job_path).json["sharing"] == [{"principalId": "team:everyone", "accessLevel": 2}]
    assert owner("DELETE", team).status_code == 204
    assert stranger("GET", job_path).status_code == 404
    assert owner("PUT", team, json={"accessLevel": 2}).status_code == 200
    assert stranger("GET", job_path).status_code == 200
    assert owner("PUT", team, json={"accessLevel": 3}).status_code == 400


@pytest.mark.parametrize(
    ("principal", "body", "status"),
    [
        ("nobody", {"accessLevel": 1}, 404),
        ("team:nobody", {"accessLevel": 1}, 404),
        ("vi", {"accessLevel": 4}, 400),
        ("vi", {"accessLevel": "1"}, 400),
        ("vi", {}, 400),
    ],
)
def test_a_bad_share_is_refused(
    owner: Speaker, job_path: str, principal: str, body: dict[str, Any], status: int
) -> None:
    assert owner("PUT", f"{job_path}/shares/{principal}", json=body).status_code == status


@pytest.mark.parametrize("path", ["_run", "_copy", "history", "draft", "_edit", "datasets", "driver"])
def test_what_comes_later_is_not_there(owner: Speaker, job_path: str, path: str) -> None:
    assert owner("GET", f"{job_path}/{path}").status_code == 404
    assert owner("POST", f"{job_path}/{path}", json={}).status_code == 404
