"""The HTML pages: a mouth that translates and decides nothing; it refuses to know any API."""

from __future__ import annotations

from flask import Flask

from blueprints import http
from blueprints.pages import (  # noqa: F401 - each hangs its addresses on the blueprint
    account,
    actions,
    activity,
    admin_house,
    admin_types,
    admin_users,
    archives,
    assets,
    attaching,
    attachments,
    errors,
    guard,
    jobs,
    links,
    looks,
    manual,
    moving,
    outputs,
    records,
    search,
    selection,
    session,
    setup,
    sharing,
    trash,
    words,
)
from blueprints.pages.blueprint import PAGES

API = http.Api(name="pages", title="Pages", prefixes=("/",), shape=errors.shape, blueprint=PAGES, is_pages=True)


def install(app: Flask) -> None:
    """Mount the pages; call it last, so that the guard knows every API that is none of its business."""
    session.install(app)
    guard.install(app)
    words.install(app)
    assets.install(app)
    http.register(app, API)
