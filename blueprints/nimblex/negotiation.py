"""Content negotiation by the rules of JSON:API 1.1, exactly: 406, 415, and query parameters that nobody knows.

It looks at headers and names of parameters, never at a body or a row. Routes of bytes do not come here (sheet §6).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from flask import Request
from werkzeug.datastructures import MultiDict

from blueprints.nimblex.documents import MEDIA_TYPE
from blueprints.nimblex.errors import NOT_ACCEPTABLE
from core.errors import Code, Refusal, Subject, invalid

# A parameter of a media type, its value quoted or not (RFC 9110 §5.6.6), and one entry of a list of them (§5.6.1).
_PARAMETER = re.compile(r';[ \t]*([^\s;,="]+)[ \t]*=[ \t]*("(?:\\.|[^"\\])*"|[^\s;,"]*)')
_ENTRY = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^",])+')


def require_acceptable(request: Request) -> None:
    """Refuse with 406 when JSON:API is named in Accept, and only with parameters that this server does not know."""
    named = [entry for entry in _ENTRY.findall(request.headers.get("Accept", "")) if _essence(entry) == MEDIA_TYPE]
    if named and not any(_is_clean(entry, of_accept=True) for entry in named):
        raise Refusal(
            Code.UNSUPPORTED,
            f"No extension of {MEDIA_TYPE} is spoken here.",
            Subject.BODY,
            details={"reason": NOT_ACCEPTABLE, "header": "Accept"},
        )


def require_readable(request: Request) -> None:
    """Refuse with 415 a JSON body of another type, or of ours with a parameter other than `profile`; no body, no type."""
    given = request.headers.get("Content-Type", "")
    is_ours = _essence(given) == MEDIA_TYPE
    is_spoilt = is_ours and not _is_clean(given)
    is_foreign = _has_body(request) and not is_ours and _essence(given) != "application/json"
    if is_spoilt or is_foreign:
        raise Refusal(
            Code.UNSUPPORTED,
            f"Send the body as {MEDIA_TYPE}, without parameters but profile.",
            Subject.BODY,
            details={"header": "Content-Type"},
        )


def require_known_parameters(given: MultiDict[str, str], known: Collection[str]) -> None:
    """Refuse with 400 the first query parameter that this address does not know, or that comes twice (sheet §6)."""
    for name, values in given.lists():
        if name not in known:
            raise parameter_refused(name, f"The parameter “{name}” is not supported here.")
        if len(values) > 1:
            raise parameter_refused(name, f"The parameter “{name}” is given more than once.")


def parameter_refused(name: str, message: str) -> Refusal:
    """Build the refusal whose `source.parameter` is that name."""
    return invalid(name, message, Subject.QUERY, parameter=name)


def _essence(entry: str) -> str:
    return entry.partition(";")[0].strip().lower()


def _is_clean(entry: str, *, of_accept: bool = False) -> bool:
    names = {name.lower() for name, _ in _PARAMETER.findall(entry)}
    return names <= ({"profile", "q"} if of_accept else {"profile"})


def _has_body(request: Request) -> bool:
    length = request.headers.get("Content-Length", "0")
    return length.strip() != "0" or "Transfer-Encoding" in request.headers
