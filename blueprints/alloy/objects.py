"""Objects, activities, dictionaries and actions in the words of the guide. It knows no database and no verb.

Honours "Creating objects", "Running Step Actions" and the listing pages (sheet §8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Request

from blueprints import http
from blueprints.alloy import envelope, wire
from blueprints.alloy.ids import show_bare_guid, show_guid
from blueprints.alloy.listing import Vocabulary
from blueprints.alloy.members import LEGACY, members
from core import activities, dictionaries
from core.commands import RunStep
from core.errors import Code, Refusal, Subject, invalid
from core.folding import fold
from core.record_tables import FIELD, Sheet
from core.settings import Settings
from core.tables import Table

if TYPE_CHECKING:
    from models import Record, User

DICTIONARY_PARAMETERS: Final = ("objectClass", "refField")

_OBJECTS: Final = {
    "guid": "ID",
    "oid": "OID",
    "title": "Title",
    "description": "Description",
    "owner": "Owner",
    "private": "Private",
    "created_at": "Created_Date",
    "updated_at": "Modified_Date",
    "driver": "Driver",
    "enabled": "Enabled",
    "progress": "Progress",
    "started_at": "Started_Date",
    "ended_at": "Ended_Date",
    "error_reason": "Error",
}
_SEARCHED: Final = ("OID", "Title", "Description")
# What the guide calls things that have another name here.
_ALIASES: Final = {"summary": "Title", "assignee": "Owner"}
_FORM_ALIASES: Final = {"summary": "Title", "activity.comment": "Comment", "activity.time_spent": "Time_Spent"}

ACTIVITIES: Final = wire.vocabulary(
    (
        ("ID", "guid"),
        ("Activity_Num", "number"),
        ("Type", "activity_kind"),
        ("Comment", "comment"),
        ("Created_By", "author"),
        ("Created_Date", "created_at"),
        ("Time_Spent", "time_spent"),
    ),
    activities.COLUMNS,
)
DICTIONARY: Final = wire.vocabulary((("ID", "guid"), ("Name", "name"), ("Rank", "rank")), dictionaries.COLUMNS)


def own_names(named: Iterable[str]) -> list[str]:
    """Return those names that can only be fields of a class: what every object has needs no looking for."""
    common = {fold(name) for name in _OBJECTS.values()} | set(_ALIASES)
    return [name for name in named if fold(name) not in common]


def words_of(sheet: Sheet) -> Vocabulary:
    """Name the columns of a class; a field of its own that is called like one of ours is not shown."""
    own = {fold(name) for name in _OBJECTS.values()}
    columns = {}
    for key, column in sheet.columns.items():
        name = _OBJECTS[key] if key in _OBJECTS else key.removeprefix(FIELD)
        if key in _OBJECTS or fold(name) not in own:
            columns[name] = column
    return Vocabulary(columns, {**_ALIASES, fold(sheet.type_name): "OID"}, _SEARCHED)


def show_object(table: Table, words: Vocabulary, zone: ZoneInfo) -> envelope.Items:
    """Show one object: every field by name, caption and text."""
    named = {column.name: name for name, column in words.columns.items()}
    (row,) = table.rows
    pairs = [(column, value) for column, value in zip(table.columns, row, strict=True) if column.name in named]
    shown = [(named[column.name], wire.show_cell(value, column, zone)) for column, value in pairs]
    return envelope.Items([(name, wire.caption(name), value) for name, value in shown])


def show_profile(user: User) -> envelope.Items:
    """Show the current user; of an application its id and name."""
    values = {"ID": show_guid(user.guid), "Name": user.name}
    if not user.is_application:
        first, _, last = user.shown_name.rpartition(" ")
        technician = "0" if user.role == "viewer" else "1"
        values |= {"Technician": technician, "First_Name": first or last, "Last_Name": last if first else ""}
        values |= {"Email": user.email or "", "Role": user.role}
    return envelope.Items([(name, wire.caption(name), value) for name, value in values.items()])


def show_done(record: Record) -> Mapping[str, str | bool]:
    """Show what an action made or changed; the GUID goes without braces here (sheet §5)."""
    return {"Succeed": True, "ObjectID": show_bare_guid(record.guid), "ObjectOID": record.oid}


def read_action_id(given: object) -> int | None:
    """Return the number of an action, sent as text or number; None for what is no such number."""
    text = "" if isinstance(given, bool) else str(given).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


def read_create(request: Request, settings: Settings) -> tuple[int | None, RunStep]:
    """Read the action and the fields of a new object, with its attachments; raises Refusal(INVALID)."""
    body = http.read_json(request, settings.max_json, LEGACY)
    given = members(body, "The body")
    if "actionid" not in given:
        raise invalid("ActionId", "ActionId is missing.", Subject.BODY)
    fields = given.get("fields") or {}
    if not isinstance(fields, dict) or set(given) - {"actionid", "fields", "attachments"}:
        raise invalid("Fields", "The body has ActionId, Fields (an object) and Attachments.", Subject.BODY)
    return read_action_id(given["actionid"]), _run(fields, given.get("attachments"), settings)


def read_run(request: Request, settings: Settings) -> RunStep:
    """Read the fields of an action's form; the member Attachments is never one of them. Raises Refusal(INVALID)."""
    body = http.read_json(request, settings.max_json, LEGACY)
    files = [value for name, value in body.items() if fold(name) == "attachments"]
    if len(files) > 1:
        raise Refusal(Code.INVALID, "The body names Attachments twice.", Subject.BODY)
    fields = {name: value for name, value in body.items() if fold(name) != "attachments"}
    return _run(fields, files[0] if files else None, settings)


def read_dictionary(reserved: Mapping[str, str]) -> tuple[str, str]:
    """Read which field of which class is asked for; raises Refusal(INVALID) without both."""
    for name in DICTIONARY_PARAMETERS:
        if not reserved.get(fold(name)):
            raise invalid(name, f"{name} is missing.", Subject.BODY)
    return reserved["objectclass"].replace("_", " "), reserved["reffield"]


def _run(fields: Mapping[str, Any], files: object, settings: Settings) -> RunStep:
    return RunStep(fields, wire.read_new(files), _FORM_ALIASES, settings.timezone)
