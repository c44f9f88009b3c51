"""What is refused, and that nothing of it stays: one line of plain text each, in the statuses of tus 1.0.0."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from blueprints import http
from blueprints.tus.errors import STATUSES, show_refusal
from core.errors import Code, Refusal
from core.house import House
from models import Attachment, Job
from tests.tus.conftest import BYTES, Talker, metadata

Listed = Callable[[], list[Attachment]]
UNKNOWN = "/tus/7b1d1c1e-57a5-4b53-9d2f-6a5e0c2f8d11"
NAMED = metadata(filename="a.txt")


def refused(reply: TestResponse) -> int:
    """Return the status of a reply that is a refusal of this API."""
    assert reply.mimetype == "text/plain"
    assert reply.headers["Tus-Resumable"] == "1.0.0"
    assert len(reply.text.splitlines()) == 1
    return reply.status_code


def test_every_code_has_a_status() -> None:
    http.assert_covers(STATUSES)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 423), ("PATCH", 503)])
def test_a_busy_server_makes_clients_wait_and_never_start_over(app: Flask, method: str, status: int) -> None:
    with app.test_request_context(UNKNOWN, method=method):
        assert show_refusal(Refusal(Code.UNAVAILABLE, "The server is busy.")).status_code == status


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (400, {"Upload-Length": ""}),
        (400, {"Upload-Length": "-1"}),
        (400, {"Upload-Length": "+1"}),
        (400, {"Upload-Length": "1.0"}),
        (400, {"Upload-Length": "٣"}),
        (400, {"Upload-Length": "9" * 19}),
        (400, {"Upload-Length": "", "Upload-Defer-Length": "1"}),
        (400, {"Upload-Concat": "partial"}),
        (413, {"Upload-Length": str(5 * 2**30 + 1)}),
        (400, {"Upload-Metadata": ""}),
        (400, {"Upload-Metadata": "filename"}),
        (400, {"Upload-Metadata": "filename YS50eHQ"}),
        (400, {"Upload-Metadata": "filename YS5!0eHQ="}),
        (400, {"Upload-Metadata": "filename /w=="}),
        (400, {"Upload-Metadata": f"{NAMED},{NAMED}"}),
        (400, {"Upload-Metadata": f"{NAMED},,"}),
        (400, {"Upload-Metadata": f"{NAMED},é eA=="}),
        (400, {"Upload-Metadata": f"{NAMED},x {'eHh4' * 2000}"}),
        (400, {"Upload-Metadata": metadata(filename="..")}),
        (400, {"Upload-Metadata": metadata(filename="a\0b")}),
        (400, {"Upload-Metadata": metadata(filename="a" * 256)}),
        (400, {"Upload-Metadata": metadata(filename="a", filetype="<b>")}),
        (400, {"Upload-Metadata": metadata(filename="a", folder="a/../b")}),
        (400, {"Upload-Metadata": metadata(filename="a", area="a" * 101)}),
        (400, {"Upload-Metadata": metadata(filename="a", description="\0")}),
        (400, {"Upload-Metadata": metadata(filename="a", attachment="7")}),
        (404, {"Upload-Metadata": metadata(filename="a", attachment="7b1d1c1e-57a5-4b53-9d2f-6a5e0c2f8d11")}),
        (412, {"Tus-Resumable": ""}),
        (412, {"Tus-Resumable": "0.2.2"}),
        (401, {"Authorization": ""}),
        (401, {"Authorization": "Bearer adt_nonsense"}),
        (401, {"Authorization": "Basic YTpi"}),
    ],
)
def test_a_bad_announcement_leaves_nothing(
    owner: Talker, job: Job, house: House, status: int, headers: dict[str, str]
) -> None:
    usual = {"Upload-Length": "3", "Upload-Metadata": NAMED}
    assert refused(owner.ask("POST", f"/tus/records/{job.guid}", headers=usual | headers)) == status
    assert list(house.store.partials()) == []


@pytest.mark.parametrize(
    ("status", "place"),
    [(400, "nonsense"), (404, "J999999"), (404, "Job/999999"), (404, "No/1"), (404, UNKNOWN.removeprefix("/tus/"))],
)
def test_a_place_that_is_not_there_is_refused(owner: Talker, status: int, place: str) -> None:
    headers = {"Upload-Length": "3", "Upload-Metadata": NAMED}
    assert refused(owner.ask("POST", f"/tus/records/{place}", headers=headers)) == status
    named = {"Upload-Length": "3", "Upload-Metadata": metadata(filename="a.txt", record=place)}
    assert refused(owner.ask("POST", "/tus", headers=named)) == status


def test_no_place_at_all_is_refused(owner: Talker) -> None:
    assert refused(owner.ask("POST", "/tus/", headers={"Upload-Length": "3", "Upload-Metadata": NAMED})) == 400


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (415, b"abc", {"Content-Type": "application/octet-stream"}),
        (413, b"abcd", {"Content-Type": BYTES}),
        (460, b"abc", {"Content-Type": BYTES, "Upload-Checksum": "md5 AAAAAAAAAAAAAAAAAAAAAA=="}),
        (400, b"abc", {"Content-Type": BYTES, "Upload-Checksum": "md5 AAAA"}),
        (415, b"abc", {"Content-Type": BYTES, "Content-Encoding": "gzip"}),
    ],
)
def test_a_bad_body_with_the_announcement_leaves_nothing(
    owner: Talker, job: Job, house: House, status: int, body: bytes, headers: dict[str, str]
) -> None:
    usual = {"Upload-Length": "3", "Upload-Metadata": NAMED}
    assert refused(owner.ask("POST", f"/tus/records/{job.guid}", body, usual | headers)) == status
    assert (list(house.store.partials()), list(house.store.keys())) == ([], [])


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (415, {"Content-Type": "application/octet-stream"}),
        (415, {"Content-Type": ""}),
        (415, {"Content-Encoding": "gzip"}),
        (400, {"Upload-Offset": ""}),
        (400, {"Upload-Offset": "x"}),
        (409, {"Upload-Offset": "0"}),
        (409, {"Upload-Offset": "2"}),
        (413, {"Upload-Offset": "9"}),
        (400, {"Upload-Checksum": "crc32 AAAA"}),
        (400, {"Upload-Checksum": "sha1"}),
        (400, {"Upload-Checksum": "sha1 !!!!"}),
        (460, {"Upload-Checksum": "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
        (412, {"Tus-Resumable": "1.0.1"}),
        (401, {"Authorization": ""}),
    ],
)
def test_a_bad_patch_changes_nothing(owner: Talker, job: Job, status: int, headers: dict[str, str]) -> None:
    path = owner.begin(job, 9)
    owner.patch(path, 0, b"n")
    usual = {"Content-Type": BYTES, "Upload-Offset": "1"}
    assert refused(owner.ask("PATCH", path, b"orth", usual | headers)) == status
    assert owner.head(path).headers["Upload-Offset"] == "1"


def test_a_refused_place_is_told_the_right_one(owner: Talker, job: Job) -> None:
    path = owner.begin(job, 9)
    owner.patch(path, 0, b"north")
    assert owner.patch(path, 3, b"x").headers["Upload-Offset"] == "5"


def test_another_version_is_told_ours(owner: Talker) -> None:
    assert owner.ask("HEAD", UNKNOWN, headers={"Tus-Resumable": "2"}).headers["Tus-Version"] == "1.0.0"


def test_a_checksum_mismatch_has_its_name(owner: Talker, job: Job) -> None:
    reply = owner.patch(owner.begin(job, 3), 0, b"abc", Upload_Checksum="md5 AAAAAAAAAAAAAAAAAAAAAA==")
    assert reply.status == "460 Checksum Mismatch"


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_an_unknown_upload_is_not_found(owner: Talker, method: str) -> None:
    reply = owner.ask(method, UNKNOWN, b"", {"Content-Type": BYTES, "Upload-Offset": "0"})
    assert reply.status_code == 404
    assert "Upload-Offset" not in reply.headers


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [
        (405, "GET", "/tus/"),
        (405, "PUT", "/tus/"),
        (405, "GET", UNKNOWN),
        (405, "POST", UNKNOWN),
        (404, "PATCH", "/tus/nonsense"),
        (404, "GET", "/tus/a/b/c"),
    ],
)
def test_an_address_or_method_that_is_none_is_refused_in_plain_text(
    owner: Talker, status: int, method: str, path: str
) -> None:
    assert refused(owner.ask(method, path)) == status
