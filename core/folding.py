"""Case-blind comparison: the one fold that columns, queries and look-ups share. It knows no table."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Function, SQLColumnExpression, String, func


def normal(text: str) -> str:
    """Return the text in NFC, the one form in which text is stored, looked up and filtered."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return the key under which two spellings of a name are the same: NFC of the case-folded NFC."""
    return text.lower() if text.isascii() else normal(normal(text).casefold())


def folded(column: SQLColumnExpression[Any]) -> Function[str]:
    """Return the SQL expression that folds a column: a registered function on SQLite, a migrated one on PostgreSQL."""
    return func.addenda_fold(column, type_=String())
