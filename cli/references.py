"""How a record is named at the terminal: GUID, OID or `Type/number`. It knows no row."""

from __future__ import annotations

import re
import uuid

import click

from core.commands import ByGuid, ByNumber, ByOid, Reference

_OID = re.compile(r"[A-Za-z]{1,10}[0-9]{1,18}")


def read_reference(text: str) -> Reference:
    """Return the reference that a text names; BadParameter when it is none of the three forms."""
    if _OID.fullmatch(text):
        return ByOid(text)
    type_name, slash, number = text.rpartition("/")
    if slash and type_name and re.fullmatch(r"[0-9]{1,18}", number):
        return ByNumber(type_name, int(number))
    try:
        return ByGuid(uuid.UUID(text))
    except ValueError:
        raise click.BadParameter(f"“{text}” is no GUID, OID (J000057) or Type/number (Contract/57).") from None
