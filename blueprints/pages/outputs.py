"""What a job made, sent to people who may see the job. It decides nothing."""

from __future__ import annotations

from flask import Response

from blueprints import http
from blueprints.http import Download, caller, house
from blueprints.pages.blueprint import PAGES
from core import mediatypes, outputs
from core.errors import Subject, not_found


@PAGES.get("/outputs/<digits:output_id>/download")
def download_output(output_id: int) -> Response:
    """Send an output; one in the trash is not here."""
    output = outputs.find(house().database, caller(), output_id)
    if output.deleted_at is not None:
        raise not_found(Subject.OUTPUT)
    blob = output.blob
    media_type = mediatypes.guess(output.name)
    return http.send(
        house().store, Download(blob.key, blob.size, blob.sha256, output.name, media_type, blob.created_at)
    )
