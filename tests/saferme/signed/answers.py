"""What the receiver answers, read out of its documents. It knows no server."""

from __future__ import annotations

import hashlib
import re
from html import unescape

from werkzeug.test import TestResponse

MD5 = hashlib.md5(b"bytes", usedforsecurity=False)
ETAG = f'"{MD5.hexdigest()}"'


def members(reply: TestResponse) -> dict[str, str]:
    """Return the texts of a document by the names of their elements."""
    return {name: unescape(value) for name, value in re.findall(r"<(\w+)>([^<]*)</\1>", reply.text)}


def refused(reply: TestResponse) -> tuple[int, str, str]:
    """Return status, code and message of a refusal."""
    assert reply.content_type == "application/xml"
    found = members(reply)
    return reply.status_code, found["Code"], found["Message"]
