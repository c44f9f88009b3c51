"""The places in a list that an address can name. It knows no list; what is not a mark of ours means the first page."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from core.keyset import Mark, Value

_LONGEST = 6000  # characters


def show_mark(mark: Mark | None) -> str | None:
    """Return a mark as it stands in an address."""
    if mark is None:
        return None
    value = {"time": mark.value.isoformat()} if isinstance(mark.value, datetime) else mark.value
    packed = json.dumps([value, mark.row_id, mark.backwards], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_mark(text: str | None, kind: type[Value]) -> Mark | None:
    """Read a mark whose value is of this kind; anything else is None."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        value, row_id, backwards = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        found = datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value
    except (ValueError, TypeError, KeyError):
        return None
    is_ours = type(found) is kind and type(row_id) is int and type(backwards) is bool and 0 < row_id < 2**63
    if not is_ours or (isinstance(found, int) and abs(found) >= 2**63) or _is_naive(found):
        return None
    return Mark(found, row_id, backwards)


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is None
