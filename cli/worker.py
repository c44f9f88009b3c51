"""The task worker as a child process: it runs what the queue wakes. It knows no task."""

from __future__ import annotations

import logging
import sys
from importlib import import_module

from flask import Flask

from cli.lifeline import die_with
from core.tasks import TaskQueue


def work(factory: str) -> None:
    """Run the tasks of the application that `factory` (`module:function`) makes, until SIGTERM."""
    module, function = factory.split(":")
    app: Flask = getattr(import_module(module), function)()
    queue: TaskQueue = app.extensions["tasks"]
    queue.run(at_thread_start=lambda: app.app_context().push())


if __name__ == "__main__":
    app_factory, parent_pid = sys.argv[1:]
    die_with(int(parent_pid))
    logging.basicConfig(level=logging.WARNING)
    work(app_factory)
