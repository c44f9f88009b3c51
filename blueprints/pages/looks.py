"""How attachments look in lists: one row by itself, and the small pictures. It makes no picture."""

from __future__ import annotations

import uuid

from flask import Response, render_template

from blueprints import http
from blueprints.http import Download, caller, house
from blueprints.pages.attachments import rights_on
from blueprints.pages.blueprint import PAGES
from core import attachments


@PAGES.get("/attachments/<uuid:guid>/row")
def show_row(guid: uuid.UUID) -> str:
    """Show one attachment as a list does, for a script that has just attached it."""
    attachment = attachments.find(house().database, caller(), guid)
    may_edit = rights_on(attachment).edit
    return render_template("attachments/_row.html", attachment=attachment, may_edit=may_edit, arrives=True)


@PAGES.get("/attachments/<uuid:guid>/pictures/<any(thumb, medium):style>")
def picture(guid: uuid.UUID, style: str) -> Response:
    """Send the smaller picture that was made of an attachment."""
    attachment = attachments.find(house().database, caller(), guid)
    made = attachments.rendition(attachment, style)
    blob = made.blob
    name = f"{attachment.name}.{style}"
    download = Download(blob.key, blob.size, blob.sha256, name, made.media_type, blob.created_at)
    return http.send(house().store, download, inline=True)
