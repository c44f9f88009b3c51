"""Listing, adding, reading, describing and removing attachments: the seed's examples, literally."""

from __future__ import annotations

import base64
import json
import re

import pytest
from flask.testing import FlaskClient

from core import attachments
from core.commands import Attach
from core.house import House
from models import Attachment, Job, Record
from tests.alloy.conftest import Alloy
from tests.cast import Cast

ONE = {"FileName": "Hello.txt", "Description": "Sample file", "Data": "SGVsbG8h"}
MANY = [ONE, {"FileName": "Hello2.txt", "Data": "SGVsbG8h"}]
LINK = [{"FileName": "Hello.txt", "Description": "Sample link", "Data": "", "IsLink": True}]
DONE = b'{"success":true,"errorCode":0,"errorText":"","responseObject":null}'
HERE = "Object/T000001/Attachments"


@pytest.fixture
def lorem(house: House, cast: Cast, ticket: Record) -> Attachment:
    command = Attach(file_name="Lorem.docx", description="Sample file", content=[b"PK\x03\x04" * 3540, b"!"])
    return attachments.attach(house, cast.owner, ticket, command)


def names(who: Alloy, path: str = HERE) -> list[str]:
    return [row[2] for row in who.answer("GET", path)["Data"]]


def only_id(who: Alloy, path: str = HERE) -> str:
    ((found,),) = who.answer("GET", path, query_string={"par_fields": "ID"})["Data"]
    return str(found)


def test_the_list_is_the_seeds_table(owner: Alloy, lorem: Attachment) -> None:
    response = owner.call("GET", HERE)
    body = response.get_json()
    assert response.content_type == "application/json; charset=utf-8"
    assert list(body) == ["success", "errorCode", "errorText", "responseObject"]
    assert list(body["responseObject"]) == ["Fields", "Data"]
    assert body["responseObject"]["Fields"] == [
        {"Name": "ID", "DataType": "guid", "Caption": "ID"},
        {"Name": "Description", "DataType": "string", "Caption": "Description"},
        {"Name": "FileName", "DataType": "string", "Caption": "FileName"},
        {"Name": "Type", "DataType": "string", "Caption": "Type"},
        {"Name": "Created_Date", "DataType": "datetime", "Caption": "Created Date"},
    ]
    ((guid, description, name, kind, created),) = body["responseObject"]["Data"]
    assert guid == f"{{{str(lorem.guid).upper()}}}"
    assert (description, name, kind) == ("Sample file", "Lorem.docx", "File")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", created)


@pytest.mark.usefixtures("lorem")
def test_posting_to_the_list_is_a_query_and_attaches_nothing(owner: Alloy) -> None:
    answer = owner.answer("POST", HERE, json={"fields": ["FileName", "Size", "IsLink"]})
    assert answer["Data"] == [["Lorem.docx", "14161", "false"]]
    assert [field["DataType"] for field in answer["Fields"]] == ["string", "int", "bool"]


@pytest.mark.usefixtures("ticket")
def test_an_object_without_attachments_has_fields_and_no_data(owner: Alloy) -> None:
    answer = owner.answer("GET", HERE)
    assert (len(answer["Fields"]), answer["Data"]) == (5, [])


def test_contents_are_the_seeds_answer(owner: Alloy, lorem: Attachment) -> None:
    response = owner.call("GET", f"{HERE}/{lorem.guid}/content")
    body = response.get_json()["responseObject"]
    assert list(body) == ["Data", "FileName", "Description", "Size"]
    assert (body["FileName"], body["Description"], body["Size"]) == ("Lorem.docx", "Sample file", 14161)
    assert base64.b64decode(body["Data"], validate=True) == b"PK\x03\x04" * 3540 + b"!"
    assert response.content_length == len(response.data)


def test_a_download_is_a_stream_of_bytes_under_its_name(owner: Alloy, lorem: Attachment) -> None:
    response = owner.call("GET", f"{HERE}/{lorem.guid}/download")
    assert response.status_code == 200
    assert response.data == b"PK\x03\x04" * 3540 + b"!"
    assert response.headers["attachment-file-name"] == "Lorem.docx"
    assert response.headers["Content-Disposition"] == 'attachment; filename="Lorem.docx"'
    assert response.headers["Content-Length"] == "14161"
    assert response.content_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_a_viewer_is_refused_as_the_seed_says(reader: Alloy, lorem: Attachment) -> None:
    response = reader.call("DELETE", f"{HERE}/{lorem.guid}")
    assert json.loads(response.data) == {
        "success": False,
        "errorCode": 101,
        "errorText": "You do not have enough permissions to access this item.",
        "responseObject": None,
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_viewer_reads_and_does_not_write(reader: Alloy, lorem: Attachment, method: str) -> None:
    path = HERE if method == "PUT" else f"{HERE}/{lorem.guid}"
    assert reader.refusal(method, path, json=ONE)[0] == 101
    assert names(reader) == ["Lorem.docx"]
    assert reader.call("GET", f"{HERE}/{lorem.guid}/download").status_code == 200


@pytest.mark.usefixtures("ticket")
def test_one_file_is_put_and_comes_back(owner: Alloy) -> None:
    response = owner.call("PUT", HERE, json=ONE)
    assert (response.status_code, response.data) == (200, DONE)
    content = owner.answer("GET", f"{HERE}/{only_id(owner)}/content")
    assert content == {"Data": "SGVsbG8h", "FileName": "Hello.txt", "Description": "Sample file", "Size": 6}


@pytest.mark.usefixtures("ticket")
def test_several_files_are_put_at_once(owner: Alloy) -> None:
    assert owner.call("PUT", HERE, json=MANY).data == DONE
    answer = owner.answer("GET", HERE, query_string={"par_sort_asc": "FileName", "par_fields": "FileName,Description"})
    assert answer["Data"] == [["Hello.txt", "Sample file"], ["Hello2.txt", ""]]


@pytest.mark.usefixtures("ticket")
def test_a_link_is_put_and_keeps_its_target(owner: Alloy) -> None:
    assert owner.call("PUT", HERE, json=LINK).data == DONE
    ((guid, description, name, kind, _),) = owner.answer("GET", HERE)["Data"]
    assert (description, name, kind) == ("Sample link", "Hello.txt", "Link")
    content = owner.answer("GET", f"{HERE}/{guid}/content")
    assert content == {"Data": "", "FileName": "Hello.txt", "Description": "Sample link", "Size": 0}


@pytest.mark.parametrize("target", [r"\\server\share\a b\plan.docx", "https://example.org/a/b?c=d#e", "C:\\x\\"])
@pytest.mark.usefixtures("ticket")
def test_the_target_of_a_link_is_not_mangled(owner: Alloy, target: str) -> None:
    owner.answer("PUT", HERE, json={"FileName": target, "IsLink": "true"})
    assert names(owner) == [target]


@pytest.mark.usefixtures("ticket")
def test_a_link_has_no_download(owner: Alloy) -> None:
    owner.answer("PUT", HERE, json=LINK)
    assert owner.refusal("GET", f"{HERE}/{only_id(owner)}/download")[0] == 112


@pytest.mark.usefixtures("ticket")
def test_a_link_with_data_is_an_invalid_combination(owner: Alloy) -> None:
    number, text = owner.refusal("PUT", HERE, json=[{**LINK[0], "Data": "SGVsbG8h"}])
    assert (number, "nvalid combination" in text) == (107, True)
    assert names(owner) == []


def test_removing_answers_as_the_seed_and_a_second_time_finds_nothing(owner: Alloy, lorem: Attachment) -> None:
    assert owner.call("DELETE", f"{HERE}/{lorem.guid}").data == DONE
    assert owner.refusal("DELETE", f"{HERE}/{lorem.guid}")[0] == 103
    assert names(owner) == []


def test_the_description_is_changed_and_nothing_else(owner: Alloy, lorem: Attachment) -> None:
    before = owner.answer("GET", HERE)["Data"][0]
    assert owner.call("PATCH", f"{HERE}/{lorem.guid}", json={"Description": "New description"}).data == DONE
    assert owner.answer("GET", HERE)["Data"] == [[before[0], "New description", *before[2:]]]


@pytest.mark.parametrize("body", [{}, {"Description": "x", "FileName": "y"}, {"description": 5}, [], "x"])
def test_a_description_that_is_none_is_refused(owner: Alloy, lorem: Attachment, body: object) -> None:
    assert owner.refusal("PATCH", f"{HERE}/{lorem.guid}", json=body)[0] == 104
    assert owner.answer("GET", HERE)["Data"][0][1] == "Sample file"


def test_a_null_description_empties_it(owner: Alloy, lorem: Attachment) -> None:
    owner.answer("PATCH", f"{HERE}/{lorem.guid}", json={"DESCRIPTION": None})
    assert owner.answer("GET", HERE)["Data"][0][1] == ""


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ([], 104),
        (None, 104),
        ("x", 104),
        ({"FileName": "a.txt"}, 104),
        ({"Data": "SGVsbG8h"}, 104),
        ({"FileName": "", "Data": ""}, 104),
        ({"FileName": "a\r\nb", "Data": ""}, 104),
        ({"FileName": "a.txt", "Data": 5}, 104),
        ({"FileName": "a.txt", "Data": "", "IsLink": "perhaps"}, 104),
        ({"FileName": "", "IsLink": True}, 104),
        ({"FileName": "a.txt", "filename": "b.txt", "Data": ""}, 104),
        ({"FileName": "a.txt", "Data": "aG!!k="}, 106),
        ({"FileName": "a.txt", "Data": "SGVsbG8"}, 106),
        ({"FileName": "a.txt", "Data": "SGVs=G8h"}, 106),
        ({"FileName": "a.txt", "Data": "SGVsbG8-"}, 106),
    ],
)
@pytest.mark.usefixtures("ticket")
def test_what_cannot_be_attached_is_refused_and_nothing_is_kept(
    owner: Alloy, house: House, body: object, number: int
) -> None:
    assert owner.refusal("PUT", HERE, json=body)[0] == number
    assert names(owner) == []
    assert list(house.store.keys()) == []


@pytest.mark.usefixtures("ticket")
def test_an_array_is_all_or_nothing_and_names_the_one_at_fault(owner: Alloy, house: House) -> None:
    number, text = owner.refusal("PUT", HERE, json=[ONE, {"FileName": "Bad.txt", "Data": "*"}])
    assert (number, text) == (106, "Attachment 1 (Bad.txt): Data is not valid base64.")
    assert names(owner) == []
    assert list(house.store.keys()) == []


@pytest.mark.usefixtures("ticket")
def test_members_are_read_in_any_case_and_unknown_ones_ignored(owner: Alloy) -> None:
    owner.answer("PUT", HERE, json={"filename": "a.txt", "DATA": "SGVs\r\nbG8h", "isLink": 0, "Extra": {}})
    assert names(owner) == ["a.txt"]


@pytest.mark.parametrize("given", ["C:\\Users\\ada\\Hello.txt", "/home/ada/Hello.txt"])
@pytest.mark.usefixtures("ticket")
def test_a_files_name_is_reduced_to_its_last_part(owner: Alloy, given: str) -> None:
    owner.answer("PUT", HERE, json={"FileName": given, "Data": ""})
    assert names(owner) == ["Hello.txt"]


@pytest.mark.usefixtures("ticket")
def test_an_empty_file_is_a_file(owner: Alloy) -> None:
    owner.answer("PUT", HERE, json={"FileName": "empty.txt", "Data": ""})
    response = owner.call("GET", f"{HERE}/{only_id(owner)}/download")
    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", "0")


@pytest.mark.usefixtures("ticket")
def test_the_same_name_may_be_put_twice(owner: Alloy) -> None:
    owner.answer("PUT", HERE, json=[ONE, ONE])
    assert names(owner) == ["Hello.txt", "Hello.txt"]


@pytest.mark.usefixtures("ticket")
def test_powershells_latin_1_and_byte_order_mark_are_read(owner: Alloy) -> None:
    owner.answer("PUT", HERE, data='{"FileName":"Größe.txt","Data":""}'.encode("latin-1"))
    owner.answer("PUT", HERE, data='{"FileName":"Maß.txt","Data":""}'.encode("utf-8-sig"))
    assert names(owner) == ["Maß.txt", "Größe.txt"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Größe.txt", "Gr%C3%B6%C3%9Fe.txt"),
        ('say "hi".txt', "say %22hi%22.txt"),
        ("100%.txt", "100%25.txt"),
        ("日本 語.txt", "%E6%97%A5%E6%9C%AC %E8%AA%9E.txt"),
    ],
)
@pytest.mark.usefixtures("ticket")
def test_the_file_name_header_survives_any_name(owner: Alloy, name: str, header: str) -> None:
    owner.answer("PUT", HERE, json={"FileName": name, "Data": "SGVsbG8h"})
    response = owner.call("GET", f"{HERE}/{only_id(owner)}/download")
    assert response.headers["attachment-file-name"] == header


@pytest.mark.parametrize("spelling", ["{{{0}}}", "%7B{0}%7D", "{0}"], ids=["braces", "encoded braces", "bare"])
def test_guids_are_taken_in_every_spelling(owner: Alloy, ticket: Record, lorem: Attachment, spelling: str) -> None:
    object_id, attachment_id = spelling.format(str(ticket.guid).upper()), spelling.format(lorem.guid.hex)
    assert owner.answer("GET", f"Object/{object_id}/Attachments/{attachment_id}/content")["Size"] == 14161


@pytest.mark.usefixtures("lorem")
def test_an_oid_is_taken_in_any_case(owner: Alloy) -> None:
    assert names(owner, "Object/t000001/Attachments") == ["Lorem.docx"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
@pytest.mark.usefixtures("job")
def test_anothers_attachment_cannot_be_reached_through_this_object(
    owner: Alloy, lorem: Attachment, method: str
) -> None:
    path = f"Object/J000001/Attachments/{lorem.guid}" + ("/download" if method == "GET" else "")
    assert owner.refusal(method, path, json={"Description": "mine"})[0] == 103
    assert owner.answer("GET", HERE)["Data"][0][1] == "Sample file"


@pytest.mark.parametrize("oid", ["T000001", "T999999", "nonsense", "{00000000-0000-0000-0000-000000000000}"])
@pytest.mark.usefixtures("private_ticket")
def test_stranger_cannot_tell_missing_from_forbidden(stranger: Alloy, oid: str) -> None:
    for_list = stranger.refusal("GET", f"Object/{oid}/Attachments")
    for_put = stranger.refusal("PUT", f"Object/{oid}/Attachments", json=ONE)
    assert for_list == for_put == (102, f"Object {oid} not found.")


@pytest.mark.usefixtures("ticket")
def test_a_read_only_token_does_not_write(client: FlaskClient, house: House, cast: Cast) -> None:
    from core import tokens  # noqa: PLC0415 - one test mints its own

    secret = tokens.mint(house.database, cast.owner, tokens.MintToken(cast.owner.user_id or 0, scope="read")).secret
    assert Alloy(client, secret).refusal("PUT", HERE, json=ONE)[0] == 101


def test_a_file_on_a_job_hangs_where_every_api_looks(owner: Alloy, house: House, cast: Cast, job: Job) -> None:
    owner.answer("PUT", "Object/J000001/Attachments", json=ONE)
    (found,) = attachments.page_of(house.database, cast.owner, job).items
    assert (found.file_name, found.record_id != job.id) == ("Hello.txt", True)


@pytest.mark.parametrize(("ending", "number", "status"), [("content", 1, 500), ("download", 1, 500)])
def test_a_damaged_file_is_a_500_in_the_envelope(
    owner: Alloy, house: House, lorem: Attachment, ending: str, number: int, status: int
) -> None:
    assert lorem.blob is not None
    kept = next(house.settings.instance.rglob(lorem.blob.key))
    kept.write_bytes(b"short")
    response = owner.call("GET", f"{HERE}/{lorem.guid}/{ending}")
    envelope = response.get_json()
    assert (response.status_code, envelope["errorCode"], envelope["responseObject"]) == (status, number, None)


@pytest.mark.usefixtures("ticket")
def test_a_list_without_a_limit_is_whole_however_long(owner: Alloy) -> None:
    targets = [f"https://example.org/{number}" for number in range(1203)]
    links = [{"FileName": target, "IsLink": True} for target in targets]
    owner.answer("PUT", HERE, json=links)
    response = owner.call("POST", HERE, json={"Limit": 0, "fields": "FileName", "sort": {"property": "FileName"}})
    shown = [row[0] for row in response.get_json()["responseObject"]["Data"]]
    assert shown == sorted(targets)
    assert response.content_length is None
