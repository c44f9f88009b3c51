"""What a verb that touches bytes works with: the rows, the store and the settings of one instance. Wiring, no verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.blobs import BlobStore
from core.database import Database
from core.settings import Settings


def _wake_nobody(_task: str, *_arguments: int | str) -> None:
    """Do nothing: a house without a queue leaves its work to the next sweep."""


@dataclass(frozen=True, slots=True)
class House:
    """One instance of Addenda, put together once in app.py."""

    database: Database
    store: BlobStore
    settings: Settings
    wake: Callable[..., None] = _wake_nobody  # the name of a task and its arguments; never fails (DECISIONS 20)
