"""A file in several goes, read as a transcript: method, headers, body → status, headers."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable

import pytest

from core.house import House
from models import Attachment, Job
from tests.tus.conftest import BYTES, Talker, metadata

Listed = Callable[[], list[Attachment]]
Read = Callable[[Attachment], bytes]


def test_a_file_that_comes_in_three_goes_becomes_one_attachment(
    owner: Talker, job: Job, attached: Listed, content: Read
) -> None:
    wanted = metadata(
        filename="plan.txt",
        filetype="text/plain",
        name="The plan",
        description="North face",
        folder="drafts/2026",
        area="Files",
        record=f"Job/{job.number}",
    )
    begun = owner.ask("POST", "/tus/", headers={"Upload-Length": "11", "Upload-Metadata": wanted})
    path = begun.headers["Location"]
    assert (begun.status_code, begun.headers["Upload-Offset"], begun.data) == (201, "0", b"")
    assert "Content-Type" not in begun.headers
    assert begun.headers["Tus-Resumable"] == "1.0.0"
    assert begun.headers["Upload-Expires"].endswith(" GMT")

    first = owner.patch(path, 0, b"north")
    assert (first.status_code, first.headers["Upload-Offset"], first.data) == (204, "5", b"")
    assert "Upload-Expires" in first.headers
    assert "Addenda-Attachment" not in first.headers

    second = owner.patch(path, 5, b" ")
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, "6")
    assert attached() == []

    looked = owner.head(path)
    assert (looked.status_code, looked.headers["Upload-Offset"], looked.headers["Upload-Length"]) == (200, "6", "11")
    assert looked.headers["Upload-Metadata"] == wanted
    assert looked.headers["Cache-Control"] == "no-store"

    last = owner.patch(path, 6, b"face!")
    (made,) = attached()
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, "11")
    assert last.headers["Addenda-Attachment"] == str(made.guid)
    assert "Upload-Expires" not in last.headers
    assert content(made) == b"north face!"
    assert (made.name, made.file_name, made.media_type) == ("The plan", "plan.txt", "text/plain")
    assert (made.description, made.folder, made.area) == ("North face", "drafts/2026", "Files")


def test_nothing_of_a_finished_upload_stays_behind(owner: Talker, job: Job, house: House) -> None:
    path = owner.begin(job, 3)
    owner.patch(path, 0, b"abc")
    assert list(house.store.partials()) == []
    assert list((house.settings.instance / "tmp").iterdir()) == []
    assert len(list(house.store.keys())) == 1


def test_whoever_lost_the_last_reply_learns_it_from_head(owner: Talker, job: Job, attached: Listed) -> None:
    path = owner.begin(job, 3)
    owner.patch(path, 0, b"abc")
    looked = owner.head(path)
    (made,) = attached()
    assert (looked.status_code, looked.headers["Upload-Offset"]) == (200, "3")
    assert looked.headers["Addenda-Attachment"] == str(made.guid)


def test_a_last_patch_sent_twice_attaches_once(owner: Talker, job: Job, attached: Listed) -> None:
    path = owner.begin(job, 3)
    owner.patch(path, 0, b"abc")
    again = owner.patch(path, 0, b"abc")
    empty = owner.patch(path, 3, b"")
    (made,) = attached()
    assert (again.status_code, again.headers["Upload-Offset"]) == (409, "3")
    assert (empty.status_code, empty.headers["Upload-Offset"]) == (204, "3")
    assert empty.headers["Addenda-Attachment"] == str(made.guid)


def test_an_empty_file_is_finished_when_it_is_begun(owner: Talker, job: Job, attached: Listed, content: Read) -> None:
    headers = {"Upload-Length": "0", "Upload-Metadata": metadata(filename="empty.txt")}
    begun = owner.ask("POST", f"/tus/records/{job.guid}", headers=headers)
    (made,) = attached()
    assert (begun.status_code, begun.headers["Addenda-Attachment"]) == (201, str(made.guid))
    assert content(made) == b""


def test_the_first_bytes_may_come_with_the_announcement(owner: Talker, job: Job, attached: Listed) -> None:
    headers = {"Upload-Length": "5", "Upload-Metadata": metadata(filename="a.txt"), "Content-Type": BYTES}
    begun = owner.ask("POST", f"/tus/records/{job.guid}", b"nor", headers)
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "3")
    assert owner.patch(begun.headers["Location"], 3, b"th").status_code == 204
    assert len(attached()) == 1


def test_all_bytes_may_come_with_the_announcement(owner: Talker, job: Job, attached: Listed, content: Read) -> None:
    headers = {"Upload-Length": "5", "Upload-Metadata": metadata(filename="a.txt"), "Content-Type": BYTES}
    begun = owner.ask("POST", f"/tus/records/J{job.number:06}", b"north", headers)
    (made,) = attached()
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "5")
    assert begun.headers["Addenda-Attachment"] == str(made.guid)
    assert content(made) == b"north"


def test_an_attachment_gets_a_new_content(owner: Talker, job: Job, attached: Listed, content: Read) -> None:
    owner.patch(owner.begin(job, 3), 0, b"old")
    (old,) = attached()
    wanted = metadata(filename="plan-2.txt", attachment=str(old.guid))
    begun = owner.ask("POST", "/tus/", headers={"Upload-Length": "3", "Upload-Metadata": wanted})
    last = owner.patch(begun.headers["Location"], 0, b"new")
    (made,) = attached()
    assert last.headers["Addenda-Attachment"] == str(old.guid)
    assert (made.guid, made.version, made.file_name, content(made)) == (old.guid, 2, "plan-2.txt", b"new")


def test_a_name_of_any_script_survives(owner: Talker, job: Job, attached: Listed) -> None:
    owner.patch(owner.begin(job, 1, filename="日本 é.txt"), 0, b"x")
    (made,) = attached()
    assert made.file_name == "日本 é.txt"


def test_an_upload_that_is_given_up_is_gone_with_its_bytes(owner: Talker, job: Job, house: House) -> None:
    path = owner.begin(job, 9)
    owner.patch(path, 0, b"abc")
    given_up = owner.ask("DELETE", path)
    assert (given_up.status_code, given_up.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert owner.head(path).status_code == 404
    assert owner.ask("DELETE", path).status_code == 404
    assert list(house.store.partials()) == []


def test_giving_up_a_finished_upload_leaves_its_attachment(owner: Talker, job: Job, attached: Listed) -> None:
    path = owner.begin(job, 1)
    owner.patch(path, 0, b"x")
    assert owner.ask("DELETE", path).status_code == 204
    assert len(attached()) == 1


@pytest.mark.parametrize("path", ["/tus", "/tus/", "/tus/records/J1", "/tus/7b1d1c1e-57a5-4b53-9d2f-6a5e0c2f8d11"])
def test_discovery_needs_no_credential_and_no_version(owner: Talker, house: House, path: str) -> None:
    reply = owner.ask("OPTIONS", path, headers={"Authorization": "", "Tus-Resumable": ""})
    assert reply.status_code == 204
    assert reply.headers["Tus-Resumable"] == reply.headers["Tus-Version"] == "1.0.0"
    assert reply.headers["Tus-Max-Size"] == str(house.settings.max_upload)
    assert reply.headers["Tus-Extension"] == "creation,creation-with-upload,termination,expiration,checksum"
    assert reply.headers["Tus-Checksum-Algorithm"] == "sha1,sha256,md5"


def test_a_client_that_can_only_post_names_the_method_in_a_header(owner: Talker, job: Job, attached: Listed) -> None:
    path = owner.begin(job, 3)
    spoken = {"X-HTTP-Method-Override": "PATCH", "Content-Type": BYTES, "Upload-Offset": "0"}
    assert owner.ask("POST", path, b"abc", spoken).status_code == 204
    assert len(attached()) == 1
    assert owner.ask("POST", path, headers={"X-HTTP-Method-Override": "HEAD"}).headers["Upload-Offset"] == "3"
    assert owner.ask("POST", path, headers={"X-HTTP-Method-Override": "delete"}).status_code == 204
    assert owner.ask("POST", path, headers={"X-HTTP-Method-Override": "BREW"}).status_code == 405


def test_upload_metadata_is_told_again_as_it_was_said(owner: Talker, job: Job) -> None:
    path = owner.begin(job, 3, relativePath="a/b", empty="")
    told = dict(pair.partition(" ")[::2] for pair in owner.head(path).headers["Upload-Metadata"].split(","))
    assert b64decode(told["relativePath"]) == b"a/b"
    assert told["empty"] == ""
