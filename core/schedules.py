"""When a job would run: checks of cron expressions, simple intervals and zones. It runs nothing."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from core.errors import Subject, invalid

KINDS = ("cron", "simple")
LONGEST = 255  # characters
_SIMPLE = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day|week|month)s?")


def check(schedule: str | None, kind: str | None, zone: str | None) -> None:
    """Refuse INVALID unless the schedule can be understood; without one there is nothing to check (DECISIONS 9)."""
    if zone is not None:
        _check_zone(zone)
    if kind is not None and kind not in KINDS:
        raise invalid("schedule_kind", f"The kind of an interval is one of {', '.join(KINDS)}.", Subject.JOB)
    if schedule is None:
        return
    if len(schedule) > LONGEST:
        raise invalid("schedule", f"A schedule has at most {LONGEST} characters.", Subject.JOB)
    if kind == "simple":
        if not _SIMPLE.fullmatch(schedule):
            raise invalid("schedule", "A simple interval reads like “2 hours”.", Subject.JOB)
    else:
        _check_cron(schedule)


def _check_zone(zone: str) -> None:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("timezone", f"There is no time zone called “{zone}”.", Subject.JOB) from None


def _check_cron(schedule: str) -> None:
    try:
        CronSim(schedule, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise invalid("schedule", "The cron expression cannot be understood.", Subject.JOB) from None
