"""The spellings of an object's id: OID and GUID, with and without braces. It looks nothing up."""

from __future__ import annotations

import re
import uuid
from typing import Final

from core.commands import ByGuid, ByOid, Reference
from core.errors import Subject, not_found

_GUID: Final = re.compile(
    r"\{?(?P<hex>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})\}?", re.IGNORECASE
)
_OID: Final = re.compile(r"[A-Za-z]{1,10}[0-9]{1,18}")


def read_reference(text: str) -> Reference:
    """Return the object that an `<oid>` names, as an OID or GUID in any case (sheet §5).

    Raises Refusal(NOT_FOUND) for anything else: what is no id names no object.
    """
    guid = read_guid(text)
    if guid is not None:
        return ByGuid(guid)
    if not _OID.fullmatch(text):
        raise not_found(Subject.RECORD)
    return ByOid(text)


def read_guid(text: str) -> uuid.UUID | None:
    """Return the GUID that a text spells, with or without braces and hyphens, or None."""
    found = _GUID.fullmatch(text.strip())
    return None if found is None else uuid.UUID(found["hex"])


def show_guid(guid: uuid.UUID) -> str:
    """Spell a GUID as lists do: capitals in braces."""
    return f"{{{str(guid).upper()}}}"


def show_bare_guid(guid: uuid.UUID) -> str:
    """Spell a GUID as the answers to actions do: small letters, no braces."""
    return str(guid)
