"""How attachments look: one row of a list by itself, the small pictures, the pages of a PDF. It makes no picture."""

from __future__ import annotations

import uuid

from flask import Response, render_template, request

from blueprints import http
from blueprints.http import Download, caller, house
from blueprints.pages.attachments import rights_on
from blueprints.pages.blueprint import PAGES
from core import attachments, renditions
from models import Attachment, Rendition


@PAGES.get("/attachments/<uuid:guid>/row")
def show_row(guid: uuid.UUID) -> str:
    """Show one attachment as a list does, for a script that has just attached it, or leaves its form with `back`."""
    attachment = attachments.find(house().database, caller(), guid)
    may_edit, back = rights_on(attachment).edit, bool(request.args.get("back"))
    return render_template(
        "attachments/_row.html", attachment=attachment, may_edit=may_edit, arrives=not back, focus=back
    )


@PAGES.get("/attachments/<uuid:guid>/pictures/<any(thumb, medium, cover):style>")
def picture(guid: uuid.UUID, style: str) -> Response:
    """Send the smaller picture that was made of an attachment."""
    attachment = attachments.find(house().database, caller(), guid)
    return _sent(attachment, attachments.rendition(attachment, style))


@PAGES.get("/attachments/<uuid:guid>/pages")
def show_pages(guid: uuid.UUID) -> str:
    """Show how far the worker is with the pages of a PDF, for a script that waits for them."""
    attachment = attachments.find(house().database, caller(), guid)
    pages = renditions.pages_of(house().database, attachment)
    asked = request.args.get("asked", 0, type=int)
    return render_template("attachments/_pages.html", attachment=attachment, pages=pages, asked=asked)


@PAGES.get("/attachments/<uuid:guid>/pages/<digits:number>")
def picture_of_page(guid: uuid.UUID, number: int) -> Response:
    """Send the picture of one page of a PDF."""
    attachment = attachments.find(house().database, caller(), guid)
    return _sent(attachment, renditions.find_page(house().database, attachment, number))


def _sent(attachment: Attachment, made: Rendition) -> Response:
    blob = made.blob
    name = f"{attachment.name}.{made.style}"
    download = Download(blob.key, blob.size, blob.sha256, name, made.media_type, blob.created_at)
    return http.send(house().store, download, inline=True)
