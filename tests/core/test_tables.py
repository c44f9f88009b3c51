"""Lists as tables: columns that were asked for, rows in order, in batches, each cell under the right column."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from core import tables
from core.commands import CreateRecord
from core.filters import Field, Kind, Order
from core.house import House
from core.paging import Slice
from core.record_types import AddRecordType, add
from core.records import create, create_in
from core.tables import BATCH, Column, Source, Table, TableQuery
from models import Record
from tests.cast import Cast

MANY = BATCH + 7
SOURCE = Source(
    key=Record.id,
    base=select(Record.id).where(Record.title.like("Plan %")),
    columns={
        "Title": Column("Title", Field(Record.title, Kind.TEXT)),
        "Number": Column("Number", Field(Record.number, Kind.NUMBER)),
        "Again": Column("Again", Field(Record.title, Kind.TEXT), is_extra=True),
        "Colour": Column("Colour", Field(Record.title, Kind.TEXT), source=Record.facts, member="colour"),
    },
)


@pytest.fixture
def plans(house: House, cast: Cast) -> None:
    """Three plans, of which one has a colour."""
    add(house.database, cast.admin, AddRecordType("Plan"))
    for number, facts in enumerate(({}, {"colour": "red"}, {"shape": "round"}), start=1):
        create(house.database, cast.owner, CreateRecord("Plan", f"Plan {number}", facts=facts))


def read(house: House, query: TableQuery) -> Table:
    with house.database.reading() as session:
        return tables.read(house.database, session, SOURCE, query)


@pytest.mark.usefixtures("plans")
def test_without_names_all_but_the_extra_columns_come(house: House) -> None:
    table = read(house, TableQuery())
    assert [column.name for column in table.columns] == ["Title", "Number", "Colour"]
    assert [list(row) for row in table.rows] == [["Plan 1", 1, None], ["Plan 2", 2, "red"], ["Plan 3", 3, None]]


@pytest.mark.usefixtures("plans")
def test_named_columns_come_in_that_order_and_as_often(house: House) -> None:
    table = read(house, TableQuery(names=["Number", "Again", "Title", "Number"]))
    assert next(list(row) for row in table.rows) == [1, "Plan 1", "Plan 1", 1]


@pytest.mark.usefixtures("plans")
def test_rows_are_ordered_and_cut_and_their_number_told(house: House) -> None:
    table = read(house, TableQuery(order=[Order("Number", True)], names=["Number"], part=Slice(1, 5)))
    assert (table.size, [row[0] for row in table.rows]) == (2, [2, 1])


def test_a_list_longer_than_a_batch_comes_whole_and_in_order(house: House, cast: Cast) -> None:
    fill(house, cast)
    table = read(house, TableQuery(order=[Order("Number", True)], names=["Number"]))
    assert table.size == MANY
    assert [row[0] for row in table.rows] == list(range(MANY, 0, -1))


def test_what_is_removed_while_a_long_list_is_read_is_left_out(house: House, cast: Cast) -> None:
    fill(house, cast)
    rows = iter(read(house, TableQuery(names=["Number"])).rows)
    first = next(rows)[0]
    with house.database.writing() as session:
        session.execute(delete(Record).where(Record.title == f"Plan {MANY}"))
    assert [first, *(row[0] for row in rows)] == list(range(1, MANY))


def fill(house: House, cast: Cast) -> None:
    """Make more plans than one read takes."""
    add(house.database, cast.admin, AddRecordType("Plan"))
    with house.database.writing() as session:
        made = [create_in(session, cast.owner, CreateRecord("Plan", f"Plan {n}")) for n in range(1, MANY + 1)]
    assert len(made) == MANY
