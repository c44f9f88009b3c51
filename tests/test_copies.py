"""What the tests on PostgreSQL get one after the other: a database that nobody seems to have used before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from tests import copies, postgres
from tests.copies import Copies

pytestmark = pytest.mark.postgres

TABLES = """
CREATE TABLE house (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE room (house_id int NOT NULL REFERENCES house, door text NOT NULL DEFAULT 'shut');
INSERT INTO house (name) VALUES (E'the\\tnorth house'), ('the south house');
INSERT INTO room VALUES (2, 'open');
"""
ALL = "SELECT id, name, door FROM house LEFT JOIN room ON house_id = id ORDER BY id"
UNTOUCHED = [(1, "the\tnorth house", None), (2, "the south house", "open")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own, on which we may do everything."""
    with pytest.MonkeyPatch.context() as here:
        here.delenv("TEST_DATABASE_URL", raising=False)
        with postgres.server() as address:
            yield address


@pytest.fixture
def made(server: str) -> Iterator[Copies]:
    """The copies of a template that holds some rows."""
    with postgres.fresh_database(server) as template:
        said(template, TABLES)
        with closing(Copies(template)) as copies_of_it:
            yield copies_of_it


@pytest.mark.parametrize(
    "change",
    [
        "SELECT 1",
        "INSERT INTO house (name) VALUES ('another')",
        "DELETE FROM room; DELETE FROM house",
        "UPDATE house SET name = NULL",
        "TRUNCATE house RESTART IDENTITY CASCADE",
        "DROP TABLE room",
        "ALTER TABLE room ALTER door SET DEFAULT 'ajar'",
        "ALTER TABLE house ADD COLUMN colour text; INSERT INTO house VALUES (7, 'another', 'red')",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE more (id int)",
        "INSERT INTO house (name) SELECT generate_series(1, 5000)",
    ],
)
def test_the_next_one_finds_everything_as_the_template_has_it(made: Copies, change: str) -> None:
    with made.fresh() as address:
        said(address, change)
    with made.fresh() as address:
        assert asked(address, ALL) == UNTOUCHED
        assert asked(address, "INSERT INTO house (name) VALUES ('a new one') RETURNING id") == [(3,)]
        assert asked(address, "INSERT INTO room (house_id) VALUES (1) RETURNING door") == [("shut",)]
        assert asked(address, "SELECT count(*) FROM pg_proc WHERE proname = 'one'") == [(0,)]


def test_what_was_never_committed_holds_nobody_up(made: Copies) -> None:
    with made.fresh() as address:
        forgotten = psycopg.connect(plain(address))
        forgotten.execute("LOCK TABLE house; DELETE FROM room")
    with closing(forgotten), made.fresh() as address:
        assert asked(address, ALL) == UNTOUCHED


def test_a_copy_is_used_again_until_too_many_rows_have_gone(made: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST_DEAD", 7)
    used = [number_of(made) for _ in range(5)]
    assert used[0] == used[1] == used[2] != used[3] == used[4]


def test_whoever_may_not_keep_triggers_still_gets_a_new_copy_each_time(server: str) -> None:
    said(server, "CREATE ROLE small LOGIN CREATEDB")
    small = make_url(server).set(username="small").render_as_string(hide_password=False)
    with postgres.fresh_database(small) as template:
        said(template, TABLES)
        with closing(Copies(template)) as made:
            used = [number_of(made) for _ in range(2)]
    said(server, "DROP ROLE small")
    assert used[0] != used[1]


def number_of(made: Copies) -> int:
    """Return the number that PostgreSQL knows the present copy by."""
    with made.fresh() as address:
        ((number,),) = asked(address, "SELECT oid FROM pg_database WHERE datname = current_database()")
    assert isinstance(number, int)
    return number


def asked(address: str, question: str) -> list[tuple[object, ...]]:
    """Return the rows that a statement gives."""
    with psycopg.connect(plain(address), autocommit=True) as connection:
        return connection.execute(question).fetchall()


def said(address: str, statements: str) -> None:
    """Have some statements done."""
    with psycopg.connect(plain(address), autocommit=True) as connection:
        connection.execute(statements)


def plain(address: str) -> str:
    """Return an address as psycopg itself reads it."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
