"""The two ways to the rows: one commit or none, fair turns, clear refusals when there is no turn, room or answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import custody, database
from core.accounts import find
from core.errors import Code, Refusal
from core.house import House
from core.storage import FolderStore
from core.writer_lock import WriterLock
from models import Blob, Fact, Job, User, db
from tests.cast import Cast
from tests.core.stories import at_once, attached, count, kept_keys, refused

sqlite_only = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize(
    "settings", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def facts(house: House) -> set[str]:
    with house.database.reading() as session:
        return set(session.scalars(select(Fact.name).where(Fact.name.startswith("test"))))


def note(house: House, name: str) -> None:
    with house.database.writing() as session:
        session.add(Fact(name=name, value=1))


def kill_own_connection(session: Session) -> None:
    """End the connection of a session from outside, as a restart of the server would."""
    pid = session.scalar(text("select pg_backend_pid()"))
    address = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [pid])
        while other.execute("select 1 from pg_stat_activity where pid = %s", [pid]).fetchone():
            time.sleep(0.01)


def test_a_writing_block_commits_at_its_end(house: House) -> None:
    with house.database.writing() as session:
        session.add(Fact(name="test", value={"a": 1}))
    assert facts(house) == {"test"}


@pytest.mark.parametrize("failure", [Refusal(Code.INVALID, "no"), KeyError("bug"), KeyboardInterrupt()])
def test_a_writing_block_that_fails_leaves_nothing(house: House, failure: BaseException) -> None:
    def block() -> None:
        with house.database.writing() as session:
            session.add(Fact(name="test", value=1))
            session.flush()
            raise failure

    with pytest.raises(type(failure)):
        block()
    assert facts(house) == set()
    note(house, "test2")
    assert facts(house) == {"test2"}


def test_a_reading_block_writes_nothing(house: House) -> None:
    with house.database.reading() as session:
        session.add(Fact(name="test", value=1))
        session.flush()
    assert facts(house) == set()


def test_a_clash_and_what_no_column_holds_are_refusals(house: House) -> None:
    note(house, "test")
    with refused(Code.CONFLICT):
        note(house, "test")
    with refused(Code.INVALID):
        note(house, "test\ud800")
    with refused(Code.INVALID), house.database.reading() as session:
        session.scalars(select(User).where(User.name == "\ud800")).all()
    assert facts(house) == {"test"}


def test_a_block_inside_another_one_is_a_mistake_that_is_told(house: House) -> None:
    with pytest.raises(RuntimeError), house.database.writing(), house.database.writing():
        pass
    with pytest.raises(RuntimeError), house.database.writing(), house.database.reading():
        pass
    with house.database.reading() as session:
        session.scalar(select(Fact.name).limit(1))
        with pytest.raises(RuntimeError), house.database.writing():
            pass
    note(house, "test")


def test_rows_that_leave_a_block_stay_readable_and_hold_no_connection(house: House, cast: Cast) -> None:
    user = find(house.database, cast.owner.name)
    assert (user.name, user.role, user.shown_name) == ("ada", "editor", "ada")
    assert db.engine.pool.status().endswith("Current Checked out connections: 0")


def test_writers_at_once_lose_no_change(app: Flask, house: House) -> None:
    note(house, "test")

    def one() -> None:
        with house.database.writing() as session:
            row = session.get_one(Fact, "test", with_for_update=True)
            row.value = row.value + 1

    assert at_once(app, [one] * 12) == [None] * 12
    with house.database.reading() as session:
        assert session.get_one(Fact, "test").value == 13


def test_too_many_at_once_are_told_to_come_again(app: Flask, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.engine.pool, "_timeout", 0.1)
    held = [db.engine.connect() for _ in range(20)]
    try:
        codes = at_once(app, [lambda: facts(house)])
    finally:
        for connection in held:
            connection.close()
    assert [row.code for row in codes if isinstance(row, Refusal)] == [Code.UNAVAILABLE]
    assert facts(house) == set()


def test_bytes_are_kept_once_their_row_is_committed_and_not_before(house: House) -> None:
    settled: list[bool] = []
    with house.store.receive([b"kept"]) as arrival:
        with house.database.writing(arrival) as session:
            custody.admit(session, arrival.stored)
            settled.append(arrival.settled)
        settled.append(arrival.settled)
    assert (settled, kept_keys(house)) == ([False, True], [arrival.stored.key])
    assert list((house.settings.instance / "tmp").iterdir()) == []


def test_what_is_to_be_done_afterwards_is_done_after_a_commit_only(house: House) -> None:
    done: list[set[str]] = []
    with house.database.writing() as session:
        session.add(Fact(name="test", value=1))
        database.after_commit(session, lambda: done.append(facts(house)))
    with refused(Code.CONFLICT), house.database.writing() as session:
        database.after_commit(session, lambda: done.append(set()))
        session.add(Fact(name="test", value=1))
    assert done == [{"test"}]


@sqlite_only
def test_a_full_disk_is_told_and_leaves_the_database_usable(house: House) -> None:
    with refused(Code.NO_SPACE), house.database.writing() as session:
        pages = session.scalar(text("PRAGMA page_count")) or 0
        session.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        session.add(Fact(name="test", value="x" * 1_000_000))
    db.engine.dispose()  # the limit is of the connection
    note(house, "test2")
    assert facts(house) == {"test2"}


@sqlite_only
def test_a_foreign_writer_is_waited_for_and_then_given_up_on(
    house: House, cast: Cast, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 300)
    foreign = sqlite3.connect(house.settings.instance / "db.sqlite3", isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with refused(Code.UNAVAILABLE):
        attached(house, cast.owner, job)
    took = time.monotonic() - began
    assert facts(house) == set()
    foreign.execute("ROLLBACK")
    foreign.close()
    assert (0.25 < took < 3.0, kept_keys(house)) == (True, [])
    assert attached(house, cast.owner, job).id is not None


@sqlite_only
def test_every_connection_has_its_pragmas(house: House) -> None:
    with house.database.reading() as session:
        names = ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "cell_size_check")
        values = [session.scalar(text(f"PRAGMA {name}")) for name in names]
    assert values == ["wal", 2, 1, 0, 1]


WRITER = """
import sys, threading
from pathlib import Path
from app import create_app
from core.errors import Refusal
from core.settings import load
from blueprints.http import house as house_of
from models import Fact
from sqlalchemy import update

app = create_app(load({"ADDENDA_INSTANCE": sys.argv[1], "ADDENDA_DISK_RESERVE": "0 B"}))
worst = []

def work():
    import time
    with app.app_context():
        for _ in range(25):
            began = time.monotonic()
            with house_of(app).database.writing() as session:
                session.execute(update(Fact).where(Fact.name == "test").values(value=Fact.value.op("+")(1)))
            worst.append(time.monotonic() - began)

threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(worst), max(worst))
"""


@sqlite_only
def test_two_processes_with_eight_writers_each_take_turns(house: House) -> None:
    note(house, "test")
    checkout = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-c", WRITER, str(house.settings.instance)]
    both = [
        subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=100) for process in both]
    assert [errors for _, errors in said] == ["", ""]
    assert [int(output.split()[0]) for output, _ in said] == [200, 200]
    with house.database.reading() as session:
        assert session.get_one(Fact, "test").value == 401
    # Fair turns: with SQLite's own waiting some writer waits for many seconds.
    assert max(float(output.split()[1]) for output, _ in said) < 8.0


# The lock by itself


def test_whoever_came_first_is_served_first(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    order: list[int] = []

    def turn(number: int) -> None:
        with lock.held():
            order.append(number)

    threads = [threading.Thread(target=turn, args=[number]) for number in range(8)]
    with lock.held():
        for thread in threads:
            thread.start()
            time.sleep(0.02)
    for thread in threads:
        thread.join(5)
    lock.close()
    assert order == list(range(8))


def test_whoever_gives_up_does_not_keep_the_others_from_their_turn(tmp_path: Path) -> None:
    lock, other = WriterLock(tmp_path, patience=0.1), WriterLock(tmp_path, patience=0.1)
    codes: list[Code | None] = []

    def try_it() -> None:
        codes.append(_code(lock))

    with other.held():
        threads = [threading.Thread(target=try_it) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    codes.append(_code(lock))
    lock.close()
    other.close()
    assert codes == [Code.UNAVAILABLE] * 3 + [None]


def _code(lock: WriterLock) -> Code | None:
    try:
        with lock.held():
            return None
    except Refusal as refusal:
        return refusal.code


# A server that goes away


@postgresql_only
def test_a_connection_lost_before_the_commit_leaves_nothing(house: House) -> None:
    with (
        refused(Code.UNAVAILABLE),
        house.store.receive([b"lost"]) as arrival,
        house.database.writing(arrival) as session,
    ):
        custody.admit(session, arrival.stored)
        kill_own_connection(session)
        session.scalar(select(Blob.id))
    assert (kept_keys(house), count(house, Blob)) == ([], 0)


@postgresql_only
def test_a_connection_lost_at_the_commit_leaves_the_bytes_for_the_next_start(house: House) -> None:
    with (
        refused(Code.UNAVAILABLE),
        house.store.receive([b"unknown"]) as arrival,
        house.database.writing(arrival) as session,
    ):
        custody.admit(session, arrival.stored)
        session.flush()
        kill_own_connection(session)
    assert kept_keys(house) == [arrival.stored.key]
    with FolderStore(house.settings.instance, reserve=0) as restarted:
        assert restarted.sweep_parts(lambda key: custody.is_known(house.database, key)) == [arrival.stored.key]
    assert (kept_keys(house), count(house, Blob)) == ([], 0)
