"""Contents: every form in which they may be sent, their names, references to stored files, and what is refused."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from core.house import House
from tests.informer.conftest import Speaker


def stored(owner: Speaker, name: str, body: bytes = b"stored once") -> str:
    """Put a file into the file store; return its id."""
    made = owner("POST", "/api/files", data={"file": (io.BytesIO(body), name)})
    assert made.status_code == 201
    return str(made.json["id"])


@pytest.mark.parametrize(
    ("query", "headers", "name", "media_type"),
    [
        ("", {}, "plan.txt", "text/plain"),
        ("", {"Content-Type": "application/x-www-form-urlencoded"}, "plan.txt", "text/plain"),
        ("", {"Content-Type": "no type at all"}, "plan.txt", "text/plain"),
        ("", {"Content-Type": "image/x-own; a=b"}, "plan.txt", "image/x-own; a=b"),
        ("?filename=b.pdf", {}, "b.pdf", "application/pdf"),
        ("?filename=b.pdf", {"Content-Disposition": "attachment; filename=c.csv"}, "c.csv", "text/csv"),
        ("", {"Content-Disposition": "attachment; filename*=UTF-8''%C3%BC.md"}, "ü.md", "text/markdown"),
        ("?filename=C:%5Ctemp%5Cx.bin", {}, "x.bin", "application/octet-stream"),
    ],
)
def test_a_raw_body_is_the_file(
    owner: Speaker, contents: str, query: str, headers: dict[str, str], name: str, media_type: str
) -> None:
    sent = owner("PUT", contents + query, data=b"a=b&c=\x00\xff", headers=headers)
    assert sent.status_code == 200
    data = sent.json["data"]
    assert (data["filename"], data["contentType"], data["size"]) == (name, media_type, 8)
    assert owner("GET", contents).data == b"a=b&c=\x00\xff"


def test_a_second_upload_keeps_the_name_of_the_first(owner: Speaker, contents: str) -> None:
    owner("PUT", f"{contents}?filename=b.pdf", data=b"1")
    assert owner("PUT", contents, data=b"22").json["data"]["filename"] == "b.pdf"


@pytest.mark.parametrize("field", ["file", "anything"])
def test_a_form_carries_one_file(owner: Speaker, contents: str, field: str) -> None:
    sent = owner("PUT", contents, data={"note": "x", field: (io.BytesIO(b"\x00\x01"), "a b.bin", "image/x-own")})
    assert sent.status_code == 200
    assert sent.json["data"]["filename"] == "a b.bin"
    assert sent.json["data"]["contentType"] == "image/x-own"
    assert owner("GET", contents).data == b"\x00\x01"


def test_an_empty_file_in_a_form_is_a_file(owner: Speaker, contents: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="empty"\r\n\r\n\r\n--x--\r\n'
    sent = owner("PUT", contents, data=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert sent.json["data"]["size"] == 0
    assert owner("GET", contents).data == b""


TWO_FILES = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n'
    b'--x\r\nContent-Disposition: form-data; name="more"; filename="b"\r\n\r\n2\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    "body",
    [
        {"data": b""},
        {"data": {"note": "x"}, "content_type": "multipart/form-data"},
        {"data": TWO_FILES, "content_type": "multipart/form-data; boundary=x"},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"x", "query_string": {"filename": "a\nb"}},
        {"data": b"x", "query_string": {"filename": "x" * 256}},
    ],
    ids=["no body", "no file", "two files", "broken form", "control character", "long name"],
)
def test_a_bad_upload_is_refused_and_leaves_the_old_file(owner: Speaker, contents: str, body: dict[str, Any]) -> None:
    owner("PUT", contents, data=b"old")
    assert owner("PUT", contents, **body).status_code == 400
    assert owner("GET", contents).data == b"old"


def test_only_a_file_takes_an_upload(owner: Speaker, place: str) -> None:
    path = owner("POST", place, json={"type": "report", "name": "r"}).headers["Location"]
    contents = f"{path}/action-attachment-file-contents"
    assert owner("PUT", contents, data=b"x").status_code == 400
    assert owner("GET", contents).status_code == 404


def test_there_is_nothing_to_send_before_the_first_upload(owner: Speaker, contents: str) -> None:
    assert owner("GET", contents).status_code == 404
    assert owner("HEAD", contents).status_code == 404


@pytest.mark.parametrize("form", [False, True], ids=["raw", "form"])
def test_a_file_over_the_limit_is_refused(
    owner: Speaker, contents: str, house: House, monkeypatch: pytest.MonkeyPatch, form: bool
) -> None:
    small = replace(house, settings=replace(house.settings, max_upload=1000))
    monkeypatch.setattr("blueprints.http.house", lambda: small)
    data = {"file": (io.BytesIO(b"x" * 1001), "a")} if form else b"x" * 1001
    reply = owner("PUT", contents, data=data)
    assert (reply.status_code, reply.json["statusCode"]) == (413, 413)
    assert list(house.store.keys()) == []


@pytest.mark.parametrize("member", ["upload", "uploadId", "fileId"])
def test_a_reference_attaches_a_stored_file_without_its_bytes(owner: Speaker, contents: str, member: str) -> None:
    file_id = stored(owner, "kept.pdf")
    sent = owner("PUT", contents, json={member: file_id, "progress": "channel-1"})
    assert sent.status_code == 200
    assert sent.json["data"]["filename"] == "kept.pdf"
    assert owner("GET", contents).data == b"stored once"


def test_a_reference_may_be_used_twice(owner: Speaker, place: str, contents: str) -> None:
    file_id = stored(owner, "kept.pdf")
    other = owner("POST", place, json={"type": "file", "name": "other"}).headers["Location"]
    owner("PUT", contents, json={"upload": file_id})
    owner("PUT", f"{other}/action-attachment-file-contents", json={"upload": file_id})
    assert owner("GET", f"{other}/action-attachment-file-contents").data == b"stored once"


@pytest.mark.parametrize(
    "body",
    [
        b'{"upload": "00000000-0000-0000-0000-000000000000"}',
        b'{"upload": "FILE", "more": 1}',
        b'{"upload": 7}',
        b"[1, 2]",
        b"{broken",
        b'{"upload": "FILE"}' + b" " * 5000,
    ],
)
def test_any_other_json_is_the_file_itself(owner: Speaker, contents: str, body: bytes) -> None:
    body = body.replace(b"FILE", stored(owner, "kept.pdf").encode())
    assert owner("PUT", contents, data=body, headers={"Content-Type": "application/json"}).status_code == 200
    assert owner("GET", contents).data == body


def test_a_file_of_somebody_else_is_no_reference(owner: Speaker, stranger: Speaker, contents: str) -> None:
    file_id = stored(stranger, "theirs.pdf", b"theirs")
    owner("PUT", contents, json={"upload": file_id})
    assert b"theirs" not in owner("GET", contents).data


def test_the_file_store_shows_a_file_to_its_owner_alone(owner: Speaker, stranger: Speaker) -> None:
    file_id = stored(owner, "Übersicht.PDF")
    shown = owner("GET", f"/api/files/{file_id}").json
    assert list(shown) == ["id", "filename", "contentType", "size", "createdAt", "_links"]
    assert (shown["filename"], shown["contentType"], shown["size"]) == ("Übersicht.PDF", "application/pdf", 11)
    sent = owner("GET", shown["_links"]["inf:download"]["href"])
    assert sent.data == b"stored once"
    assert sent.headers["Content-Disposition"].startswith("attachment; ")
    found = owner("GET", "/api/files", query_string={"q": "übersicht"}).json
    assert [item["id"] for item in found["_embedded"]["inf:file"]] == [file_id]
    assert owner("GET", "/api/files?q=nothing").json["total"] == 0
    assert stranger("GET", f"/api/files/{file_id}").status_code == 404
    assert stranger("GET", f"/api/files/{file_id}/download").status_code == 404
    assert stranger("GET", "/api/files").json["total"] == 0


def test_a_stored_file_that_was_attached_is_sent_from_there(owner: Speaker, contents: str) -> None:
    file_id = stored(owner, "kept.pdf")
    owner("PUT", contents, json={"upload": file_id})
    shown = owner("GET", f"/api/files/{file_id}").json
    assert shown["size"] == 11
    assert "inf:download" not in shown["_links"]
    assert owner("GET", f"/api/files/{file_id}/download").status_code == 404


@pytest.mark.parametrize("body", [{"json": {}}, {"data": b"raw"}, {"data": {"note": "x"}}])
def test_the_file_store_takes_forms_alone(owner: Speaker, body: dict[str, Any]) -> None:
    assert owner("POST", "/api/files", **body).status_code == 415


def test_ranges_conditions_and_heads_are_honoured(owner: Speaker, contents: str) -> None:
    owner("PUT", contents, data=b"0123456789")
    part = owner("GET", contents, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert owner("GET", contents, headers={"Range": "bytes=10-"}).status_code == 416
    assert owner("GET", contents, headers={"If-None-Match": part.headers["ETag"]}).status_code == 304
    head = owner("HEAD", contents)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "10")


@pytest.mark.parametrize("path", ["x", "00000000-0000-4000-8000-000000000000"])
def test_no_other_file_is_there(owner: Speaker, path: str) -> None:
    assert owner("GET", f"/api/files/{path}").status_code == 404
    assert owner("GET", f"/api/files/{path}/download").status_code == 404
