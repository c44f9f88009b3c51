"""Which API owns a path: each registers one object. This module knows no API by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flask import Blueprint, Flask, Response, current_app

from core.errors import Refusal

_EXTENSION = "addenda.http"


class HttpSettings(Protocol):
    """What this room reads of the settings."""

    @property
    def base_url(self) -> str | None:
        """Return the external address, or None to take it from the request."""

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """Return the host names that requests may carry; none means any."""

    @property
    def cors_origins(self) -> tuple[str, ...]:
        """Return the browser origins that may call the APIs."""


Example = tuple[str, str]  # title, command line


def _no_examples(_row: object) -> Sequence[Example]:
    return ()


@dataclass(frozen=True)
class Api:
    """One mouth of the house: the paths it owns, how it words a refusal, and what the pages may show of it.

    `prefixes` match on whole segments (`/api` owns `/api` and `/api/jobs`, not `/apis`); `/` owns all that is left.
    `credential` says in a line what a request is signed with. `curl` takes an attachment or output row and gives titles
    and commands. `exposes` are the reply headers that a browser of another origin may read. `is_pages` marks the one owner
    whose replies are HTML; `reads_page_cookie` one that the pages' own scripts call, and that asks for the page's token
    before it changes anything.
    """

    name: str
    title: str
    prefixes: tuple[str, ...]
    shape: Callable[[Refusal], Response]
    blueprint: Blueprint | None = None
    credential: str = ""
    curl: Callable[[object], Sequence[Example]] = _no_examples
    openapi: Callable[[], Mapping[str, object]] | None = None
    exposes: tuple[str, ...] = ()
    is_pages: bool = False
    reads_page_cookie: bool = False


@dataclass
class Registry:
    """What install() leaves on the application: the settings and the APIs in the order of their registration."""

    settings: HttpSettings
    apis: list[Api] = field(default_factory=list)
    claims: list[tuple[str, Api]] = field(default_factory=list)  # each prefix without its last slash, the longest first


def open_registry(app: Flask, settings: HttpSettings) -> None:
    """Give the application its empty registry."""
    app.extensions[_EXTENSION] = Registry(settings)


def registry(app: Flask | None = None) -> Registry:
    """Return the registry of this application, or of the current one."""
    found: Registry = (app or current_app).extensions[_EXTENSION]
    return found


def register(app: Flask, api: Api) -> None:
    """Enter an API and mount its blueprint; ValueError when one of its prefixes has an owner already."""
    taken = {prefix for known in registry(app).apis for prefix in known.prefixes}
    clash = taken.intersection(api.prefixes)
    if clash:
        raise ValueError(f"{api.name}: {sorted(clash)} has an owner already")
    registry(app).apis.append(api)
    registry(app).claims.extend((prefix.rstrip("/"), api) for prefix in api.prefixes)
    registry(app).claims.sort(key=lambda claim: -len(claim[0]))
    if api.blueprint is not None:
        app.register_blueprint(api.blueprint)


def registered(app: Flask | None = None) -> tuple[Api, ...]:
    """Return every API in the order of registration."""
    return tuple(registry(app).apis)


def owner_of(path: str, app: Flask | None = None) -> Api | None:
    """Return the API that owns a path: the longest prefix wins, on the boundary of a segment."""
    for prefix, api in registry(app).claims:
        if _covers(prefix, path):
            return api
    return None


def _covers(stem: str, path: str) -> bool:
    return path.startswith(stem) and path[len(stem) : len(stem) + 1] in {"", "/"}
