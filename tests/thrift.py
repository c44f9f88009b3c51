"""Spares the suite work that teaches nothing when it is done thousands of times; it changes nothing that a test sees."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import ClassVar

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
BETWEEN_COLLECTIONS = (
    20_000  # objects; 700 of Python's own would look through an application several times while it is made
)


class KnownRule(Rule):
    """A route that is translated into code once, not for every test's application: that is most of making one."""

    _known: ClassVar[dict[tuple[object, ...], Builder]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        if self.defaults:  # they become part of the code
            return super()._compile_builder(append_unknown)
        key = (append_unknown, *self._trace)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


def know_routes() -> None:
    """Let every application of this process be made of such routes."""
    Flask.url_rule_class = KnownRule


def collect_less() -> None:
    """Leave out what was imported and collected when garbage is looked for, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_COLLECTIONS, 10, 10)
