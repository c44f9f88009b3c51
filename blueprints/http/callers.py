"""Who speaks: the caller of this request, and the grammar of credentials. It checks no password and no token."""

from __future__ import annotations

import base64
import binascii

from flask import g

from core.access import Caller
from core.errors import Code, Refusal, Subject


def set_caller(caller: Caller) -> None:
    """Remember who speaks in this request."""
    g.caller = caller


def caller() -> Caller:
    """Return who speaks in this request; raises Refusal(UNIDENTIFIED) when nobody was identified."""
    known = look_for_caller()
    if known is None:
        raise unidentified("Please sign in.")
    return known


def look_for_caller() -> Caller | None:
    """Return who speaks in this request, or None."""
    known: Caller | None = g.get("caller")
    return known


def parse_authorization(header: str | None) -> tuple[str, str]:
    """Split an Authorization header into scheme (small letters) and value; raises Refusal(UNIDENTIFIED) without both."""
    scheme, _, value = (header or "").strip(" \t").partition(" ")
    value = value.strip(" \t")
    if not scheme or not value:
        raise unidentified("The Authorization header is missing or malformed.")
    return scheme.lower(), value


def basic_credentials(header: str | None) -> tuple[str, str]:
    """Read name and password of HTTP Basic (RFC 7617, UTF-8); raises Refusal(UNIDENTIFIED) for anything else."""
    scheme, value = parse_authorization(header)
    if scheme != "basic":
        raise unidentified("HTTP Basic credentials are needed here.")
    try:
        pair = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise unidentified("The Basic credentials are malformed.") from None
    name, colon, password = pair.partition(":")
    if not colon or any(ord(character) < 32 or ord(character) == 127 for character in pair):
        raise unidentified("The Basic credentials are malformed.")
    return name, password


def unidentified(message: str) -> Refusal:
    """Build the refusal for a missing or unusable credential."""
    return Refusal(Code.UNIDENTIFIED, message, Subject.CREDENTIAL)
