"""What this API tells about itself: ready command lines for one attachment, and an OpenAPI document. It serves nothing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from apispec import APISpec
from flask import current_app

from blueprints import http
from blueprints.alloy import paths
from blueprints.alloy.ids import show_bare_guid

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_TEXT: Final = {"type": "string"}
_COUNT: Final = {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+$"}]}
_NEW: Final = {
    "type": "object",
    "required": ["FileName"],
    "properties": {
        "FileName": {"type": "string", "description": "of a link: its target"},
        "Description": _TEXT,
        "Data": {"type": "string", "format": "byte", "description": "empty for a link"},
        "IsLink": {"type": "boolean"},
    },
}
_PLACED: Final = {**_NEW, "properties": {**_NEW["properties"], "AttachmentArea": _TEXT}}  # type: ignore[dict-item]  # a plain dict
_QUERY: Final = {
    "type": "object",
    "properties": {
        "filters": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "properties": {
                    "name": _TEXT,
                    "value": {},
                    "operation": {"type": "string", "enum": ["=", "<>", "<", "<=", ">", ">="]},
                },
            },
        },
        "sort": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["property"],
                "properties": {"property": _TEXT, "direction": {"type": "string", "enum": ["asc", "desc"]}},
            },
        },
        "fields": {"type": "array", "items": _TEXT},
        "offset": _COUNT,
        "limit": _COUNT,
        "searchText": _TEXT,
    },
}
_IN_CLASS: Final = {"objectClass": _TEXT, "refField": _TEXT}
_FILES: Final = {"type": "array", "items": _PLACED}
_LISTS: Final = frozenset({"list_attachments", "list_objects", "list_activities", "list_dictionary"})
_IN_QUERY: Final = (  # what a list by GET knows besides the names of columns
    ("par_fields", _TEXT),
    ("par_sort_asc", _TEXT),
    ("par_sort_desc", _TEXT),
    ("par_offset", {"type": "integer", "minimum": 0}),
    ("par_limit", {"type": "integer", "minimum": 0}),
    ("par_searchtext", _TEXT),
)
_BODIES: Final[Mapping[str, Any]] = {
    "grant_token": {
        "type": "object",
        "required": ["grant_type"],
        "properties": dict.fromkeys(("grant_type", "username", "password", "client_id", "client_secret"), _TEXT),
    },
    "list_attachments": _QUERY,
    "list_objects": _QUERY,
    "list_activities": _QUERY,
    "list_dictionary": {**_QUERY, "properties": {**_QUERY["properties"], **_IN_CLASS}},  # type: ignore[dict-item]  # as above
    "add_attachments": {"oneOf": [_NEW, {"type": "array", "items": _NEW, "minItems": 1}]},
    "describe_attachment": {"type": "object", "required": ["Description"], "properties": {"Description": _TEXT}},
    "create_object": {
        "type": "object",
        "required": ["ActionId"],
        "properties": {"ActionId": {}, "Fields": {"type": "object"}, "Attachments": _FILES},
    },
    "run_action": {"type": "object", "properties": {"Attachments": _FILES}, "additionalProperties": True},
}
_ENVELOPE: Final = {
    "type": "object",
    "required": ["success", "errorCode", "errorText", "responseObject"],
    "properties": {
        "success": {"type": "boolean"},
        "errorCode": {"type": "integer"},
        "errorText": _TEXT,
        "responseObject": {"type": "object", "nullable": True},
    },
}


def curl(row: object) -> Sequence[http.Example]:
    """Return command lines for one attachment with its record loaded; for anything else there are none."""
    record, guid = getattr(row, "record", None), getattr(row, "guid", None)
    if record is None or guid is None or not hasattr(row, "link_target"):
        return ()
    place = f"{http.base_url()}{paths.ROOT}/Object/{record.oid}/Attachments"
    command, one = 'curl -H "Authorization: bearer $ADDENDA_TOKEN"', f"{place}/{show_bare_guid(guid)}"
    listing = ("List the attachments", f"{command} {place}")
    adding = (
        "Attach a file",
        f"""{command} -X PUT -d '{{"FileName": "Hello.txt", "Data": "SGVsbG8h"}}' {place}""",
    )
    describing = ("Describe it", f"""{command} -X PATCH -d '{{"Description": "New description"}}' {one}""")
    removing = ("Remove it", f"{command} -X DELETE {one}")
    if getattr(row, "blob_id", None) is None:
        return listing, adding, describing, removing
    return listing, ("Download it", f"{command} -OJ {one}/download"), adding, describing, removing


def openapi() -> Mapping[str, object]:
    """Return the OpenAPI 3 document of this API, made from its routes; needs the application's context."""
    spec = APISpec(title="Alloy objects", version="v2", openapi_version="3.0.3")
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Envelope", _ENVELOPE)
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("alloy."):
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            spec.path(path, operations={method.lower(): _operation(rule, method) for method in methods})
    document: Mapping[str, object] = spec.to_dict()
    return document


def _operation(rule: Rule, method: str) -> dict[str, Any]:
    name = rule.endpoint.removeprefix("alloy.")
    summary = inspect.getdoc(current_app.view_functions[rule.endpoint])
    parameters = [{"name": one, "in": "path", "required": True, "schema": _TEXT} for one in sorted(rule.arguments)]
    operation: dict[str, Any] = {
        "operationId": f"{name}_{method.lower()}",
        "summary": summary,
        "parameters": parameters + (_in_query(name) if method == "GET" else []),
        "responses": _responses(name),
        "security": [] if name == "grant_token" else [{"bearer": []}],
    }
    if name in _BODIES and method != "GET":
        operation["requestBody"] = {"content": {"application/json": {"schema": _BODIES[name]}}}
    return operation


def _in_query(name: str) -> list[dict[str, Any]]:
    told = [{"name": one, "in": "query", "schema": schema} for one, schema in _IN_QUERY if name in _LISTS]
    if name == "list_dictionary":
        return [{"name": one, "in": "query", "required": True, "schema": _TEXT} for one in _IN_CLASS] + told
    return told


def _responses(name: str) -> dict[str, Any]:
    if name == "grant_token":
        members = {"access_token": _TEXT, "token_type": _TEXT, "expires_in": {"type": "integer"}}
        granted = {"application/json": {"schema": {"type": "object", "properties": members}}}
        return {"200": {"description": "a token", "content": granted}, "400": {"description": "an OAuth error"}}
    enveloped = {"application/json": {"schema": {"$ref": "#/components/schemas/Envelope"}}}
    done = {"description": "the envelope, of a success or a refusal", "content": enveloped}
    if name == "download":
        done = {"description": "the bytes, or the envelope of a refusal"}
    return {"200": done, "401": {"description": "no valid token", "content": enveloped}}
