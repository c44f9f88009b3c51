"""recordrows: the filter language on both databases, columns, pages; what a caller may not read is not counted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from core import record_types
from core.house import House
from core.record_types import AddRecordType
from models import Record
from tests.cast import Cast
from tests.nimblex.speaker import APIROOT, CONTRACT, Speaker

ROWS = "/jsonapi/recordrows/Contract"
CONTENT: list[dict[str, Any]] = [
    {"LineNumber": 1, "Name": "Alpha", "Score": 5, "Open": True, "Date": "2020-01-31", "By": "ada"},
    {"LineNumber": 2, "Name": "alpha beta", "Score": 5.5, "Open": False, "Date": "2999-01-01"},
    {"LineNumber": 3, "Name": "100%_done", "Score": "7", "Open": None},
    {"LineNumber": 4, "Name": "Élan", "Score": -2, "O'Brien": "x", "a]b": 1},
    {"LineNumber": 5, "Name": "zebra", "Tags": ["Alpha"], "Score": 10},
]


@pytest.fixture
def filled(owner: Speaker) -> Speaker:
    """The owner, with five rows in Contract/57."""
    owner.put(CONTRACT, json={"data": {"type": "record", "attributes": {"content": CONTENT}}})
    return owner


def lines(speaker: Speaker, condition: str) -> list[int]:
    response = speaker.get(f"{ROWS}?columns=%5B%22LineNumber%22%5D&filter={quote(condition)}")
    assert response.status_code == 200, response.text
    return [row["LineNumber"] for row in response.get_json()["data"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("[Name] = 'Alpha'", [1]),
        ('[Name] = "Alpha"', [1]),
        ("[Name] <> 'Alpha'", [2, 3, 4, 5]),
        ("[Score] = 5", [1]),
        ("[Score] = '7'", [3]),
        ("[Score] > 5", [2, 5]),
        ("[Score] >= 5", [1, 2, 5]),
        ("[Score] < 5.5", [1, 4]),
        ("[Score] <= -2", [4]),
        ("[Score] <> 5", [2, 3, 4, 5]),
        ("[Name] > 'alpha'", [2, 4, 5]),
        ("[Name] < 'Z'", [1, 3]),
        ("[Open] = TRUE", [1]),
        ("[Open] = false", [2]),
        ("[Date] < CURRENT_DATE", [1]),
        ("[Date] > CURRENT_DATE", [2]),
        ("[By] = CURRENT_USER", [1]),
        ("[Name] CONTAINS 'alpha'", [2]),
        ("[Name] CONTAINS '%_'", [3]),
        ("[Name] NOT CONTAINS 'a'", [3]),
        ("[Name] STARTSWITH 'al'", [2]),
        ("[Name] STARTSWITH 'É'", [4]),
        ("[Score] IN (5, 10)", [1, 5]),
        ("[Name] IN ARRAY('zebra', 'Alpha')", [1, 5]),
        ("[Score] NOT IN (5, 10)", [2, 3, 4]),
        ("[Open] IS NULL", [3, 4, 5]),
        ("[Open] IS NOT NULL", [1, 2]),
        ("[Tags] IS NOT NULL", [5]),
        ("[Tags] = 'Alpha'", []),
        ("NOT [Score] = 5", [2, 3, 4, 5]),
        ("[Score] = 5 OR [Score] = 10 AND [Name] = 'zebra'", [1, 5]),
        ("([Score] = 5 OR [Score] = 10) AND [Name] = 'zebra'", [5]),
        ("not ([Score] > 5 or [Open] = true)", [3, 4]),
        ("RecordID = 57 AND LineNumber >= 4", [4, 5]),
        ("[RecordID] = 57 and EFormType = 'Contract' and [LineNumber] < 2", [1]),
        ("RecordID IN (1, 2)", []),
        ("[O'Brien] = 'x'", [4]),
        ("[a]]b] = 1", [4]),
        ("[Nothing] = 1", []),
        ("[Name] = 'it''s; DROP TABLE record --'", []),
        ("", [1, 2, 3, 4, 5]),
    ],
)
def test_a_filter_keeps_exactly_what_matches(filled: Speaker, condition: str, expected: list[int]) -> None:
    assert lines(filled, condition) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "[Name",
        "Name = 1",
        "[Name] = ",
        "[Name] == 1",
        "[Name] = 'x",
        "[Name] = x",
        "[Name] LIKE 'x'",
        "[Name] = [Score]",
        "[Local].[Field] = 1",
        "[Name] = 1; DROP TABLE record",
        "[Name] = 1 --",
        "[Name] = 1 [Score] = 2",
        "[Name] IN ()",
        "[Name] IN 1",
        "[Name] IS 1",
        "[Name] NOT = 1",
        "[Name] CONTAINS 1",
        "([Name] = 1",
        "AND",
        "(" * 30 + "[a] = 1" + ")" * 30,
        "NOT " * 30 + "[a] = 1",
        "[a] = 1" + " OR [a] = 1" * 120,
        "[a] = 1 OR " * 500 + "[a] = 1",
        "[a] IN (" + "1," * 200 + "1)",
        '["] = 1',
        "[] = 1",
        "[a\\b] = 1",
        "RecordID = 'many'",
        "RecordID = 99999999999999999999999",
        "[a] = 99999999999999999999999",
        "[Name] = 1.2.3",
    ],
)
def test_a_filter_that_cannot_be_understood_is_refused(filled: Speaker, condition: str) -> None:
    response = filled.get(f"{ROWS}?filter={quote(condition)}")
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["source"]) == (400, {"parameter": "filter"})


def test_without_columns_there_is_the_number_alone(filled: Speaker) -> None:
    assert filled.get(f"{ROWS}?page[limit]=1").get_json()["data"] == [{"RecordID": 57}]


def test_rows_are_flat_objects_with_the_columns_asked_for(filled: Speaker) -> None:
    columns = quote('["RecordID","EFormType","Score","Open"]')
    (row,) = filled.get(f"{ROWS}?columns={columns}&filter={quote('LineNumber = 3')}").get_json()["data"]
    assert list(row.items()) == [("RecordID", 57), ("EFormType", "Contract"), ("Score", "7"), ("Open", None)]


def test_pages_and_total(filled: Speaker) -> None:
    document = filled.get(f"{ROWS}?page%5Boffset%5D=2&page[limit]=2&columns=[%22LineNumber%22]").get_json()
    link = f"{APIROOT}/recordrows/Contract?columns=%5B%22LineNumber%22%5D&page%5Boffset%5D="
    assert document == {
        "data": [{"LineNumber": 3}, {"LineNumber": 4}],
        "links": {"prev": f"{link}0&page%5Blimit%5D=2", "next": f"{link}4&page%5Blimit%5D=2"},
        "meta": {"total": 5},
    }


def test_hidden_rows_are_left_out_before_the_page_is_cut(
    filled: Speaker, reader: Speaker, secret_contract: Record
) -> None:
    seen = filled.get(f"{ROWS}?filter={quote('RecordID >= 57')}").get_json()["meta"]["total"]
    assert secret_contract.number == 58
    assert seen == 6
    assert reader.get(f"{ROWS}?page[limit]=5").get_json()["meta"]["total"] == 5


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("columns=Status", "columns"),
        ("columns=%5B1%5D", "columns"),
        ("columns=%7B%7D", "columns"),
        ("page[offset]=-1", "page[offset]"),
        ("page[limit]=1.5", "page[limit]"),
        ("sort=Name", "sort"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(filled: Speaker, query: str, parameter: str) -> None:
    response = filled.get(f"{ROWS}?{query}")
    assert (response.status_code, response.get_json()["errors"][0]["source"]) == (400, {"parameter": parameter})


@pytest.mark.parametrize("query", ["columns=%5B%22Colour%22%5D", "filter=%5BColour%5D%20%3D%201"])
def test_a_type_with_fields_has_those_alone(owner: Speaker, house: House, cast: Cast, query: str) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Plan", fields=({"name": "Status"},)))
    assert owner.get(f"/jsonapi/recordrows/Plan?{query}").status_code == 400


def test_an_unknown_type_is_an_empty_404(owner: Speaker) -> None:
    response = owner.get("/jsonapi/recordrows/Nothing")
    assert (response.status_code, response.data) == (404, b"")
