"""Lists that go on from a row, not from a count: a page stays right while rows come and go. It knows no table and no URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, true
from sqlalchemy.orm import Session

T = TypeVar("T")
Value = str | int | datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A place between two rows: the sorted value and the id of the row beside it, and to which side the page lies."""

    value: Value
    row_id: int
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """A page of rows, and the marks from which the next and the previous page go on; None where there is none."""

    items: Sequence[T]
    following: Mark | None
    preceding: Mark | None


@dataclass(frozen=True, slots=True)
class Order:
    """The column by which rows are sorted, the id that breaks ties, and whether the largest comes first."""

    column: Any
    row_id: Any
    descending: bool = False


def stretch(
    session: Session, statement: Select[Any], order: Order, of: Callable[[T], Value], mark: Mark | None, limit: int
) -> Stretch[T]:
    """Return at most `limit` rows on the far side of a mark; `of` gives the sorted value of a row."""
    backwards = mark is not None and mark.backwards
    rows: list[Any] = []
    for condition in beyond(order, mark):
        part = in_order(statement.where(condition), order, backwards).limit(limit + 1 - len(rows))
        rows += session.scalars(part).unique()
        if len(rows) > limit:
            break
    return stretched(rows, of, mark, limit)


def stretched(rows: Sequence[Any], of: Callable[[T], Value], mark: Mark | None, limit: int) -> Stretch[T]:
    """Return a page of rows as they were read from a mark on, one more than `limit` where there are more."""
    backwards = mark is not None and mark.backwards
    more, shown = len(rows) > limit, rows[:limit]
    if backwards:
        shown = shown[::-1]
    if not shown:
        return Stretch([], None, None)
    has_next, has_previous = (True, more) if backwards else (more, mark is not None)
    return Stretch(
        shown,
        Mark(of(shown[-1]), shown[-1].id) if has_next else None,
        Mark(of(shown[0]), shown[0].id, backwards=True) if has_previous else None,
    )


def in_order(statement: Select[Any], order: Order, backwards: bool = False) -> Select[Any]:
    """Sort a select, from its end on if `backwards`."""
    keys = (order.column, order.row_id)
    falls = order.descending is not backwards
    return statement.order_by(*(key.desc() if falls else key.asc() for key in keys))


def beyond(order: Order, mark: Mark | None) -> Sequence[ColumnElement[bool]]:
    """Return the conditions that keep what lies on the far side of a mark: one after the other, the nearest rows first.

    Those of the mark's own value come by themselves, for no one condition leads an index of SQLite into the midst of many.
    """
    if mark is None:
        return [true()]
    column, row_id = order.column, order.row_id
    if order.descending is not mark.backwards:
        return [and_(column == mark.value, row_id < mark.row_id), column < mark.value]
    return [and_(column == mark.value, row_id > mark.row_id), column > mark.value]
