"""Long lists: lines of columns in batches, each batch its own short read (DECISIONS 25). It knows no table and no API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select

from core.database import Database
from core.filters import Condition, Field, Order, order, where

BATCH = 1000  # lines a read


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which lines are wanted, and in which order; without one, by id."""

    condition: Condition | None = None
    order: Sequence[Order] = ()
    deleted: bool = False  # the forgotten ones too


def lines(
    database: Database, statement: Any, key: Any, query: ListQuery, fields: Mapping[str, Field]
) -> Iterator[Sequence[Any]]:
    """Return what the query leaves of a select of columns, batch by batch, in its order or else that of `key`.

    `key` is a unique column of ours, which the select gives first. Refuses INVALID before anything is read.
    """
    narrowed = statement if query.condition is None else statement.where(where(query.condition, fields))
    keys = order(query.order, fields)
    return _ordered_batches(database, narrowed, key, keys) if keys else _batches(database, narrowed, key)


def _batches(database: Database, lines: Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    part = lines.order_by(key).limit(BATCH)
    rows = _read(database, part)
    while rows:
        yield rows
        rows = _read(database, part.where(key > rows[-1][0])) if len(rows) == BATCH else ()


def _ordered_batches(
    database: Database, lines: Select[Any], key: Any, order: Sequence[ColumnElement[Any]]
) -> Iterator[Sequence[Any]]:
    # First the keys alone, then the lines a batch at a time: one that goes meanwhile is left out.
    with database.reading() as session:
        keys = session.scalars(lines.with_only_columns(key, maintain_column_froms=True).order_by(*order, key)).all()
    for start in range(0, len(keys), BATCH):
        wanted = keys[start : start + BATCH]
        found = {row[0]: row for row in _read(database, lines.where(key.in_(wanted)))}
        yield [found[one] for one in wanted if one in found]


def _read(database: Database, lines: Select[Any]) -> Sequence[Row[Any]]:
    with database.reading() as session:
        return session.execute(lines).all()
