"""Records: read, create, PATCH, PUT, DELETE, and the parent, as the sheet documents them."""

from __future__ import annotations

from typing import Any

import pytest

from core import record_types
from core.house import House
from core.record_types import AddRecordType
from models import Job, Record
from tests.cast import Cast
from tests.nimblex.speaker import APIROOT, CONTRACT, JSON_API, Speaker, is_empty

CONTRACTS = "/jsonapi/records/Contract"
ROWS = [{"LineNumber": 1, "Status": "banana"}, {"LineNumber": 2, "Status": "banana"}]


def body(rows: list[dict[str, Any]], **more: object) -> dict[str, object]:
    return {"data": {"type": "record", "attributes": {"content": rows}, **more}}


def rows_of(speaker: Speaker, path: str = CONTRACT) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = speaker.get(path).get_json()["data"]["attributes"]["content"]
    return content


def test_a_record_reads_like_the_published_example(owner: Speaker) -> None:
    owner.put(CONTRACT, json=body(ROWS))
    owner.put("/jsonapi/records/Contract/2", json=body(ROWS))
    owner.patch(f"{CONTRACT}/relationships/parent", json={"data": {"type": "record", "id": "Contract/2"}})
    response = owner.get(CONTRACT)
    assert response.headers["Content-Type"] == JSON_API
    assert response.text == (
        '{"data":{"type":"record","id":"Contract/57",'
        f'"links":{{"self":"{APIROOT}/records/Contract/57","attachments":"{APIROOT}/records/Contract/57/attachments"}},'
        f'"relationships":{{"parent":{{"links":{{"self":"{APIROOT}/records/Contract/57/relationships/parent",'
        f'"related":"{APIROOT}/records/Contract/2"}}}}}},'
        '"attributes":{"content":[{"LineNumber":1,"Status":"banana"},{"LineNumber":2,"Status":"banana"}]}}}'
    )


def test_a_new_record_gets_a_number_and_a_location(owner: Speaker) -> None:
    response = owner.post(CONTRACTS, json=body(ROWS))
    address = f"{APIROOT}/records/Contract/58"
    assert (response.status_code, response.headers["Location"]) == (201, address)
    assert response.get_json() == {
        "data": {"id": "Contract/58", "type": "record", "links": {"self": address, "link": address}}
    }
    assert rows_of(owner, address) == ROWS


def test_a_script_can_make_a_record_and_attach_to_what_it_was_told(owner: Speaker) -> None:
    made = owner.post(CONTRACTS, json=body(ROWS)).get_json()["data"]["id"]
    owner.upload("a.txt", b"x", record=f"/jsonapi/records/{made}")
    listed = owner.get(f"/jsonapi/records/{made}").get_json()["data"]["links"]["attachments"]
    assert [item["id"] for item in owner.get(listed).get_json()["data"]] == [f"{made}/attachments/a.txt"]


def test_a_record_is_called_by_its_title_else_by_its_number(owner: Speaker, house: House) -> None:
    owner.post(CONTRACTS, json=body([{"LineNumber": 1, "Title": "Way up"}]))
    owner.post(CONTRACTS, json=body(ROWS))
    assert [title_of(house, number) for number in (58, 59)] == ["Way up", "Contract 59"]


def test_patch_merges_by_line_number(owner: Speaker) -> None:
    owner.put(CONTRACT, json=body([{"LineNumber": 1, "a": 1, "b": 2}, {"LineNumber": 2, "a": 3}]))
    response = owner.patch(CONTRACT, json=body([{"LineNumber": 1, "b": 9, "HASH": "x"}, {"LineNumber": 3, "c": None}]))
    assert response.status_code == 204
    assert is_empty(response)
    assert rows_of(owner) == [
        {"LineNumber": 1, "a": 1, "b": 9},
        {"LineNumber": 2, "a": 3},
        {"LineNumber": 3, "c": None},
    ]


def test_put_replaces_all_rows(owner: Speaker) -> None:
    owner.put(CONTRACT, json=body(ROWS))
    response = owner.put(CONTRACT, json=body([{"LineNumber": 7, "x": True}]))
    assert response.status_code == 204
    assert is_empty(response)
    assert rows_of(owner) == [{"LineNumber": 7, "x": True}]


def test_put_to_an_unused_number_takes_it_and_the_next_one_follows(owner: Speaker) -> None:
    response = owner.put(f"{CONTRACTS}/100", json=body(ROWS, id="Contract/100"))
    assert (response.status_code, response.headers["Location"]) == (201, f"{APIROOT}/records/Contract/100")
    assert owner.post(CONTRACTS, json=body(ROWS)).get_json()["data"]["id"] == "Contract/101"
    assert owner.put(f"{CONTRACTS}/3", json=body(ROWS)).status_code == 201
    assert owner.post(CONTRACTS, json=body(ROWS)).get_json()["data"]["id"] == "Contract/102"


def test_put_makes_a_whole_job(owner: Speaker) -> None:
    assert owner.put("/jsonapi/records/Job/9", json=body([{"LineNumber": 4, "x": 1}])).status_code == 201
    assert owner.upload("a.txt", b"x", record="/jsonapi/records/Job/9").status_code == 200
    assert rows_of(owner, "/jsonapi/records/Job/9") == [{"LineNumber": 4, "x": 1}]


def test_put_to_a_number_that_was_used_is_an_empty_404(
    owner: Speaker, stranger: Speaker, secret_contract: Record
) -> None:
    owner.delete(CONTRACT)
    refused = (owner.put(CONTRACT, json=body(ROWS)), stranger.put(f"{CONTRACTS}/58", json=body(ROWS)))
    assert secret_contract.number == 58
    assert [(reply.status_code, reply.data) for reply in refused] == [(404, b"")] * 2


def test_a_deleted_record_takes_its_attachments_with_it(owner: Speaker) -> None:
    owner.upload("a.txt", b"x")
    response = owner.delete(CONTRACT)
    assert response.status_code == 204
    assert is_empty(response)
    paths = (CONTRACT, f"{CONTRACT}/attachments", f"{CONTRACT}/attachments/content/a.txt")
    assert [(owner.get(path).status_code, owner.get(path).data) for path in paths] == [(404, b"")] * 3


def test_deleting_takes_more_than_writing(owner: Speaker, teammate: Speaker, reader: Speaker) -> None:
    assert teammate.patch(CONTRACT, json=body(ROWS)).status_code == 204
    assert teammate.delete(CONTRACT).status_code == 403
    assert reader.patch(CONTRACT, json=body(ROWS)).status_code == 403
    assert reader.post(CONTRACTS, json=body(ROWS)).status_code == 403
    assert rows_of(owner) == ROWS


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_missing_or_hidden_is_an_empty_404(stranger: Speaker, secret_contract: Record, method: str) -> None:
    given = {"json": body(ROWS)} if method == "PATCH" else {}
    places = (f"{CONTRACTS}/{secret_contract.number}", f"{CONTRACTS}/99", "/jsonapi/records/Nothing/1")
    replies = [stranger.ask(method, place, **given) for place in places]
    assert [(reply.status_code, reply.data) for reply in replies] == [(404, b"")] * 3


@pytest.mark.parametrize(
    ("rows", "pointer"),
    [
        ([{"Status": "x"}], "/data/attributes/content/0/LineNumber"),
        ([{"LineNumber": 1}, {"LineNumber": 1}], "/data/attributes/content/1/LineNumber"),
        ([{"LineNumber": 1}, {"LineNumber": "2"}], "/data/attributes/content/1/LineNumber"),
        ([{"LineNumber": True}], "/data/attributes/content/0/LineNumber"),
        ([{"LineNumber": -1}], "/data/attributes/content/0/LineNumber"),
    ],
)
def test_a_row_without_a_line_number_of_its_own_is_refused(
    owner: Speaker, rows: list[dict[str, Any]], pointer: str
) -> None:
    response = owner.post(CONTRACTS, json=body(rows))
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["status"], error["source"]) == (422, "422", {"pointer": pointer})


def test_an_unknown_field_is_refused(owner: Speaker, house: House, cast: Cast) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Plan", fields=({"name": "Status"},)))
    response = owner.post("/jsonapi/records/Plan", json=body([{"LineNumber": 1, "Colour": "red"}]))
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["source"]) == (422, {"pointer": "/data/attributes/content"})
    assert "Colour" in error["detail"]


@pytest.mark.parametrize(
    ("document", "status", "pointer"),
    [
        (body(ROWS, id="Contract/57"), 403, "/data/id"),
        ({"data": {**body(ROWS)["data"], "type": "job"}}, 409, "/data/type"),  # type: ignore[dict-item]  # an object
        ({"data": {"type": "record"}}, 400, "/data/attributes"),
        ({"data": {"type": "record", "attributes": {"content": [1]}}}, 400, "/data/attributes/content/0"),
        ({}, 400, "/data"),
    ],
)
def test_a_document_of_another_shape_is_refused(
    owner: Speaker, document: dict[str, object], status: int, pointer: str
) -> None:
    response = owner.post(CONTRACTS, json=document)
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["source"]) == (status, {"pointer": pointer})


def test_an_id_that_is_not_the_addresss_is_a_clash(owner: Speaker) -> None:
    assert owner.patch(CONTRACT, json=body(ROWS, id="Contract/58")).status_code == 409
    assert owner.put(CONTRACT, json=body(ROWS, id="Contract/58")).status_code == 409
    assert owner.patch(CONTRACT, json=body(ROWS, id="Contract/57")).status_code == 204


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"data":' * 40 + "1" + "}" * 40, '{"data":NaN}', "\x00"])
def test_bad_json_is_an_errors_document(owner: Speaker, text: str) -> None:
    response = owner.post(CONTRACTS, data=text.encode(), headers={"Content-Type": JSON_API})
    assert (response.status_code, response.get_json()["errors"][0]["status"]) == (400, "400")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", f"{JSON_API}; charset=utf-8"]
)
def test_a_body_of_another_type_is_415(owner: Speaker, media_type: str) -> None:
    assert owner.post(CONTRACTS, json=body(ROWS), headers={"Content-Type": media_type}).status_code == 415


def test_plain_json_is_taken(owner: Speaker) -> None:
    assert owner.post(CONTRACTS, json=body(ROWS), headers={"Content-Type": "application/json"}).status_code == 201


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_a_change_of_what_somebody_else_has_changed_is_refused(owner: Speaker, method: str) -> None:
    etag = owner.get(CONTRACT).headers["ETag"]
    owner.patch(CONTRACT, json=body(ROWS))
    given = {} if method == "DELETE" else {"json": body(ROWS)}
    assert owner.ask(method, CONTRACT, headers={"If-Match": etag}, **given).status_code == 412
    fresh = owner.get(CONTRACT).headers["ETag"]
    assert owner.ask(method, CONTRACT, headers={"If-Match": fresh}, **given).status_code == 204


def test_there_is_no_list_of_records_here(owner: Speaker) -> None:
    response = owner.get(CONTRACTS)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def test_sparse_fields_of_a_record(owner: Speaker) -> None:
    data = owner.get(f"{CONTRACT}?fields[record]=parent").get_json()["data"]
    assert "attributes" not in data
    assert "parent" in data["relationships"]
    assert "relationships" not in owner.get(f"{CONTRACT}?fields[record]=content").get_json()["data"]


def test_a_record_without_a_parent_has_null(owner: Speaker) -> None:
    link = f"{APIROOT}/records/Contract/57/relationships/parent"
    assert owner.get(link).get_json() == {"links": {"self": link}, "data": None}


def test_the_parent_is_set_and_taken_away(owner: Speaker, job: Job) -> None:
    link = f"{CONTRACT}/relationships/parent"
    assert owner.patch(link, json={"data": {"type": "record", "id": f"Job/{job.number}"}}).status_code == 204
    assert owner.get(link).get_json()["data"] == {"type": "record", "id": "Job/1"}
    assert owner.patch(link, json={"data": None}).status_code == 204
    assert owner.get(link).get_json()["data"] is None


@pytest.mark.parametrize(("target", "status"), [("Contract/57", 409), ("Contract/99", 404), ("nonsense", 404)])
def test_a_parent_that_cannot_be_is_refused(owner: Speaker, target: str, status: int) -> None:
    given = {"json": {"data": {"type": "record", "id": target}}}
    assert owner.patch(f"{CONTRACT}/relationships/parent", **given).status_code == status


def test_a_hidden_parent_is_none(owner: Speaker, reader: Speaker, secret_contract: Record) -> None:
    link = f"{CONTRACT}/relationships/parent"
    owner.patch(link, json={"data": {"type": "record", "id": f"Contract/{secret_contract.number}"}})
    assert owner.get(link).get_json()["data"] == {"type": "record", "id": "Contract/58"}
    assert reader.get(link).get_json()["data"] is None


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_the_parent_is_one_and_not_many(owner: Speaker, method: str) -> None:
    assert owner.ask(method, f"{CONTRACT}/relationships/parent").status_code == 405


def title_of(house: House, number: int) -> str:
    with house.database.reading() as session:
        return session.query(Record).filter_by(number=number).one().title
