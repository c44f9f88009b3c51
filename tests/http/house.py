"""A small house with two owners of paths, on which the shared HTTP grammar is tried."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, request

from blueprints import http
from core.errors import Code, Refusal, Subject
from core.storage import BlobStore, FolderStore

MODIFIED = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000  # three megabytes in which every place is known


@dataclass(frozen=True)
class Settings:
    """The settings that this room reads."""

    base_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ("https://friend.example",)


@dataclass
class House:
    """An application, its store, and what is offered for download."""

    store: BlobStore
    settings: Settings = field(default_factory=Settings)
    offered: http.Download | None = None
    kept: list[str] = field(default_factory=list)

    def offer(self, body: bytes, name: str | None = "a.txt", media_type: str = "text/plain") -> http.Download:
        """Store bytes and offer them at /api/file."""
        with self.store.receive([body]) as arrival:
            arrival.keep()
        stored = arrival.stored
        self.offered = http.Download(stored.key, len(body), stored.sha256, name, media_type, MODIFIED)
        return self.offered

    def app(self) -> Flask:
        """Build the application."""
        app = Flask("house", static_folder=None)
        http.install(app, self.settings)
        http.register(app, http.Api("api", "The API", ("/api",), shape_json, self._routes(), exposes=("X-Own",)))
        http.register(app, http.Api("deeper", "A deeper API", ("/api/v2",), shape_deeper))
        http.register(app, http.Api("pages", "Pages", ("/",), shape_page, is_pages=True))
        app.add_url_rule("/", "front", lambda: "<h1>Hello</h1>")
        return app

    def _routes(self) -> Blueprint:
        routes = Blueprint("api", __name__)
        routes.add_url_rule("/api/raw", view_func=self.raw, methods=["POST", "PUT"])
        routes.add_url_rule("/api/form", view_func=self.form, methods=["POST"])
        routes.add_url_rule("/api/json", view_func=read_back, methods=["POST"])
        routes.add_url_rule("/api/file", view_func=self.file)
        routes.add_url_rule("/api/inline", view_func=self.shown)
        routes.add_url_rule("/api/number/<digits:number>", view_func=number)
        routes.add_url_rule("/api/refuse/<code>", view_func=refuse)
        routes.add_url_rule("/api/break", view_func=break_down)
        routes.add_url_rule("/api/address", view_func=address)
        return routes

    def raw(self) -> Response:
        """Store the raw body."""
        with self.store.receive(http.incoming(request, 8 * 2**20)) as arrival:
            arrival.keep()
            self.kept.append(arrival.stored.key)
        return jsonify(size=arrival.stored.size, sha256=arrival.stored.sha256)

    def form(self) -> Response:
        """Store the files of a form, each whole form or nothing."""
        return jsonify(list(self._parts(http.read_form(request, 8 * 2**20, 4 * 2**20))))

    def file(self) -> Response:
        """Send what is offered."""
        assert self.offered is not None
        return http.send(self.store, self.offered)

    def shown(self) -> Response:
        """Send what is offered, in place where that is safe."""
        assert self.offered is not None
        return http.send(self.store, self.offered, inline=True)

    def _parts(self, form: http.Form) -> Iterator[dict[str, object]]:
        for part in form:
            if isinstance(part, http.Field):
                yield asdict(part)
            else:
                with self.store.receive(part.to_end()) as arrival:
                    arrival.keep()
                yield {
                    "name": part.name,
                    "filename": part.filename,
                    "content_type": part.content_type,
                    "size": arrival.stored.size,
                }


def served() -> Flask:
    """Build the application for a server process, over the folder that HOUSE_FOLDER names, with a file on offer."""
    house = House(FolderStore(Path(os.environ["HOUSE_FOLDER"]), reserve=4096))
    house.offer(LARGE, "large.png", "image/png")
    return house.app()


def read_back() -> Response:
    """Say what JSON was understood."""
    return jsonify(http.read_json_any(request, 8 * 2**20))


def number(number: int) -> str:
    """Say the number."""
    return str(number)


def address() -> str:
    """Say the absolute address of /here."""
    return http.absolute("/here")


def refuse(code: str) -> str:
    """Refuse as asked."""
    raise Refusal(Code(code), "No.", Subject.JOB, retry_after=7 if code == "unavailable" else None)


def break_down() -> str:
    """Fail in a way that nobody expected."""
    raise ZeroDivisionError("the secret is 4711")


def shape_json(refusal: Refusal) -> Response:
    """Word a refusal as the API does."""
    body = {"error": refusal.code, "field": refusal.field, "message": refusal.message, "subject": refusal.subject}
    return Response(json.dumps(body), http.status_for(http.USUAL, refusal), content_type="application/json")


def shape_deeper(refusal: Refusal) -> Response:
    """Word a refusal as the deeper API does: always with 200."""
    return Response(f"deeper {refusal.code}", 200, content_type="text/plain")


def shape_page(refusal: Refusal) -> Response:
    """Word a refusal as the pages do."""
    return Response(f"<h1>{refusal.code}</h1>", http.status_for(http.USUAL, refusal), content_type="text/html")
