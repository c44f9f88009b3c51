"""Links to files that need no token: signed, and good for an hour at most. It knows no row and no right.

Honours sheet §6: `/incident_report_images-attachments/<id>/{original|thumb|medium}-<40 hex>.<ext>?Expires=…&Signature=…`.
Whoever makes a link has found the attachment through its caller first.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from core.errors import Code, Refusal, Subject, not_found

PLACE: Final = "/incident_report_images-attachments"
KEY_PAIR: Final = "ADDENDA"
LONGEST: Final = 3600  # seconds
STEP: Final = 600  # seconds: within one such step the link to a file stays the same, so that clients can keep it

_NAME = re.compile(r"(original|thumb|medium)-([0-9a-f]{40})\.[a-z0-9]{1,10}", re.ASCII)
_SUFFIX = re.compile(r"[a-z0-9]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Linked:
    """A file to link to: the attachment, the style, the key of its bytes and the name that gives the suffix."""

    attachment_id: int
    style: str
    key: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and checks links under a secret of their own, at the address of this instance."""

    base: str
    secret: bytes = field(repr=False)

    def to(self, linked: Linked, now: datetime) -> str:
        """Return the link to a file."""
        suffix = linked.file_name.rpartition(".")[2].lower()
        suffix = suffix if "." in linked.file_name and _SUFFIX.fullmatch(suffix) else "bin"
        name = f"{linked.style}-{self._mark_of(linked.attachment_id, linked.style, linked.key)}.{suffix}"
        path = f"{PLACE}/{linked.attachment_id}/{name}"
        expires = (int(now.timestamp()) // STEP) * STEP + LONGEST
        query = {"Expires": expires, "Signature": self._signature(path, str(expires)), "Key-Pair-Id": KEY_PAIR}
        return f"{self.base}{path}?{urlencode(query)}"

    def check(self, path: str, query: Mapping[str, str], now: datetime) -> str:
        """Return the style that a link names; refuses DENIED for one that is not ours, was changed, or is over."""
        found = _NAME.fullmatch(path.rpartition("/")[2])
        expires = query.get("Expires", "")
        given = query.get("Signature", "").encode(errors="surrogatepass")
        if found is None or not hmac.compare_digest(given, self._signature(path, expires).encode()):
            raise Refusal(Code.DENIED, "This link is not valid.", Subject.ROUTE)
        if int(expires) <= now.timestamp():
            raise Refusal(Code.DENIED, "This link has expired.", Subject.ROUTE)
        return found[1]

    def check_bytes(self, path: str, attachment_id: int, style: str, key: str) -> None:
        """Refuse NOT_FOUND when the link was made for other bytes than those that are there now."""
        if f"/{style}-{self._mark_of(attachment_id, style, key)}." not in path:
            raise not_found(Subject.ATTACHMENT)

    def _mark_of(self, attachment_id: int, style: str, key: str) -> str:
        return self._digest(f"bytes\n{attachment_id}\n{style}\n{key}").hex()[:40]

    def _signature(self, path: str, expires: str) -> str:
        return base64.urlsafe_b64encode(self._digest(f"link\n{path}\n{expires}")).decode().rstrip("=")

    def _digest(self, text: str) -> bytes:
        key = hmac.digest(self.secret, b"addenda saferme links", "sha256")
        return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256")
