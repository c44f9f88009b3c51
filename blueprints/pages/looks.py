"""How files look: one row of a list by itself, the small pictures, the pages of a PDF. It makes no picture."""

from __future__ import annotations

import uuid

from flask import Response, render_template, request, url_for

from blueprints import http
from blueprints.http import Download, caller, house
from blueprints.pages.attachments import rights_on
from blueprints.pages.blueprint import PAGES
from blueprints.pages.outputs import find_output
from core import attachments, renditions
from core.renditions import Seen
from models import Rendition


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
    return _leaves_of(attachments.find(house().database, caller(), guid), url_for("pages.show_attachment", guid=guid))


@PAGES.get("/outputs/<digits:output_id>/pages")
def show_output_pages(output_id: int) -> str:
    """Show how far the worker is with the pages of an output that is a PDF."""
    return _leaves_of(find_output(output_id), url_for("pages.show_output", output_id=output_id))


@PAGES.get("/attachments/<uuid:guid>/pages/<digits:number>")
def picture_of_page(guid: uuid.UUID, number: int) -> Response:
    """Send the picture of one page of a PDF."""
    attachment = attachments.find(house().database, caller(), guid)
    return _sent(attachment, renditions.find_page(house().database, attachment, number))


@PAGES.get("/outputs/<digits:output_id>/pages/<digits:number>")
def picture_of_output_page(output_id: int, number: int) -> Response:
    """Send the picture of one page of an output that is a PDF."""
    output = find_output(output_id)
    return _sent(output, renditions.find_page(house().database, output, number))


def _leaves_of(seen: Seen, home: str) -> str:
    return render_template(
        "attachments/_pages.html",
        name=seen.name,
        leaves=renditions.leaves_of(house(), seen),
        leaves_at=request.path,
        home=home,
        asked=request.args.get("asked", 0, type=int),
    )


def _sent(seen: Seen, made: Rendition) -> Response:
    blob = made.blob
    name = f"{seen.name}.{made.style}"
    download = Download(blob.key, blob.size, blob.sha256, name, made.media_type, blob.created_at)
    return http.send(house().store, download, inline=True)
