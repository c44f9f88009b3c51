"""Records of the types that a team defines, and the types themselves."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from core import attachments, record_types, records
from core.commands import Attach, ByNumber, CreateRecord
from core.house import House
from core.record_types import AddRecordType
from models import Record
from tests.cast import Cast
from tests.pages.conftest import Visitor, token_of


@pytest.fixture
def contract(house: House, cast: Cast) -> Record:
    fields = ({"name": "Status", "type": "text"}, {"name": "Value", "type": "number"}, {"name": "Ends", "type": "date"})
    record_types.add(house.database, cast.admin, AddRecordType("Contract", fields=fields))
    command = CreateRecord("Contract", "Yard", rows=[{"Status": "signed", "Value": 12, "Ends": "2027-01-31"}])
    return records.create(house.database, cast.owner, command)


@pytest.fixture
def admin(visit: Callable[[str], Visitor]) -> Visitor:
    return visit("root")


@pytest.mark.usefixtures("contract")
def test_a_record_is_created_with_the_fields_of_its_type(owner: Visitor, house: House, cast: Cast) -> None:
    sent = {"title": "Roof", "field-0": "open", "field-1": "1.5", "field-2": "2027-02-01"}
    reply = owner.send("/records/Contract/new", **sent)
    assert reply.headers["Location"] == "/records/Contract/2"
    made = records.find(house.database, cast.owner, ByNumber("Contract", 2))
    assert made.fields == {"Status": "open", "Value": 1.5, "Ends": "2027-02-01"}


@pytest.mark.usefixtures("contract")
def test_the_same_form_sent_twice_makes_one_record(owner: Visitor) -> None:
    for _ in range(2):
        reply = owner.send("/records/Contract/new", title="Roof", nonce="n-1")
        assert reply.headers["Location"] == "/records/Contract/2"


@pytest.mark.usefixtures("contract")
def test_a_wrong_value_is_refused_beside_its_field_and_kept(owner: Visitor) -> None:
    reply = owner.send("/records/Contract/new", **{"title": "Roof", "field-1": "many", "field-2": "soon"})
    assert reply.status_code == 422
    assert 'id="field-1-error"' in reply.text
    assert 'value="many"' in reply.text


def test_a_record_shows_its_fields_and_files(owner: Visitor, house: House, cast: Cast, contract: Record) -> None:
    attachments.attach(house, cast.owner, contract, Attach(file_name="terms.pdf", content=[b"x"]))
    page = owner.see("/records/contracts/1")
    assert "terms.pdf" in page
    assert "2027-01-31" in page


def test_a_record_is_changed(owner: Visitor, house: House, cast: Cast, contract: Record) -> None:
    page = owner.see("/records/Contract/1/edit")
    assert 'value="2027-01-31"' in page
    sent = {"title": "Yard", "field-0": "", "field-1": "13", "field-2": "2027-01-31"}
    assert owner.send("/records/Contract/1/edit", **sent).status_code == 303
    changed = records.find(house.database, cast.owner, ByNumber("Contract", contract.number))
    assert changed.fields == {"Value": 13, "Ends": "2027-01-31"}


@pytest.mark.usefixtures("contract")
def test_files_are_attached_to_a_record(owner: Visitor) -> None:
    page = owner.see("/records/Contract/1/attach")
    fields = {"csrf_token": token_of(page), "nonce": "n-2", "files": (io.BytesIO(b"plan"), "plan.txt")}
    reply = owner.client.post("/records/Contract/1/attach", data=fields)
    assert reply.headers["Location"] == "/records/Contract/1"
    assert "plan.txt" in owner.see("/records/Contract/1")


@pytest.mark.usefixtures("contract")
def test_a_record_is_shared_and_goes_to_the_trash(owner: Visitor) -> None:
    assert owner.send("/records/Contract/1/sharing", holder="user-3", level="edit").status_code == 303
    assert "see and edit" in owner.see("/records/Contract/1/sharing")
    assert owner.send("/records/Contract/1/delete").headers["Location"] == "/records/Contract"
    owner.see("/records/Contract/1", 404)


def test_an_open_type_takes_lines(owner: Visitor, house: House, cast: Cast) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Note"))
    owner.send("/records/Note/new", **{"title": "One", "field-lines": "Colour: red\nSize : 3"})
    made = records.find(house.database, cast.owner, ByNumber("Note", 1))
    assert made.fields == {"Colour": "red", "Size": "3"}
    owner.send("/records/Note/1/edit", **{"title": "One", "field-lines": "Size: 4"})
    assert records.find(house.database, cast.owner, ByNumber("Note", 1)).fields == {"Size": "4"}
    reply = owner.send("/records/Note/1/edit", **{"title": "One", "field-lines": "no colon"})
    assert reply.status_code == 422
    assert 'id="field-lines-error"' in reply.text


@pytest.mark.usefixtures("contract")
def test_the_list_is_searched(owner: Visitor) -> None:
    assert "Yard" in owner.see("/records/Contract?q=YAR")
    assert "Nothing matches" in owner.see("/records/Contract?q=nothing-like-it&sort=name")
    owner.see("/records/Nothing", 404)


def test_an_administrator_defines_and_changes_a_type(admin: Visitor, house: House) -> None:
    sent = {"name": "Lease", "fields": "Rent: number\nTenant", "areas": "Papers", "folders": "in\nout"}
    assert admin.send("/admin/types/new", **sent).headers["Location"] == "/records/Lease"
    assert admin.send("/admin/types/Lease", fields="Rent: number", areas="", folders="").status_code == 303
    found = record_types.find(house.database, "lease")
    assert (found.fields, found.folders, found.areas) == ([{"name": "Rent", "type": "number"}], [], [])
    assert admin.send("/admin/types/new", name="Lease").status_code == 409
    assert admin.send("/admin/types/new", name="Other", fields="Rent: money").status_code == 422


def test_a_built_in_type_stays(admin: Visitor) -> None:
    assert (
        admin.send("/admin/types/Report", page="/admin/types/new", fields="", areas="", folders="").status_code == 422
    )


def test_types_are_for_administrators(owner: Visitor) -> None:
    owner.see("/admin/types", 403)
    owner.see("/admin/types/new", 403)
