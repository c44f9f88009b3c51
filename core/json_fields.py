"""A member of a JSON column as a field to compare: read as the kind that the other side has. It knows no table.

A member that holds another kind of value, null or nothing is null, on both databases alike: a text is never cast to a
number, which PostgreSQL refuses and SQLite gets wrong (DECISIONS 6).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from core.errors import Subject, invalid
from core.filters import Field, Kind

LONGEST_NAME = 255  # characters
_HELD = {
    Kind.TEXT: ("text", "string"),
    Kind.NUMBER: ("integer", "real", "number"),
    Kind.BOOL: ("true", "false", "boolean"),
}


class json_kind(FunctionElement[str]):  # noqa: N801 - reads as the function that it is
    """What a member of a JSON column is, in the database's own word; `null` or SQL's NULL for nothing."""

    type = String()
    inherit_cache = True


@compiles(json_kind)
def _json_kind(element: json_kind, compiler: SQLCompiler, **options: Any) -> str:
    column, name = (compiler.process(part, **options) for part in element.clauses)
    return f"json_type({column}, '$.\"' || {name} || '\"')"


@compiles(json_kind, "postgresql")
def _json_kind_on_postgresql(element: json_kind, compiler: SQLCompiler, **options: Any) -> str:
    column, name = (compiler.process(part, **options) for part in element.clauses)
    return f"json_typeof({column} -> CAST({name} AS TEXT))"


class by_code_point(FunctionElement[str]):  # noqa: N801 - as above
    """A text ordered by code point; what PostgreSQL takes out of JSON has the order of the database's language."""

    type = String()
    inherit_cache = True


@compiles(by_code_point)
def _by_code_point(element: by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(by_code_point, "postgresql")
def _by_code_point_on_postgresql(element: by_code_point, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'


def json_field(column: Any, name: str, kind: Kind) -> Field:
    """Return the member `name` of a JSON column as a field of that kind (text, number, bool); refuses INVALID.

    Names that hold a quote or a backslash cannot be spelt in SQLite's paths, so they are refused on both databases.
    """
    if not name or len(name) > LONGEST_NAME or '"' in name or "\\" in name:
        raise invalid(name, "This field cannot be compared.", Subject.QUERY)
    return Field(case((json_kind(column, name).in_(_HELD[kind]), _read(column[name], kind)), else_=None), kind)


def json_presence(column: Any, name: str) -> Field:
    """Return a field that is null where the member is null or absent, whatever kind it has; refuses as `json_field`."""
    json_field(column, name, Kind.TEXT)
    kinds = [word for words in _HELD.values() for word in words] + ["array", "object"]
    return Field(case((json_kind(column, name).in_(kinds), literal("there")), else_=None), Kind.TEXT)


def _read(member: Any, kind: Kind) -> ColumnElement[Any]:
    match kind:
        case Kind.NUMBER:
            return member.as_float()  # type: ignore[no-any-return]  # the accessors are untyped
        case Kind.BOOL:
            return member.as_boolean()  # type: ignore[no-any-return]  # as above
        case _:
            return by_code_point(member.as_string())
