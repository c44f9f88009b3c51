"""The OpenAPI document of SaferMe's API, assembled from its addresses and its structs. It serves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from apispec import APISpec
from flask import current_app
from werkzeug.routing import Rule

from blueprints.saferme.blueprint import API_PATH
from blueprints.saferme.wire import NewFileAttachment
from blueprints.saferme.wire_reports import GivenReport, ReportComment, ReportSignature

# The struct that an endpoint reads, and the name in which its members may be wrapped.
BODIES: Final[Mapping[str, tuple[type, str]]] = {
    "saferme.create_file_attachment": (NewFileAttachment, "file_attachment"),
    "saferme.create_report": (GivenReport, "report"),
    "saferme.revise_report": (GivenReport, "report"),
    "saferme.comment_report": (ReportComment, "report_comment"),
    "saferme.sign_report": (ReportSignature, "report_signature"),
}
_TEXT: Final = {"type": "string"}
_SIGN_IN: Final = ("app_bundle_id", "email", "password")
_SIGN_UP: Final = ("email", "password", "first_name", "last_name")
# What is read without a struct: the members of a body, those that must be there, and the name of their wrapper.
PLAIN: Final[Mapping[str, tuple[Mapping[str, Any], tuple[str, ...], str]]] = {
    "saferme.open_session": (dict.fromkeys(_SIGN_IN, _TEXT), ("email", "password"), "session"),
    "saferme.renew_session": (
        dict.fromkeys(("access_token", "refresh_token"), _TEXT),
        ("access_token", "refresh_token"),
        "session",
    ),
    "saferme.sign_up": (dict.fromkeys(_SIGN_UP, _TEXT), ("email", "password"), "user"),
    "saferme.change_face": (
        {"attached_avatar_id": {"type": ["integer", "null"]}},
        ("attached_avatar_id",),
        "user",
    ),
}
# The parameters of a query, and whether each must be there.
QUERIES: Final[Mapping[str, Mapping[str, bool]]] = {
    "saferme.authorize_upload": {"content_type": True},
    "saferme.list_comments": {"report_id": True},
    "saferme.list_reports": {"updated_after": False, "orderby": False, "fields": False},
    "saferme.search_reports": {"updated_after": False, "orderby": False, "channel_ids": False},
}
SUCCESS: Final[Mapping[str, tuple[str, ...]]] = {
    "saferme.open_session": ("201",),
    "saferme.create_file_attachment": ("200", "202"),
    "saferme.show_file_attachment": ("200", "202"),
    "saferme.create_report": ("201",),
    "saferme.sign_report": ("201",),
    "saferme.comment_report": ("201",),
    "saferme.sign_up": ("201",),
    "saferme.revise_report": ("204",),
    "saferme.forget_report": ("204",),
    "saferme.change_face": ("204",),
}
OPEN: Final = frozenset({"saferme.open_session", "saferme.renew_session"})
_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")


def openapi() -> Mapping[str, object]:
    """Return the document of the running application."""
    spec = APISpec(title="SaferMe API v4", version="4", openapi_version="3.1.0")
    spec.components.security_scheme("token", {"type": "apiKey", "in": "header", "name": "Authorization"})
    _, schemas = msgspec.json.schema_components(
        [struct for struct, _ in BODIES.values()], ref_template="#/components/schemas/{name}"
    )
    for name, schema in schemas.items():
        spec.components.schema(name, schema)
    for rule in _rules():
        spec.path(path=_VARIABLE.sub(r"{\2}", rule.rule), operations=_operations(rule))
    document: Mapping[str, object] = spec.to_dict()
    return document


def _rules() -> Iterator[Rule]:
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("saferme.") and rule.rule.startswith(API_PATH):
            yield rule


def _operations(rule: Rule) -> dict[str, Any]:
    methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return {method.lower(): _operation(rule) for method in sorted(methods)}


def _operation(rule: Rule) -> dict[str, Any]:
    view = current_app.view_functions[rule.endpoint]
    error = {"description": "Refused", "content": {"application/json": {"schema": {"type": "object"}}}}
    responses: dict[str, Any] = {status: {"description": "Done"} for status in SUCCESS.get(rule.endpoint, ("200",))}
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "summary": (view.__doc__ or "").strip(),
        "parameters": [_parameter(kind, name) for kind, name in _VARIABLE.findall(rule.rule)] + _query(rule.endpoint),
        "responses": responses | {"4XX": error},
        "security": [] if rule.endpoint in OPEN else [{"token": []}],
    }
    return operation | _body(rule.endpoint)


def _parameter(kind: str, name: str) -> dict[str, Any]:
    schema = {"type": "integer"} if kind == "digits" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(endpoint: str) -> list[dict[str, Any]]:
    told = QUERIES.get(endpoint, {})
    return [{"name": name, "in": "query", "required": must, "schema": _TEXT} for name, must in told.items()]


def _body(endpoint: str) -> dict[str, Any]:
    bare: dict[str, Any]
    if endpoint in BODIES:
        struct, wrapper = BODIES[endpoint]
        bare = {"$ref": f"#/components/schemas/{struct.__name__}"}
    elif endpoint in PLAIN:
        members, needed, wrapper = PLAIN[endpoint]
        bare = {"type": "object", "properties": dict(members), "required": list(needed)}
    else:
        return {}
    wrapped = {"type": "object", "properties": {wrapper: bare}, "required": [wrapper]}
    return {"requestBody": {"content": {"application/json": {"schema": {"anyOf": [wrapped, bare]}}}}}
