"""Lists that go on from a row, not from a count: a page stays right while rows come and go. It knows no table and no URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, or_
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
    if mark is not None:
        statement = statement.where(_beyond(order, mark))
    rows: list[Any] = list(session.scalars(_sorted(statement, order, backwards).limit(limit + 1)).unique())
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Stretch([], None, None)
    has_next, has_previous = (True, more) if backwards else (more, mark is not None)
    return Stretch(
        rows,
        Mark(of(rows[-1]), rows[-1].id) if has_next else None,
        Mark(of(rows[0]), rows[0].id, backwards=True) if has_previous else None,
    )


def _sorted(statement: Select[Any], order: Order, backwards: bool) -> Select[Any]:
    keys = (order.column, order.row_id)
    falls = order.descending is not backwards
    return statement.order_by(*(key.desc() if falls else key.asc() for key in keys))


def _beyond(order: Order, mark: Mark) -> Any:
    falls = order.descending is not mark.backwards
    column, row_id = order.column, order.row_id
    if falls:
        return or_(column < mark.value, and_(column == mark.value, row_id < mark.row_id))
    return or_(column > mark.value, and_(column == mark.value, row_id > mark.row_id))
