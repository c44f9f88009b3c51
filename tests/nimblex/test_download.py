"""GET …/attachments/content/…: bytes, headers, conditions, and empty 404s."""

from __future__ import annotations

import pytest

from models import Record
from tests.nimblex.speaker import CONTRACT, Speaker, is_empty

FILE = f"{CONTRACT}/attachments/content/banana.png"


def test_the_bytes_come_back_as_they_went(owner: Speaker) -> None:
    body = bytes(range(256)) * 5
    owner.upload("banana.png", body)
    response = owner.get(FILE)
    assert (response.status_code, response.data) == (200, body)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == "1280"
    assert response.headers["Content-Disposition"] == 'attachment; filename="banana.png"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_what_a_browser_might_run_is_neutral(owner: Speaker) -> None:
    owner.upload("page.html", b"<script>alert(1)</script>")
    response = owner.get(f"{CONTRACT}/attachments/content/page.html", headers={"Accept": "text/html"})
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_an_empty_file_is_a_200_without_bytes(owner: Speaker) -> None:
    owner.upload("banana.png", b"")
    response = owner.get(FILE)
    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", "0")


def test_any_accept_is_fine(owner: Speaker) -> None:
    owner.upload("banana.png", b"x")
    accept = {"Accept": 'application/vnd.api+json; ext="https://example.org/x"'}
    assert owner.get(FILE, headers=accept).status_code == 200


def test_head_tells_the_size(owner: Speaker) -> None:
    owner.upload("banana.png", b"12345")
    response = owner.ask("HEAD", FILE)
    assert (response.status_code, response.headers["Content-Length"], response.data) == (200, "5", b"")


def test_a_range_and_a_known_etag_are_honoured(owner: Speaker) -> None:
    owner.upload("banana.png", b"12345")
    etag = owner.get(FILE).headers["ETag"]
    assert owner.get(FILE, headers={"Range": "bytes=1-2"}).data == b"23"
    assert owner.get(FILE, headers={"If-None-Match": etag}).status_code == 304
    assert owner.get(FILE, headers={"Range": "bytes=9-"}).status_code == 416


@pytest.mark.parametrize("name", ["absent.txt", "folder/banana.png", "BANANA.PNG", "banana.png/", "", "/", ".."])
def test_what_is_not_there_is_an_empty_404(owner: Speaker, name: str) -> None:
    owner.upload("banana.png", b"x")
    response = owner.get(f"{CONTRACT}/attachments/content/{name}")
    assert response.status_code == 404
    assert is_empty(response)


def test_stranger_cannot_tell_missing_from_forbidden(
    owner: Speaker, stranger: Speaker, secret_contract: Record
) -> None:
    owner.upload("a.txt", b"x", record=f"/jsonapi/records/Contract/{secret_contract.number}")
    hidden = stranger.get("/jsonapi/records/Contract/58/attachments/content/a.txt")
    absent = stranger.get("/jsonapi/records/Contract/59/attachments/content/a.txt")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data) == (404, b"")
