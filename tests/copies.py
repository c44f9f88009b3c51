"""Gives test after test one PostgreSQL database that is as the template is; it knows no table by name.

Copying a template takes a tenth of a second, emptying its tables a hundredth. So the copy is emptied and filled again,
unless something besides its rows was changed, or so many of them are gone that their remains weigh: then it is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

MOST_DEAD = 4000  # removed rows that stay in the files of a copy before it is made anew
END_SECONDS = 10
_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1
"""
_SEQUENCES = """
    SELECT format('setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
                  last_value IS NOT NULL)
    FROM pg_sequences
"""
# Whatever is made, altered or dropped besides rows leaves its mark in one of these.
_SHAPE = " UNION ALL ".join(
    f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}"
    for name in ("pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_proc", "pg_trigger", "pg_db_role_setting")
)
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

Rows = list[tuple[Any, ...]]


@dataclass
class _Copy:
    """A connection to a copy, and what the copy is like while nobody has touched it."""

    connection: psycopg.Connection
    shape: Rows
    tables: list[str]
    rows: dict[str, bytes]  # of each table that has any, as COPY writes them
    numbering: str
    dead: int = 0


class Copies:
    """The one copy of a template that all the tests of a process use in turn."""

    def __init__(self, template: str) -> None:
        self._template = make_url(template)
        self._address = self._template.set(database=f"{self._template.database}_copy")
        self._copy: _Copy | None = None

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Give the address of a database that equals the template."""
        if self._copy is None:
            self._make()
        yield self._address.render_as_string(hide_password=False)
        self._tidy()

    def close(self) -> None:
        """Drop the copy."""
        self._forget()
        self._say("DROP DATABASE IF EXISTS {copy} WITH (FORCE)")

    def _make(self) -> None:
        self._say("DROP DATABASE IF EXISTS {copy} WITH (FORCE)")
        self._say("CREATE DATABASE {copy} TEMPLATE {template}")
        connection = psycopg.connect(_plain(self._address), autocommit=True)
        try:
            self._copy = _looked_at(connection)
        except psycopg.errors.InsufficientPrivilege:  # an account of less power gets a new copy for each test
            connection.close()

    def _tidy(self) -> None:
        if self._copy is not None and not _is_restored(self._copy):
            self._forget()

    def _forget(self) -> None:
        if self._copy is not None:
            self._copy.connection.close()
            self._copy = None

    def _say(self, statement: str) -> None:
        names = {
            "copy": sql.Identifier(self._address.database or ""),
            "template": sql.Identifier(self._template.database or ""),
        }
        with psycopg.connect(_plain(self._template.set(database="postgres")), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(**names))


def _looked_at(connection: psycopg.Connection) -> _Copy:
    """Take down an untouched copy; raise InsufficientPrivilege where triggers cannot be kept still."""
    connection.execute("SET session_replication_role = replica")
    tables = [name for (name,) in connection.execute(_TABLES)]
    numbering = ", ".join(call for (call,) in connection.execute(_SEQUENCES))
    contents = {table: _read(connection, table) for table in tables}
    rows = {table: content for table, content in contents.items() if content}
    return _Copy(connection, _shape(connection), tables, rows, f"SELECT {numbering}")


def _is_restored(copy: _Copy) -> bool:
    """Make the copy as it was; False where that cannot be, or ought not to be."""
    try:
        if not _is_alone(copy.connection) or _shape(copy.connection) != copy.shape:
            return False
        with copy.connection.transaction():
            copy.dead += _emptied(copy)
            _fill(copy)
    except psycopg.Error:
        return False
    return copy.dead < MOST_DEAD


def _is_alone(connection: psycopg.Connection) -> bool:
    """End every other connection to the copy; False when one is still there after a while."""
    connection.execute(f"SELECT pg_terminate_backend(pid, {END_SECONDS * 1000}) {_OTHERS}")
    return connection.execute(f"SELECT pid {_OTHERS}").fetchone() is None


def _shape(connection: psycopg.Connection) -> Rows:
    return connection.execute(_SHAPE).fetchall()


def _emptied(copy: _Copy) -> int:
    """Remove every row; return how many there were."""
    cursor = copy.connection.execute("; ".join(f"DELETE FROM {table}" for table in copy.tables))
    removed = cursor.rowcount
    while cursor.nextset():
        removed += cursor.rowcount
    return removed


def _fill(copy: _Copy) -> None:
    with copy.connection.cursor() as cursor:
        for table, content in copy.rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as sink:
                sink.write(content)
        cursor.execute(copy.numbering)


def _read(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as source:
        return b"".join(source)


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
