"""The members of a JSON object as SQL values that compare alike on SQLite and PostgreSQL. It knows no table.

A member that is missing, or of another kind than is asked for, is NULL.
"""

from __future__ import annotations

from typing import Any

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
