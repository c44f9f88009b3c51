"""What monitors read: plain words, and the text format of Prometheus. It knows no row."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from blueprints import http
from core.errors import Code, Refusal
from core.health import Fullness

STATUSES: http.StatusTable = {**http.USUAL, Code.NO_SPACE: 503, Code.INTERNAL: 503}
_COUNTS = ("users", "records", "attachments", "outputs", "waiting")
_KINDS = ("live", "trash", "versions", "renditions", "uploads", "leaving")


def show_words(words: str) -> Response:
    """Answer with one line of plain text."""
    return Response(f"{words}\n", mimetype="text/plain")


def show_refusal(refusal: Refusal) -> Response:
    """Answer a refusal with its one line."""
    return Response(f"{refusal}\n", status=http.status_for(STATUSES, refusal), mimetype="text/plain")


def show_metrics(found: Fullness) -> Response:
    """Answer in the text format of Prometheus: bytes and counts, each a gauge."""
    registry = CollectorRegistry()
    facts = asdict(found)
    rows = Gauge(
        "addenda_rows", "Rows by what they are; waiting are attachments not yet processed.", ["of"], registry=registry
    )
    for name in _COUNTS:
        rows.labels(name).set(facts[name])
    stored = Gauge("addenda_stored_bytes", "Bytes in the store by what they are kept for.", ["as"], registry=registry)
    for name in _KINDS:
        stored.labels(name).set(facts[name])
    Gauge("addenda_free_bytes", "Bytes that the store still takes.", registry=registry).set(found.free)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
