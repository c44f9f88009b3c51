"""Conditions and orders mean the same on both databases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from core import jobs
from core.commands import CreateJob
from core.errors import Refusal
from core.filters import All, Comparison, Condition, Either, Field, Kind, Not, Operator, Order, order, where
from core.house import House
from models import Job, Record
from tests.cast import Cast

FIELDS = {
    "title": Field(Record.title, Kind.TEXT),
    "number": Field(Record.number, Kind.NUMBER),
    "node": Field(Job.node_id, Kind.NUMBER),
    "reason": Field(Job.error_reason, Kind.TEXT),
    "created": Field(Record.created_at, Kind.TIME),
    "enabled": Field(Job.enabled, Kind.BOOL),
    "guid": Field(Record.guid, Kind.GUID),
}


@pytest.fixture
def titles(house: House, cast: Cast) -> Sequence[str]:
    names = ("Alpha", "alpha beta", "100%_done", "Élan")
    return [jobs.create(house.database, cast.owner, CreateJob(title=name)).title for name in names]


@pytest.mark.usefixtures("titles")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Comparison("title", Operator.EQUAL, "Alpha"), ["Alpha"]),
        (Comparison("title", Operator.EQUAL, "ALPHA", case_blind=True), ["Alpha"]),
        (Comparison("title", Operator.CONTAINS, "alpha"), ["alpha beta"]),
        (Comparison("title", Operator.CONTAINS, "ALPHA", case_blind=True), ["Alpha", "alpha beta"]),
        (Comparison("title", Operator.CONTAINS, "%_"), ["100%_done"]),
        (Comparison("title", Operator.CONTAINS, "éL", case_blind=True), ["Élan"]),
        (Comparison("title", Operator.STARTS, "al"), ["alpha beta"]),
        (Comparison("number", Operator.EQUAL, "1"), ["Alpha"]),
        (Comparison("number", Operator.AT_LEAST, 3), ["100%_done", "Élan"]),
        (Not(Comparison("node", Operator.EQUAL, 7)), ["Alpha", "alpha beta", "100%_done", "Élan"]),
        (Comparison("reason", Operator.IS_NULL), ["Alpha", "alpha beta", "100%_done", "Élan"]),
        (Not(Comparison("reason", Operator.IS_NULL)), []),
        (Comparison("enabled", Operator.EQUAL, "true"), ["Alpha", "alpha beta", "100%_done", "Élan"]),
        (Comparison("created", Operator.LESS, "2000-01-01T00:00:00Z"), []),
        (
            Either((Comparison("number", Operator.EQUAL, 1), Comparison("title", Operator.STARTS, "É"))),
            ["Alpha", "Élan"],
        ),
        (All(()), ["Alpha", "alpha beta", "100%_done", "Élan"]),
        (Either(()), []),
    ],
)
def test_a_condition_keeps_exactly_what_matches(house: House, condition: Condition, expected: list[str]) -> None:
    with house.database.reading() as session:
        found = session.scalars(select(Job.title).where(where(condition, FIELDS)).order_by(Job.id)).all()
    assert found == expected


@pytest.mark.usefixtures("titles")
def test_text_is_ordered_by_code_point(house: House) -> None:
    with house.database.reading() as session:
        found = session.scalars(select(Job.title).order_by(*order([Order("title", descending=True)], FIELDS))).all()
    assert found == ["Élan", "alpha beta", "Alpha", "100%_done"]


@pytest.mark.parametrize(
    "condition",
    [
        Comparison("nothing", Operator.EQUAL, 1),
        Comparison("number", Operator.EQUAL, "many"),
        Comparison("number", Operator.EQUAL, 2**70),
        Comparison("number", Operator.EQUAL, float("nan")),
        Comparison("number", Operator.CONTAINS, "1"),
        Comparison("created", Operator.LESS, "soon"),
        Comparison("created", Operator.LESS, "2000-01-01T00:00:00"),
        Comparison("guid", Operator.EQUAL, "x"),
        Comparison("enabled", Operator.EQUAL, "perhaps"),
    ],
)
def test_what_cannot_be_compared_is_refused(condition: Condition) -> None:
    with pytest.raises(Refusal) as refused:
        where(condition, FIELDS)
    assert refused.value.field == condition.field  # type: ignore[union-attr]  # each is a comparison
