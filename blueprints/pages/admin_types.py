"""The types of records, for administrators. It decides nothing: whoever is none is refused by the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, request, url_for
from wtforms import TextAreaField

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import PageForm, text_field
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from core import record_types
from core.access import require_admin
from core.errors import invalid
from core.record_types import FIELD_TYPES, AddRecordType, ReviseRecordType
from models import RecordType


def _lines_field(label: str) -> TextAreaField:
    return TextAreaField(label, render_kw={"rows": 4, "spellcheck": "false"})


class TypeForm(PageForm):
    """What a type has: lines of fields, folders and areas."""

    fields = _lines_field("Fields, one on each line, as “Name: type”")
    folders = _lines_field("Folders, one on each line")
    areas = _lines_field("Attachment areas, one on each line")


class NewTypeForm(TypeForm):
    """A new type: its names, which stay, and what it has."""

    name = text_field("Name, for one", 100)
    plural = text_field("Name, for many", 100, required=False)
    prefix = text_field("Letters before its numbers", 10, required=False, autocapitalize="characters")


@PAGES.get("/admin/types")
def list_all_types() -> Answer:
    """Show every type of record."""
    require_admin(caller())
    return shown("admin/types.html", types=record_types.all_types(house().database))


@PAGES.route("/admin/types/new", methods=["GET", "POST"])
def add_type() -> Answer:
    """Show the form of a new type, or make it."""
    require_admin(caller())
    form = NewTypeForm(request.form)
    if request.method == "POST" and form.validate():
        with form.noting():
            made = record_types.add(house().database, caller(), _new_type(form))
            flash(f"{made.plural} can be created now.", "done")
            return see_other(url_for("pages.list_records", type_name=made.name))
    return shown("admin/type_new.html", form=form, kinds=FIELD_TYPES)


@PAGES.route("/admin/types/<type_name>", methods=["GET", "POST"])
def revise_type(type_name: str) -> Answer:
    """Show what a type has, or change it."""
    require_admin(caller())
    record_type = record_types.find(house().database, type_name)
    form = TypeForm(request.form, data=_shown(record_type))
    if request.method == "POST" and form.validate():
        with form.noting():
            record_types.revise(house().database, caller(), record_type.name, _revision(form))
            flash(f"{record_type.plural} are changed.", "done")
            return see_other(url_for("pages.list_all_types"))
    return shown("admin/type.html", form=form, record_type=record_type, kinds=FIELD_TYPES)


def _new_type(form: NewTypeForm) -> AddRecordType:
    return AddRecordType(
        name=form.name.data or "",
        plural=form.plural.data or None,
        prefix=form.prefix.data or None,
        fields=_fields(form),
        folders=_lines(form.folders.data),
        areas=_lines(form.areas.data),
    )


def _revision(form: TypeForm) -> ReviseRecordType:
    return ReviseRecordType(_fields(form), _lines(form.folders.data), _lines(form.areas.data))


def _fields(form: TypeForm) -> list[Mapping[str, Any]]:
    return [_field(line) for line in _lines(form.fields.data)]


def _field(line: str) -> dict[str, Any]:
    name, _, kind = line.rpartition(":")
    if not name:
        return {"name": line, "type": "text"}
    if kind.strip() not in FIELD_TYPES:
        raise invalid("fields", f"“{kind.strip()}” is no type of a field.")
    return {"name": name.strip(), "type": kind.strip()}


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _shown(record_type: RecordType) -> dict[str, str]:
    areas: Sequence[Mapping[str, Any]] = record_type.areas
    return {
        "fields": "\n".join(f"{field['name']}: {field['type']}" for field in record_type.fields),
        "folders": "\n".join(record_type.folders),
        "areas": "\n".join(area["name"] for area in areas),
    }
