"""Bodies of requests as PowerShell sends them: members in any case, one object where a list is due. It knows no member."""

from __future__ import annotations

from typing import Any, Final

from blueprints.http import JsonRules
from core.errors import Code, Refusal, Subject
from core.folding import fold

LEGACY: Final = JsonRules(legacy_text=True)  # PowerShell 5.1 sends Latin-1 and byte order marks (sheet §11)


def members(value: object, what: str) -> dict[str, Any]:
    """Return an object with its members' names folded; null is an empty one.

    Raises Refusal(INVALID, body) for anything else, and for two members that differ in case alone.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal(Code.INVALID, f"{what} is not a JSON object.", Subject.BODY)
    found = {fold(name): member for name, member in value.items()}
    if len(found) < len(value):
        raise Refusal(Code.INVALID, f"{what} names a member twice.", Subject.BODY)
    return found


def a_list(value: object) -> list[object]:
    """Return a list: PowerShell unwraps those of one element, and null is an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
