"""The OpenAPI document of the Nimblex API, assembled from its route list and its structs. It serves nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from apispec import APISpec
from msgspec import Struct

from blueprints.nimblex import record_wire, role_wire, wire
from blueprints.nimblex.documents import MEDIA_TYPE
from blueprints.nimblex.paths import ROOT
from blueprints.nimblex.routes import BYTES, DOCUMENTS, Route

BODIES: Final[Mapping[str, type[Struct]]] = {
    "create_record": record_wire.RecordDocument,
    "patch_record": record_wire.RecordDocument,
    "put_record": record_wire.RecordDocument,
    "patch_parent": record_wire.ToOne,
    "create_role": role_wire.RoleDocument,
    "patch_role": role_wire.RoleDocument,
    "change_parents": role_wire.ToMany,
    "change_children": role_wire.ToMany,
    "patch_role_department": role_wire.ToOneDepartment,
    "patch_supervisor": role_wire.ToOneRole,
    "create_department": role_wire.DepartmentDocument,
    "patch_department": role_wire.DepartmentDocument,
    "patch_department_parent": role_wire.ToOneDepartment,
}
PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "list_attachments": wire.LIST_PARAMETERS,
    "read_record": record_wire.RECORD_PARAMETERS,
    "search_rows": record_wire.ROWS_PARAMETERS,
    "read_role": role_wire.ROLE_PARAMETERS,
    "list_departments": role_wire.DEPARTMENT_PARAMETERS,
    "read_department": role_wire.DEPARTMENT_PARAMETERS,
}
_WITH_BODY: Final = {"create": "201", "put": "201", "patch": "204", "delete": "204"}
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
_BINARY = {"schema": {"type": "string", "format": "binary"}}


def openapi() -> Mapping[str, object]:
    """Return the document; paths are relative to the server's own address."""
    spec = APISpec(title="Nimblex JSON:API", version="1.0", openapi_version="3.1.0")
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    _, schemas = msgspec.json.schema_components(list(BODIES.values()), ref_template="#/components/schemas/{name}")
    for name, schema in schemas.items():
        spec.components.schema(name, schema)
    for route in BYTES:
        _enter(spec, route, _bytes_operation(route))
    for route in DOCUMENTS:
        _enter(spec, route, _document_operation(route))
    document: Mapping[str, object] = spec.to_dict()
    return document


def _enter(spec: APISpec, route: Route, operation: dict[str, Any]) -> None:
    methods, rule, handler = route
    for method in methods.split():
        named = {**operation, "operationId": f"{method.lower()}_{handler.__name__}"}
        spec.path(path=ROOT + _VARIABLE.sub(r"{\1}", rule), operations={method.lower(): named})


def _bytes_operation(route: Route) -> dict[str, Any]:
    method, _, _ = route
    operation = _operation(route, {"200": {"description": "Done", **_bytes_sent(method)}})
    return operation if method == "GET" else {**operation, "requestBody": {"content": {"*/*": _BINARY}}}


def _bytes_sent(method: str) -> dict[str, Any]:
    return {"content": {"*/*": _BINARY}} if method == "GET" else {}


def _document_operation(route: Route) -> dict[str, Any]:
    methods, _, handler = route
    verb = handler.__name__.partition("_")[0]
    status = "200" if methods == "GET" else _WITH_BODY.get(verb, "200")
    shown = {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}} if methods == "GET" or status == "201" else {}
    operation = _operation(route, {status: {"description": "Done", **shown}, **_else(verb)})
    body = BODIES.get(handler.__name__)
    if body is None:
        return operation
    schema = {"$ref": f"#/components/schemas/{body.__name__}"}
    return {**operation, "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}}


def _else(verb: str) -> dict[str, Any]:
    return {"204": {"description": "Replaced"}} if verb == "put" else {}


def _operation(route: Route, responses: dict[str, Any]) -> dict[str, Any]:
    _, rule, handler = route
    missing = {"404": {"description": "Not found, or not to be seen: no body"}}
    errors = {"description": "Refused", "content": {MEDIA_TYPE: {"schema": {"type": "object", "required": ["errors"]}}}}
    queries = sorted(PARAMETERS.get(handler.__name__, frozenset()))
    return {
        "summary": (handler.__doc__ or "").strip(),
        "parameters": [
            *(_parameter(name, "path", required=True) for name in _VARIABLE.findall(rule)),
            *(_parameter(name, "query", required=False) for name in queries),
        ],
        "responses": {**responses, **missing, "4XX": errors},
        "security": [{"basic": []}, {"bearer": []}],
    }


def _parameter(name: str, place: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
