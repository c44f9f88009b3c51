"""Listing outputs by the whole filter language, alike on both databases (UFDL sheet §5)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core.house import House
from core.streams import BATCH
from models import Blob, Job, JobOutput
from tests.cast import Cast
from tests.ufdl.conftest import KIND, Speaker, keep, start


@pytest.fixture
def three(house: House, cast: Cast, started: Job) -> Job:
    """A job with three outputs: Alpha (json) of the administrator, beta_1 (txt) of nobody, and 50%é (txt)."""
    keep(house, cast.admin, started, "Alpha", "json")
    blank = keep(house, cast.admin, started, "beta_1", "txt")
    keep(house, cast.owner, started, "50%é", "txt")
    with house.database.writing() as session:
        session.execute(update(JobOutput).where(JobOutput.id == blank.id).values(creator_id=None))
    return started


def names(rows: list[Any]) -> list[str]:
    """Return the names of listed outputs."""
    return [row["name"] for row in rows]


def exact(field: str, value: object, **more: Any) -> dict[str, Any]:
    """Build an equality."""
    return {"type": "exact", "field": field, "value": value, **more}


def contains(field: str, text: str, **more: Any) -> dict[str, Any]:
    """Build a search."""
    return {"type": "contains", "field": field, "sub_string": text, **more}


def compare(field: str, operator: str, value: object, **more: Any) -> dict[str, Any]:
    """Build a comparison."""
    return {"type": "compare", "field": field, "operator": operator, "value": value, **more}


def isnull(field: str, **more: Any) -> dict[str, Any]:
    """Build a test for null."""
    return {"type": "isnull", "field": field, **more}


CASES: list[tuple[list[dict[str, Any]], list[str]]] = [
    ([], ["Alpha", "beta_1", "50%é"]),
    ([exact("name", "Alpha")], ["Alpha"]),
    ([exact("name", "alpha")], []),
    ([exact("name", "alpha", case_insensitive=True)], ["Alpha"]),
    ([exact("name", "Alpha", invert=True)], ["beta_1", "50%é"]),
    ([exact("type", "txt"), exact("name", "beta_1")], ["beta_1"]),
    ([contains("name", "l")], ["Alpha"]),
    ([contains("name", "A")], ["Alpha"]),
    ([contains("name", "ALP", case_insensitive=True)], ["Alpha"]),
    ([contains("name", "ALP")], []),
    ([contains("name", "a")], ["Alpha", "beta_1"]),
    ([contains("name", "%")], ["50%é"]),
    ([contains("name", "_")], ["beta_1"]),
    ([contains("name", "É", case_insensitive=True)], ["50%é"]),
    ([isnull("creator")], ["beta_1"]),
    ([isnull("creator_id", invert=True)], ["Alpha", "50%é"]),
    ([isnull("creator.username")], ["beta_1"]),
    ([exact("creator.username", "root")], ["Alpha"]),
    ([exact("creator__username", "root", invert=True)], ["beta_1", "50%é"]),
    ([compare("pk", ">=", "2")], ["beta_1", "50%é"]),
    ([compare("id", "<", 3.0)], ["Alpha", "beta_1"]),
    ([compare("creator", ">", 0, invert=True)], ["beta_1"]),
    ([exact("pk", True)], ["Alpha"]),
    ([exact("pk", 1, case_insensitive=True)], ["Alpha"]),
    ([compare("creation_time", ">", "2020-01-01")], ["Alpha", "beta_1", "50%é"]),
    ([compare("creation_time", "<=", "2020-01-01T00:00:00+13:00")], []),
    ([exact("job.template.name", "Addenda job")], ["Alpha", "beta_1", "50%é"]),
    ([exact("job.description", "")], ["Alpha", "beta_1", "50%é"]),
    ([exact("job.outputs.name", "Alpha")], ["Alpha", "beta_1", "50%é"]),
    ([exact("job.outputs.name", "Omega")], []),
    ([isnull("job.start_time", invert=True)], ["Alpha", "beta_1", "50%é"]),
    ([{"type": "or", "sub_expressions": [exact("name", "Alpha"), exact("name", "beta_1")]}], ["Alpha", "beta_1"]),
    ([{"type": "or", "sub_expressions": [exact("pk", 1), exact("pk", 2)], "invert": True}], ["50%é"]),
    ([{"type": "and", "sub_expressions": [exact("type", "txt"), isnull("creator")]}], ["beta_1"]),
    (
        [{"type": "and", "sub_expressions": [exact("type", "txt"), isnull("creator")], "invert": True}],
        ["Alpha", "50%é"],
    ),
    (
        [
            {
                "type": "or",
                "sub_expressions": [
                    {"type": "and", "sub_expressions": [exact("type", "txt"), isnull("creator")]},
                    exact("type", "json"),
                ],
            }
        ],
        ["Alpha", "beta_1"],
    ),
    ([{"type": "is_null", "field": "creator"}], ["beta_1"]),
]


@pytest.mark.parametrize(("expressions", "expected"), CASES, ids=str)
@pytest.mark.usefixtures("three")
def test_the_filter_keeps_what_the_sheet_says(
    admin: Speaker, expressions: list[dict[str, Any]], expected: list[str]
) -> None:
    assert names(admin.listed("job-outputs", *expressions)) == expected


BAD: list[object] = [
    {"expression": []},
    {"expressions": {}},
    {"expressions": [{"type": "like", "field": "name", "value": "a"}]},
    {"expressions": [{"type": "not", "sub_expressions": []}]},
    {"expressions": [exact("name", None)]},
    {"expressions": [exact("", "a")]},
    {"expressions": [exact("name", "a", extra=1)]},
    {"expressions": [{"type": "exact", "field": "name"}]},
    {"expressions": [contains("name", "")]},
    {"expressions": [contains("pk", "1")]},
    {"expressions": [contains("name", "a", case_insensitive="yes")]},
    {"expressions": [compare("pk", "==", 1)]},
    {"expressions": [compare("pk", "!=", 1)]},
    {"expressions": [compare("pk", "<", True)]},
    {"expressions": [isnull("name", case_insensitive=True)]},
    {"expressions": [{"type": "and", "sub_expressions": [isnull("name")]}]},
    {"expressions": [{"type": "or", "sub_expressions": [isnull("name")]}]},
    {"expressions": [{"type": "or", "sub_expressions": []}]},
    {
        "expressions": [
            {
                "type": "or",
                "sub_expressions": [
                    isnull("pk"),
                    {"type": "or", "sub_expressions": [isnull("pk"), isnull("name")]},
                ],
            }
        ]
    },
    {
        "expressions": [
            {
                "type": "and",
                "sub_expressions": [
                    isnull("pk"),
                    {"type": "and", "sub_expressions": [isnull("pk"), isnull("name")]},
                ],
            }
        ]
    },
    {"expressions": [exact("data", "x")]},
    {"expressions": [exact("creator.password_hash", "x")]},
    {"expressions": [exact("pk", "one")]},
    {"expressions": [exact("creation_time", "yesterday")]},
    {"expressions": [exact("creation_time", 12)]},
    {"expressions": [compare("pk", "<", 10**18 * 9)], "order_by": [{"field": "nothing"}]},
    {"order_by": ["pk"]},
    {"order_by": [{"field": "pk", "descending": True}]},
    {"order_by": [{"field": ""}]},
    {"order_by": [{"field": "job.outputs.name"}]},
    {"include_inactive": 1},
    [1],
    "text",
    7,
]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_a_body_that_is_no_filter_is_400(admin: Speaker, body: object) -> None:
    reply = admin.post("/job-outputs/list", body)
    assert reply.status_code == 400, reply.text
    assert list(reply.json) == ["detail"]


@pytest.mark.parametrize("body", ["{", "{'a': 1}", "null\0", '{"expressions": NaN}', "[[" * 50, '{"a": "\\ud800"}'])
def test_malformed_json_is_400(admin: Speaker, body: str) -> None:
    reply = admin.ask("POST", "/job-outputs/list", data=body, content_type="application/json")
    assert reply.status_code == 400


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "application/json", "application/json; charset=utf-8", ""]
)
@pytest.mark.usefixtures("three")
def test_an_empty_body_is_no_filter_whatever_its_type(admin: Speaker, kind: str) -> None:
    reply = admin.ask("POST", "/job-outputs/list", {"Content-Type": kind}, data=b"")
    assert (reply.status_code, len(reply.json)) == (200, 3)


def test_text_is_no_type_that_a_list_takes(admin: Speaker) -> None:
    reply = admin.ask("POST", "/job-outputs/list", data="{}", content_type="text/plain")
    assert reply.status_code == 415


def test_an_accept_header_without_json_is_406(admin: Speaker) -> None:
    assert admin.ask("POST", "/job-outputs/list", {"Accept": "text/html"}).status_code == 406


def test_anonymous_is_asked_for_credentials_before_the_body_is_looked_at(admin: Speaker) -> None:
    reply = admin.client.post("/v1/job-outputs/list", data="{", content_type="application/json")
    assert reply.status_code == 401


@pytest.mark.usefixtures("three")
def test_order_by_several_keys(admin: Speaker) -> None:
    order = [{"field": "type"}, {"field": "name", "ascending": False}]
    assert names(admin.listed("job-outputs", order_by=order)) == ["Alpha", "beta_1", "50%é"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"field": "creator", "nulls_first": True}, ["beta_1", "50%é", "Alpha"]),
        ({"field": "creator", "nulls_first": False}, ["50%é", "Alpha", "beta_1"]),
        ({"field": "creator.username", "ascending": False, "nulls_first": True}, ["beta_1", "Alpha", "50%é"]),
        ({"field": "creator__username", "ascending": False}, ["Alpha", "50%é", "beta_1"]),
    ],
)
@pytest.mark.usefixtures("three")
def test_nulls_stand_where_they_are_wanted(admin: Speaker, key: dict[str, Any], expected: list[str]) -> None:
    assert names(admin.listed("job-outputs", order_by=[key])) == expected


@pytest.mark.usefixtures("three")
def test_deleted_outputs_are_listed_only_when_asked_for(admin: Speaker) -> None:
    admin.delete("/job-outputs/1")
    gone = isnull("deletion_time", invert=True)
    assert names(admin.listed("job-outputs")) == ["beta_1", "50%é"]
    assert names(admin.listed("job-outputs", include_inactive=True)) == ["Alpha", "beta_1", "50%é"]
    assert names(admin.listed("job-outputs", gone)) == []
    assert names(admin.listed("job-outputs", gone, include_inactive=True)) == ["Alpha"]


def test_outputs_of_invisible_jobs_are_not_listed(
    house: House, cast: Cast, owner: Speaker, stranger: Speaker, admin: Speaker
) -> None:
    secret = start(house, cast.owner, "Salaries", private=True)
    keep(house, cast.owner, secret, "table", "csv")
    assert names(owner.listed("job-outputs")) == ["table"]
    assert names(admin.listed("job-outputs")) == ["table"]
    assert names(stranger.listed("job-outputs")) == []
    assert names(stranger.listed("job-outputs", exact("job.description", ""))) == []


def test_a_long_list_is_streamed_whole_and_in_order(house: House, admin: Speaker, started: Job) -> None:
    many = 2 * BATCH + 3
    sow(house, started, many)
    rows = admin.listed("job-outputs")
    assert [row["pk"] for row in rows] == list(range(1, many + 1))
    backwards = admin.listed("job-outputs", order_by=[{"field": "pk", "ascending": False}])
    assert [row["pk"] for row in backwards] == list(range(many, 0, -1))


@pytest.mark.usefixtures("output")
def test_a_type_survives_in_json(admin: Speaker) -> None:
    assert [row["type"] for row in admin.listed("job-outputs", exact("type", KIND))] == [KIND]


def sow(house: House, job: Job, count: int) -> None:
    """Put many rows there at once; their bytes matter to nobody here."""
    now = job.created_at
    with house.database.writing() as session:
        blobs = [
            Blob(key=f"{n:032x}", size=0, sha256="0" * 64, md5="0" * 32, crc32=0, created_at=now) for n in range(count)
        ]
        session.add_all(blobs)
        session.flush()
        session.add_all(
            JobOutput(job_id=job.id, name=f"n{n}", type="txt", blob_id=blob.id, created_at=now)
            for n, blob in enumerate(blobs)
        )
