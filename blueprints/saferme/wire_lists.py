"""SaferMe's words for what a request asks of a list: members, a part, a search. It knows no row.

Honours sheet §2 (`fields=`, `Range: objects=0-59`) and §7 (searches).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from blueprints.saferme.wire_forms import CHANNEL, CHANNEL_UUID
from core.errors import Subject, invalid, not_found
from core.paging import Page, Slice

PER_PAGE: Final = 60
MOST_PER_PAGE: Final = 100

_RANGE = re.compile(r"\s*[a-z_]+\s*=\s*([0-9]{1,9})-([0-9]{0,9})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fields:
    """What `fields=` asks for: names that are added, and names that are left out."""

    added: frozenset[str]
    dropped: frozenset[str]

    def wants(self, name: str) -> bool:
        """Tell whether an optional member is asked for."""
        return name in self.added

    def kept(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members that were not left out."""
        return {name: value for name, value in shown.items() if name not in self.dropped}


@dataclass(frozen=True, slots=True)
class Search:
    """Which reports a search looks for; a search is this and nothing else, so its id can carry it."""

    changed_after: datetime | None
    column: str
    descending: bool


def read_fields(query: Mapping[str, str]) -> Fields:
    """Read `fields=a,-b`; names that are unknown say nothing (sheet §2)."""
    names = [name.strip() for name in query.get("fields", "").split(",") if name.strip()]
    dropped = frozenset(name[1:].strip() for name in names if name.startswith("-"))
    return Fields(frozenset(name for name in names if not name.startswith("-")), dropped)


def read_part(header: str | None) -> Slice:
    """Read `Range: objects=0-99`; without one, or with nonsense, the first page. At most 100 at once."""
    asked = _RANGE.fullmatch(header or "")
    if asked is None:
        return Slice(0, PER_PAGE)
    first = int(asked[1])
    last = int(asked[2]) if asked[2] else first + PER_PAGE - 1
    return Slice(first, min(max(last - first + 1, 1), MOST_PER_PAGE))


def content_range(noun: str, page: Page[Any]) -> str:
    """Print `reports 0-59/1330`, or `reports */5` for a part that holds nothing."""
    if not page.items:
        return f"{noun} */{page.total}"
    return f"{noun} {page.start}-{page.start + len(page.items) - 1}/{page.total}"


def read_search(query: Mapping[str, str], channels: Sequence[str]) -> Search:
    """Read a search; refuses another channel, a time and an order that cannot be read."""
    if any(channel.lower() not in {str(CHANNEL), CHANNEL_UUID} for channel in channels):
        raise invalid("channel_ids", "There is no such channel.")
    column, _, direction = query.get("orderby", "updated_at desc").replace("+", " ").strip().partition(" ")
    if column not in {"updated_at", "created_at"} or direction.strip().lower() not in {"", "asc", "desc"}:
        raise invalid("orderby", "Order by updated_at or created_at, asc or desc.")
    return Search(_moment(query.get("updated_after")), column, direction.strip().lower() != "asc")


def search_id(search: Search) -> str:
    """Print a search as the id under which its result is found."""
    after = "" if search.changed_after is None else search.changed_after.isoformat()
    text = f"{search.column}|{'desc' if search.descending else 'asc'}|{after}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_search_id(text: str) -> Search:
    """Read the id of a search; refuses NOT_FOUND."""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split("|")
        column, direction, after = found
        known = column in {"updated_at", "created_at"} and direction in {"asc", "desc"}
        moment = datetime.fromisoformat(after) if after else None
    except (ValueError, binascii.Error):
        known, column, direction, moment = False, "", "", None
    if not known or (moment is not None and moment.tzinfo is None):
        raise not_found(Subject.QUERY)
    return Search(moment, column, direction == "desc")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" +", "+"))
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError):
        raise invalid("updated_after", "This is not a time in ISO 8601.") from None
