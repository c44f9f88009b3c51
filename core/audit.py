"""The trail: who did what to what. It adds a row to the transaction that does it, and decides nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.access import Caller
from core.errors import Subject
from models import AuditEvent


def note(
    session: Session,
    caller: Caller,
    verb: str,
    subject: Subject,
    subject_id: int | None,
    record_id: int | None = None,
    **detail: Any,
) -> None:
    """Write one line of the trail; `detail` holds names and numbers, never a secret."""
    session.add(
        AuditEvent(
            at=clock.now(),
            actor_id=caller.user_id,
            actor_name=caller.name,
            channel=caller.channel,
            address=caller.address,
            verb=verb,
            subject=subject.value,
            subject_id=subject_id,
            record_id=record_id,
            detail=detail,
        )
    )
