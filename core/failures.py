"""What the failures of a database mean to whoever asked for something. It opens no connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from core.errors import Code, Refusal, Subject

_FULL = ("database or disk is full", "no space left on device", "could not extend file")


@contextmanager
def failures_translated() -> Iterator[None]:
    """Raise the Refusal that a failure of the database stands for; one that is our own mistake passes as it is."""
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError) as error:
        raise Refusal(Code.CONFLICT, "It clashes with something that is already there.") from error
    except (DataError, sqlite3.DataError, OverflowError, UnicodeEncodeError) as error:
        # The net below the checks of every verb: what PostgreSQL, or SQLite, cannot put into a column at all.
        raise Refusal(
            Code.INVALID, "A value is too long, too large or holds a character that cannot be kept."
        ) from error
    except PoolExhausted as error:
        raise _unavailable("too many requests at once") from error
    except (DBAPIError, sqlite3.Error) as error:
        if _is_full(error):
            raise Refusal(Code.NO_SPACE, "There is no room left to store this.") from error
        if isinstance(error, (OperationalError, sqlite3.OperationalError)):
            raise _unavailable("the database does not answer") from error
        raise


def _is_full(error: DBAPIError | sqlite3.Error) -> bool:
    text = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    return any(sign in text for sign in _FULL)


def _unavailable(reason: str) -> Refusal:
    return Refusal(Code.UNAVAILABLE, f"The server cannot do this now: {reason}.", Subject.NONE, retry_after=5)
