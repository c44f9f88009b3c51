"""That a record has changed: its time and its revision. It knows no kind of record."""

from __future__ import annotations

from core import clock
from models import Record


def touch(*records: Record) -> None:
    """Say that something about these records has changed."""
    now = clock.now()
    for record in records:
        record.updated_at = now
        record.revision += 1
