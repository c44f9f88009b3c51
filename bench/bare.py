"""The peer of a request: a Flask handler that does nothing, behind the server and settings of Addenda itself.

`python -m bench.bare` serves it on a free port. It knows no table and no store.
"""

from __future__ import annotations

import sys

from flask import Flask, Response, jsonify

from cli.output import known_failures
from cli.serve import run
from core.settings import Settings, load
from core.tasks import TaskQueue


def create_app() -> Flask:
    """Make the application: one route with a number in it, which answers as large a JSON as an output is."""
    app = Flask("bare")
    settings = load()
    app.extensions["tasks"] = TaskQueue(settings.queue_url, settings.secret_key)
    app.add_url_rule("/healthz", view_func=lambda: "ok", endpoint="healthz")
    app.add_url_rule("/v1/job-outputs/<int:pk>", view_func=retrieve)
    return app


def retrieve(pk: int) -> Response:
    """Show an output that is always the same."""
    return jsonify(
        pk=pk,
        job=1,
        name="n0",
        type="bin",
        creator=1,
        creation_time="2026-11-23T01:56:42.032887Z",
        deletion_time=None,
    )


def _nothing(_settings: Settings) -> None:
    """Prepare nothing: there is nothing."""


if __name__ == "__main__":
    with known_failures():
        sys.exit(run(load(), "127.0.0.1", 0, 2, _nothing, "bench.bare:create_app"))
