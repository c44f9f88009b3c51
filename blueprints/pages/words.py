"""The words of the templates: sizes, times, short hashes, long names. It knows no row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from wtforms import Field

from blueprints.pages.forms import ACTION_TYPES, JOB_TYPES, LEVELS
from blueprints.pages.marks import show_mark
from blueprints.pages.measures import counted, size
from blueprints.pages.told import deed, is_about_things
from core import clock, filenames
from core.submissions import new_nonce
from models import Level

_KEPT_SUFFIX = 12  # characters
_STEPS = ((60, "minute", 60), (3600, "hour", 24), (86400, "day", 30))


class SplitName(NamedTuple):
    """A file name in two: what may be cut where room is short, and the end with the suffix, which stays."""

    start: str
    end: str


# The pages of an administrator: the word of the template, the endpoint, what people read.
ADMIN_PLACES = (
    ("users", "list_users", "Users"),
    ("applications", "list_applications", "Applications"),
    ("types", "list_all_types", "Record types"),
    ("house", "show_house", "The house"),
    ("trail", "show_trail", "The trail"),
    ("settings", "show_settings", "Settings"),
)


def install(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters.update(
        size=size,
        ago=ago,
        moment=moment,
        iso=iso,
        split_name=split_name,
        suffix=suffix,
        kind=kind,
        counted=counted,
        mark=show_mark,
        level=level,
        shown_value=shown_value,
        web_host=web_host,
        deed=deed,
    )
    app.jinja_env.globals.update(attributes=attributes, nonce=new_nonce, admin_places=lambda: ADMIN_PLACES)
    app.jinja_env.tests.update(hiding=filenames.has_hidden, about_things=is_about_things)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def ago(when: datetime) -> str:
    """Return how long ago a moment was; after a month its date."""
    seconds = (clock.now() - when).total_seconds()
    if seconds < 60:
        return "just now"
    for length, noun, most in _STEPS:
        if seconds < length * most:
            return f"{counted(int(seconds // length), noun)} ago"
    return f"{when.day} {when:%b %Y}"


def moment(when: datetime) -> str:
    """Return the exact moment, in UTC, for people."""
    return f"{when.day} {when:%B %Y, %H:%M:%S} UTC"


def iso(when: datetime) -> str:
    """Return the exact moment for machines."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def split_name(name: str) -> SplitName:
    """Split a long name before its end, so that the suffix is seen whatever is cut."""
    if len(name) <= 2 * _KEPT_SUFFIX:
        return SplitName(name, "")
    return SplitName(name[:-_KEPT_SUFFIX], name[-_KEPT_SUFFIX:])


def suffix(name: str) -> str:
    """Return the suffix of a file name where it is short enough to be read, else nothing."""
    start, dot, end = name.rpartition(".")
    return end.lower() if start and dot and len(end) <= 4 and end.isascii() and end.isalnum() else ""


def kind(driver: str) -> str:
    """Return what people call the type of a job or an action."""
    return JOB_TYPES.get(driver) or ACTION_TYPES.get(driver) or driver


def shown_value(value: object) -> str:
    """Return a field's value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def web_host(target: str | None) -> str | None:
    """Return the host that a link leads to, or None for what is no address of the web; that is never made a link."""
    try:
        parts = urlsplit(target or "")
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None


def level(number: int) -> str:
    """Return what the holder of a level may do."""
    return LEVELS[Level(number).name.lower()]


def attributes(field: Field, described: Sequence[str], first: bool) -> dict[str, str | bool]:
    """Return what ties an input to its hint and complaint; the first wrong one, else the first of all, takes the focus."""
    given: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if field.errors:
        return given | {"aria-invalid": "true", "autofocus": True}
    return given | {"autofocus": True} if first else given
