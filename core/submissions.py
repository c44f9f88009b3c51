"""Forms sent twice: the nonce of the first is remembered with what it made. It knows no form, only nonces.

The verb that makes something looks for the nonce and notes it in the same transaction, so that both stand or neither.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import clock
from core.access import Caller
from core.database import Database
from models import Submission

REMEMBERED = timedelta(days=2)
LONGEST = 64  # characters


def new_nonce() -> str:
    """Return a nonce for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def look_for(session: Session, caller: Caller, nonce: str | None) -> str | None:
    """Return what the caller's first submission of this nonce made, inside the transaction that is to note it; or None."""
    if not _counts(caller, nonce):
        return None
    if session.get_bind().dialect.name == "postgresql":
        # Two at the same moment: the second waits here for the first, then sees what it made.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(nonce, 0))))
    first = select(Submission.location).where(Submission.nonce == nonce, Submission.user_id == caller.user_id)
    return session.scalar(first)


def note(session: Session, caller: Caller, nonce: str | None, made: str) -> None:
    """Remember what a submission made, in the words of the verb that will read them again."""
    if nonce is not None and caller.user_id is not None and _counts(caller, nonce):
        session.add(Submission(nonce=nonce, user_id=caller.user_id, location=made, created_at=clock.now()))


def drop_old(database: Database) -> None:
    """Forget submissions that nobody sends again."""
    with database.writing(frees=True) as session:
        session.execute(delete(Submission).where(Submission.created_at < clock.now() - REMEMBERED))


def _counts(caller: Caller, nonce: str | None) -> bool:
    return caller.user_id is not None and bool(nonce) and len(nonce or "") <= LONGEST
