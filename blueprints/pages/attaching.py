"""Files in: the form that attaches them, read part by part as it comes. It stores nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import flash, request

from blueprints import http
from blueprints.http import Form, FormFile, caller, house
from blueprints.pages.attachments import place_of
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import AttachForm, choices_of
from blueprints.pages.frame import see_other, shown
from blueprints.pages.guard import check_form
from blueprints.pages.jobs import Answer, find_job
from blueprints.pages.records import find_record
from blueprints.pages.views import room_of
from core import actions, attachments
from core.access import Verb
from core.commands import Attach
from core.errors import Subject, invalid
from models import Attachment, Record


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form says before its files begin, and the files, which are read as they are asked for."""

    fields: dict[str, str]
    files: Iterator[FormFile]


@PAGES.route("/jobs/<digits:number>/attach", methods=["GET", "POST"])
def attach(number: int) -> Answer:
    """Show the form that attaches files to a job, or attach them; the token is checked before any file is read."""
    job = find_job(number, Verb.EDIT)
    live = actions.of_jobs(house().database, caller(), [job.id])
    form = AttachForm(data={"action": request.args.get("action")})
    form.action.choices = choices_of({str(action.guid): action.title for action in live})
    if request.method == "POST":
        sent = http.read_form(request, most_of_a_form(), house().settings.max_upload)
        check_form(sent)
        with form.noting():
            return _done(job, _attached(_chosen(sent, form), live))
    return shown("attachments/attach.html", form=form, record=job, place=place_of(job), room=room_of(house()))


@PAGES.route("/records/<type_name>/<digits:number>/attach", methods=["GET", "POST"])
def attach_to_record(type_name: str, number: int) -> Answer:
    """Show the form that attaches files to a record, or attach them; the token is checked before any file is read."""
    record = find_record(type_name, number, Verb.EDIT)
    form = AttachForm()
    form.action.choices = choices_of({str(record.guid): record.title})
    if request.method == "POST":
        sent = http.read_form(request, most_of_a_form(), house().settings.max_upload)
        check_form(sent)
        with form.noting():
            return _done(record, _attached(_chosen(sent, form), [record]))
    return shown("attachments/attach.html", form=form, record=record, place=place_of(record), room=room_of(house()))


def read_chosen(sent: Form) -> Chosen:
    """Read a form up to its first file; one that was left empty counts as none."""
    fields: dict[str, str] = {}
    for part in sent:
        if isinstance(part, FormFile):
            return Chosen(fields, _from(part, sent))
        fields[part.name] = part.value
    return Chosen(fields, iter(()))


def most_of_a_form() -> int:
    """Return how many bytes a form of several files may have."""
    # Several files may weigh more than one may; together they cannot weigh more than there is room for.
    return max(house().settings.max_upload, house().store.free()) + http.OVERHEAD


def record_named(records: Sequence[Record], guid: str) -> Record:
    """Return the one of these records that was chosen; refuses INVALID (action)."""
    # Without a choice files go where the job keeps its own.
    if not guid:
        return records[0]
    for record in records:
        if str(record.guid) == guid:
            return record
    raise invalid("action", "This action is gone; choose another.", Subject.ACTION)


def _chosen(sent: Form, form: AttachForm) -> Chosen:
    chosen = read_chosen(sent)
    form.action.data = chosen.fields.get("action")
    form.nonce.data = chosen.fields.get("nonce") or form.nonce.data
    return Chosen(chosen.fields, _at_least_one(chosen.files))


def _from(first: FormFile, rest: Form) -> Iterator[FormFile]:
    if first.filename:
        yield first
    for part in rest:
        if isinstance(part, FormFile) and part.filename:
            yield part


def _at_least_one(files: Iterator[FormFile]) -> Iterator[FormFile]:
    found = False
    for file in files:
        found = True
        yield file
    if not found:
        raise invalid("files", "Choose at least one file.", Subject.CONTENT)


def _attached(chosen: Chosen, records: Sequence[Record]) -> list[Attachment]:
    commands = (Attach(file_name=file.filename, content=file) for file in chosen.files)
    record = record_named(records, chosen.fields.get("action", ""))
    return attachments.attach_many(house(), caller(), record, commands, chosen.fields.get("nonce"))


def _done(home: Record, made: Sequence[Attachment]) -> Answer:
    count = "1 file is attached." if len(made) == 1 else f"{len(made)} files are attached."
    flash(count, "done")
    return see_other(place_of(home))
