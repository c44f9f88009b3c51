"""The two ways to the rows: a short `reading()` and a single-commit `writing()`, on SQLite and PostgreSQL.

It owns pragmas, transactions and the writer lock. It knows no table and no request.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, event, text
from sqlalchemy.orm import Session

from core.errors import Refusal
from core.failures import failures_translated
from core.folding import fold
from core.prepared import Prepared
from core.together import Batch, Share, Together
from core.writer_lock import WriterLock

T = TypeVar("T")

BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for a foreign writer
JOT_PATIENCE = 50  # milliseconds that something waits which may as well be lost
# What is written again and again meanwhile is moved into the database once. The log of 10 MiB stays below the reserve of 16,
# which is what deleting can count on when the disk is full.
CHECKPOINT_PAGES = 2500
STATEMENT_TIMEOUT = 30_000  # milliseconds that PostgreSQL gives one statement
_WRITING = "addenda_writing"
_PATIENCE = "addenda_patience"
_AFTERWARDS = "addenda_afterwards"
_HURRYING = "addenda_hurrying"


class Arrival(Protocol):
    """Bytes that are stored and wait for their row; core.storage makes them."""

    def keep(self) -> None:
        """Make the bytes stay: their row is committed."""

    def leave(self) -> None:
        """Leave the bytes for the next start to decide on: nobody knows whether their row is committed."""


class Reserve(Protocol):
    """Room on the disk that is set free so that deleting works when the disk is full; core.storage keeps it."""

    def release_reserve(self) -> None:
        """Give the room back to the disk."""

    def restore_reserve(self) -> object:
        """Take the room again, as far as there is any."""


class Database:
    """The rows of one instance."""

    def __init__(
        self,
        session: Callable[[], Session],
        lock: WriterLock | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        """Take the maker of sessions, and on SQLite the lock of the writers."""
        self._session = session
        self._lock = lock
        self._reserve = reserve
        self._together = Together(self._commit_together)
        self._batches: Connection | None = None  # kept open for the batches, which one thread at a time commits
        self._bound: Engine | None = None  # the same connections, for the ways that need no session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a short read; rows that leave it are detached and keep what was loaded.

        Raises Refusal UNAVAILABLE when no connection is free.
        """
        session = self._fresh_session()
        with failures_translated():
            try:
                yield session
            finally:
                session.close()

    def look(self, statement: Prepared, given: Mapping[str, object]) -> Sequence[Any]:
        """Run one select of columns by itself: one statement sees one state, so it needs no transaction and no session.

        Raises Refusal UNAVAILABLE as `reading` does.
        """
        with failures_translated():
            if self._lock is None:
                with self._engine().connect() as connection:
                    return statement.run(connection, given)
            pooled = self._engine().raw_connection()
            try:
                return statement.run_on(pooled.dbapi_connection, given)
            finally:
                pooled.close()

    @contextmanager
    def writing(self, *arrivals: Arrival, frees: bool = False) -> Iterator[Session]:
        """Open the one write transaction of a verb and commit it at the end.

        `arrivals` are kept once the commit is known to hold. `frees` says that the verb gives up room, so the reserve
        may be used. Raises Refusal UNAVAILABLE, NO_SPACE or CONFLICT for the database's own failures.
        """
        session = self._fresh_session()
        afterwards: list[Callable[[], None]] = []
        session.info[_AFTERWARDS] = afterwards
        with failures_translated(), self._lock.held() if self._lock else nullcontext(), self._room(frees):
            try:
                session.connection(execution_options={_WRITING: True})
                yield session
                self._commit(session, arrivals)
            finally:
                session.info.pop(_AFTERWARDS, None)
                session.close()
        for arrival in arrivals:
            arrival.keep()
        for act in afterwards:
            act()

    def writing_together(self, work: Callable[[Connection], T], *arrivals: Arrival) -> T:
        """Run a small work in a write transaction that others may share on SQLite, and return its result once committed.

        The work may run in another thread, so it asks nothing of the request. It refuses, if at all, before it writes: the
        others go on then. `arrivals` and refusals are as in `writing`.
        """
        if self._lock is None:
            with self.writing(*arrivals) as session:
                return work(session.connection())
        result = self._together.run(Share(work, lambda: _leave(arrivals)))
        for arrival in arrivals:
            arrival.keep()
        return result

    def jot(self, statement: Executable) -> bool:
        """Write one small thing that may be lost, such as a time of last use; return whether it was written.

        It waits for nobody: whoever only reads is served while another writes, or while nothing can be written at all.
        """
        session = self._fresh_session()
        patience = JOT_PATIENCE / 1000
        with suppress(Refusal), failures_translated(), self._lock.held(patience) if self._lock else nullcontext():
            try:
                session.connection(execution_options={_WRITING: True, _HURRYING: True})
                if self._lock is None:
                    session.execute(text(f"SET LOCAL lock_timeout = {JOT_PATIENCE}"))
                session.execute(statement)
                session.commit()
            finally:
                session.close()
            return True
        return False

    def close(self) -> None:
        """Give back what the writers hold open, once nobody writes any more."""
        if self._batches is not None:
            self._batches.close()
            self._batches = None
        if self._lock is not None:
            self._lock.close()

    def _engine(self) -> Engine:
        if self._bound is None:
            engine = self._session().get_bind()
            assert isinstance(engine, Engine)  # noqa: S101 - what Flask-SQLAlchemy binds its sessions to
            self._bound = engine
        return self._bound

    def _commit(self, session: Session, arrivals: tuple[Arrival, ...]) -> None:
        session.flush()
        _leave(arrivals)
        session.commit()

    def _commit_together(self, take: Callable[[], Batch]) -> None:
        held = self._lock.held() if self._lock else nullcontext()
        with failures_translated(), held, self._batch_connection().begin() as transaction:
            connection = transaction.connection
            for share in [share for share in take() if _is_done(connection, share)]:
                share.settled()

    def _batch_connection(self) -> Connection:
        if self._batches is None:
            self._batches = self._engine().connect().execution_options(**{_WRITING: True})
            # What a refused statement would take back stays in memory: here that is little, and a file for it costs much.
            driver: Any = self._batches.connection.dbapi_connection
            driver.execute("PRAGMA temp_store = MEMORY")
        return self._batches

    @contextmanager
    def _room(self, frees: bool) -> Iterator[None]:
        if not (frees and self._reserve):
            yield
            return
        self._reserve.release_reserve()
        try:
            yield
        finally:
            self._reserve.restore_reserve()

    def _fresh_session(self) -> Session:
        session = self._session()
        if session.in_transaction():
            raise RuntimeError("a database block was opened inside another one")
        return session


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Do something once the write transaction of this session is committed, and only then; it must not fail."""
    session.info[_AFTERWARDS].append(act)


def _leave(arrivals: tuple[Arrival, ...]) -> None:
    # From here until they are kept, whatever fails may fail after the commit was done: only the next start can tell.
    for arrival in arrivals:
        arrival.leave()


def _is_done(connection: Connection, share: Share[Any]) -> bool:
    """Do one work; False when it refused before it wrote anything, which leaves the others as they are.

    Any other failure ends the whole batch. A savepoint for each would spare that, but SQLite writes a second journal for it.
    """
    before = _changes(connection)
    try:
        share.act(connection)
    except Refusal as refusal:
        if _changes(connection) != before:
            raise
        share.error = refusal
        return False
    return True


def _changes(connection: Connection) -> int:
    return int(connection.connection.dbapi_connection.total_changes)  # type: ignore[union-attr]  # SQLite's own counter


def engine_options(url: str) -> dict[str, Any]:
    """Return the options with which the engine of `url` is made: 10 connections and 10 more for each process."""
    options: dict[str, Any] = {"pool_size": 10, "max_overflow": 10, "pool_timeout": 10}
    if url.startswith("sqlite"):
        options["pool_use_lifo"] = True  # the connection used last has the most pages at hand
    else:
        settings = (
            f"-c statement_timeout={STATEMENT_TIMEOUT} -c idle_in_transaction_session_timeout={STATEMENT_TIMEOUT}"
        )
        options |= {"pool_pre_ping": True, "connect_args": {"options": f"{settings} -c timezone=UTC"}}
    return options


def prepare(engine: Engine, folder: Path) -> WriterLock | None:
    """Set up an engine before its first connection; on SQLite return the writer lock that lies in `folder`."""
    if engine.dialect.name != "sqlite":
        return None
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return WriterLock(folder)


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin alone
    connection.create_function("addenda_fold", 1, _fold_value, deterministic=True)
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "mmap_size = 0",
        "cell_size_check = ON",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # Not trusted_schema = OFF: the search triggers and expression indexes call the functions registered here.


def _fold_value(value: object) -> str | None:
    return None if value is None else fold(str(value))


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_WRITING, False):
        connection.exec_driver_sql("BEGIN")
        return
    _set_patience(connection, JOT_PATIENCE if options.get(_HURRYING, False) else BUSY_TIMEOUT)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_patience(connection: Connection, patience: int) -> None:
    # The setting stays with the connection, so it is told only where it changes.
    if connection.info.get(_PATIENCE) != patience:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience}")
        connection.info[_PATIENCE] = patience
