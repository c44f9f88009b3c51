"""Lists of objects, one object, profile, activities and dictionaries."""

from __future__ import annotations

import pytest

from core import jobs, record_types, records
from core.access import HOUSE
from core.commands import CreateJob, CreateRecord
from core.house import House
from core.record_types import AddRecordType
from models import Record, RecordType
from tests.alloy.conftest import Alloy
from tests.cast import Cast


@pytest.fixture
def tickets(house: House, cast: Cast, ticket_type: RecordType) -> None:
    rows: tuple[tuple[str, dict[str, object]], ...] = (
        ("Printer on fire", {"Status": "New", "Estimate": 5, "Urgent": True, "Due_Day": "2024-05-31"}),
        ("élan vital", {"Status": "Open", "Estimate": 2.5, "Urgent": False, "Due_Day": "2024-06-01"}),
        ("Nothing", {}),
    )
    moments = ("2024-05-31T23:30:00+00:00", "2024-06-01T00:30:00+02:00", None)
    for (title, values), moment in zip(rows, moments, strict=True):
        fields = values if moment is None else {**values, "Due_Date": moment}
        records.create(house.database, cast.owner, CreateRecord(ticket_type.name, title, rows=[fields]))


def titles(who: Alloy, **body: object) -> list[str]:
    answer = who.answer("POST", "Tickets", json={"fields": "Title", "sort": [{"property": "OID"}], **body})
    return [row[0] for row in answer["Data"]]


FIRE, ELAN, NOTHING = "Printer on fire", "élan vital", "Nothing"


@pytest.mark.usefixtures("tickets")
def test_a_class_is_listed_with_every_column(owner: Alloy) -> None:
    answer = owner.answer("GET", "tickets", query_string={"par_sort_asc": "OID", "par_limit": "1"})
    heads = [(field["Name"], field["DataType"], field["Caption"]) for field in answer["Fields"]]
    assert heads == [
        ("ID", "guid", "ID"),
        ("OID", "string", "OID"),
        ("Title", "string", "Title"),
        ("Status", "string", "Status"),
        ("Estimate", "decimal", "Estimate"),
        ("Urgent", "bool", "Urgent"),
        ("Due_Day", "date", "Due Day"),
        ("Due_Date", "datetime", "Due Date"),
        ("Description", "string", "Description"),
        ("Owner", "string", "Owner"),
        ("Private", "bool", "Private"),
        ("Created_Date", "datetime", "Created Date"),
        ("Modified_Date", "datetime", "Modified Date"),
    ]
    (row,) = answer["Data"]
    assert row[1:11] == [
        "T000001", FIRE, "New", "5", "true", "2024-05-31", "2024-05-31T23:30:00+00:00", "", "ada", "false",
    ]  # fmt: skip


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    ("name", "operation", "value", "expected"),
    [
        ("Status", "=", "new", [FIRE]),
        ("Status", "<>", "New", [ELAN, NOTHING]),
        ("Status", "=", "", [NOTHING]),
        ("Status", "<>", "", [FIRE, ELAN]),
        ("Status", "=", None, [NOTHING]),
        ("Title", "=", "ÉLAN VITAL", [ELAN]),
        ("Estimate", "=", "5", [FIRE]),
        ("Estimate", "<>", 5, [ELAN, NOTHING]),
        ("Estimate", "<", 5, [ELAN]),
        ("Estimate", "<=", "5", [FIRE, ELAN]),
        ("Estimate", ">", 2.5, [FIRE]),
        ("Estimate", ">=", "2.5", [FIRE, ELAN]),
        ("Estimate", "=", "", [NOTHING]),
        ("Urgent", "=", "true", [FIRE]),
        ("Urgent", "=", 0, [ELAN]),
        ("Urgent", "<>", True, [ELAN, NOTHING]),
        ("Due_Day", "=", "2024-05", [FIRE]),
        ("Due_Day", "<>", "2024-05", [ELAN, NOTHING]),
        ("Due_Day", "<", "2024-06-01", [FIRE]),
        ("Due_Day", "<=", "2024-06-01", [FIRE, ELAN]),
        ("Due_Day", ">", "2024-05", [ELAN]),
        ("Due_Day", ">=", "2024", [FIRE, ELAN]),
        ("Due_Date", "=", "2024-05-31", [FIRE, ELAN]),
        ("Due_Date", "=", 2024, [FIRE, ELAN]),
        ("Due_Date", "<>", "2024-05", [NOTHING]),
        ("Due_Date", "<", "2024-05-31T23:00:00Z", [ELAN]),
        ("Due_Date", "<=", "2024-05-31T22:30:00+00:00", [ELAN]),
        ("Due_Date", "=", "2024-06-01T00:30:00+02:00", [ELAN]),
        ("Due_Date", ">", "2024-05-31T22:30:00Z", [FIRE]),
        ("Due_Date", ">=", "2024-05-31T22:30:00Z", [FIRE, ELAN]),
        ("Due_Date", ">", "2024-05", []),
        ("OID", "=", "t000002", [ELAN]),
        ("Ticket", "=", "T000002", [ELAN]),
        ("Owner", "=", "ADA", [FIRE, ELAN, NOTHING]),
        ("Private", "=", "false", [FIRE, ELAN, NOTHING]),
        ("Created_Date", "<", "2000", []),
        ("Created_Date", ">=", "2000-01-01", [FIRE, ELAN, NOTHING]),
    ],
)
def test_each_operation_keeps_what_it_says(
    owner: Alloy, name: str, operation: str, value: object, expected: list[str]
) -> None:
    assert titles(owner, filters=[{"name": name, "value": value, "operation": operation}]) == expected


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"filters": [{"name": "Nothing", "value": "x", "operation": "="}]}, 105),
        ({"filters": [{"name": "Status", "value": "x", "operation": "like"}]}, 105),
        ({"filters": [{"name": "Status", "value": "x", "operation": "<"}]}, 105),
        ({"filters": [{"name": "Urgent", "value": "true", "operation": ">"}]}, 105),
        ({"filters": [{"name": "Urgent", "value": "perhaps", "operation": "="}]}, 105),
        ({"filters": [{"name": "Estimate", "value": "many", "operation": "="}]}, 105),
        ({"filters": [{"name": "Estimate", "value": "", "operation": ">"}]}, 105),
        ({"filters": [{"name": "Due_Date", "value": "soon", "operation": "="}]}, 105),
        ({"filters": [{"name": "Due_Date", "value": "2024-13", "operation": "="}]}, 105),
        ({"filters": [{"name": "Due_Day", "value": "9999", "operation": "="}]}, 105),
        ({"filters": [{"name": "ID", "value": "x", "operation": "="}]}, 105),
        ({"filters": [{"name": "Status", "value": ["x"], "operation": "="}]}, 104),
        ({"filters": [{"name": "Status"}]}, 104),
        ({"filters": [{"or": [{"name": "Status", "value": "x", "operation": "="}]}]}, 104),
        ({"filters": "Status=x"}, 104),
        ({"filter": []}, 104),
        ({"sort": [{"property": "Nothing"}]}, 105),
        ({"sort": [{"property": "Status", "direction": "down"}]}, 104),
        ({"fields": ["Nothing"]}, 105),
        ({"fields": [5]}, 104),
        ({"offset": "-1"}, 104),
        ({"limit": "many"}, 104),
        ({"limit": True}, 104),
        ({"searchText": 5}, 104),
        ([], 104),
    ],
)
def test_a_bad_query_is_an_error_and_never_everything(owner: Alloy, body: object, number: int) -> None:
    assert owner.refusal("POST", "Tickets", json=body)[0] == number


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("par_sort_asc=Title&par_sort_desc=OID", 104),
        ("par_limits=1", 104),
        ("par_offset=x", 104),
        ("par_limit=1&par_limit=2", 104),
        ("par_fields=Nothing", 105),
        ("Nothing=1", 105),
        ("Estimate=many", 105),
    ],
)
def test_a_bad_query_string_is_an_error_too(owner: Alloy, query: str, number: int) -> None:
    assert owner.refusal("GET", f"Tickets?{query}")[0] == number


@pytest.mark.usefixtures("tickets")
def test_members_in_capitals_strings_for_numbers_and_limit_0_are_understood(owner: Alloy) -> None:
    sort = {"Property": "Title", "Direction": "DESC"}
    assert titles(owner, Limit=0, sort=sort) == [ELAN, FIRE, NOTHING]
    assert titles(owner, OFFSET="1", limit="1") == [ELAN]
    assert titles(owner, Filters={"Name": "Status", "Value": "New"}) == [FIRE]


@pytest.mark.usefixtures("tickets")
def test_directions_may_be_mixed_and_ties_have_an_order(owner: Alloy) -> None:
    sort = [{"property": "Owner", "direction": "desc"}, {"property": "Title", "direction": "asc"}]
    assert titles(owner, sort=sort) == [NOTHING, FIRE, ELAN]
    assert titles(owner, sort=[{"property": "Owner"}]) == [FIRE, ELAN, NOTHING]


@pytest.mark.usefixtures("tickets")
def test_an_empty_body_asks_for_everything_newest_first(owner: Alloy) -> None:
    answers = [owner.answer("POST", "Tickets", data=body)["Data"] for body in (b"", b"null", b"{}")]
    assert [[row[2] for row in rows] for rows in answers] == [[NOTHING, ELAN, FIRE]] * 3


@pytest.mark.usefixtures("tickets")
def test_the_guides_example_of_a_get(owner: Alloy) -> None:
    query = "Owner=ada&par_sort_desc=Created_Date&par_fields=Ticket%2CDue_Date%2CSummary&par_offset=1&par_limit=20"
    answer = owner.answer("GET", f"Tickets?{query}", headers={"Content-Type": "application/json"})
    assert [field["Name"] for field in answer["Fields"]] == ["OID", "Due_Date", "Title"]
    assert [row[2] for row in answer["Data"]] == [ELAN, FIRE]


@pytest.mark.usefixtures("tickets")
def test_an_offset_past_the_end_leaves_the_fields(owner: Alloy) -> None:
    answer = owner.answer("GET", "Tickets?par_offset=99")
    assert (len(answer["Fields"]), answer["Data"]) == (13, [])


@pytest.mark.usefixtures("tickets")
def test_an_offset_in_a_query_string_survives_its_plus(owner: Alloy) -> None:
    answer = owner.answer("GET", "Tickets?Due_Date=2024-06-01T00:30:00+02:00&par_fields=Title")
    assert answer["Data"] == [[ELAN]]


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("text", ["print", "FIRE prin", "ÉL", "t000002 vital"])
def test_a_search_text_finds_parts_of_words(owner: Alloy, text: str) -> None:
    expected = [FIRE] if "r" in text else [ELAN]
    assert titles(owner, searchText=text) == expected
    assert [row[2] for row in owner.answer("GET", "Tickets", query_string={"par_search": text})["Data"]] == expected


@pytest.mark.usefixtures("private_ticket")
def test_a_list_holds_only_what_the_caller_may_see(owner: Alloy, stranger: Alloy, admin: Alloy) -> None:
    counts = [len(who.answer("GET", "Tickets")["Data"]) for who in (owner, stranger, admin)]
    assert counts == [1, 0, 1]


@pytest.mark.usefixtures("ticket_type")
@pytest.mark.parametrize("name", ["Tickets", "ticket", "TICKETS"])
def test_a_class_is_named_in_any_case(owner: Alloy, name: str) -> None:
    assert owner.answer("GET", name)["Data"] == []


def test_a_class_with_blanks_is_named_with_underscores_too(owner: Alloy, house: House) -> None:
    record_types.add(house.database, HOUSE, AddRecordType("Work Order", prefix="W"))
    assert owner.answer("GET", "Work%20Orders")["Data"] == owner.answer("GET", "work_orders")["Data"] == []


def test_an_unknown_class_is_an_error(owner: Alloy) -> None:
    assert owner.refusal("GET", "Unicorns") == (105, "Record type Unicorns was not found.")


def test_a_class_without_definitions_has_the_fields_in_use(owner: Alloy, house: House, cast: Cast) -> None:
    record_types.add(house.database, HOUSE, AddRecordType("Computer", prefix="C"))
    fields = {"Serial_Number": "XK-7", "Cores": 8, "Tags": ["a", "b"], "On": True}
    records.create(house.database, cast.owner, CreateRecord("Computer", "Desk 4", rows=[fields]))
    answer = owner.answer("GET", "Computers?Serial_Number=xk-7&Cores=8&On=true")
    found = dict(zip([field["Name"] for field in answer["Fields"]], answer["Data"][0], strict=True))
    assert {name: found[name] for name in fields} == {
        "Serial_Number": "XK-7", "Cores": "8", "Tags": '["a","b"]', "On": "true",
    }  # fmt: skip
    assert owner.answer("GET", "Computers?Colour=red&par_fields=OID,Colour")["Data"] == []
    unknown = {"filters": [{"name": "Colour", "value": "red", "operation": "<>"}]}
    assert owner.refusal("POST", "Computers", json=unknown)[0] == 105


def test_names_of_fields_in_private_records_are_not_told(
    owner: Alloy, stranger: Alloy, house: House, cast: Cast
) -> None:
    record_types.add(house.database, HOUSE, AddRecordType("Computer", prefix="C"))
    command = CreateRecord("Computer", "Desk 4", rows=[{"Secret": 1}], private=True)
    records.create(house.database, cast.owner, command)
    assert "Secret" in str(owner.answer("GET", "Computers"))
    assert "Secret" not in str(stranger.answer("GET", "Computers"))


def test_jobs_are_objects_of_their_class(owner: Alloy, house: House, cast: Cast) -> None:
    jobs.create(house.database, cast.owner, CreateJob(title="Train a model"))
    query = {"par_fields": "OID,Title,Driver,Progress,Started_Date", "Driver": "worker"}
    assert owner.answer("GET", "Jobs", query_string=query)["Data"] == [
        ["J000001", "Train a model", "worker", "0.0", ""]
    ]


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("oid", ["T000001", "t000001"])
def test_one_object_shows_every_field(owner: Alloy, oid: str) -> None:
    items = owner.answer("GET", f"object/{oid}")["Items"]
    assert list(items[1]) == ["name", "caption", "value"]
    assert items[1] == {"name": "OID", "caption": "OID", "value": "T000001"}
    assert {item["name"]: item["value"] for item in items}["Estimate"] == "5"


def test_an_object_is_found_by_guid_and_hidden_from_strangers(
    owner: Alloy, stranger: Alloy, private_ticket: Record
) -> None:
    path = f"object/%7B{str(private_ticket.guid).upper()}%7D"
    assert owner.answer("GET", path)["Items"][2]["value"] == "Salaries"
    assert stranger.refusal("GET", "object/T000001") == (102, "Object T000001 not found.")
    assert stranger.refusal("GET", "object/T999999") == (102, "Object T999999 not found.")


def test_the_profile_is_the_callers(owner: Alloy) -> None:
    items = {item["name"]: item["value"] for item in owner.answer("GET", "profile")["Items"]}
    assert (items["Name"], items["Technician"], items["Role"]) == ("ada", "1", "editor")


@pytest.mark.usefixtures("tickets")
def test_a_dictionary_lists_the_values_of_a_field(owner: Alloy) -> None:
    answer = owner.answer("GET", "Dictionary?objectClass=Tickets&refField=Status")
    assert [field["Name"] for field in answer["Fields"]] == ["ID", "Name", "Rank"]
    assert [row[1:] for row in answer["Data"]] == [["New", "1"], ["Open", "2"]]
    body = {"objectClass": "Tickets", "refField": "Statuses", "filters": [{"name": "Name", "value": "open"}]}
    assert owner.answer("POST", "dictionary", json=body)["Data"] == answer["Data"][1:]


@pytest.mark.usefixtures("private_ticket")
def test_a_dictionary_without_values_is_empty(owner: Alloy) -> None:
    assert owner.answer("GET", "Dictionary?objectClass=Tickets&refField=Status")["Data"] == []


@pytest.mark.usefixtures("ticket_type")
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 104),
        ("objectClass=Tickets", 104),
        ("objectClass=X&refField=Y", 105),
        ("objectClass=Tickets&refField=Y", 105),
    ],
)
def test_a_dictionary_of_nothing_known_is_an_error(owner: Alloy, query: str, number: int) -> None:
    assert owner.refusal("GET", f"Dictionary?{query}")[0] == number
