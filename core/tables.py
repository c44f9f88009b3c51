"""Lists as tables: named columns over one select, narrowed, ordered and cut as asked. It knows no table's contents.

The ids come first, in order; the cells follow in batches, each a short read of its own, so that a list without a limit
holds neither a connection nor all its rows (DECISIONS 25).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from core.database import Database
from core.filters import All, Condition, Field, Order, order, where
from core.paging import EVERYTHING, Slice, cut

BATCH = 500  # rows a read
ALWAYS = All(())


@dataclass(frozen=True, slots=True)
class Column:
    """What a list may show, filter and sort by, under its name in the domain."""

    name: str
    field: Field
    is_whole: bool = False  # a number without a fraction
    is_date: bool = False  # a text that is a day, YYYY-MM-DD
    is_extra: bool = False  # shown only where it is named
    is_blank: bool = False  # no row is known to have a value
    source: Any = None  # what is selected for its cells; None: the field's expression
    member: str | None = None  # the member of that JSON object which is the cell

    @property
    def selected(self) -> Any:
        """The SQL expression that brings its cells."""
        return self.field.expression if self.source is None else self.source


@dataclass(frozen=True, slots=True)
class TableQuery:
    """Which rows and columns are wanted; no columns means all but the extra ones."""

    condition: Condition = ALWAYS
    order: Sequence[Order] = ()
    names: Sequence[str] | None = None
    part: Slice = EVERYTHING


@dataclass(frozen=True, slots=True)
class Table:
    """What a list answered: its columns in order, how many rows there are, and the rows, to be read once."""

    columns: Sequence[Column]
    size: int
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list comes from: its key, the joins and conditions that always hold, its columns, its own order."""

    key: Any  # the column of its ids
    base: Select[Any]  # selects the key
    columns: Mapping[str, Column]
    usual_order: Sequence[Any] = ()

    @property
    def fields(self) -> dict[str, Field]:
        """The columns as conditions name them."""
        return {name: column.field for name, column in self.columns.items()}


def read(database: Database, session: Session, source: Source, query: TableQuery) -> Table:
    """Read the ids of a list; its cells follow as the rows are taken. Refuses INVALID as `filters.where` does."""
    columns = _chosen(source, query)
    fields = source.fields
    keys = order(query.order, fields) if query.order else list(source.usual_order)
    statement = source.base.where(where(query.condition, fields)).order_by(*keys, source.key)
    ids = session.scalars(cut(statement, query.part)).all()
    if len(ids) <= BATCH:
        return Table(columns, len(ids), _cells(session, source, columns, ids))
    return Table(columns, len(ids), _read_on(database, source, columns, ids))


def _chosen(source: Source, query: TableQuery) -> list[Column]:
    if query.names is None:
        return [column for column in source.columns.values() if not column.is_extra]
    return [source.columns[name] for name in query.names]


def _read_on(
    database: Database, source: Source, columns: Sequence[Column], ids: Sequence[Any]
) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), BATCH):
        with database.reading() as session:
            rows = _cells(session, source, columns, ids[start : start + BATCH])
        yield from rows


def _cells(session: Session, source: Source, columns: Sequence[Column], ids: Sequence[Any]) -> list[Sequence[Any]]:
    chosen = list({id(column.selected): column.selected for column in columns}.items())
    places = {key: place for place, (key, _) in enumerate(chosen, start=1)}
    statement = source.base.with_only_columns(source.key, *(expression for _, expression in chosen))
    rows = {row[0]: row for row in session.execute(statement.where(source.key.in_(ids)))}
    # A row that was removed since its id was read is no longer part of the list.
    present = [rows[one] for one in ids if one in rows]
    return [[_cell(row[places[id(column.selected)]], column) for column in columns] for row in present]


def _cell(value: Any, column: Column) -> Any:
    if column.member is None:
        return value
    return value.get(column.member) if isinstance(value, dict) else None
