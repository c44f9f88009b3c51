"""How amounts are written: bytes, things that are counted, and a refusal that names a limit. It knows no row and no form."""

from __future__ import annotations

from typing import Final

from core.errors import Code, Refusal

_UNITS: Final = ("KiB", "MiB", "GiB", "TiB")


def size(number: int) -> str:
    """Return bytes as people read them: `1 byte`, `38.2 MiB`."""
    if number < 1024:
        return counted(number, "byte")
    value, unit = float(number), ""
    for unit in _UNITS:  # noqa: B007 - the last one reached is the answer
        value /= 1024
        if value < 1023.95:
            break
    return f"{value:.1f} {unit}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def said(refusal: Refusal) -> str:
    """Return a refusal's words for people: a limit in bytes is written as the pages write sizes."""
    limit = refusal.details.get("limit")
    if refusal.code is Code.TOO_LARGE and isinstance(limit, int):
        return f"Too large: at most {size(limit)}."
    return refusal.message
