"""The two ways to the rows: a short `reading()` and a single-commit `writing()`, on SQLite and PostgreSQL.

It owns pragmas, transactions, the writer lock and the translation of the database's own failures. It knows no table
and no request.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from core.errors import Code, Refusal, Subject
from core.folding import fold
from core.together import Batch, Share, Together
from core.writer_lock import WriterLock

T = TypeVar("T")

BUSY_TIMEOUT = 10_000  # milliseconds that SQLite waits for a foreign writer
JOT_PATIENCE = 50  # milliseconds that something waits which may as well be lost
STATEMENT_TIMEOUT = 30_000  # milliseconds that PostgreSQL gives one statement
_WRITING = "addenda_writing"
_LOOKING = "addenda_looking"
_PATIENCE = "addenda_patience"
_AFTERWARDS = "addenda_afterwards"
_HURRYING = "addenda_hurrying"
_FULL = ("database or disk is full", "no space left on device", "could not extend file")


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
        self._looking: Engine | None = None  # the same connections, without a transaction round each statement

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a short read; rows that leave it are detached and keep what was loaded.

        Raises Refusal UNAVAILABLE when no connection is free.
        """
        session = self._fresh_session()
        with _failures_translated():
            try:
                yield session
            finally:
                session.close()

    def look(self, statement: Executable, parameters: Mapping[str, object]) -> Sequence[Row[Any]]:
        """Run one select of columns by itself: one statement sees one state, so it needs no transaction and no session.

        Raises Refusal UNAVAILABLE as `reading` does.
        """
        with _failures_translated(), self._lookout().connect() as connection:
            return connection.execute(statement, parameters).all()

    @contextmanager
    def writing(self, *arrivals: Arrival, frees: bool = False) -> Iterator[Session]:
        """Open the one write transaction of a verb and commit it at the end.

        `arrivals` are kept once the commit is known to hold. `frees` says that the verb gives up room, so the reserve
        may be used. Raises Refusal UNAVAILABLE, NO_SPACE or CONFLICT for the database's own failures.
        """
        session = self._fresh_session()
        afterwards: list[Callable[[], None]] = []
        session.info[_AFTERWARDS] = afterwards
        with _failures_translated(), self._lock.held() if self._lock else nullcontext(), self._room(frees):
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
        with suppress(Refusal), _failures_translated(), self._lock.held(patience) if self._lock else nullcontext():
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
        """Give back what the lock of the writers holds open, once nobody writes any more."""
        if self._lock is not None:
            self._lock.close()

    def _lookout(self) -> Engine:
        if self._looking is None:
            engine = self._session().get_bind()
            assert isinstance(engine, Engine)  # noqa: S101 - what Flask-SQLAlchemy binds its sessions to
            self._looking = engine.execution_options(**{_LOOKING: True})
        return self._looking

    def _commit(self, session: Session, arrivals: tuple[Arrival, ...]) -> None:
        session.flush()
        _leave(arrivals)
        session.commit()

    def _commit_together(self, take: Callable[[], Batch]) -> None:
        session = self._fresh_session()
        with _failures_translated(), self._lock.held() if self._lock else nullcontext():
            try:
                connection = session.connection(execution_options={_WRITING: True})
                done = [share for share in take() if _is_done(connection, share)]
                for share in done:
                    share.settled()
                session.commit()
            finally:
                session.close()

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
    if not url.startswith("sqlite"):
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
    ):
        connection.execute(f"PRAGMA {pragma}")
    # Not trusted_schema = OFF: the search triggers and expression indexes call the functions registered here.


def _fold_value(value: object) -> str | None:
    return None if value is None else fold(str(value))


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_LOOKING, False):
        return
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


@contextmanager
def _failures_translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Refusal(Code.CONFLICT, "It clashes with something that is already there.") from error
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        # The net below the checks of every verb: what PostgreSQL, or SQLite, cannot put into a column at all.
        raise Refusal(
            Code.INVALID, "A value is too long, too large or holds a character that cannot be kept."
        ) from error
    except PoolExhausted as error:
        raise _unavailable("too many requests at once") from error
    except DBAPIError as error:
        if _is_full(error):
            raise Refusal(Code.NO_SPACE, "There is no room left to store this.") from error
        if isinstance(error, OperationalError):
            raise _unavailable("the database does not answer") from error
        raise


def _is_full(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    return any(sign in text for sign in _FULL)


def _unavailable(reason: str) -> Refusal:
    return Refusal(Code.UNAVAILABLE, f"The server cannot do this now: {reason}.", Subject.NONE, retry_after=5)
