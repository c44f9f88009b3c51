"""A member of a JSON column as a field to compare: read as the kind that the other side has. It knows no table.

A member that holds another kind of value, null or nothing is null, on both databases alike: a text is never cast to a
number, which PostgreSQL refuses and SQLite gets wrong (DECISIONS 6).


"""The members of a JSON object as SQL values that compare alike on SQLite and PostgreSQL. It knows no table.

A member that is missing, or of another kind than is asked for, is NULL.
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


from sqlalchemy import Boolean, Float, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models import UtcTime

# What PostgreSQL may be asked to read as a moment; anything else would fail the whole query.
_MOMENT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$"


class member_text(FunctionElement[str]):  # noqa: N801 - reads as the function that it is
    """A member as text: true and false by their names, numbers by their digits."""

    type = String()
    inherit_cache = True


class member_number(FunctionElement[float]):  # noqa: N801 - as above
    """A member that is a number."""

    type = Float()
    inherit_cache = True


class member_truth(FunctionElement[bool]):  # noqa: N801 - as above
    """A member that is true or false."""

    type = Boolean()
    inherit_cache = True


class member_moment(FunctionElement[Any]):  # noqa: N801 - as above
    """A member that is an ISO 8601 moment; one without a zone is in UTC."""

    type = UtcTime()
    inherit_cache = True


KINDS: dict[str, type[FunctionElement[Any]]] = {
    "number": member_number,
    "bool": member_truth,
    "datetime": member_moment,
}


def member(values: Any, name: str, kind: str) -> FunctionElement[Any]:
    """Return the member of that name as a field of that kind compares: `core.record_types.FIELD_TYPES`."""
    return KINDS.get(kind, member_text)(values, literal(name, String()))


def is_reachable(name: str) -> bool:
    """Return whether a member of that name can be asked for; SQLite's paths have no way to write these two signs."""
    return '"' not in name and "\\" not in name


@compiles(member_text)
def _text(element: member_text, compiler: SQLCompiler, **options: Any) -> str:
    values, path = _path(element, compiler, options)
    return (
        f"CASE json_type({values}, {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
        f"ELSE CAST(json_extract({values}, {path}) AS TEXT) END"
    )


@compiles(member_number)
def _number(element: member_number, compiler: SQLCompiler, **options: Any) -> str:
    values, path = _path(element, compiler, options)
    return (
        f"CASE WHEN json_type({values}, {path}) IN ('integer', 'real') "
        f"THEN CAST(json_extract({values}, {path}) AS REAL) END"
    )


@compiles(member_truth)
def _truth(element: member_truth, compiler: SQLCompiler, **options: Any) -> str:
    values, path = _path(element, compiler, options)
    return f"CASE json_type({values}, {path}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"


@compiles(member_moment)
def _moment(element: member_moment, compiler: SQLCompiler, **options: Any) -> str:
    values, path = _path(element, compiler, options)
    # Milliseconds and three noughts: the form in which the other moments are kept here.
    return f"(strftime('%Y-%m-%d %H:%M:%f', json_extract({values}, {path})) || '000')"


@compiles(member_text, "postgresql")
def _text_on_postgresql(element: member_text, compiler: SQLCompiler, **options: Any) -> str:
    values, name = _parts(element, compiler, options)
    return f'(({values} ->> CAST({name} AS TEXT)) COLLATE "C")'


@compiles(member_number, "postgresql")
def _number_on_postgresql(element: member_number, compiler: SQLCompiler, **options: Any) -> str:
    values, name = _parts(element, compiler, options)
    kind, text = f"json_typeof({values} -> CAST({name} AS TEXT))", f"({values} ->> CAST({name} AS TEXT))"
    return f"CASE WHEN {kind} = 'number' THEN CAST({text} AS DOUBLE PRECISION) END"


@compiles(member_truth, "postgresql")
def _truth_on_postgresql(element: member_truth, compiler: SQLCompiler, **options: Any) -> str:
    values, name = _parts(element, compiler, options)
    kind, text = f"json_typeof({values} -> CAST({name} AS TEXT))", f"({values} ->> CAST({name} AS TEXT))"
    return f"CASE WHEN {kind} = 'boolean' THEN CAST({text} AS BOOLEAN) END"


@compiles(member_moment, "postgresql")
def _moment_on_postgresql(element: member_moment, compiler: SQLCompiler, **options: Any) -> str:
    values, name = _parts(element, compiler, options)
    text = f"({values} ->> CAST({name} AS TEXT))"
    return f"CASE WHEN {text} ~ '{_MOMENT}' THEN CAST({text} AS TIMESTAMP WITH TIME ZONE) END"


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, options: Any) -> tuple[str, str]:
    values, name = (compiler.process(clause, **options) for clause in element.clauses)
    return values, name


def _path(element: FunctionElement[Any], compiler: SQLCompiler, options: Any) -> tuple[str, str]:
    values, name = _parts(element, compiler, options)
    return values, f"""('$."' || {name} || '"')"""
