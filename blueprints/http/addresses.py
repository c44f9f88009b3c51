"""Addresses: strict paths, whole numbers in them, and the absolute form of our own. It knows no route."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from flask import Flask, request
from werkzeug.exceptions import SecurityError
from werkzeug.routing import BaseConverter

from blueprints.http.api import registry
from core.errors import Code, Refusal, Subject


class DigitsConverter(BaseConverter):
    """`<digits:number>`: up to 18 ASCII digits, so that every match fits in 63 bits and means one number."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return its digits."""
        return str(value)


def install_addresses(app: Flask) -> None:
    """Add the converter, believe only trusted hosts, and refuse addresses that are not UTF-8."""
    app.url_map.converters["digits"] = DigitsConverter
    app.config["TRUSTED_HOSTS"] = list(registry(app).settings.trusted_hosts) or None
    app.before_request(_refuse_bad_address)


def base_url() -> str:
    """Return the external address without a trailing slash: the setting, else the host of this request, once trusted."""
    configured = registry().settings.base_url
    return (configured or request.root_url).rstrip("/")


def absolute(path: str) -> str:
    """Return the absolute form of a path that begins with a slash."""
    return base_url() + path


def _refuse_bad_address() -> None:
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    path = str(request.environ.get("PATH_INFO", "")).encode("latin-1")
    query = unquote_to_bytes(re.sub("[^ -~]", "%ff", str(request.environ.get("QUERY_STRING", ""))))
    _refuse_bad_bytes(path, Subject.ROUTE)
    _refuse_bad_bytes(query, Subject.QUERY)


def _refuse_bad_bytes(given: bytes, subject: Subject) -> None:
    # The framework would turn every broken byte into the same sign, and two names into one.
    try:
        text = given.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(Code.INVALID, "The address is not UTF-8.", subject) from None
    if "\0" in text:
        raise Refusal(Code.INVALID, "The address holds a NUL character.", subject)
