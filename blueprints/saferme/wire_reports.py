"""SaferMe's words for reports and their form. It knows no database and no verb.

Honours sheet §2 (fields, lists), §7 and §8.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from blueprints import http
from blueprints.saferme.errors import missing
from blueprints.saferme.wire import LinkTo, read_reference, show_attachment, show_moment, unwrapped
from core.commands import ByGuid, ByNumber, FillReport
from core.errors import Subject, invalid, not_found
from core.paging import Page, Slice

if TYPE_CHECKING:
    from models import Attachment, Record, RecordType, User

CHANNEL: Final = 1
CHANNEL_UUID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "addenda:channel:1"))
TEAM_UUID: Final = str(uuid.uuid5(uuid.NAMESPACE_URL, "addenda:team:1"))
TEAM_NAME: Final = "Team"
STATES: Final[Mapping[int, str]] = {1: "Open", 2: "Resolved"}
OTHER_FILES: Final = "attachments"
PER_PAGE, MOST_PER_PAGE = 60, 100
LONGEST_ADDRESS: Final = 500  # characters

_GEOM = re.compile(r"\s*POINT\s*\(\s*(-?[0-9.]{1,20})[ ,]+(-?[0-9.]{1,20})\s*\)\s*", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"\s*[a-z_]+\s*=\s*([0-9]{1,9})-([0-9]{0,9})\s*", re.ASCII)
_FILE_KINDS: Final = frozenset({"Image", "FileUpload"})


class FilledField(msgspec.Struct):
    """A field of the form and what to write into it; for files a list of attachment ids."""

    key: str
    value: Any = None


class GivenReport(msgspec.Struct):
    """What is given of a report."""

    account_id: int | str | None = None
    uuid: str | None = None
    geom: str | None = None
    is_anonymous: bool | None = None
    report_state_id: int | str | None = None
    shape_id: int | str | None = None
    address: str | None = None
    form_fields: list[FilledField] | None = None
    risk_assessment: Any = None


class ReportSignature(msgspec.Struct):
    """Which attachment is whose signature."""

    attachment_id: int | str
    signee_name: str = "-"


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


def read_report_reference(text: str) -> ByGuid | ByNumber:
    """Read a report's id, int or UUID; anything else is refused as not found."""
    found = read_reference(text)
    return ByGuid(found) if isinstance(found, uuid.UUID) else ByNumber("Report", found)


def read_new_report(body: Mapping[str, object], form: RecordType) -> FillReport:
    """Read a new report: the account and the place must be there."""
    members = unwrapped(body, "report")
    for name in ("account_id", "geom"):
        if members.get(name) is None:
            raise missing(name)
    given = http.decode(members, GivenReport)
    if str(given.account_id).lower() not in {str(CHANNEL), CHANNEL_UUID}:
        raise invalid("account_id", "There is no such channel.")
    guid = None if given.uuid is None else _uuid(given.uuid)
    values, files = _form_values(given.form_fields or [], form)
    facts = {"is_anonymous": False, "report_state_id": 1, **_facts(members, given)}
    return FillReport(values, files, facts, guid)


def read_revision(body: Mapping[str, object], form: RecordType) -> FillReport:
    """Read what is to be changed of a report; what is not sent stays."""
    members = unwrapped(body, "report")
    given = http.decode(members, GivenReport)
    values, files = _form_values(given.form_fields or [], form)
    return FillReport(values, files, _facts(members, given))


def read_signature(body: Mapping[str, object]) -> tuple[int, str]:
    """Read whose signature an attachment is: its id and the name."""
    members = unwrapped(body, "report_signature")
    if members.get("attachment_id") is None:
        raise missing("attachment_id")
    signed = http.decode(members, ReportSignature)
    return _whole(signed.attachment_id, "attachment_id"), signed.signee_name[:255]


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


def show_report(report: Record, files: Sequence[Attachment], fields: Fields, link_to: LinkTo) -> dict[str, Any]:
    """Build a report: the default members, the optional ones asked for, without those left out."""
    owner = report.owner
    optional: dict[str, Any] = {
        "form_fields": lambda: show_form_fields(report, files, link_to),
        "assignee": lambda: None,
        "assignee_id": lambda: None,
        "comment_count": lambda: 0,
        "account_name": lambda: TEAM_NAME,
        "user_short_name": lambda: None if owner is None else owner.shown_name,
        "user_image": lambda: None,
        "report_state_name": lambda: STATES.get(report.facts.get("report_state_id", 1)),
        "iso_updated_at": lambda: show_moment(report.updated_at),
    }
    shown = _default_members(report) | {name: make() for name, make in optional.items() if fields.wants(name)}
    return fields.kept(shown)


def show_found(report: Record) -> dict[str, Any]:
    """Build one line of a search's result."""
    longitude, latitude = report.facts.get("location") or (None, None)
    return {
        "id": report.number,
        "cache_key": f"{report.number}-{report.revision}",
        "pin": None,
        "channel_id": CHANNEL,
        "appearance": None,
        "latitude": latitude,
        "longitude": longitude,
    }


def show_form_fields(report: Record, files: Sequence[Attachment], link_to: LinkTo) -> list[dict[str, Any]]:
    """Build the filled form; pictures have their styles in Image fields only, as in the documents (§8)."""
    record_type, shown = report.record_type, []
    held: dict[str, list[Attachment]] = {}
    keys = {field["name"] for field in record_type.fields if field.get("form") in _FILE_KINDS}
    for attachment in (mine for mine in files if mine.record_id == report.id):
        key = attachment.field_key if attachment.field_key in keys else OTHER_FILES
        held.setdefault(str(key), []).append(attachment)
    for field in form_fields(record_type):
        key, is_image = field["key"], field["field_type"] == "Image"
        value = report.fields.get(key)
        if field["field_type"] in _FILE_KINDS:
            value = [show_attachment(attachment, link_to, styles=is_image) for attachment in held.get(key, [])]
        shown.append({**field, "data": {}, "value": value})
    return shown


def form_fields(record_type: RecordType) -> list[dict[str, Any]]:
    """Build the fields of the empty form, with the one for files that came from elsewhere at its end."""
    implicit = {"name": OTHER_FILES, "label": "Attachments", "form": "FileUpload"}
    return [
        {
            "id": order,
            "label": field.get("label") or field["name"],
            "key": field["name"],
            "field_type": field.get("form") or "FreeText",
            "form_order": order,
            "data": "",
            "mandatory": bool(field.get("mandatory")),
            "visibility": "public",
            "field_visibility": "public",
            "value": [] if field.get("form") in _FILE_KINDS else None,
            "editable": True,
        }
        for order, field in enumerate([*record_type.fields, implicit], start=1)
    ]


def show_form(record_type: RecordType) -> dict[str, Any]:
    """Build the channel's form."""
    return {"id": CHANNEL, "account_id": CHANNEL, "fields": form_fields(record_type)}


def show_channel() -> dict[str, Any]:
    """Build the one channel."""
    return {"id": CHANNEL, "uuid": CHANNEL_UUID, "name": TEAM_NAME, "team_id": 1, "form_id": CHANNEL}


def show_team() -> dict[str, Any]:
    """Build the one team."""
    return {"id": 1, "uuid": TEAM_UUID, "name": TEAM_NAME}


def show_states() -> list[dict[str, Any]]:
    """Build the states that a report can be in."""
    return [{"id": number, "name": name, "account_id": CHANNEL} for number, name in STATES.items()]


def show_categories() -> list[dict[str, Any]]:
    """Build the categories of the channel: one, until a team needs more."""
    return [{"id": 1, "label": "General", "parent_id": None, "position": 1}]


def show_user(user: User, avatar: Attachment | None, link_to: LinkTo) -> dict[str, Any]:
    """Build a user, with the picture in five sizes made of our two."""
    styles = {} if avatar is None else show_attachment(avatar, link_to)["style_url"]
    sizes = {"mini": "thumb", "small": "thumb", "medium": "medium", "large": "medium", "huge": "medium"}
    return {
        "id": user.id,
        "uuid": str(user.guid),
        "name": user.shown_name,
        "email": user.email,
        "avatar": {size: styles.get(style) for size, style in sizes.items()},
        "attached_avatar_id": user.avatar_id,
    }


def _default_members(report: Record) -> dict[str, Any]:
    facts = report.facts
    longitude, latitude = facts.get("location") or (None, None)
    category = report.fields.get("f_category")
    return {
        "id": report.number,
        "uuid": str(report.guid),
        "account_id": CHANNEL,
        "account_uuid": CHANNEL_UUID,
        "address": facts.get("address"),
        "appearance": None,
        "category_id": category if isinstance(category, int) else None,
        "is_anonymous": bool(facts.get("is_anonymous")),
        "location": None if latitude is None else {"latitude": latitude, "longitude": longitude},
        "report_state_id": facts.get("report_state_id", 1),
        "shape_id": facts.get("shape_id"),
        "title": report.title,
        "user_id": None if facts.get("is_anonymous") else report.owner_id,
        "iso_created_at": show_moment(report.created_at),
        "updated_at": show_moment(report.updated_at),
    }


def _facts(members: Mapping[str, object], given: GivenReport) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if given.geom is not None:
        facts["location"] = _location(given.geom)
    if "address" in members:
        facts["address"] = _address(given.address)
    if "shape_id" in members:
        facts["shape_id"] = None if given.shape_id is None else _whole(given.shape_id, "shape_id")
    if given.is_anonymous is not None:
        facts["is_anonymous"] = given.is_anonymous
    if given.report_state_id is not None:
        facts["report_state_id"] = _state(given.report_state_id)
    if "risk_assessment" in members:
        facts["risk_assessment"] = given.risk_assessment
    return facts


def _form_values(given: Sequence[FilledField], form: RecordType) -> tuple[dict[str, Any], dict[str, list[int]]]:
    kinds = {field["name"]: field.get("form") for field in form.fields} | {OTHER_FILES: "FileUpload"}
    values: dict[str, Any] = {}
    files: dict[str, list[int]] = {}
    for field in given:
        if field.key in values or field.key in files:
            raise invalid(field.key, "This field is given twice.")
        if kinds.get(field.key) in _FILE_KINDS:
            files[field.key] = _ids(field.key, field.value)
        else:
            values[field.key] = field.value
    return values, files


def _ids(key: str, value: object) -> list[int]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(key, "Give a list of attachment ids.")
    return [_whole(item, key) for item in value]


def _whole(value: object, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value, re.ASCII):
        return int(value)
    raise invalid(name, "This must be a whole number.")


def _state(value: int | str) -> int:
    number = _whole(value, "report_state_id")
    if number not in STATES:
        raise invalid("report_state_id", "There is no such state.")
    return number


def _location(geom: str) -> list[float]:
    found = _GEOM.fullmatch(geom)
    try:
        longitude, latitude = (float(found[1]), float(found[2])) if found else (999.0, 999.0)
    except ValueError:
        longitude = latitude = 999.0
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise invalid("geom", "geom must be Point(longitude latitude).")
    return [longitude, latitude]


def _address(address: str | None) -> str | None:
    if address is not None and len(address) > LONGEST_ADDRESS:
        raise invalid("address", f"An address has at most {LONGEST_ADDRESS} characters.")
    return address


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise invalid("uuid", "This is not a UUID.") from None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" +", "+"))
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError):
        raise invalid("updated_after", "This is not a time in ISO 8601.") from None
