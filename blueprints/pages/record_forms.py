"""The forms of records: title, description, and one field for each that their type defines. They decide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wtforms import BooleanField, DateField, DateTimeLocalField, DecimalField, Field, StringField, TextAreaField
from wtforms.validators import Length, Optional

from blueprints.pages.forms import PageForm, long_text_field, nonce_field, text_field
from core.births import LONGEST_TITLE
from core.errors import invalid
from models import RecordType

_PREFIX = "field-"
_LONGEST_VALUE = 10_000  # characters


class RecordForm(PageForm):
    """A record of any type; the fields of its type are added by `form_of`."""

    nonce = nonce_field()
    title = text_field("Name", LONGEST_TITLE)
    description = long_text_field("Description")
    private = BooleanField("Private: only you, administrators and those you share it with")
    record_type: RecordType

    def spelt(self, field: str) -> str:
        """Return the form's name of a field of the type."""
        return field if field in self._fields else _name_of(self.record_type, field)

    def type_fields(self) -> Sequence[Field]:
        """Return the fields of the type, in its order."""
        return [field for name, field in self._fields.items() if name.startswith(_PREFIX)]

    def values(self) -> dict[str, Any]:
        """Return what was filled in, by the type's names; a blank is None. Refuses INVALID for a line that is none."""
        if not self.record_type.fields:
            return _lines(str(self._fields[_PREFIX + "lines"].data or ""))
        return {
            defined["name"]: _value(defined["type"], self._fields[f"{_PREFIX}{index}"].data)
            for index, defined in enumerate(self.record_type.fields)
            if defined["type"] != "any"
        }


def form_of(record_type: RecordType, sent: Any, title: str = "", shown: Mapping[str, Any] | None = None) -> RecordForm:
    """Make the form of a type, filled with what was sent, or else with what is shown."""
    given = dict(shown or {})
    fields: dict[str, Any] = {"record_type": record_type}
    if record_type.fields:
        for index, defined in enumerate(record_type.fields):
            if defined["type"] == "any":
                continue  # what programs keep there has no form here
            fields[f"{_PREFIX}{index}"] = _field(defined, given.get("fields", {}).get(defined["name"]))
    else:
        hint = {"rows": 4, "spellcheck": "false"}
        text = "\n".join(f"{name}: {value}" for name, value in given.get("fields", {}).items())
        fields[_PREFIX + "lines"] = TextAreaField(
            "Fields, one on each line, as “Name: value”", default=text, render_kw=hint
        )
    kind = type("FormOf", (RecordForm,), fields)
    plain = {name: value for name, value in given.items() if name != "fields"}
    form: RecordForm = kind(sent, data={"title": title, **plain})
    return form


def _field(defined: Mapping[str, Any], value: Any) -> Any:
    label, optional = defined.get("label") or defined["name"], [Optional()]
    match defined["type"]:
        case "number":
            return DecimalField(label, optional, places=None, default=value, render_kw={"step": "any"})
        case "bool":
            return BooleanField(label, default=bool(value))
        case "date":
            return DateField(label, optional, default=_parsed(DateField, value))
        case "datetime":
            return DateTimeLocalField(label, optional, default=_parsed(DateTimeLocalField, value))
        case _:
            limits = Length(max=_LONGEST_VALUE, message=f"At most {_LONGEST_VALUE} characters.")
            return StringField(label, [Optional(), limits], default=None if value is None else str(value))


def _parsed(kind: type, value: Any) -> Any:
    if not isinstance(value, str):
        return None
    return date.fromisoformat(value) if kind is DateField else datetime.fromisoformat(value)


def _value(kind: str, data: Any) -> Any:
    if data is None or data == "":
        return None
    match kind:
        case "number":
            return int(data) if data == data.to_integral_value() else float(data)
        case "date":
            return data.isoformat()
        case "datetime":
            return data.isoformat(timespec="seconds")
        case _:
            return data


def _lines(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise invalid("lines", f"“{line.strip()[:60]}” is not of the form “Name: value”.")
        values[name.strip()] = value.strip()
    return values


def _name_of(record_type: RecordType, field: str) -> str:
    if field == "lines" or not record_type.fields:
        return _PREFIX + "lines"
    names = [defined["name"] for defined in record_type.fields]
    return f"{_PREFIX}{names.index(field)}" if field in names else field
