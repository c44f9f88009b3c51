"""What this API tells about itself: command lines for one output, and an OpenAPI document. It serves nothing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
from apispec import APISpec
from flask import current_app

from blueprints import http
from blueprints.ufdl import auth, filters, job_wire, wire
from models import JobOutput

if TYPE_CHECKING:
    from werkzeug.routing import Rule

_TEXT: Final = {"type": "string"}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_STRUCTS: Final[Mapping[str, type]] = {
    "list_outputs": filters.FilterSpec,
    "list_jobs": filters.FilterSpec,
    "list_templates": filters.FilterSpec,
    "list_nodes": filters.FilterSpec,
    "download": wire.DownloadBody,
    "start_job": job_wire.StartBody,
    "finish_job": job_wire.FinishBody,
    "create_job": job_wire.CreateJobBody,
}
_SHOWN: Final = {"job-outputs": wire.Output, "outputs": wire.Output, "jobs": job_wire.Job}
_NODE: Final = {
    "type": "object",
    "required": ["ip", "index", "cpu_mem"],
    "properties": {
        "ip": _TEXT,
        "index": {"type": "integer"},
        "driver_version": {"type": ["string", "null"]},
        "hardware_generation": {"type": ["string", "null"]},
        "gpu_mem": {"type": ["integer", "null"]},
        "cpu_mem": {"type": "integer"},
    },
}


def _fields(*names: str) -> dict[str, Any]:
    return {"type": "object", "required": list(names), "properties": dict.fromkeys(names, _TEXT)}


_PLAIN: Final[Mapping[str, Any]] = {
    "obtain": _fields("username", "password"),
    "refresh": _fields("refresh"),
    "verify": _fields("token"),
    "progress_job": {"type": "object"},
    "describe_job": {"type": "object", "properties": {"description": _TEXT}},
    "create_node": _NODE,
    "describe_node": {**_NODE, "required": []},
}
_REFUSAL: Final = {
    "type": "object",
    "properties": {"detail": _TEXT, "code": _TEXT, "messages": {"type": "array", "items": {"type": "object"}}},
    "additionalProperties": {"type": "array", "items": _TEXT},
}


def curl(row: object) -> Sequence[http.Example]:
    """Return command lines for one output with its job loaded; for anything else there are none."""
    if not isinstance(row, JobOutput):
        return ()
    ask, place = 'curl -sS -H "Authorization: Bearer $ADDENDA_TOKEN"', http.absolute("/v1/job-outputs")
    one, named = f"{place}/{row.id}", f"""{{"type": "exact", "field": "job", "value": {row.job_number}}}"""
    return (
        ("List the outputs of the job", f"""{ask} --json '{{"expressions": [{named}]}}' {place}/list"""),
        ("Show this one", f"{ask} {one}"),
        ("Download it", f"{ask} -X POST -OJ {one}/download"),
        ("Add another", f"{ask} --data-binary @FILE {http.absolute(f'/v1/jobs/{row.job_number}/outputs')}/NAME/TYPE"),
        ("Put it in the trash", f"{ask} -X DELETE {one}"),
    )


def openapi() -> Mapping[str, object]:
    """Return the OpenAPI document, made from the addresses and the structs; needs the application's context."""
    spec = APISpec(title="UFDL jobs and job outputs", version="1", openapi_version="3.1.0")
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    structs = {*_STRUCTS.values(), *_SHOWN.values()}
    _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    for name, schema in sorted(schemas.items()):
        spec.components.schema(name, schema)
    spec.components.schema("Refusal", _REFUSAL)
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint.startswith("ufdl."):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            spec.path(path, operations={method.lower(): _operation(rule, method) for method in methods})
    document: Mapping[str, object] = spec.to_dict()
    return document


def _operation(rule: Rule, method: str) -> dict[str, Any]:
    name = rule.endpoint.removeprefix("ufdl.")
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{name}_{len(rule.rule)}",
        "summary": inspect.getdoc(current_app.view_functions[rule.endpoint]),
        "parameters": [*_path_parameters(rule), *_node_parameter(rule)],
        "responses": _responses(rule, name, method),
        "security": [] if rule.endpoint in auth.OPEN else [{"bearer": []}],
    }
    body = _body(name)
    return operation if body is None else operation | {"requestBody": {"content": body}}


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    numbers = set(re.findall(r"<digits:(\w+)>", rule.rule))
    return [
        {"name": one, "in": "path", "required": True, "schema": {"type": "integer"} if one in numbers else _TEXT}
        for one in sorted(rule.arguments)
    ]


def _node_parameter(rule: Rule) -> list[dict[str, Any]]:
    if rule.endpoint in auth.OPEN:
        return []
    return [{"name": "Node-Id", "in": "header", "schema": {"type": "integer"}}]


def _body(name: str) -> dict[str, Any] | None:
    if name == "add_output":
        return {"application/data": _BINARY}
    if name in _STRUCTS:
        return {wire.JSON: {"schema": {"$ref": f"#/components/schemas/{_STRUCTS[name].__name__}"}}}
    return {wire.JSON: {"schema": _PLAIN[name]}} if name in _PLAIN else None


def _responses(rule: Rule, name: str, method: str) -> dict[str, Any]:
    refused = {"content": {wire.JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    answers = {status: {"description": words, **refused} for status, words in _REFUSED.items()}
    if name.startswith("refuse_"):
        return answers
    if name in {"destroy_output", "destroy_job", "destroy_node"}:
        return {"204": {"description": "It is gone."}, **answers}
    if f"ufdl.{name}" in auth.OPEN:
        answers["429"] = {"description": "Too many failed tries; `Retry-After` says how long to wait.", **refused}
    return {"201" if name == "create_node" else "200": _answer(rule, name, method), **answers}


_REFUSED: Final = {
    "400": "A body, a header or a value that breaks a rule.",
    "401": "No valid credential.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or the caller may not see it.",
    "406": "The job is in another phase, or JSON is not accepted.",
}


def _answer(rule: Rule, name: str, method: str) -> dict[str, Any]:
    if f"ufdl.{name}" in auth.BINARY:
        return {"description": "The bytes.", "content": {wire.DATA: _BINARY}}
    resource = next((part for part in reversed(rule.rule.split("/")) if part in _SHOWN), None)
    if resource is None or method == "HEAD":
        return {"description": "What was asked for."}
    one: dict[str, Any] = {"$ref": f"#/components/schemas/{_SHOWN[resource].__name__}"}
    schema = {"type": "array", "items": one} if name.startswith("list_") else one
    return {"description": "What was asked for.", "content": {wire.JSON: {"schema": schema}}}
