"""File names as people see them: cleaned, shortened, marked. It knows no path: a name never becomes part of one.

Their comparison without case is core.folding.fold.
"""

from __future__ import annotations

import re

from core.errors import invalid
from core.folding import normal

LONGEST = 255  # bytes of UTF-8, the limit of the file systems a download may land on

# Bidirectional controls and invisible characters: kept, since languages need them, but marked where they are shown.
_HIDDEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def clean_name(text: str, field: str = "name") -> str:
    """Return the name in NFC, or refuse it.

    Raises Refusal(INVALID, field) for an empty name, `.`, `..`, control characters, half a surrogate pair, and more
    than 255 bytes of UTF-8. Slashes, quotes and right-to-left text stay: a name is data.
    """
    if _FORBIDDEN.search(text):
        raise invalid(field, "The name holds a control character.")
    name = normal(text)
    if not name.strip():
        raise invalid(field, "The name is empty.")
    if name in {".", ".."}:
        raise invalid(field, f"{name} is not a name.")
    if len(name.encode()) > LONGEST:
        raise invalid(field, f"The name is longer than {LONGEST} bytes.")
    return name


def base_name(text: str) -> str:
    """Return what follows the last slash or backslash; some clients send the whole path of their disk."""
    return re.split(r"[/\\]", text)[-1]


def has_hidden(text: str) -> bool:
    """Tell whether the name holds characters that do not show or that turn the direction of writing."""
    return _HIDDEN.search(text) is not None
