"""The wiring: settings, extensions, the house, and the mouths in mounting order. It decides nothing."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from blueprints import alloy, http, informer, nimblex, pages, saferme, status, tus, ufdl
from core import collection, database, health, rendering, renditions, retention
from core import settings as settings_room
from core.database import Database
from core.house import House
from core.settings import Settings
from core.storage import FolderStore
from core.tasks import TaskQueue
from models import db

MOUTHS = (status.API, informer.API, alloy.API, ufdl.API, nimblex.API, tus.API)


def create_app(settings: Settings | None = None) -> Flask:
    """Put one instance together; the settings are read from the environment unless given."""
    known = settings or settings_room.load()
    app = http.Application(__name__)
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.config.from_mapping(
        SECRET_KEY=known.secret_key,
        SQLALCHEMY_DATABASE_URI=known.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(known.database_url),
    )
    db.init_app(app)
    queue = TaskQueue(known.queue_url, known.secret_key)
    house = _house(app, known, queue)
    http.install_house(app, house)
    app.extensions["tasks"] = _with_tasks(queue, house)
    http.install(app, known)
    for api in (*MOUTHS, *saferme.apis(known)):
        http.register(app, api)
    pages.install(app)
    # Each trusted proxy appends one address; without any, no forwarded header is believed.
    hops = known.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def house_of(app: Flask) -> House:
    """Return the rows, store and settings that an application works for; commands ask here, they know no blueprint."""
    return http.house(app)


def _house(app: Flask, settings: Settings, queue: TaskQueue) -> House:
    store = FolderStore(settings.instance, settings.disk_reserve)
    with app.app_context():
        lock = database.prepare(db.engine, settings.instance)
    return House(Database(db.session, lock, store), store, settings, queue.wake)


def _with_tasks(queue: TaskQueue, house: House) -> TaskQueue:
    for kind, name in renditions.TASKS.items():
        queue.register(name, lambda row_id, kind=kind: rendering.render(house, row_id, kind))
    queue.at_sweep("renditions", lambda: renditions.wake_lost(house))
    queue.at_sweep("due", lambda: collection.sweep(house))
    queue.at_sweep("trash", lambda: retention.empty_trash(house))
    queue.at_sweep("count", lambda: health.count_large(house))
    return queue
