"""One attachment as people see it: shown, described, replaced, downloaded, moved to the trash. It decides nothing."""

from __future__ import annotations

import uuid

from flask import Response, flash, render_template, request, url_for
from msgspec import UNSET

from blueprints import http
from blueprints.http import Download, FormFile, caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import AttachmentForm, ConfirmForm, ReplaceForm
from blueprints.pages.frame import see_other, shown, wants_fragment
from blueprints.pages.guard import check_form
from blueprints.pages.jobs import Answer
from blueprints.pages.views import READ_ONLY, examples_of, room_of
from core import attachments, previews, records, renditions
from core.access import Rights, Verb
from core.attachment_checks import checked_web_address
from core.commands import ById, Describe, Replace
from core.errors import Subject, invalid, not_found
from core.previews import Kind, Preview
from models import Action, Attachment, Blob, Record, Version


@PAGES.get("/attachments/<uuid:guid>")
def show_attachment(guid: uuid.UUID) -> Answer:
    """Show one attachment: what it looks like, what it is called, what is known of it."""
    attachment = attachments.find(house().database, caller(), guid)
    preview = _preview(attachment)
    return shown(
        "attachments/attachment.html",
        attachment=attachment,
        home=home_of(attachment),
        rights=rights_on(attachment),
        versions=attachments.versions_of(house().database, caller(), attachment),
        preview=preview,
        leaves=renditions.leaves_of(house(), attachment) if preview.kind is Kind.PDF else None,
        asked=0,
        examples=examples_of(attachment),
    )


@PAGES.route("/attachments/<uuid:guid>/edit", methods=["GET", "POST"])
def describe_attachment(guid: uuid.UUID) -> Answer:
    """Show the form of an attachment, on a page of its own or in the place of what it changes, or change it."""
    attachment = attachments.find(house().database, caller(), guid, Verb.EDIT)
    form = AttachmentForm(request.form, obj=attachment)
    if attachment.blob is None:
        del form.file_name
    if attachment.driver != "link":
        del form.link_target
    if request.method == "POST" and form.validate():
        with form.noting():
            attachment = attachments.describe(house().database, caller(), attachment, _description(form, attachment))
            return _described(attachment)
    if wants_fragment():
        form.set_apart(guid.hex)
        return shown(_PARTS[_is_in_row()], form=form, attachment=attachment)
    return shown("attachments/edit.html", form=form, attachment=attachment, home=home_of(attachment))


@PAGES.route("/attachments/<uuid:guid>/replace", methods=["GET", "POST"])
def replace(guid: uuid.UUID) -> Answer:
    """Show the form that replaces a file, or replace it; the token is checked before the file is read."""
    attachment = attachments.find(house().database, caller(), guid, Verb.EDIT)
    form = ReplaceForm()
    if request.method == "POST":
        limit = house().settings.max_upload
        sent = http.read_form(request, limit + http.OVERHEAD, limit)
        check_form(sent)
        with form.noting():
            file = _first_file(sent)
            attachments.replace(house(), caller(), attachment, Replace(file.to_end(), file.filename))
            flash("The file is replaced. What it was before is kept under “Earlier versions”.", "done")
            return see_other(url_for("pages.show_attachment", guid=guid))
    room = room_of(house())
    return shown("attachments/replace.html", form=form, attachment=attachment, home=home_of(attachment), room=room)


@PAGES.get("/attachments/<uuid:guid>/download")
def download(guid: uuid.UUID) -> Response:
    """Send the file."""
    attachment = attachments.find(house().database, caller(), guid)
    return http.send(house().store, _download(attachment, attachment.blob))


@PAGES.get("/attachments/<uuid:guid>/preview")
def preview(guid: uuid.UUID) -> Response:
    """Send the file to be shown in place, where that is safe."""
    attachment = attachments.find(house().database, caller(), guid)
    return http.send(house().store, _download(attachment, attachment.blob), inline=True)


@PAGES.get("/attachments/<uuid:guid>/versions/<digits:number>")
def download_version(guid: uuid.UUID, number: int) -> Response:
    """Send what the file was before it was replaced."""
    attachment = attachments.find(house().database, caller(), guid)
    version = attachments.find_version(house().database, caller(), attachment, number)
    return http.send(house().store, _download(version, version.blob))


@PAGES.post("/attachments/<uuid:guid>/versions/<digits:number>/restore")
def restore_version(guid: uuid.UUID, number: int) -> Answer:
    """Make what the file was before its present content; nothing is lost, so nothing is asked."""
    attachment = attachments.find(house().database, caller(), guid, Verb.EDIT)
    attachments.restore(house(), caller(), attachment, number)
    flash(f"Version {number} is the current one again. What the file was meanwhile is an earlier version now.", "done")
    return see_other(url_for("pages.show_attachment", guid=guid))


@PAGES.route("/attachments/<uuid:guid>/delete", methods=["GET", "POST"])
def delete_attachment(guid: uuid.UUID) -> Answer:
    """Ask whether an attachment shall go, or move it to the trash."""
    attachment = attachments.find(house().database, caller(), guid, Verb.EDIT)
    form = ConfirmForm(request.form)
    home = home_of(attachment)
    if request.method == "POST":
        with form.noting():
            attachments.detach(house().database, caller(), attachment)
            flash(f"“{attachment.name}” is in the trash.", "done")
            return see_other(place_of(home))
    days = house().settings.retention_days
    return shown("attachments/delete.html", form=form, attachment=attachment, home=home, days=days)


# The form in its place: on the attachment's own page, and in a row of a list.
_PARTS = {False: "attachments/_edit.html", True: "attachments/_edit_row.html"}


def _is_in_row() -> bool:
    return request.args.get("in") == "row"


def _described(attachment: Attachment) -> Answer:
    if not wants_fragment():
        flash("The changes are saved.", "done")
        return see_other(url_for("pages.show_attachment", guid=attachment.guid))
    if _is_in_row():
        return render_template("attachments/_row.html", attachment=attachment, may_edit=True, focus=True)
    rights = Rights(edit=True, manage=False)  # whoever has just edited may edit
    home = home_of(attachment)
    return render_template("attachments/_edited.html", attachment=attachment, rights=rights, home=home)


def _description(form: AttachmentForm, attachment: Attachment) -> Describe:
    given = form.data  # without the fields that this kind of attachment has not
    file_name, target = given.get("file_name", UNSET), given.get("link_target", UNSET)
    if target not in (UNSET, attachment.link_target):
        # What an API made may lead anywhere; what people type leads to the web.
        target = checked_web_address(target)
    return Describe(given["name"] or "", file_name, target, given["description"] or "")


def _preview(attachment: Attachment) -> Preview:
    name = attachment.file_name or attachment.name
    return previews.preview(house().store, attachment.blob, name, attachment.media_type)


def place_of(record: Record | None) -> str:
    """Return where the page of a record is; an action is shown with its job."""
    if record is None:
        return url_for("pages.list_jobs")
    if record.kind == "job":
        return url_for("pages.show_job", number=record.number)
    return url_for("pages.show_record", type_name=record.record_type.name, number=record.number)


def rights_on(attachment: Attachment) -> Rights:
    """Return what the caller may do with an attachment."""
    if attachment.record is None:
        return READ_ONLY
    return records.rights_of(house().database, caller(), attachment.record)


def home_of(attachment: Attachment) -> Record | None:
    """Return the record on whose page the attachment is listed: for one of an action, the job."""
    if attachment.record_id is None:
        return None
    record = records.find(house().database, caller(), ById(attachment.record_id))
    if isinstance(record, Action):
        return records.find(house().database, caller(), ById(record.job_id))
    return record


def _first_file(sent: http.Form) -> FormFile:
    for part in sent:
        if isinstance(part, FormFile) and part.filename:
            return part
    raise invalid("content", "Choose the file that takes its place.", Subject.CONTENT)


def _download(held: Attachment | Version, blob: Blob | None) -> Download:
    if blob is None:
        raise not_found(Subject.CONTENT)
    name = held.file_name or (held.name if isinstance(held, Attachment) else None)
    return Download(blob.key, blob.size, blob.sha256, name, held.media_type, blob.created_at)
