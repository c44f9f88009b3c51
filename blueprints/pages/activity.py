"""What happened to a job or record: the whole list, and the form that adds a note to it. It decides nothing."""

from __future__ import annotations

from flask import flash, request, url_for

from blueprints import http
from blueprints.http import caller, house
from blueprints.pages.attaching import most_of_a_form, read_chosen
from blueprints.pages.attachments import place_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import NoteForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.guard import check_form
from blueprints.pages.jobs import Answer, find_job
from blueprints.pages.records import find_record
from blueprints.pages.views import room_of
from core import notes, records, timeline
from core.access import Verb
from core.commands import Attach, WriteNote
from models import Record

LINES = 200  # of the trail on a page


@PAGES.route("/jobs/<digits:number>/activity", methods=["GET", "POST"])
def show_job_activity(number: int) -> Answer:
    """Show all that happened to a job, or write a note; the token is checked before any file is read."""
    return _activity(find_job(number, _verb()), url_for("pages.show_job_activity", number=number))


@PAGES.route("/records/<type_name>/<digits:number>/activity", methods=["GET", "POST"])
def show_record_activity(type_name: str, number: int) -> Answer:
    """Show all that happened to a record, or write a note; the token is checked before any file is read."""
    record = find_record(type_name, number, _verb())
    return _activity(record, url_for("pages.show_record_activity", type_name=type_name, number=number))


def _activity(record: Record, here: str) -> Answer:
    form = NoteForm()
    if request.method == "POST":
        sent = http.read_form(request, most_of_a_form(), house().settings.max_upload)
        check_form(sent)
        with form.noting():
            _write(record, sent, form)
            flash("The note is written.", "done")
            return see_other(f"{place_of(record)}#activity")
    told = timeline.tell(house().database, caller(), record, _before(), LINES)
    rights = records.rights_of(house().database, caller(), record)
    room = room_of(house())
    return shown("activity/list.html", form=form, record=record, told=told, rights=rights, room=room, here=here)


def _write(record: Record, sent: http.Form, form: NoteForm) -> None:
    chosen = read_chosen(sent)
    form.content.data = chosen.fields.get("content", "").replace("\r\n", "\n")
    form.nonce.data = chosen.fields.get("nonce") or form.nonce.data
    files = (Attach(file_name=file.filename, content=file) for file in chosen.files)
    notes.write(house(), caller(), record, WriteNote(form.content.data, files), form.nonce.data)


def _before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before is not None and 0 < before < 2**62 else None


def _verb() -> Verb:
    return Verb.EDIT if request.method == "POST" else Verb.READ
