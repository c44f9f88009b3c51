"""The pages of the APIs: an index, and for each what it serves, made of its OpenAPI document. They know no API by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify

from blueprints import http
from blueprints.http import Api
from blueprints.pages.blueprint import PAGES
from blueprints.pages.frame import shown
from blueprints.pages.jobs import Answer
from core.errors import Subject, not_found

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its method and path, a line about it, and the statuses that it answers."""

    method: str
    path: str
    summary: str
    statuses: Sequence[str]


@PAGES.get("/docs")
def list_apis() -> Answer:
    """Show the APIs with their addresses."""
    return shown("manual/index.html", apis=_documented())


@PAGES.get("/docs/<name>")
def show_api(name: str) -> Answer:
    """Show what an API serves."""
    api, document = _found(name)
    return shown("manual/api.html", api=api, info=document.get("info", {}), operations=_operations(document))


@PAGES.get("/docs/<name>/openapi.json")
def show_openapi(name: str) -> Response:
    """Send the OpenAPI document of an API."""
    _, document = _found(name)
    return jsonify(document)


def _documented() -> list[Api]:
    return [api for api in http.registered() if api.openapi is not None]


def _found(name: str) -> tuple[Api, Mapping[str, Any]]:
    for api in _documented():
        if api.name == name and api.openapi is not None:
            return api, api.openapi()
    raise not_found(Subject.ROUTE)


def _operations(document: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(
            method.upper(),
            path,
            str(said.get("summary") or said.get("description") or ""),
            sorted(map(str, said.get("responses", {}))),
        )
        for path, item in document.get("paths", {}).items()
        for method, said in item.items()
        if method in _METHODS
    ]
