"""Slices in, pages out: the one arithmetic of lists. It knows no table and no URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a list that is asked for: skip `start`, then at most `limit`; None is all."""

    start: int = 0
    limit: int | None = None


EVERYTHING = Slice()
FIRST_PAGE = Slice(0, 30)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What a list answered: the items, how many were skipped, how many there are in all."""

    items: Sequence[T]
    start: int
    total: int

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after these items."""
        return self.start + len(self.items) >= self.total


def page(session: Session, statement: Select[T], part: Slice) -> Page[T]:
    """Run an ordered select of rows for one slice, and count what it would give without it."""
    items = session.scalars(cut(statement, part)).unique().all()
    if part.start == 0 and (part.limit is None or len(items) < part.limit):
        return Page(items, 0, len(items))
    return Page(items, part.start, count(session, statement))


def directed(columns: Mapping[str, Any], sort: Iterable[tuple[str, bool]]) -> list[Any]:
    """Return the columns of an order: each is named, with whether it descends."""
    return [columns[name].desc() if descending else columns[name].asc() for name, descending in sort]


def cut(statement: Select[Any], part: Slice) -> Select[Any]:
    """Apply a slice to an ordered select."""
    if part.start:
        statement = statement.offset(part.start)
    return statement if part.limit is None else statement.limit(part.limit)


def count(session: Session, statement: Select[Any]) -> int:
    """Count the rows of a select, whatever it loads and however it is ordered."""
    inner = statement.order_by(None).options().with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(inner) or 0
