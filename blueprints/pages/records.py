"""Records of the types that a team defines: lists, one record, and the forms that change it. It decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, request, url_for
from msgspec import UNSET

from blueprints.http import caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ConfirmForm, NoteForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.marks import read_mark
from blueprints.pages.record_forms import RecordForm, form_of
from blueprints.pages.views import room_of
from core import archives, attachment_lists, attachments, jobs, record_pages, record_types, records, shares, timeline
from core.access import Verb, may_create
from core.commands import ById, ByNumber, CreateRecord, ReviseRecord
from core.keyset import Value
from core.record_pages import RecordQuery
from models import Action, Record

PAGE = 50  # records on a page of the list
FILES = 100  # attachments on a page
# What the list may be sorted by: the word in the address → column, descending, kind of its value.
SORTS: dict[str, tuple[str, bool, type[Value]]] = {
    "changed": ("updated_at", True, datetime),
    "created": ("created_at", True, datetime),
    "name": ("title", False, str),
    "number": ("number", True, int),
}
_OWN_PAGES = frozenset({"Job", "Action"})


@PAGES.get("/records")
def list_types() -> Answer:
    """Show the types of records that have pages here."""
    types = [found for found in record_types.all_types(house().database) if found.name not in _OWN_PAGES]
    return shown("records/types.html", types=types, is_admin=caller().is_admin)


@PAGES.get("/records/<type_name>")
def list_records(type_name: str) -> Answer:
    """Show the records of a type that the caller may read."""
    record_type = record_types.find(house().database, type_name)
    if record_type.name == "Job":
        return see_other(url_for("pages.list_jobs"))
    wanted = {name: request.args.get(name, "").strip()[:200] for name in ("q", "sort")}
    column, descending, kind = SORTS[wanted["sort"] if wanted["sort"] in SORTS else "changed"]
    query = RecordQuery(record_type.name, text=wanted["q"], sort=((column, descending),))
    mark = read_mark(request.args.get("at"), kind)
    found = record_pages.stretch_of_records(house().database, caller(), query, mark, PAGE)
    creates = may_create(caller())
    return shown("records/list.html", record_type=record_type, wanted=wanted, found=found, may_create=creates)


@PAGES.route("/records/<type_name>/new", methods=["GET", "POST"])
def create_record(type_name: str) -> Answer:
    """Show the form of a new record, or make it."""
    record_type = record_types.find(house().database, type_name)
    if record_type.name in _OWN_PAGES:
        return see_other(url_for("pages.create_job"))
    form = form_of(record_type, request.form)
    if request.method == "POST" and form.validate():
        with form.noting():
            made = records.create(house().database, caller(), _creation(form), form.nonce.data)
            flash(f"{record_type.name} {made.number} is created. Attach its files below.", "done")
            return see_other(_place(made))
    return shown("records/new.html", form=form, record_type=record_type)


@PAGES.get("/records/<type_name>/<digits:number>")
def show_record(type_name: str, number: int) -> Answer:
    """Show one record with all that it has."""
    record = find_record(type_name, number)
    if record.kind == "job":
        return see_other(url_for("pages.show_job", number=number))
    mark = read_mark(request.args.get("at"), datetime)
    database = house().database
    return shown(
        "records/record.html",
        record=record,
        job=jobs.find(database, caller(), ById(record.job_id)) if isinstance(record, Action) else None,
        rights=records.rights_of(database, caller(), record),
        found=attachment_lists.stretch_of(database, caller(), record, mark=mark, limit=FILES),
        total=attachments.count_on(database, caller(), record),
        shares=shares.of_record(database, caller(), record),
        room=room_of(house()),
        weight=archives.weigh(database, caller(), record).all,
        told=timeline.tell(database, caller(), record),
        note_form=NoteForm(),
    )


@PAGES.route("/records/<type_name>/<digits:number>/edit", methods=["GET", "POST"])
def revise_record(type_name: str, number: int) -> Answer:
    """Show the form of a record, or change it."""
    record = find_record(type_name, number, Verb.EDIT)
    rights = records.rights_of(house().database, caller(), record)
    present = {"description": record.description, "private": record.private, "fields": record.fields}
    form = form_of(record.record_type, request.form, record.title, present)
    if request.method == "POST" and form.validate():
        with form.noting():
            records.revise(house().database, caller(), record.id, _revision(form, record, manages=rights.manage))
            flash("The changes are saved.", "done")
            return see_other(_place(record))
    return shown("records/edit.html", form=form, record=record, rights=rights)


@PAGES.route("/records/<type_name>/<digits:number>/delete", methods=["GET", "POST"])
def delete_record(type_name: str, number: int) -> Answer:
    """Ask whether a record shall go, or move it to the trash."""
    record = find_record(type_name, number, Verb.MANAGE)
    form = ConfirmForm(request.form)
    if request.method == "POST":
        with form.noting():
            records.forget(house().database, caller(), record.id)
            flash(f"“{record.title}” is in the trash.", "done")
            return see_other(url_for("pages.list_records", type_name=record.record_type.name))
    return shown("records/delete.html", form=form, record=record, days=house().settings.retention_days)


def find_record(type_name: str, number: int, verb: Verb = Verb.READ) -> Record:
    """Find the record of that type and number; refuses NOT_FOUND and DENIED."""
    return records.find(house().database, caller(), ByNumber(type_name, number), verb)


def _place(record: Record) -> str:
    return url_for("pages.show_record", type_name=record.record_type.name, number=record.number)


def _creation(form: RecordForm) -> CreateRecord:
    return CreateRecord(
        form.record_type.name,
        form.title.data or "",
        form.description.data or "",
        rows=[{name: value for name, value in form.values().items() if value is not None}],
        private=form.private.data,
    )


def _revision(form: RecordForm, record: Record, *, manages: bool) -> ReviseRecord:
    given: dict[str, Any] = form.values()
    if not record.record_type.fields:
        # What a line no longer names is taken away.
        given = dict.fromkeys(record.fields) | given
    return ReviseRecord(
        title=form.title.data or "",
        description=form.description.data or "",
        fields=given,
        private=form.private.data if manages else UNSET,
    )
