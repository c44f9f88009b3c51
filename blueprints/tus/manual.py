"""What resumable uploads tell about themselves: a command line for one attachment, and an OpenAPI document."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from apispec import APISpec
from flask import current_app

from blueprints import http
from blueprints.tus import wire
from blueprints.tus.errors import VERSION
from blueprints.tus.metadata import ALGORITHMS, shown
from models import Attachment

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_COUNT: Final = {"type": "integer", "minimum": 0}
_TEXT: Final = {"type": "string"}
_SUMS: Final = "Algorithm and base64 of the sum of this body: " + ", ".join(ALGORITHMS)
_PAIRS: Final = (
    "Keys and base64 of their texts: filename, filetype, record, name, description, folder, area, attachment"
)
_OF_A_BODY: Final = (("Upload-Checksum", False, _TEXT, _SUMS),)
# Method: the headers that it reads beside the protocol's version (name, needed, schema, meaning).
_HEADERS: Final[Mapping[str, Sequence[tuple[str, bool, Mapping[str, Any], str]]]] = {
    "post": (
        ("Upload-Length", True, _COUNT, "Bytes of the whole file"),
        ("Upload-Metadata", False, _TEXT, _PAIRS),
        *_OF_A_BODY,
    ),
    "patch": (("Upload-Offset", True, _COUNT, "Bytes that are there already"), *_OF_A_BODY),
}
_DONE: Final = {
    "options": ("204", ("Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")),
    "post": ("201", ("Location", "Upload-Offset", "Upload-Expires", wire.ATTACHMENT)),
    "head": ("200", ("Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires", wire.ATTACHMENT)),
    "patch": ("204", ("Upload-Offset", "Upload-Expires", wire.ATTACHMENT)),
    "delete": ("204", ()),
}
_REFUSED: Final[Mapping[str, str]] = {
    "400": "A header is missing or malformed, or the body was cut; what came is kept.",
    "401": "No valid credential.",
    "403": "The record may not be edited.",
    "404": "There is no such upload or record, or the caller may not see it.",
    "410": "The upload has expired.",
    "412": f"Another version of the protocol than {VERSION}, or none.",
}
_REFUSED_BODIES: Final[Mapping[str, str]] = {
    "409": "The upload stands elsewhere; Upload-Offset says where.",
    "413": "Larger than a file may be, or more bytes than announced.",
    "415": f"The body is not {wire.BODY_TYPE}.",
    "423": "Another request is adding to it; Retry-After says when to ask again.",
    "460": "The bytes do not have the sum in Upload-Checksum; none of them counts.",
    "507": "There is no room for it.",
}


def curl(row: object) -> Sequence[http.Example]:
    """Return the command line that gives a file new contents; for anything else there is none."""
    if not isinstance(row, Attachment) or row.driver != "file":
        return ()
    pairs = shown({"attachment": str(row.guid), "filename": row.file_name or row.name})
    headers = (
        '"Authorization: Bearer $ADDENDA_TOKEN"',
        f"'Tus-Resumable: {VERSION}'",
        "\"Upload-Length: $(wc -c < FILE | tr -d ' ')\"",
        shlex.quote(f"Upload-Metadata: {pairs}"),
        f"'Content-Type: {wire.BODY_TYPE}'",
    )
    sent = " ".join(f"-H {header}" for header in headers)
    return [("Replace the file", f"curl -sS -i {sent} --data-binary @FILE {http.absolute('/tus/')}")]


def openapi() -> Mapping[str, object]:
    """Return the OpenAPI document, made from the addresses; needs the application's context."""
    spec = APISpec(
        title="Resumable uploads (tus 1.0.0)",
        version=VERSION,
        openapi_version="3.1.0",
        info={"description": f"The tus protocol with {wire.EXTENSIONS.replace(',', ', ')}. Any tus client works."},
    )
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    for path, rules in _paths().items():
        spec.path(path, operations={method: _operation(rule, method) for rule in rules for method in _methods(rule)})
    document: Mapping[str, object] = spec.to_dict()
    return document


def _paths() -> Mapping[str, Sequence[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("tus."):
            found.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), []).append(rule)
    return found


def _methods(rule: Rule) -> Sequence[str]:
    return sorted(method.lower() for method in rule.methods or ())


def _operation(rule: Rule, method: str) -> dict[str, Any]:
    summary = (inspect.getdoc(current_app.view_functions[rule.endpoint]) or "").partition("\n")[0]
    operation: dict[str, Any] = {
        "operationId": f"{method}_{len(rule.arguments)}_{rule.endpoint.removeprefix('tus.')}",
        "summary": summary,
        "parameters": [*_in_path(rule), *_in_headers(method)],
        "responses": _responses(method),
        "security": [] if method == "options" else [{"bearer": []}],
    }
    if method in _HEADERS:
        operation["requestBody"] = {"content": {wire.BODY_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
    return operation


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    meant = {"place": "The record: a GUID, an OID (J000057) or Type/number", "guid": "The upload"}
    return [
        {"name": name, "in": "path", "required": True, "schema": _TEXT, "description": meant[name]}
        for name in sorted(rule.arguments)
    ]


def _in_headers(method: str) -> list[dict[str, Any]]:
    if method == "options":
        return []
    version = ("Tus-Resumable", True, {"type": "string", "const": VERSION}, "The version of the protocol")
    return [
        {"name": name, "in": "header", "required": needed, "schema": schema, "description": meaning}
        for name, needed, schema, meaning in (version, *_HEADERS.get(method, ()))
    ]


def _responses(method: str) -> dict[str, Any]:
    status, names = _DONE[method]
    done = {"description": "Done.", "headers": {name: {"schema": _TEXT} for name in names}}
    if method == "options":
        return {status: done}
    refused = {**_REFUSED, **(_REFUSED_BODIES if method in _HEADERS else {})}
    said = {"text/plain": {"schema": _TEXT}}
    return {status: done, **{code: {"description": words, "content": said} for code, words in refused.items()}}
