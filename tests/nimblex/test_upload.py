"""POST …/attachments/content/…: the name from the address, the bytes raw, 200 with nothing in it."""

from __future__ import annotations

import pytest

from core import attachments, record_types, records
from core.commands import CreateRecord
from core.house import House
from core.record_types import AddRecordType
from models import Record
from tests.cast import Cast
from tests.nimblex.speaker import CONTRACT, JSON_API, Speaker, is_empty


def test_the_published_example_succeeds_with_an_empty_body(owner: Speaker) -> None:
    response = owner.upload("banana.png", b"BYTE STREAM")
    assert response.status_code == 200
    assert is_empty(response)


def test_a_missing_record_is_an_empty_404(owner: Speaker) -> None:
    response = owner.upload("banana.png", b"BYTE STREAM", record="/jsonapi/records/Contract/1")
    assert response.status_code == 404
    assert is_empty(response)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("application/x-www-form-urlencoded", "image/png"),
        ("application/octet-stream", "image/png"),
        (JSON_API, "image/png"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("multipart/form-data; boundary=x", "multipart/form-data; boundary=x"),
    ],
)
def test_the_type_is_what_was_sent_if_it_says_anything(owner: Speaker, sent: str, kept: str) -> None:
    body = b"--x\r\na=1&b=%20"
    owner.upload("banana.png", body, content_type=sent)
    (entry,) = owner.get(f"{CONTRACT}/attachments").get_json()["data"]
    assert entry["attributes"] == {"mimetype": kept, "size": len(body)}
    assert owner.get(f"{CONTRACT}/attachments/content/banana.png").data == body


def test_a_type_that_is_none_is_refused(owner: Speaker) -> None:
    assert owner.upload("banana.png", b"x", content_type="banana").status_code == 400
    assert owner.ids() == []


def test_the_same_name_again_replaces_and_keeps_the_old_as_a_version(
    owner: Speaker, house: House, cast: Cast, contract: Record
) -> None:
    owner.upload("a.txt", b"old")
    owner.upload("a.txt", b"new")
    (kept,) = attachments.page_of(house.database, cast.owner, contract).items
    assert owner.get(f"{CONTRACT}/attachments/content/a.txt").data == b"new"
    assert [version.number for version in attachments.versions_of(house.database, cast.owner, kept)] == [1]


def test_two_spellings_of_one_name_are_one_file(owner: Speaker) -> None:
    owner.upload("e%CC%81.txt", b"decomposed")
    owner.upload("%C3%A9.txt", b"composed")
    assert owner.ids() == ["Contract/57/attachments/é.txt"]
    assert owner.get(f"{CONTRACT}/attachments/content/e%CC%81.txt").data == b"composed"


def test_a_folder_comes_with_its_first_file_and_goes_with_its_last(owner: Speaker) -> None:
    owner.upload("a/b/c.txt", b"x")
    assert owner.ids() == ["Contract/57/attachments/a/b/c.txt"]
    assert owner.delete(f"{CONTRACT}/attachments/a/b/c.txt").status_code == 204
    assert owner.upload("a", b"now a file").status_code == 200


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a"), ("a/b", "a/b/c"), ("a/b/c", "a/b")])
def test_a_file_and_a_folder_of_one_path_clash(owner: Speaker, first: str, second: str) -> None:
    owner.upload(first, b"x")
    response = owner.upload(second, b"y")
    assert response.status_code == 409
    assert response.get_json()["errors"][0]["status"] == "409"
    assert owner.ids() == [f"Contract/57/attachments/{first}"]


def test_a_type_with_folders_takes_those_alone(owner: Speaker, house: House, cast: Cast) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Plan", folders=("maps", "maps/old")))
    records.create(house.database, cast.owner, CreateRecord("Plan", "Way up"))
    plan = "/jsonapi/records/Plan/1"
    assert [owner.upload(name, b"x", record=plan).status_code for name in ("maps/a", "maps/old/a", "a")] == [200] * 3
    refused = owner.upload("other/a", b"x", record=plan)
    assert refused.status_code == 404
    assert is_empty(refused)


def test_a_reader_is_told_that_they_may_not(reader: Speaker, contract: Record) -> None:
    response = reader.upload("a.txt", b"x", record=f"/jsonapi/records/Contract/{contract.number}")
    assert response.status_code == 403
    assert response.get_json()["errors"][0]["status"] == "403"


def test_a_stranger_sees_an_empty_404(stranger: Speaker, secret_contract: Record) -> None:
    response = stranger.upload("a.txt", b"x", record=f"/jsonapi/records/Contract/{secret_contract.number}")
    assert response.status_code == 404
    assert is_empty(response)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_other_methods_are_refused_with_what_is_allowed(owner: Speaker, method: str) -> None:
    response = owner.ask(method, f"{CONTRACT}/attachments/content/a.txt")
    allowed = set(response.headers["Allow"].split(", "))
    # DELETE of this very address is a file in a folder called `content`.
    assert (response.status_code, allowed) == (405, {"GET", "HEAD", "POST", "DELETE"})
    assert response.get_json()["errors"][0]["status"] == "405"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_without_content_there_is_only_delete(owner: Speaker, method: str) -> None:
    response = owner.ask(method, f"{CONTRACT}/attachments/a.txt")
    assert (response.status_code, response.headers["Allow"]) == (405, "DELETE")


def test_the_list_is_only_read(owner: Speaker) -> None:
    response = owner.delete(f"{CONTRACT}/attachments")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_compressed_body_is_refused(owner: Speaker) -> None:
    assert owner.upload("a.txt", b"x", content_encoding="gzip").status_code == 415
    assert owner.ids() == []
