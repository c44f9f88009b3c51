"""What a list may be narrowed and ordered by: conditions over named fields, compiled to SQL. It knows no API's spelling.

A condition is a tree of Comparison, All, Either and Not. Names and values come from clients: names are looked up in a map of
known fields, values are bound as parameters. Negation is null-aware: what is not known to match does not match, so its
negation does (UFDL sheet §5, Alloy sheet §6).
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from core.errors import Subject, invalid
from core.folding import fold, folded, normal


class Kind(enum.StrEnum):
    """What a field holds, and so what it may be compared with."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    TIME = "time"
    GUID = "guid"


class Operator(enum.StrEnum):
    """How a field is compared."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    STARTS = "starts"
    IS_NULL = "is null"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may be named: its SQL expression, its kind, and how a comparison with it becomes a condition.

    `reach` wraps the condition where the field lies across a to-many relation, so that no row is repeated. `read_as`
    gives the field to use instead where its kind follows from the comparison, as that of a member of a JSON column does.
    """

    expression: Any
    kind: Kind
    reach: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None
    orderable: bool = True
    read_as: Callable[[Comparison], Field] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field compared with one value; `case_blind` matters to text alone."""

    field: str
    operator: Operator
    value: Any = None
    case_blind: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, always."""

    parts: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; without parts, never."""

    parts: Sequence[Condition]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold, or is not known to."""

    part: Condition


Condition = Comparison | All | Either | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order; `nulls_first` None leaves blanks last when ascending and first when descending."""

    field: str
    descending: bool = False
    nulls_first: bool | None = None
    case_blind: bool = False


def where(condition: Condition, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """Compile a condition; refuses INVALID, naming the field, for an unknown one or a value that it cannot hold."""
    match condition:
        case Comparison():
            return _compared(condition, _known(condition.field, fields))
        case All(parts):
            return and_(true(), *(where(part, fields) for part in parts))
        case Either(parts):
            return or_(false(), *(where(part, fields) for part in parts))
        case Not(part):
            return not_(func.coalesce(where(part, fields), false()))


def order(keys: Sequence[Order], fields: Mapping[str, Field]) -> list[ColumnElement[Any]]:
    """Compile an order; refuses INVALID for an unknown field, or one that has no order."""
    return [_ordered(key, _known(key.field, fields)) for key in keys]


class holds_text(FunctionElement[bool]):  # noqa: N801 - reads as the function that it is
    """Whether a text holds another, with case, on both databases."""

    type = Boolean()
    inherit_cache = True


@compiles(holds_text)
def _holds_text(element: holds_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


@compiles(holds_text, "postgresql")
def _holds_text_on_postgresql(element: holds_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


def _known(name: str, fields: Mapping[str, Field]) -> Field:
    field = fields.get(name)
    if field is None:
        raise invalid(name, f"There is no field called “{name}”.", Subject.QUERY)
    return field


def _compared(comparison: Comparison, field: Field) -> ColumnElement[bool]:
    field = field if field.read_as is None else field.read_as(comparison)
    condition = _condition(comparison, field)
    return condition if field.reach is None else field.reach(condition)


def _condition(comparison: Comparison, field: Field) -> ColumnElement[bool]:
    column = field.expression
    match comparison.operator:
        case Operator.IS_NULL:
            return column.is_(None)  # type: ignore[no-any-return]  # any SQL expression
        case Operator.CONTAINS | Operator.STARTS:
            return _matched(comparison, field)
        case _:
            return _ranked(comparison, field)


def _matched(comparison: Comparison, field: Field) -> ColumnElement[bool]:
    if field.kind is not Kind.TEXT or not isinstance(comparison.value, str):
        raise invalid(comparison.field, f"“{comparison.field}” is not a text to search in.", Subject.QUERY)
    column, text = _spelling(comparison, field, comparison.value)
    if comparison.operator is Operator.CONTAINS:
        return holds_text(column, text)
    return func.substr(column, 1, len(text)) == text


def _ranked(comparison: Comparison, field: Field) -> ColumnElement[bool]:
    value = fitted(comparison.field, field.kind, comparison.value)
    column: Any = field.expression
    if isinstance(value, str):
        column, value = _spelling(comparison, field, value)
    compare: Mapping[Operator, Callable[[], ColumnElement[bool]]] = {
        Operator.EQUAL: lambda: column == value,
        Operator.LESS: lambda: column < value,
        Operator.AT_MOST: lambda: column <= value,
        Operator.MORE: lambda: column > value,
        Operator.AT_LEAST: lambda: column >= value,
    }
    return compare[comparison.operator]()


def _spelling(comparison: Comparison, field: Field, text: str) -> tuple[Any, str]:
    if comparison.case_blind:
        return folded(field.expression), fold(text)
    return field.expression, normal(text)


def fitted(name: str, kind: Kind, value: Any) -> Any:
    """Return a value as its field holds it; refuses INVALID for one that cannot become it.

    Text numbers count as numbers, true as 1, ISO 8601 moments with a zone as times, GUIDs with or without braces.
    """
    try:
        return _FITS[kind](value)
    except (TypeError, ValueError, OverflowError):
        raise invalid(name, f"“{name}” is compared with a {kind.value}.", Subject.QUERY) from None


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        value = float(value) if any(sign in value for sign in ".eEnN") else int(value)
    if not isinstance(value, int | float) or value != value or abs(value) > 2**63 - 1:  # noqa: PLR0124 - NaN
        raise ValueError
    return int(value) if isinstance(value, bool) else value


def _bool(value: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}  # True is 1
    found = known.get(value.lower() if isinstance(value, str) else value)
    if found is None:
        raise ValueError
    return found


def _time(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _guid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


_FITS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOL: _bool,
    Kind.TIME: _time,
    Kind.GUID: _guid,
}


def _ordered(key: Order, field: Field) -> ColumnElement[Any]:
    if not field.orderable or field.reach is not None:
        raise invalid(key.field, f"Nothing is ordered by “{key.field}”.", Subject.QUERY)
    column = folded(field.expression) if key.case_blind and field.kind is Kind.TEXT else field.expression
    directed = column.desc() if key.descending else column.asc()
    nulls_first = key.descending if key.nulls_first is None else key.nulls_first
    return directed.nulls_first() if nulls_first else directed.nulls_last()
