"""The form of a step action: which fields and areas it has, and what somebody filled in. It reads rows and changes none."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.commands import Attach, RunStep
from core.errors import Code, Refusal, Subject, invalid
from core.filters import Kind, fitted
from core.folding import fold
from core.json_members import is_reachable
from models import RecordType, StepAction

LONGEST_NAME = 100  # characters of a field's name
LONGEST_VALUE = 100_000  # characters of a text, bytes of anything else as JSON


class Place(enum.Enum):
    """Where the value of a field goes; each but the last two is one word of the record or the activity."""

    TITLE = "Title"
    DESCRIPTION = "Description"
    PRIVATE = "Private"
    COMMENT = "Comment"
    TIME_SPENT = "Time_Spent"
    FIELD = "field"  # a field of the record
    FACT = "fact"  # kept with the activity alone


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form."""

    name: str
    kind: str  # as core.record_types.FIELD_TYPES
    place: Place
    label: str = ""
    mandatory: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a form that takes files; those of one that does not attach are shown with the activity only."""

    name: str
    mandatory: bool = False
    attaches: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled-in form says."""

    words: Mapping[Place, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def form_of(record_type: RecordType, step: StepAction) -> list[FormField]:
    """Return the fields of a step's form; a step that lists none shows the whole record."""
    if step.fields:
        own = [_listed(record_type, given) for given in step.fields]
    else:
        own = [*_words(step), *(_defined(given, Place.FIELD) for given in record_type.fields)]
    known = {fold(one.name) for one in own}
    activity = [FormField("Comment", "text", Place.COMMENT), FormField("Time_Spent", "text", Place.TIME_SPENT)]
    return own + [one for one in activity if fold(one.name) not in known and (one.name != "Comment" or not step.fields)]


def areas_of(step: StepAction) -> list[Area]:
    """Return the areas of a step's form."""
    return [Area(area["name"], area.get("mandatory", False), area.get("attaches", True)) for area in step.areas]


def fill(record_type: RecordType, step: StepAction, command: RunStep) -> Filled:
    """Give the values their places; names are those of the form or its labels, without case.

    Refuses NOT_FOUND (field), INVALID (a value, or step: something mandatory is missing).
    """
    form = form_of(record_type, step)
    takes_any = not step.fields and not record_type.fields
    given: dict[FormField, Any] = {}
    for name, value in command.values.items():
        one = _found(form, name, command.aliases, takes_any=takes_any)
        if one in given:
            raise invalid(name, f"“{one.name}” is filled in twice.", Subject.RECORD)
        given[one] = _fitted(one, _not_too_long(name, value), command.zone)
    _add_defaults(form, step, given)
    _refuse_missing(form, step, given)
    return Filled(
        words={one.place: value for one, value in given.items() if one.place not in {Place.FIELD, Place.FACT}},
        fields={one.name: value for one, value in given.items() if one.place is Place.FIELD},
        facts={one.name: value for one, value in given.items() if one.place is Place.FACT},
    )


def place_files(step: StepAction, files: Sequence[Attach]) -> list[tuple[Attach, Area]]:
    """Give each file its area; one without a name takes the only one there is (Alloy sheet §10.5).

    Refuses INVALID and NOT_FOUND (area), and INVALID (step) while a mandatory area is empty.
    """
    areas = areas_of(step)
    placed = [(file, _area(areas, file.area)) for file in files]
    used = {area.name for _, area in placed}
    for area in areas:
        if area.mandatory and area.name not in used:
            raise invalid(area.name, f"The area “{area.name}” needs an attachment.", Subject.STEP)
    return [(replace(file, area=area.name), area) for file, area in placed]


def _listed(record_type: RecordType, given: Mapping[str, Any]) -> FormField:
    names = {fold(place.value): place for place in (Place.TITLE, Place.DESCRIPTION, Place.COMMENT, Place.TIME_SPENT)}
    fields = {fold(one["name"]): one for one in record_type.fields}
    key = fold(given["name"])
    if key in fields:
        return _defined({**fields[key], **given, "name": fields[key]["name"]}, Place.FIELD)
    return _defined(given, names.get(key, Place.FACT))


def _words(step: StepAction) -> list[FormField]:
    title = FormField("Title", "text", Place.TITLE, mandatory=True)
    words = [title, FormField("Description", "text", Place.DESCRIPTION)]
    return [*words, FormField("Private", "bool", Place.PRIVATE)] if step.creates else words


def _defined(given: Mapping[str, Any], place: Place) -> FormField:
    mandatory, default = bool(given.get("mandatory")), given.get("default")
    return FormField(given["name"], given.get("type") or "any", place, given.get("label") or "", mandatory, default)


def _found(form: Sequence[FormField], name: str, aliases: Mapping[str, str], *, takes_any: bool) -> FormField:
    found = _named(form, name) or _named(form, aliases.get(fold(name), ""))
    if found is None and takes_any and is_reachable(name) and 0 < len(name) <= LONGEST_NAME:
        return FormField(name, "any", Place.FIELD)
    if found is None:
        raise Refusal(Code.NOT_FOUND, f"The form has no field called “{name}”.", Subject.FIELD, name)
    return found


def _named(form: Sequence[FormField], name: str) -> FormField | None:
    key = fold(name)
    by_name = next((one for one in form if fold(one.name) == key), None)
    return by_name or next((one for one in form if one.label and fold(one.label) == key), None)


def _not_too_long(name: str, value: Any) -> Any:
    if len(value if isinstance(value, str) else msgspec.json.encode(value)) > LONGEST_VALUE:
        raise invalid(name, f"“{name[:LONGEST_NAME]}” is too long.", Subject.RECORD)
    return value


def _fitted(one: FormField, value: Any, zone: str) -> Any:
    if value is None or (value == "" and one.place is Place.FIELD):
        return None
    match one.kind:
        case "text":
            return fitted(one.name, Kind.TEXT, value)
        case "number":
            return fitted(one.name, Kind.NUMBER, value)
        case "bool":
            return fitted(one.name, Kind.BOOL, value)
        case "datetime":
            return _moment(one.name, value, zone)
        case _:
            return value


def _moment(name: str, value: Any, zone: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise invalid(
            name, f"“{name}” takes YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with an offset.", Subject.RECORD
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).isoformat()


def _add_defaults(form: Sequence[FormField], step: StepAction, given: dict[FormField, Any]) -> None:
    for one in form:
        if step.creates and one.default is not None and given.get(one) is None:
            given[one] = one.default


def _refuse_missing(form: Sequence[FormField], step: StepAction, given: Mapping[FormField, Any]) -> None:
    # What a record has already need not be filled in again; it may only not be emptied.
    for one in form:
        if one.mandatory and (step.creates or one in given) and given.get(one) in (None, ""):
            raise invalid(one.name, f"“{one.name}” is mandatory.", Subject.STEP)


def _area(areas: Sequence[Area], name: str | None) -> Area:
    if name is None and len(areas) == 1:
        return areas[0]
    if name is None:
        message = "AttachmentArea is needed: the form has several." if areas else "The form takes no attachments."
        raise invalid("AttachmentArea", message, Subject.AREA)
    found = next((area for area in areas if fold(area.name) == fold(name)), None)
    if found is None:
        raise Refusal(Code.NOT_FOUND, f"The form has no attachment area called “{name}”.", Subject.AREA)
    return found
