"""What a job made: one output shown, sent, moved to the trash, by people who may see the job. It decides nothing."""

from __future__ import annotations

from flask import Response, flash, request, url_for

from blueprints import http
from blueprints.http import Download, caller, house
from blueprints.pages.blueprint import PAGES
from blueprints.pages.forms import ConfirmForm
from blueprints.pages.frame import see_other, shown
from blueprints.pages.jobs import Answer
from blueprints.pages.views import examples_of
from core import mediatypes, outputs, previews, records, renditions
from core.access import Verb
from core.commands import ById
from core.errors import Subject, not_found
from core.previews import Kind
from models import JobOutput


@PAGES.get("/outputs/<digits:output_id>")
def show_output(output_id: int) -> Answer:
    """Show one output: what it looks like, what it is called, what is known of it."""
    output = find_output(output_id)
    rights = records.rights_of(house().database, caller(), output.job)
    media_type = mediatypes.guess(output.name)
    preview = previews.preview(house().store, output.blob, output.name, media_type)
    return shown(
        "outputs/output.html",
        output=output,
        rights=rights,
        media_type=media_type,
        preview=preview,
        leaves=renditions.leaves_of(house(), output) if preview.kind is Kind.PDF else None,
        asked=0,
        examples=examples_of(output),
    )


@PAGES.get("/outputs/<digits:output_id>/download")
def download_output(output_id: int) -> Response:
    """Send an output; one in the trash is not here."""
    return http.send(house().store, _download(find_output(output_id)))


@PAGES.get("/outputs/<digits:output_id>/preview")
def preview_output(output_id: int) -> Response:
    """Send an output to be shown in place, where that is safe."""
    return http.send(house().store, _download(find_output(output_id)), inline=True)


@PAGES.route("/outputs/<digits:output_id>/delete", methods=["GET", "POST"])
def delete_output(output_id: int) -> Answer:
    """Ask whether an output shall go, or move it to the trash."""
    output = find_output(output_id)
    records.find(house().database, caller(), ById(output.job_id), Verb.EDIT)
    form = ConfirmForm(request.form)
    if request.method == "POST":
        with form.noting():
            outputs.forget(house().database, caller(), output_id)
            flash(f"“{output.name}” is in the trash.", "done")
            return see_other(url_for("pages.show_job", number=output.job.number, _anchor="outputs"))
    return shown("outputs/delete.html", form=form, output=output, days=house().settings.retention_days)


def find_output(output_id: int) -> JobOutput:
    """Find an output that is not in the trash, nor its job; refuses NOT_FOUND."""
    output = outputs.find(house().database, caller(), output_id)
    if output.deleted_at is not None or output.job.deleted_at is not None:
        raise not_found(Subject.OUTPUT)
    return output


def _download(output: JobOutput) -> Download:
    blob, media_type = output.blob, mediatypes.guess(output.name)
    return Download(blob.key, blob.size, blob.sha256, output.name, media_type, blob.created_at)
