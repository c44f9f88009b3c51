"""What a verb that touches bytes works with: the rows, the store and the settings of one instance. Wiring, no verb."""

from __future__ import annotations

from dataclasses import dataclass

from core.blobs import BlobStore
from core.database import Database
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """One instance of Addenda, put together once in app.py."""

    database: Database
    store: BlobStore
    settings: Settings
