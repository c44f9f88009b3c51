"""Command lines for one attachment in this API, ready to be copied. It knows no page."""

from __future__ import annotations

from collections.abc import Sequence

from blueprints import http
from blueprints.saferme.blueprint import API_PATH
from models import Attachment


def examples(row: object) -> Sequence[http.Example]:
    """Return titles and commands for an attachment; this API has none for other rows."""
    if not isinstance(row, Attachment):
        return ()
    address = http.absolute(f"{API_PATH}/file_attachments/{row.id}")
    ask = f"curl -sS -H 'Authorization: Token token='\"$ADDENDA_TOKEN\" {address}"
    shown: list[http.Example] = [("Show the file attachment", ask)]
    if row.blob_id is None:
        return shown
    link = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"original_url\"])'"
    return [*shown, ("Download the file", f'curl -sS -OJ "$({ask} | {link})"')]
