"""XML by Accept, for every reply but the token's and a download's bytes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.alloy.conftest import Alloy

XML = {"Accept": "text/xml"}
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def parsed(who: Alloy, method: str, path: str, **more: object) -> ET.Element:
    response = who.call(method, path, headers=XML, **more)
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.data.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    return ET.fromstring(response.data)  # noqa: S314 - our own reply


@pytest.mark.usefixtures("ticket")
def test_a_list_is_fields_and_rows(owner: Alloy) -> None:
    owner.answer(
        "PUT", "Object/T000001/Attachments", json={"FileName": "a<&>b.txt", "Data": "", "Description": "\x0b1"}
    )
    root = parsed(owner, "GET", "Object/T000001/Attachments?par_fields=FileName,Description")
    assert [(one.tag, one.text) for one in root][:3] == [("success", "true"), ("errorCode", "0"), ("errorText", None)]
    assert [one.text for one in root.iterfind("responseObject/Fields/Field/Name")] == ["FileName", "Description"]
    assert [one.text for one in root.iterfind("responseObject/Data/Row/Value")] == ["a<&>b.txt", "1"]


@pytest.mark.usefixtures("ticket")
def test_contents_are_the_same_as_in_json(owner: Alloy) -> None:
    owner.answer("PUT", "Object/T000001/Attachments", json={"FileName": "a.txt", "Data": "SGVsbG8h"})
    ((guid,),) = owner.answer("GET", "Object/T000001/Attachments?par_fields=ID")["Data"]
    root = parsed(owner, "GET", f"Object/T000001/Attachments/{guid}/content")
    shown = [(one.tag, one.text) for one in root.iterfind("responseObject/*")]
    assert shown == [("Data", "SGVsbG8h"), ("FileName", "a.txt"), ("Description", None), ("Size", "6")]


@pytest.mark.usefixtures("ticket")
def test_an_object_is_items(owner: Alloy) -> None:
    root = parsed(owner, "GET", "Object/T000001")
    assert [one.text for one in root.iterfind("responseObject/Items/Item[2]/*")] == ["OID", "OID", "T000001"]


@pytest.mark.usefixtures("ticket")
def test_an_answer_without_an_object_is_nil(owner: Alloy) -> None:
    root = parsed(owner, "PUT", "Object/T000001/Attachments", json={"FileName": "a.txt", "Data": ""})
    found = root.find("responseObject")
    assert found is not None
    assert found.attrib == {NIL: "true"}


@pytest.mark.usefixtures("ticket")
def test_a_check_is_a_result(owner: Alloy) -> None:
    root = parsed(owner, "GET", "Object/T000001/action/0/check")
    assert root.findtext("responseObject/Result") == "false"


@pytest.mark.parametrize(
    ("method", "path", "status", "number"),
    [
        ("GET", "Object/T9/Attachments/x/download", 200, "102"),
        ("GET", "a/b/c/d", 404, "404"),
        ("DELETE", "profile", 405, "405"),
        ("POST", "Object/T9/Attachments", 200, "104"),
    ],
)
def test_refusals_follow_accept_too(owner: Alloy, method: str, path: str, status: int, number: str) -> None:
    response = owner.call(method, path, headers=XML, data=b"{")
    root = ET.fromstring(response.data)  # noqa: S314 - our own reply
    assert (response.status_code, root.findtext("success"), root.findtext("errorCode")) == (status, "false", number)


def test_a_missing_token_follows_accept_too(client: FlaskClient) -> None:
    response = client.get("/api/v2/profile", headers={"Accept": "application/xml"})
    assert (response.status_code, response.content_type) == (401, "application/xml; charset=utf-8")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/xml", "text/xml"),
        ("application/xml", "application/xml"),
        ("application/xml;q=0.9, text/xml;q=0.5", "application/xml"),
        ("text/xml, */*;q=0.1", "text/xml"),
        ("text/xml;q=0.5, application/json", "application/json"),
        ("text/xml, application/json", "application/json"),
        ("*/*", "application/json"),
        ("json", "application/json"),
        ("image/png", "application/json"),
        ("", "application/json"),
    ],
)
def test_accept_chooses_and_a_tie_is_json(owner: Alloy, accept: str, expected: str) -> None:
    response = owner.call("GET", "profile", headers={"Accept": accept})
    assert response.content_type == f"{expected}; charset=utf-8"
    assert "Accept" in response.vary
