"""Creating objects and running actions, with attachments in their forms: all of it or nothing."""

from __future__ import annotations

import pytest

from core import attachments, record_types, records
from core.access import HOUSE
from core.commands import ByOid
from core.house import House
from core.record_types import AddRecordType
from models import Record, RecordType, StepAction
from tests.alloy.conftest import Alloy
from tests.cast import Cast

WITH_FILE = {
    "Comment": "New activity",
    "Attachments": [
        {"FileName": "hello.txt", "Description": "Sample file", "Data": "SGVsbG8h", "AttachmentArea": "Documents"}
    ],
}
WITH_LINK = {
    "Comment": "New activity",
    "Attachments": [
        {
            "FileName": "hello.txt",
            "Description": "Sample file",
            "Data": "",
            "IsLink": True,
            "AttachmentArea": "Documents",
        }
    ],
}
HERE = "Object/T000001"


@pytest.fixture
def step_ids(house: House, ticket_type: RecordType) -> dict[str, int]:
    return {step.name: step.id for step in record_types.find(house.database, ticket_type.name).steps}


def add_step(house: House, record_type: RecordType, **columns: object) -> int:
    with house.database.writing() as session:
        step = StepAction(record_type_id=record_type.id, position=9, creates=False, **columns)
        session.add(step)
        session.flush()
        return step.id


def field_of(who: Alloy, name: str, oid: str = "T000001") -> str:
    return str({item["name"]: item["value"] for item in who.answer("GET", f"Object/{oid}")["Items"]}[name])


def file_names(who: Alloy, oid: str = "T000001") -> list[str]:
    return [row[2] for row in who.answer("GET", f"Object/{oid}/Attachments")["Data"]]


def test_the_seeds_action_adds_a_comment_and_a_file(owner: Alloy, ticket: Record, step_ids: dict[str, int]) -> None:
    answer = owner.answer("POST", f"{HERE}/action/{step_ids['Add comment']}", json=WITH_FILE)
    assert answer == {"Succeed": True, "ObjectID": str(ticket.guid), "ObjectOID": "T000001"}
    assert [row[1:4] for row in owner.answer("GET", f"{HERE}/Attachments")["Data"]] == [
        ["Sample file", "hello.txt", "File"]
    ]
    ((_, number, kind, comment, author, _, spent),) = owner.answer("GET", "Activities/T000001")["Data"]
    assert (number, kind, comment, author, spent) == ("1", "Add comment", "New activity", "ada", "")


@pytest.mark.usefixtures("ticket")
def test_the_seeds_action_adds_a_link(owner: Alloy, step_ids: dict[str, int]) -> None:
    owner.answer("POST", f"{HERE}/action/{step_ids['Add comment']}", json=WITH_LINK)
    assert [row[2:4] for row in owner.answer("GET", f"{HERE}/Attachments")["Data"]] == [["hello.txt", "Link"]]


@pytest.mark.usefixtures("ticket")
def test_the_only_area_need_not_be_named_and_one_file_need_no_array(owner: Alloy, step_ids: dict[str, int]) -> None:
    body = {"attachments": {"FileName": "a.txt", "Data": ""}, "Activity.Time_Spent": "10"}
    owner.answer("POST", f"{HERE}/action/{step_ids['Add comment']}", json=body)
    assert file_names(owner) == ["a.txt"]
    assert owner.answer("POST", "Activities/T000001", json={"fields": "Time_Spent"})["Data"] == [["10"]]


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"Attachments": [{"FileName": "a.txt", "Data": "", "AttachmentArea": "Pictures"}]}, 110),
        ({"Attachments": [{"FileName": "a.txt", "Data": "*"}]}, 106),
        ({"Attachments": [{"FileName": "a.txt", "Data": "SGVs", "IsLink": True}]}, 107),
        ({"Attachments": "x"}, 104),
        ({"Attachments": [], "attachments": []}, 104),
        ({"Unknown": "x"}, 105),
        ({"Comment": True}, 105),
        ([], 104),
    ],
)
def test_a_form_filled_in_wrongly_changes_nothing(
    owner: Alloy, house: House, step_ids: dict[str, int], body: object, number: int
) -> None:
    assert owner.refusal("POST", f"{HERE}/action/{step_ids['Add comment']}", json=body)[0] == number
    assert file_names(owner) == []
    assert owner.answer("GET", "Activities/T000001")["Data"] == []
    assert list(house.store.keys()) == []


@pytest.mark.usefixtures("ticket")
def test_action_and_files_commit_together_or_not_at_all(owner: Alloy, house: House, step_ids: dict[str, int]) -> None:
    files = [{"FileName": "good.txt", "Data": "SGVs"}, {"FileName": "bad.txt", "Data": "SGVsbG8"}]
    body = {"Title": "Changed", "Attachments": files}
    number, text = owner.refusal("POST", f"{HERE}/action/{step_ids['Update']}", json=body)
    assert (number, "bad.txt" in text) == (106, True)
    assert field_of(owner, "Title") == "Printer on fire"
    assert list(house.store.keys()) == []


@pytest.mark.usefixtures("ticket")
def test_among_several_areas_one_must_be_named(owner: Alloy, house: House, ticket_type: RecordType) -> None:
    step = add_step(house, ticket_type, name="Deliver", areas=[{"name": "Documents"}, {"name": "Pictures"}])
    file = {"FileName": "a.txt", "Data": ""}
    assert owner.refusal("POST", f"{HERE}/action/{step}", json={"Attachments": [file]})[0] == 110
    owner.answer("POST", f"{HERE}/action/{step}", json={"Attachments": [{**file, "AttachmentArea": "pictures"}]})
    assert file_names(owner) == ["a.txt"]


@pytest.mark.usefixtures("ticket")
def test_a_form_without_areas_takes_no_attachment(owner: Alloy, house: House, ticket_type: RecordType) -> None:
    step = add_step(house, ticket_type, name="Close", areas=[])
    body = {"Attachments": [{"FileName": "a.txt", "Data": ""}]}
    assert owner.refusal("POST", f"{HERE}/action/{step}", json=body)[0] == 110


@pytest.mark.usefixtures("ticket")
def test_a_mandatory_area_must_not_stay_empty(owner: Alloy, house: House, ticket_type: RecordType) -> None:
    step = add_step(house, ticket_type, name="Sign", areas=[{"name": "Contract", "mandatory": True}])
    assert owner.refusal("POST", f"{HERE}/action/{step}", json={})[0] == 109
    owner.answer("POST", f"{HERE}/action/{step}", json={"Attachments": {"FileName": "a.txt", "Data": ""}})


def test_files_of_an_area_that_does_not_attach_stay_with_the_activity(
    owner: Alloy, house: House, cast: Cast, ticket: Record, ticket_type: RecordType
) -> None:
    step = add_step(house, ticket_type, name="Note", areas=[{"name": "Notes", "attaches": False}])
    owner.answer("POST", f"{HERE}/action/{step}", json={"Attachments": {"FileName": "a.txt", "Data": ""}})
    assert file_names(owner) == []
    assert attachments.page_of(house.database, cast.owner, ticket).total == 0


@pytest.mark.usefixtures("ticket")
def test_mandatory_fields_and_defaults_are_the_rules_of_a_form(
    owner: Alloy, house: House, ticket_type: RecordType
) -> None:
    fields = [{"name": "Status", "label": "New status", "mandatory": True}]
    step = add_step(house, ticket_type, name="Move", fields=fields, areas=[])
    assert owner.refusal("POST", f"{HERE}/action/{step}", json={"Status": ""})[0] == 109
    owner.answer("POST", f"{HERE}/action/{step}", json={"new STATUS": "Open"})
    assert field_of(owner, "Status") == "Open"
    owner.answer("POST", f"{HERE}/action/{step}", json={})


@pytest.mark.usefixtures("ticket")
def test_an_update_changes_what_it_names(owner: Alloy, step_ids: dict[str, int]) -> None:
    body = {
        "Summary": "Printer off",
        "Estimate": "3",
        "Urgent": "1",
        "Due_Date": "2024-05-01T10:00:00",
        "Status": "Open",
    }
    owner.answer("POST", f"{HERE}/action/{step_ids['Update']}", json=body)
    shown = [field_of(owner, name) for name in ("Title", "Estimate", "Urgent", "Due_Date", "Status")]
    assert shown == ["Printer off", "3", "true", "2024-05-01T10:00:00+00:00", "Open"]
    owner.answer("POST", f"{HERE}/action/{step_ids['Update']}", json={"Status": None})
    assert (field_of(owner, "Status"), field_of(owner, "Estimate")) == ("", "3")


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    "body", [{"Estimate": "many"}, {"Urgent": "perhaps"}, {"Due_Date": "soon"}, {"Due_Day": "soon"}, {"Status": []}]
)
def test_a_value_of_the_wrong_kind_is_refused(owner: Alloy, step_ids: dict[str, int], body: dict[str, object]) -> None:
    assert owner.refusal("POST", f"{HERE}/action/{step_ids['Update']}", json=body)[0] in {104, 105}


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize("action", ["0", "999999", "nonsense", "99999999999999999999"])
def test_an_unknown_action_is_refused_and_unavailable(owner: Alloy, action: str) -> None:
    assert owner.refusal("POST", f"{HERE}/action/{action}", json={})[0] == 108
    assert owner.answer("GET", f"{HERE}/action/{action}/check") == {"Result": False}


@pytest.mark.usefixtures("job")
def test_an_action_of_another_class_is_unknown_here(owner: Alloy, step_ids: dict[str, int]) -> None:
    assert owner.refusal("POST", f"Object/J000001/action/{step_ids['Update']}", json={})[0] == 108


@pytest.mark.usefixtures("ticket")
def test_check_says_who_may(owner: Alloy, reader: Alloy, step_ids: dict[str, int]) -> None:
    path = f"{HERE}/action/{step_ids['Update']}/check"
    assert owner.answer("GET", path) == {"Result": True}
    assert reader.answer("GET", path) == {"Result": False}
    assert owner.answer("GET", f"{HERE}/action/{step_ids['Create']}/check") == {"Result": False}


@pytest.mark.usefixtures("ticket")
def test_a_viewer_runs_and_creates_nothing(reader: Alloy, step_ids: dict[str, int]) -> None:
    assert reader.refusal("POST", f"{HERE}/action/{step_ids['Add comment']}", json=WITH_FILE)[0] == 101
    body = {"ActionId": step_ids["Create"], "Fields": {"Summary": "Mine"}}
    assert reader.refusal("POST", "/api/v2", json=body)[0] == 101


@pytest.mark.usefixtures("private_ticket")
def test_a_stranger_learns_nothing_from_an_action(stranger: Alloy, step_ids: dict[str, int]) -> None:
    missing = stranger.refusal("POST", f"Object/T999999/action/{step_ids['Update']}", json={})
    assert missing == (102, "Object T999999 not found.")
    hidden = stranger.refusal("POST", f"{HERE}/action/{step_ids['Update']}", json={})
    assert hidden == (102, "Object T000001 not found.")
    assert stranger.refusal("GET", f"{HERE}/action/{step_ids['Update']}/check")[0] == 102


@pytest.mark.parametrize("path", ["/api/v2", "/api/v2/", "/api/v1", "/alloy/api", "/alloy/api/v2/"])
def test_an_object_is_created_at_the_root(owner: Alloy, step_ids: dict[str, int], path: str) -> None:
    body = {"ActionId": str(step_ids["Create"]), "Fields": {"Summary": "Out of paper", "Status": "New"}}
    answer = owner.answer("POST", path, json=body)
    assert (list(answer), answer["ObjectOID"]) == (["Succeed", "ObjectID", "ObjectOID"], "T000001")
    assert owner.answer("GET", f"Tickets?ID={answer['ObjectID']}&par_fields=Title,Status")["Data"] == [
        ["Out of paper", "New"]
    ]


def test_an_object_is_created_with_its_files(owner: Alloy, step_ids: dict[str, int]) -> None:
    body = {
        "actionid": step_ids["Create"],
        "fields": {"Title": "Out of paper", "Private": 1},
        "attachments": [{"FileName": "a.txt", "Data": "SGVsbG8h"}],
    }
    owner.answer("POST", "/api/v2", json=body)
    assert (file_names(owner), field_of(owner, "Private")) == (["a.txt"], "true")


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"ActionId": 999999}, 108),
        ({"Fields": {}}, 109),
        ({"Fields": {"Summary": " "}}, 104),
        ({"Fields": {"Summary": "x", "Unknown": 1}}, 105),
        ({"Fields": []}, 109),
        ({"Fields": "x"}, 104),
        ({"Extra": 1}, 104),
    ],
)
def test_what_cannot_be_created_is_not(
    owner: Alloy, step_ids: dict[str, int], change: dict[str, object], number: int
) -> None:
    body = {"ActionId": step_ids["Create"], "Fields": {"Summary": "x"}, **change}
    assert owner.refusal("POST", "/api/v2", json=body)[0] == number
    assert owner.answer("GET", "Tickets")["Data"] == []


def test_an_update_is_no_way_to_create(owner: Alloy, step_ids: dict[str, int]) -> None:
    body = {"ActionId": step_ids["Update"], "Fields": {"Summary": "x"}}
    assert owner.refusal("POST", "/api/v2", json=body)[0] == 108


def test_a_job_and_a_record_of_an_open_type_are_created_alike(owner: Alloy, house: House, cast: Cast) -> None:
    record_types.add(house.database, HOUSE, AddRecordType("Computer", prefix="C"))
    for_job, for_computer = (
        next(step.id for step in record_types.find(house.database, name).steps if step.creates)
        for name in ("Job", "Computer")
    )
    files = {"FileName": "a.txt", "Data": ""}
    owner.answer("POST", "/api/v2", json={"ActionId": for_job, "Fields": {"Title": "Train"}, "Attachments": files})
    owner.answer("POST", "/api/v2", json={"ActionId": for_computer, "Fields": {"Title": "PC", "Serial_Number": "X7"}})
    assert file_names(owner, "J000001") == ["a.txt"]
    assert field_of(owner, "Serial_Number", "C000001") == "X7"
    job = attachments.page_of(house.database, cast.owner, _found(house, cast, "J000001"))
    assert [attachment.file_name for attachment in job.items] == ["a.txt"]


def _found(house: House, cast: Cast, oid: str) -> Record:

    return records.find(house.database, cast.owner, ByOid(oid))
