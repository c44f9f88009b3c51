"""Spares the suite work that teaches nothing when it is done thousands of times; it changes nothing that a test sees."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

from core import passwords

Builder = Callable[..., tuple[str, str]]
BETWEEN_COLLECTIONS = (
    20_000  # objects; 700 of Python's own would look through an application several times while it is made
)


@dataclass(frozen=True)
class _Parsed:
    """What a route's text says."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]


class KnownRule(Rule):
    """A route that is read and translated into code once, not for every test's application: that is most of making one."""

    _parsed: ClassVar[dict[tuple[object, ...], _Parsed]] = {}
    _known: ClassVar[dict[tuple[object, ...], Builder]] = {}

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        key = (rule, *self.map.converters.values())
        if key not in self._parsed:
            before = len(self._trace)
            parts = list(super()._parse_rule(rule))
            self._parsed[key] = _Parsed(parts, self._trace[before:], dict(self._converters))
            return parts
        known = self._parsed[key]
        self._trace += known.trace
        self._converters |= known.converters
        self.arguments |= known.converters.keys()
        return known.parts

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        if self.defaults:  # they become part of the code
            return super()._compile_builder(append_unknown)
        key = (append_unknown, *self._trace)
        if key not in self._known:
            self._known[key] = super()._compile_builder(append_unknown)
        return self._known[key]


class KnownTemplates(BytecodeCache):
    """The code of every template that some application of this process has compiled, as long as its source is the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._known[bucket.key, bucket.checksum] = bucket.code


_spoken: dict[str, Engine] = {}  # of each driver, the engine that has compiled for all


def know_the_wiring() -> None:
    """Let every application of this process be made of such routes and templates."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KnownTemplates()}


def know_passwords() -> None:
    """Have the process that checks passwords asked each question once; what it answers to the same one is the same.

    New hashes it computes each time, and one that was put in its place is asked anew.
    """
    ask = passwords._asked
    known: dict[tuple[object, ...], bytes] = {}

    def asked(question: bytes) -> bytes:
        if question.startswith(b"\n"):  # for a new hash
            return ask(question)
        key = (question, *passwords._CHILD)
        if key not in known:
            known[key] = ask(question)
        return known[key]

    passwords._asked = asked


def know_statements(engine: Engine) -> None:
    """Let an engine that has not connected yet use what earlier ones of its driver have compiled."""
    known = _spoken.get(engine.url.drivername)
    if known is None or not hasattr(known.dialect, "server_version_info"):  # it has never connected
        _spoken[engine.url.drivername] = engine
    else:
        engine.dialect = known.dialect
        engine._compiled_cache = known._compiled_cache


def collect_less() -> None:
    """Leave out what was imported and collected when garbage is looked for, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(BETWEEN_COLLECTIONS, 10, 10)
