"""SaferMe's words for reports and their form. It knows no database and no verb.

Honours sheet §2 (fields, lists), §7 and §8.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from blueprints import http
from blueprints.saferme.errors import missing
from blueprints.saferme.wire import LinkTo, read_reference, show_attachment, show_moment, unwrapped
from blueprints.saferme.wire_forms import CHANNEL, CHANNEL_UUID, FILE_KINDS, OTHER_FILES, STATES, TEAM_NAME, form_fields
from blueprints.saferme.wire_lists import Fields
from core.commands import ByGuid, ByNumber, CommentReport, FillReport
from core.errors import invalid

if TYPE_CHECKING:
    from models import Activity, Attachment, Record, RecordType

LONGEST_ADDRESS: Final = 500  # characters

_GEOM = re.compile(r"\s*POINT\s*\(\s*(-?[0-9.]{1,20})[ ,]+(-?[0-9.]{1,20})\s*\)\s*", re.IGNORECASE | re.ASCII)


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


class ReportComment(msgspec.Struct):
    """What is said about which report."""

    report_id: int | str
    content: str
    uuid: str | None = None
    is_anonymous: bool = False


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


def read_comment(body: Mapping[str, object]) -> tuple[ByGuid | ByNumber, CommentReport]:
    """Read a comment and the report it is about."""
    members = unwrapped(body, "report_comment")
    for name in ("report_id", "content"):
        if members.get(name) is None:
            raise missing(name)
    given = http.decode(members, ReportComment)
    guid = None if given.uuid is None else _uuid(given.uuid)
    return read_report_reference(str(given.report_id)), CommentReport(given.content, given.is_anonymous, guid)


def read_commented(query: Mapping[str, str]) -> ByGuid | ByNumber:
    """Read whose comments are asked for."""
    if not query.get("report_id"):
        raise missing("report_id")
    return read_report_reference(query["report_id"])


@dataclass(frozen=True, slots=True)
class Around:
    """What was read beside reports, as far as it was asked for: their files and what was said about them."""

    files: Sequence[Attachment]
    comments: Sequence[Activity]


def show_report(report: Record, around: Around, fields: Fields, link_to: LinkTo) -> dict[str, Any]:
    """Build a report: the default members, the optional ones asked for, without those left out."""
    owner = report.owner
    optional: dict[str, Any] = {
        "form_fields": lambda: show_form_fields(report, around.files, link_to),
        "assignee": lambda: None,
        "assignee_id": lambda: None,
        "comment_count": lambda: sum(said.record_id == report.id for said in around.comments),
        "account_name": lambda: TEAM_NAME,
        "user_short_name": lambda: None if owner is None else owner.shown_name,
        "user_image": lambda: None,
        "report_state_name": lambda: STATES.get(report.facts.get("report_state_id", 1)),
        "iso_updated_at": lambda: show_moment(report.updated_at),
    }
    shown = _default_members(report) | {name: make() for name, make in optional.items() if fields.wants(name)}
    return fields.kept(shown)


def show_comment(comment: Activity, report: Record) -> dict[str, Any]:
    """Build a comment."""
    is_anonymous = bool(comment.facts.get("is_anonymous"))
    return {
        "id": comment.id,
        "uuid": str(comment.guid),
        "report_id": report.number,
        "content": comment.comment,
        "is_anonymous": is_anonymous,
        "user_id": None if is_anonymous else comment.author_id,
        "iso_created_at": show_moment(comment.created_at),
    }


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
    keys = {field["name"] for field in record_type.fields if field.get("form") in FILE_KINDS}
    for attachment in (mine for mine in files if mine.record_id == report.id):
        key = attachment.field_key if attachment.field_key in keys else OTHER_FILES
        held.setdefault(str(key), []).append(attachment)
    for field in form_fields(record_type):
        key, is_image = field["key"], field["field_type"] == "Image"
        value = report.fields.get(key)
        if field["field_type"] in FILE_KINDS:
            value = [show_attachment(attachment, link_to, styles=is_image) for attachment in held.get(key, [])]
        shown.append({**field, "data": {}, "value": value})
    return shown


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
        if kinds.get(field.key) in FILE_KINDS:
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
