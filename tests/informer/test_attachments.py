"""The ten endpoints of the published page on attachments: its examples hold literally, ids and dates substituted."""

from __future__ import annotations

from typing import Any

from tests.informer.conftest import Speaker

EXAMPLE = {"type": "report", "name": "Sales Report", "data": {"reportId": "sales-summary-2024", "format": "pdf"}}
DRIVERS = [
    {"id": "report", "name": "Report", "description": "Attach a report export"},
    {"id": "file", "name": "File", "description": "Attach a file upload"},
    {"id": "dataset", "name": "Dataset", "description": "Attach dataset export"},
]


def published(item: dict[str, Any]) -> dict[str, Any]:
    """Return what the published example shows of an attachment, in its order."""
    return {name: item[name] for name in item if name not in ("createdAt", "updatedAt", "_links")}


def test_the_list_is_the_published_one(owner: Speaker, place: str) -> None:
    made = owner(
        "POST", place, json={"type": "report", "name": "Sales Report", "data": {"reportId": "sales-summary-2024"}}
    )
    attachment_id = made.headers["Location"].rpartition("/")[2]
    reply = owner("GET", place)
    assert reply.status_code == 200
    document = reply.json
    assert list(document) == ["_links", "_embedded", "start", "count", "total"]
    assert document["_links"] == {"self": {"href": place}}
    assert list(document["_embedded"]) == ["inf:job-attachment"]
    (item,) = document["_embedded"]["inf:job-attachment"]
    assert list(published(item).items()) == [
        ("id", attachment_id),
        ("jobActionId", place.split("/")[5]),
        ("type", "report"),
        ("name", "Sales Report"),
        ("data", {"reportId": "sales-summary-2024"}),
    ]
    assert (document["start"], document["count"], document["total"]) == (0, 1, 1)


def test_an_empty_list_keeps_its_key(owner: Speaker, place: str) -> None:
    document = owner("GET", place).json
    assert document["_embedded"] == {"inf:job-attachment": []}
    assert (document["start"], document["count"], document["total"]) == (0, 0, 0)


def test_the_published_example_is_created(owner: Speaker, place: str) -> None:
    reply = owner("POST", place, json=EXAMPLE)
    assert reply.status_code == 201
    assert reply.headers["Location"] == f"{place}/{reply.json['id']}"
    assert published(reply.json) == {
        "id": reply.json["id"],
        "jobActionId": place.split("/")[5],
        **EXAMPLE,
    }


def test_one_attachment_is_shown_as_published(owner: Speaker, place: str) -> None:
    path = owner("POST", place, json=EXAMPLE).headers["Location"]
    reply = owner("GET", path)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert {name: reply.json[name] for name in ("id", "type", "name", "data")} == {
        "id": path.rpartition("/")[2],
        **EXAMPLE,
    }


def test_the_published_change_keeps_the_report(owner: Speaker, place: str) -> None:
    path = owner("POST", place, json=EXAMPLE).headers["Location"]
    reply = owner("PUT", path, json={"name": "Updated Sales Report", "data": {"format": "excel"}})
    assert reply.status_code == 200
    assert reply.json["name"] == "Updated Sales Report"
    assert reply.json["data"] == {"reportId": "sales-summary-2024", "format": "excel"}


def test_a_delete_answers_with_nothing_and_the_next_finds_nothing(owner: Speaker, place: str) -> None:
    path = owner("POST", place, json=EXAMPLE).headers["Location"]
    reply = owner("DELETE", path)
    assert (reply.status_code, reply.data) == (204, b"")
    assert "Content-Type" not in reply.headers
    assert owner("DELETE", path).status_code == 404
    assert owner("GET", path).status_code == 404


def test_contents_travel_as_a_binary_stream(owner: Speaker, contents: str) -> None:
    body = bytes(range(256)) * 40
    sent = owner("PUT", contents, data=body, headers={"Content-Type": "application/pdf"})
    assert sent.status_code == 200
    reply = owner("GET", contents)
    assert (reply.status_code, reply.data) == (200, body)
    assert reply.headers["Content-Type"] == "application/pdf"
    assert reply.headers["Content-Length"] == str(len(body))
    assert reply.headers["Content-Disposition"] == 'attachment; filename="plan.txt"'
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"].startswith("private")
    assert reply.headers["ETag"] == f'"{sent.json["data"]["sha256"]}"'


def test_the_drivers_are_the_published_ones(owner: Speaker) -> None:
    reply = owner("GET", "/api/job-attachment-drivers")
    assert reply.status_code == 200
    assert reply.json == {
        "_links": {"self": {"href": "/api/job-attachment-drivers"}},
        "_embedded": {"inf:job-attachment-driver": DRIVERS},
        "start": 0,
        "count": 3,
        "total": 3,
    }


def test_one_driver_is_the_published_one(owner: Speaker) -> None:
    assert owner("GET", "/api/job-attachment-drivers/report").json == DRIVERS[0]
    assert owner("GET", "/api/job-attachment-drivers/nope").status_code == 404


def test_the_templates_are_the_published_ones(owner: Speaker, action_path: str) -> None:
    reply = owner("GET", f"{action_path}/attachment-templates")
    assert reply.status_code == 200
    assert reply.json == {
        "_links": {"self": {"href": f"{action_path}/attachment-templates"}},
        "_embedded": {
            "inf:job-attachment-template": [
                {"id": "pdf-report", "name": "PDF Report", "type": "report", "data": {"format": "pdf"}}
            ]
        },
        "start": 0,
        "count": 1,
        "total": 1,
    }
