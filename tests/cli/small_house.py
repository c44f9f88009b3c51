"""A house with four doors, served by the real `serve`: for tests of the server itself. It knows no table.

`python -m tests.cli.small_house` serves it on a free port.
"""

from __future__ import annotations

import os
import sys
import time

from flask import Flask, request

from cli.output import known_failures
from cli.serve import run
from core.settings import Settings, load
from core.tasks import TaskQueue


def create_app() -> Flask:
    """Make the application: /healthz, /swallow (reads a body), /slow (takes a second), /forwarded (the scheme seen)."""
    app = Flask("small_house")
    settings = load()
    app.extensions["tasks"] = TaskQueue(settings.queue_url, settings.secret_key)
    app.add_url_rule("/healthz", view_func=lambda: "ok", endpoint="healthz")
    app.add_url_rule("/swallow", view_func=swallow, methods=["POST"])
    app.add_url_rule("/slow", view_func=slow)
    app.add_url_rule("/forwarded", view_func=lambda: request.scheme, endpoint="forwarded")
    return app


def swallow() -> str:
    """Read the body to its end and say how long it was."""
    size = 0
    while piece := request.stream.read(65536):
        size += len(piece)
    return str(size)


def slow() -> str:
    """Answer after a second, with the id of the process."""
    time.sleep(1)
    return str(os.getpid())


def prepare(settings: Settings) -> None:
    """Say which instance is got ready."""
    sys.stdout.write(f"preparing {settings.instance.name}\n")


if __name__ == "__main__":
    with known_failures():
        sys.exit(run(load(), "127.0.0.1", 0, 2, prepare, "tests.cli.small_house:create_app"))
