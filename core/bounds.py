"""What a column can hold at all, on either database. What it cannot hold is in no row; it knows no table."""

from __future__ import annotations

from typing import Any

_LARGEST = 2**63 - 1


def is_number(number: int) -> bool:
    """Return whether the number fits into 63 bits and a sign; SQLite raises for others, PostgreSQL too."""
    return -_LARGEST <= number <= _LARGEST


def is_text(*texts: str) -> bool:
    """Return whether every text can be kept: PostgreSQL takes no NUL, and half a surrogate pair has no UTF-8."""
    return all("\0" not in text and (text.isascii() or _is_whole(text)) for text in texts)


def is_json(value: Any) -> bool:
    """Return whether every text inside a JSON value, at any depth, can be kept and looked for."""
    match value:
        case str():
            return is_text(value)
        case dict():
            return all(is_text(str(name)) and is_json(part) for name, part in value.items())
        case list() | tuple():
            return all(is_json(part) for part in value)
        case _:
            return True


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
