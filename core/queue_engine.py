"""The one place that imports huey, without the database driver that it would load for queues that few choose.

That driver takes 9 MiB of every process; a queue on PostgreSQL loads it when it is opened. It knows no task.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_DRIVER = "psycopg"


@contextmanager
def _driver_left_out() -> Iterator[None]:
    if _DRIVER in sys.modules:
        yield
        return
    sys.modules[_DRIVER] = None  # type: ignore[assignment]  # the import system's own sign for “not to be had”
    try:
        yield
    finally:
        del sys.modules[_DRIVER]


with _driver_left_out():
    from huey import Huey
    from huey import storage as _storage
    from huey.exceptions import ConfigurationError
    from huey.serializer import SignedSerializer

RedisStorage, SqliteStorage = _storage.RedisStorage, _storage.SqliteStorage


def postgres_storage() -> type:
    """Return the storage of a queue on PostgreSQL, its driver loaded."""
    _storage.psycopg = importlib.import_module(_DRIVER)
    storage: type = _storage.PostgresStorage
    return storage


__all__ = [
    "ConfigurationError",
    "Huey",
    "RedisStorage",
    "SignedSerializer",
    "SqliteStorage",
    "postgres_storage",
]
