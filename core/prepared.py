"""Statements of the busiest paths, made ready once and then run by SQLite's driver itself.

What SQLAlchemy does round one small statement costs ten times what SQLite takes for it, and it costs that while all other
writers wait (docs/decisions/009). It opens no transaction, and elsewhere than on SQLite it leaves all to SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast, final

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement, ReturnsRows
from sqlalchemy.types import TypeEngine

Change = Callable[[Any], Any]

_DIALECT = sqlite.dialect()


@final
class Prepared:
    """One select, insert, update or delete in plain columns; each `bindparam` and inserted column is given by name.

    Defaults that Python makes are not filled in: an insert is given every column that has none in the database.
    """

    def __init__(self, statement: Executable, columns: Iterable[str] = ()) -> None:
        """Take the statement, and the names of the columns that an insert is given."""
        self._statement = statement
        self._given = list(columns) or None

    def run(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[Any]:
        """Run it inside the transaction of `connection`; return its rows, whose columns are attributes."""
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._statement, given)
            return result.all() if result.returns_rows else []
        return self.run_on(connection.connection.dbapi_connection, given)

    def insert(self, connection: Connection, given: Mapping[str, Any]) -> int:
        """Run an insert without RETURNING inside the transaction of `connection`; return the number of the new row."""
        if connection.dialect.name != "sqlite":
            return int(cast("Any", connection.execute(self._statement, given).inserted_primary_key)[0])
        return int(self._execute(connection.connection.dbapi_connection, given).lastrowid)

    def run_on(self, driver: Any, given: Mapping[str, Any]) -> Sequence[Any]:
        """Do as `run` does on a connection of SQLite's own driver."""
        rows = self._execute(driver, given).fetchall()
        return [self._row(row) for row in rows] if rows else rows

    def _execute(self, driver: Any, given: Mapping[str, Any]) -> Any:
        sql, fixed, order = self._text
        values = {**fixed, **given}
        return driver.execute(sql, [values[name] if change is None else change(values[name]) for name, change in order])

    @cached_property
    def _text(self) -> tuple[str, Mapping[str, Any], Sequence[tuple[str, Change | None]]]:
        compiled = cast("ClauseElement", self._statement).compile(dialect=_DIALECT, column_keys=self._given)
        assert isinstance(compiled, sqlite.base.SQLiteCompiler)  # noqa: S101 - what its dialect compiles to
        order = [(name, _bound(compiled.binds[name].type)) for name in compiled.positiontup or ()]
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        return str(compiled), fixed, order

    @cached_property
    def _row(self) -> Callable[[Sequence[Any]], Any]:
        columns = list(cast("ReturnsRows", self._statement).exported_columns)
        shape = namedtuple("Line", [str(column.key) for column in columns])  # type: ignore[misc]  # noqa: PYI024 - made of a statement
        changes = [(place, _fetched(column.type)) for place, column in enumerate(columns)]
        changed = [(place, change) for place, change in changes if change is not None]

        def read(row: Sequence[Any]) -> Any:
            values = list(row)
            for place, change in changed:
                values[place] = change(values[place])
            return shape._make(values)

        return read


def _bound(type_: TypeEngine[Any]) -> Change | None:
    return type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _fetched(type_: TypeEngine[Any]) -> Change | None:
    return type_.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
