"""Bytes out: headers, conditions, ranges, and what is never shown in place."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from core.storage import FolderStore
from tests.http.house import House

BODY = bytes(range(256)) * 4
DATE = "Sun, 01 Mar 2026 12:30:15 GMT"
PNG = b"\x89PNG\r\n\x1a\n" + BODY


def test_a_download_carries_exactly_the_guarded_headers(house: House, client: FlaskClient) -> None:
    offered = house.offer(BODY, "Übersicht.txt")
    reply = client.get("/api/file")
    assert reply.data == BODY
    assert {name: value for name, value in reply.headers.items() if name != "Vary"} == {
        "Content-Type": "text/plain",
        "Content-Length": "1024",
        "Content-Disposition": "attachment; filename=\"_bersicht.txt\"; filename*=UTF-8''%C3%9Cbersicht.txt",
        "ETag": f'"{offered.sha256}"',
        "Last-Modified": DATE,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    assert {"Authorization", "Cookie"} <= set(reply.headers["Vary"].split(", "))


def test_head_says_the_same_without_the_bytes(house: House, client: FlaskClient) -> None:
    house.offer(BODY)
    got, asked = client.get("/api/file"), client.head("/api/file")
    assert asked.data == b""
    assert dict(asked.headers) == dict(got.headers)


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "text/javascript", "multipart/related", "x\r\ny: z", ""]
)
def test_what_might_run_is_sent_as_mere_bytes(house: House, client: FlaskClient, media_type: str) -> None:
    house.offer(b"<script>", "a.html", media_type)
    reply = client.get("/api/inline")
    assert reply.content_type == "application/octet-stream"
    assert reply.headers["Content-Disposition"].startswith("attachment")


def test_a_true_picture_is_shown_in_place_where_asked(house: House, client: FlaskClient) -> None:
    house.offer(PNG, "a.png", "image/png")
    assert client.get("/api/inline").headers["Content-Disposition"] == 'inline; filename="a.png"'
    assert client.get("/api/inline").data == PNG
    assert client.get("/api/file").headers["Content-Disposition"] == 'attachment; filename="a.png"'


def test_a_false_picture_is_not_shown_in_place(house: House, client: FlaskClient) -> None:
    house.offer(b"<svg onload=alert(1)>", "a.png", "image/png")
    assert client.get("/api/inline").headers["Content-Disposition"].startswith("attachment")


def test_a_file_without_a_name_is_a_bare_attachment(house: House, client: FlaskClient) -> None:
    house.offer(BODY, None)
    assert client.get("/api/file").headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    ("asked", "content_range", "body"),
    [
        ("bytes=0-0", "bytes 0-0/1024", BODY[:1]),
        ("bytes=5-9", "bytes 5-9/1024", BODY[5:10]),
        ("bytes=1000-", "bytes 1000-1023/1024", BODY[1000:]),
        ("bytes=-24", "bytes 1000-1023/1024", BODY[1000:]),
        ("bytes=1000-99999", "bytes 1000-1023/1024", BODY[1000:]),
        ("bytes = 1 - 2 ", "bytes 1-2/1024", BODY[1:3]),
    ],
)
def test_one_range_is_sent_alone(
    house: House, client: FlaskClient, asked: str, content_range: str, body: bytes
) -> None:
    house.offer(BODY)
    reply = client.get("/api/file", headers={"Range": asked})
    assert (reply.status_code, reply.headers["Content-Range"], reply.data) == (206, content_range, body)
    assert reply.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,3-4",
        ",".join(["bytes=0-1"] * 3000)[:8000],
        "lines=1-2",
        "bytes=",
        "bytes=-",
        "bytes=9-5",
        "bytes=a-b",
        "bytes 1-2",
        "bytes=1-2-3",
        "bytes=" + "9" * 4000 + "-",
        "bytes=٣-",
        "bytes=0-",
        "bytes=-5000",
    ],
)
def test_any_other_range_means_the_whole_file(house: House, client: FlaskClient, asked: str) -> None:
    house.offer(BODY)
    reply = client.get("/api/file", headers={"Range": asked.encode().decode("latin-1")})
    assert (reply.status_code, reply.data) == (200, BODY)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=1024-2000", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_outside_the_file_is_refused_with_its_length(house: House, client: FlaskClient, asked: str) -> None:
    house.offer(BODY)
    reply = client.get("/api/file", headers={"Range": asked})
    assert (reply.status_code, reply.headers["Content-Range"], reply.data) == (416, "bytes */1024", b"")


def test_an_empty_file_is_sent_whole(house: House, client: FlaskClient) -> None:
    house.offer(b"")
    assert (client.get("/api/file").status_code, client.get("/api/file").headers["Content-Length"]) == (200, "0")


def test_a_range_is_for_get_alone(house: House, client: FlaskClient) -> None:
    house.offer(BODY)
    assert client.head("/api/file", headers={"Range": "bytes=0-1"}).status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"), [('"{tag}"', 206), (DATE, 206), ('W/"{tag}"', 200), ('"other"', 200), ("x", 200)]
)
def test_a_range_of_another_version_means_the_whole_file(
    house: House, client: FlaskClient, condition: str, status: int
) -> None:
    tag = house.offer(BODY).sha256
    reply = client.get("/api/file", headers={"Range": "bytes=0-1", "If-Range": condition.format(tag=tag)})
    assert reply.status_code == status


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("If-None-Match", '"{tag}"', 304),
        ("If-None-Match", 'W/"{tag}"', 304),
        ("If-None-Match", '"x", "{tag}"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"x"', 200),
        ("If-Modified-Since", DATE, 304),
        ("If-Modified-Since", "Mon, 02 Mar 2026 00:00:00 GMT", 304),
        ("If-Modified-Since", "Sun, 01 Mar 2026 12:30:14 GMT", 200),
        ("If-Modified-Since", "yesterday", 200),
        ("If-Match", '"{tag}"', 200),
        ("If-Match", "*", 200),
        ("If-Match", '"x"', 412),
        ("If-Unmodified-Since", DATE, 200),
        ("If-Unmodified-Since", "Sun, 01 Mar 2026 12:30:14 GMT", 412),
    ],
)
def test_conditions_are_honoured(house: House, client: FlaskClient, name: str, value: str, status: int) -> None:
    tag = house.offer(BODY).sha256
    assert client.get("/api/file", headers={name: value.format(tag=tag)}).status_code == status


def test_a_tag_outweighs_a_date(house: House, client: FlaskClient) -> None:
    house.offer(BODY)
    assert client.get("/api/file", headers={"If-None-Match": '"x"', "If-Modified-Since": DATE}).status_code == 200


def test_what_is_known_is_confirmed_with_its_tag_and_without_bytes(house: House, client: FlaskClient) -> None:
    tag = house.offer(BODY).sha256
    reply = client.get("/api/file", headers={"If-None-Match": f'"{tag}"'})
    assert (reply.data, reply.headers["ETag"], reply.headers["Cache-Control"]) == (b"", f'"{tag}"', "private, no-cache")


def test_a_file_of_another_length_than_its_row_is_not_sent(
    house: House, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    house.offered = replace(house.offer(BODY), size=1023)
    with caplog.at_level(logging.ERROR):
        reply = client.get("/api/file")
    assert (reply.status_code, reply.get_json()["error"]) == (500, "internal")
    assert "has 1024 bytes, its row says 1023" in caplog.text


def test_a_file_that_is_gone_is_not_found(house: House, client: FlaskClient, store: FolderStore) -> None:
    store.remove(house.offer(BODY).key)
    assert client.get("/api/file").get_json()["error"] == "not_found"
