"""Command lines for one attachment in this API, ready to be copied. It knows no page."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from blueprints import http
from blueprints.nimblex import wire
from models import Attachment

_SEND = 'curl -sS -H "Authorization: Bearer $ADDENDA_TOKEN"'


def examples(row: object) -> Sequence[http.Example]:
    """Return titles and commands for an attachment; there are none for one without bytes, nor for other rows.

    The address is a path, so it means the newest file of that name.
    """
    if not isinstance(row, Attachment) or row.record is None or row.blob_id is None:
        return ()
    name = shlex.quote(row.file_name or row.name)
    listed = http.absolute(wire.record_path(row.record, "attachments"))
    content = http.absolute(wire.content_path(row.record, row))
    return [
        ("List what is attached", f"{_SEND} {listed}"),
        ("Download the file", f"{_SEND} -o {name} {content}"),
        ("Replace the file", f"{_SEND} --data-binary @{name} {content}"),
        ("Delete the file", f"{_SEND} -X DELETE {content.replace('/attachments/content/', '/attachments/', 1)}"),
    ]
