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
        "parameters": [_parameter(kind, name) for kind, name in _VARIABLE.findall(rule.rule)],
        "responses": responses | {"4XX": error},
        "security": [] if rule.endpoint in OPEN else [{"token": []}],
    }
    return operation | _body(rule.endpoint)


def _parameter(kind: str, name: str) -> dict[str, Any]:
    schema = {"type": "integer"} if kind == "digits" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _body(endpoint: str) -> dict[str, Any]:
    if endpoint not in BODIES:
        return {}
    struct, wrapper = BODIES[endpoint]
    bare = {"$ref": f"#/components/schemas/{struct.__name__}"}
    wrapped = {"type": "object", "properties": {wrapper: bare}, "required": [wrapper]}
    return {"requestBody": {"content": {"application/json": {"schema": {"anyOf": [wrapped, bare]}}}}}
