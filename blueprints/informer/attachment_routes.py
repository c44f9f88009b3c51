"""Attachments, their contents, and the file store (sheet §8, §9.1)."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.informer import attachment_wire as wire
from blueprints.informer import drivers, hal
from blueprints.informer.job_wire import action_path
from blueprints.informer.locate import find_action, find_attachment, json_limit
from blueprints.informer.wire import find_guid
from core import attachments, lines, uploads
from core.access import Verb, require_writer
from core.attachment_rows import AttachmentQuery
from core.errors import Subject


def list_attachments(job_id: str, action_id: str) -> Response:
    """List the attachments of an action: all of them, unless less is asked for."""
    action = find_action(job_id, action_id)
    asked = hal.read_query(request.args, wire.SORTABLE, "createdAt", None)
    query = AttachmentQuery(text=asked.text, sort=asked.sort, part=asked.part)
    found = lines.attachment_lines(http.house().database, http.caller(), action, query)
    path = action_path(action)
    items = (wire.show_line(line, path) for line in found.items)
    return hal.collection("inf:job-attachment", f"{path}/attachments", found.total, items, asked)


def create_attachment(job_id: str, action_id: str) -> Response:
    """Make an attachment; the contents of a file come later."""
    action = find_action(job_id, action_id, Verb.EDIT)
    made = attachments.attach(http.house(), http.caller(), action, wire.read_new(request, json_limit()))
    shown = wire.show(made, action_path(action))
    return hal.reply(shown, 201, f"{action_path(action)}/attachments/{made.guid}")


def show_attachment(job_id: str, action_id: str, attachment_id: str) -> Response:
    """Show one attachment."""
    action, attachment = find_attachment(job_id, action_id, attachment_id)
    return hal.reply(wire.show(attachment, action_path(action)))


def revise_attachment(job_id: str, action_id: str, attachment_id: str) -> Response:
    """Change what is given of an attachment."""
    action, attachment = find_attachment(job_id, action_id, attachment_id, Verb.EDIT)
    command = wire.read_change(request, json_limit(), attachment)
    described = attachments.describe(http.house().database, http.caller(), attachment, command)
    return hal.reply(wire.show(described, action_path(action)))


def delete_attachment(job_id: str, action_id: str, attachment_id: str) -> Response:
    """Put an attachment in the trash."""
    _, attachment = find_attachment(job_id, action_id, attachment_id, Verb.EDIT)
    attachments.detach(http.house().database, http.caller(), attachment)
    return hal.nothing()


def send_contents(job_id: str, action_id: str, attachment_id: str) -> Response:
    """Send the uploaded file."""
    _, attachment = find_attachment(job_id, action_id, attachment_id)
    return http.send(http.house().store, wire.contents_of(attachment))


def receive_contents(job_id: str, action_id: str, attachment_id: str) -> Response:
    """Keep an uploaded file; what was there before becomes a version."""
    action, attachment = find_attachment(job_id, action_id, attachment_id, Verb.EDIT)
    given = wire.read_contents(request, attachment, http.house().settings.max_upload)
    filled = uploads.fill(http.house(), http.caller(), attachment, given.content, given.reference)
    return hal.reply(wire.show(filled, action_path(action)))


def list_attachment_templates(job_id: str, action_id: str) -> Response:
    """List what an attachment of this action may be made from."""
    path = f"{action_path(find_action(job_id, action_id))}/attachment-templates"
    found = drivers.ATTACHMENT_TEMPLATES
    return hal.collection("inf:job-attachment-template", path, len(found), found)


def list_stored_files() -> Response:
    """List the caller's files in the store, newest first; `q` looks in their names."""
    asked = hal.read_query(request.args, {"createdAt": ""}, "-createdAt", 30)
    found = uploads.page_files(http.house().database, http.caller(), asked.text, asked.part)
    items = map(wire.show_stored_file, found.items)
    return hal.collection("inf:file", "/api/files", found.total, items, asked, is_top=True)


def store_file() -> Response:
    """Keep a file for a day, for its owner to attach."""
    require_writer(http.caller())
    command = wire.read_stored_file(request, http.house().settings.max_upload)
    upload = uploads.receive_file(http.house(), http.caller(), command)
    return hal.reply(wire.show_stored_file(upload), 201, f"/api/files/{upload.guid}")


def show_stored_file(file_id: str) -> Response:
    """Show one of the caller's files."""
    guid = find_guid(file_id, Subject.UPLOAD)
    return hal.reply(wire.show_stored_file(uploads.find_file(http.house().database, http.caller(), guid)))


def send_stored_file(file_id: str) -> Response:
    """Send one of the caller's files."""
    upload = uploads.find_file(http.house().database, http.caller(), find_guid(file_id, Subject.UPLOAD))
    return http.send(http.house().store, wire.stored_contents_of(upload))
