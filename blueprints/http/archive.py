"""Archives out: the one function that sends a zip while it is packed. It decides no right and knows no row."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request
from werkzeug.datastructures import Headers

from blueprints.http.disposition import content_disposition
from blueprints.http.download import note_download
from blueprints.http.headers import DOWNLOAD_HEADERS
from core.archives import Member, archive
from core.storage import BlobStore


def send_archive(store: BlobStore, name: str, members: Sequence[Member]) -> Response:
    """Answer the present request with these files as one zip, of a length that is said before the first byte.

    It is packed as it is sent, without ranges. Each file in it is noted as a download.
    """
    packed = archive(store, name, members)
    headers = Headers(DOWNLOAD_HEADERS)
    headers["Content-Type"] = "application/zip"
    headers["Content-Disposition"] = content_disposition(packed.name)
    headers["Content-Length"] = str(packed.length)
    headers["Accept-Ranges"] = "none"
    if request.method == "HEAD":
        return Response(headers=headers)
    for member in members:
        note_download(member.key)
    return Response(packed.pieces, headers=headers, direct_passthrough=True)
