"""Moments and short dates: how the guide writes them, and which stretch of time each means. It compares nothing.

A short date is its whole period in the API's zone (sheet §6.3); a moment without a fraction is its whole second, since
that is how moments are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from core.errors import Refusal, Subject, invalid

T = TypeVar("T")

_GIVEN: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d)(?P<seconds>:\d\d(?P<fraction>\.\d{1,6})?)?(?P<zone>Z|[+ -]\d\d:?\d\d)?)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Period(Generic[T]):
    """From `start` to before `end`."""

    start: T
    end: T


def show_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Spell a moment as the seed does: seconds and a numeric offset, in the API's zone."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def read_moment(name: str, given: object, zone: ZoneInfo) -> datetime:
    """Return the moment that a text means, in the API's zone unless it says another; raises Refusal(INVALID, query)."""
    return read_period(name, given, zone).start


def read_period(name: str, given: object, zone: ZoneInfo) -> Period[datetime]:
    """Return the stretch of time that a text or a year means; raises Refusal(INVALID, query) for no date."""
    found = _found(name, given)
    try:
        if found["time"] is None:
            days = _days(found)
            return Period(_midnight(days.start, zone), _midnight(days.end, zone))
        return _moment(found, zone)
    except (ValueError, OverflowError):
        raise _refusal(name) from None


def read_day_period(name: str, given: object) -> Period[str]:
    """Return the days that a text or a year means, as YYYY-MM-DD; of a moment its day counts."""
    found = _found(name, given)
    try:
        days = _days(found)
    except (ValueError, OverflowError):
        raise _refusal(name) from None
    return Period(days.start.isoformat(), days.end.isoformat())


def _found(name: str, given: object) -> re.Match[str]:
    found = None if isinstance(given, bool) else _GIVEN.fullmatch(str(given).strip())
    if found is None:
        raise _refusal(name)
    return found


def _days(found: re.Match[str]) -> Period[date]:
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    start = date(year, month, day)
    if found["day"]:
        return Period(start, start + timedelta(days=1))
    if found["month"]:
        return Period(start, date(year + month // 12, month % 12 + 1, 1))
    return Period(start, date(year + 1, 1, 1))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _moment(found: re.Match[str], zone: ZoneInfo) -> Period[datetime]:
    # In a query string the plus of an offset arrives as a blank.
    offset = (found["zone"] or "").replace(" ", "+").replace("Z", "+00:00")
    day = f"{found['year']}-{found['month']}-{found['day']}"
    moment = datetime.fromisoformat(f"{day}T{found['time']}{found['seconds'] or ':00'}{offset}")
    start = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return Period(start, start + (timedelta(microseconds=1) if found["fraction"] else timedelta(seconds=1)))


def _refusal(name: str) -> Refusal:
    message = f"“{name}” takes YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with Z or an offset."
    return invalid(name, message, Subject.QUERY)
