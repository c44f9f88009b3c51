"""The rows of all records of one type as one list: narrowed by conditions over their fields, a page at a time.

It knows no spelling of a filter. What a caller may not read is left out before a page is cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, literal, select

from core.access import Caller, visible
from core.commands import RowQuery
from core.database import Database
from core.errors import Subject, invalid
from core.filters import Comparison, Field, Kind, Operator, where
from core.folding import normal
from core.json_fields import json_field, json_presence
from core.paging import Page, count, cut
from core.record_types import find_type
from models import Record, RecordRow, RecordType

RECORD_ID, TYPE, LINE = "RecordID", "EFormType", "LineNumber"  # what every row has beside its fields


def page_rows(database: Database, caller: Caller, query: RowQuery) -> Page[Mapping[str, Any]]:
    """Return the wanted columns of rows, by record and then as they stand in it; refuses NOT_FOUND and INVALID.

    A type with field definitions has those fields alone; in another a field that a row does not have is null.
    """
    with database.reading() as session:
        record_type = find_type(session, query.type_name)
        fields = _Fields(record_type)
        for column in query.columns:
            fields.require(column)
        statement = _matching(caller, record_type, fields, query)
        rows = session.execute(cut(statement, query.part)).all()
        total = count(session, statement)
    return Page([_columns(record_type, row, query.columns) for row in rows], query.part.start, total)


def _matching(caller: Caller, record_type: RecordType, fields: _Fields, query: RowQuery) -> Any:
    statement = (
        select(Record.number, RecordRow.line, RecordRow.values)
        .join(Record, Record.id == RecordRow.record_id)
        .where(Record.record_type_id == record_type.id, Record.deleted_at.is_(None), visible(caller))
        .order_by(Record.number, RecordRow.position)
    )
    return statement if query.condition is None else statement.where(where(query.condition, fields))


def _columns(record_type: RecordType, row: Row[Any], columns: tuple[str, ...]) -> Mapping[str, Any]:
    always = {RECORD_ID: row.number, TYPE: record_type.name, LINE: row.line}
    return {name: always[name] if name in always else row.values.get(normal(name)) for name in columns}


class _Fields(Mapping[str, Field]):
    """The fields of a type by name; a member of a row is read as the kind that it is compared with."""

    def __init__(self, record_type: RecordType) -> None:
        self._defined = {field["name"] for field in record_type.fields}
        self._always = {
            RECORD_ID: Field(Record.number, Kind.NUMBER),
            TYPE: Field(literal(record_type.name), Kind.TEXT),
            LINE: Field(RecordRow.line, Kind.NUMBER),
        }

    def require(self, name: str) -> None:
        """Refuse INVALID for a field that the type does not have."""
        if name not in self:
            raise invalid(name, f"There is no field called “{name}”.", Subject.QUERY, parameter="columns")

    def __contains__(self, name: object) -> bool:
        return name in self._always or not self._defined or name in self._defined

    def __getitem__(self, name: str) -> Field:
        if name not in self:
            raise KeyError(name)
        return self._always.get(name) or Field(None, Kind.TEXT, orderable=False, read_as=_member)

    def __iter__(self) -> Any:
        return iter((*self._always, *self._defined))

    def __len__(self) -> int:
        return len(self._always) + len(self._defined)


def _member(comparison: Comparison) -> Field:
    name, value = normal(comparison.field), comparison.value
    if comparison.operator is Operator.IS_NULL:
        return json_presence(RecordRow.values, name)
    if isinstance(value, bool):
        return json_field(RecordRow.values, name, Kind.BOOL)
    return json_field(RecordRow.values, name, Kind.NUMBER if isinstance(value, int | float) else Kind.TEXT)
