"""What this API tells about itself: command lines for one attachment, and an OpenAPI document. It serves nothing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from apispec import APISpec

from blueprints import http
from blueprints.informer import attachment_wire, auth, job_wire, routes, session_wire
from core import jobs
from core.commands import ById
from models import Attachment

_BODIES: Final[Mapping[str, type]] = {
    "log_in": session_wire.LogIn,
    "log_in_to": session_wire.LogIn,
    "mint_token": session_wire.NewToken,
    "create_job": job_wire.NewJob,
    "revise_job": job_wire.JobChange,
    "give_share": job_wire.ShareChange,
    "add_action": job_wire.NewAction,
    "revise_action": job_wire.ActionChange,
    "create_attachment": attachment_wire.NewAttachment,
    "revise_attachment": attachment_wire.AttachmentChange,
}
_CREATED: Final = frozenset({"create_job", "add_action", "create_attachment", "mint_token", "store_file"})
_BYTES: Final = frozenset({"send_contents", "send_stored_file"})
_LISTS: Final = frozenset({"list_jobs", "list_bare_jobs", "list_attachments", "list_stored_files"})
_FORM: Final = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}
_RAW: Final = {"schema": {"type": "string", "format": "binary"}}
_REFUSAL: Final = {
    "type": "object",
    "required": ["statusCode", "error", "message"],
    "properties": {
        "statusCode": {"type": "integer"},
        "error": {"type": "string"},
        "message": {"type": "string"},
        "validation": {
            "type": "object",
            "properties": {
                "source": {"type": "string", "enum": ["payload", "query", "params"]},
                "keys": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}


def curl(row: object) -> Sequence[http.Example]:
    """Return command lines for an attachment of an action; for anything else there are none."""
    if not isinstance(row, Attachment) or row.record is None:
        return ()
    record = row.record
    if record.kind != "action" or record.parent_id is None:
        return ()
    job = jobs.find(http.house().database, http.caller(), ById(record.parent_id))
    place = http.absolute(f"{job_wire.job_path(job.guid)}/actions/{record.guid}/attachments")
    return _lines(place, row)


def openapi() -> Mapping[str, object]:
    """Return the OpenAPI document, assembled from the list of addresses and the structs of the bodies."""
    spec = APISpec(title="Informer job attachments", version="5", openapi_version="3.1.0")
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    spec.components.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": auth.COOKIE})
    _, schemas = msgspec.json.schema_components(set(_BODIES.values()), ref_template="#/components/schemas/{name}")
    for name, schema in sorted(schemas.items()):
        spec.components.schema(name, schema)
    spec.components.schema("Refusal", _REFUSAL)
    for methods, path, handler in routes.RULES:
        operations = {method.lower(): _operation(method, path, handler) for method in methods.split()}
        spec.path(path=re.sub(r"<(\w+)>", r"{\1}", f"/api{path}"), operations=operations)
    document: Mapping[str, object] = spec.to_dict()
    return document


def _lines(place: str, attachment: Attachment) -> Sequence[http.Example]:
    command, one = 'curl -sS -H "Authorization: Bearer $ADDENDA_TOKEN"', f"{place}/{attachment.guid}"
    shown = [("List the attachments", f"{command} {place}"), ("Show this one", f"{command} {one}")]
    if attachment.driver == "file":
        shown.append(("Upload a new version", f"{command} -T FILE {one}/{attachment_wire.CONTENTS}"))
    if attachment.blob_id is not None:
        shown.append(("Download it", f"{command} -OJ {one}/{attachment_wire.CONTENTS}"))
    return [*shown, ("Rename it", f"""{command} -X PUT --json '{{"name": "New name"}}' {one}""")]


def _operation(method: str, path: str, handler: routes.Handler) -> dict[str, Any]:
    name = handler.__name__
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{name}" if name == "log_out" else name,
        "summary": inspect.getdoc(handler),
        "parameters": [*_path_parameters(path), *(_LIST_PARAMETERS if name in _LISTS else ())],
        "responses": _responses(method, name),
        "security": [] if f"informer.{name}" in auth.PUBLIC else [{"bearer": []}, {"basic": []}, {"cookie": []}],
    }
    body = _body(name)
    return operation if body is None else operation | {"requestBody": {"required": True, "content": body}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(\w+)>", path)
    ]


_COUNT: Final = {"type": "integer", "minimum": 0}
_LIST_PARAMETERS: Final = tuple(
    {"name": name, "in": "query", "schema": schema}
    for name, schema in (("q", {"type": "string"}), ("sort", {"type": "string"}), ("limit", _COUNT), ("start", _COUNT))
)


def _body(name: str) -> dict[str, Any] | None:
    if name == "store_file":
        return {"multipart/form-data": _FORM}
    if name == "receive_contents":
        return {"application/octet-stream": _RAW, "multipart/form-data": _FORM}
    if name not in _BODIES:
        return None
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{_BODIES[name].__name__}"}}}


def _responses(method: str, name: str) -> dict[str, Any]:
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    refused = {"default": {"description": "Refused", "content": refusal}}
    if method == "DELETE" or name == "log_out":
        return {"204": {"description": "Done"}, **refused}
    if name in _BYTES:
        sent = {"description": "The bytes", "content": {"*/*": _RAW}}
        return {"200": sent, "206": sent, "304": {"description": "Not modified"}, **refused}
    kind = "array" if name == "list_bare_jobs" else "object"
    document = {"description": "The document", "content": {"application/json": {"schema": {"type": kind}}}}
    return {"201" if name in _CREATED else "200": document, **refused}
