"""The rows of stored bytes: each blob has one owner, and the transaction that drops the owner queues the bytes.

It knows rows and keys, and never touches the bytes but to remove what its queue says may go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.orm import Session

from core import clock
from core.blobs import BlobStore, Stored
from core.database import Database
from core.prepared import Prepared
from models import Blob, Removal

AFTER_PURGE = timedelta(seconds=60)  # lets a reader who has just looked up the row open the bytes
AFTER_REPLACEMENT = timedelta(minutes=15)
_AT_ONCE = 500  # rows a transaction


def admit(session: Session, stored: Stored) -> Blob:
    """Add the row of bytes that have just been stored, and give it its id."""
    blob = Blob(
        key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        md5=stored.md5,
        crc32=stored.crc32,
        created_at=clock.now(),
    )
    session.add(blob)
    session.flush()
    return blob


def admit_row(connection: Connection, stored: Stored) -> int:
    """Do as `admit` does, in one plain statement, and return the id alone."""
    row = {
        "key": stored.key,
        "size": stored.size,
        "sha256": stored.sha256,
        "md5": stored.md5,
        "crc32": stored.crc32,
        "created_at": clock.now(),
    }
    return _ADMITTED.insert(connection, row)


def release(session: Session | Connection, blob_ids: Iterable[int], after: timedelta) -> None:
    """Drop the rows of blobs whose owners are gone, and queue their bytes for removal `after` a while."""
    wanted = list(blob_ids)
    if not wanted:
        return
    not_before = clock.now() + after
    found = session.execute(select(Blob.key, Blob.size).where(Blob.id.in_(wanted))).all()
    if found:
        queued = [{"key": key, "size": size, "not_before": not_before} for key, size in found]
        session.execute(_QUEUED, queued)
    session.execute(delete(Blob).where(Blob.id.in_(wanted)))


def is_known(database: Database, key: str) -> bool:
    """Return whether a row, of a blob or of a queued removal, names these bytes."""
    return bool(known_among(database, [key]))


def known_among(database: Database, keys: Sequence[str], *, removals: bool = True) -> set[str]:
    """Return those of the keys (some hundreds at the most) that a blob's row names, or a queued removal."""
    with database.reading() as session:
        known = set(session.scalars(select(Blob.key).where(Blob.key.in_(keys))))
        if removals:
            known |= set(session.scalars(select(Removal.key).where(Removal.key.in_(keys))))
        return known


def remove_due(database: Database, store: BlobStore) -> int:
    """Remove the bytes whose time has come; return how many. Bytes that are already gone count as removed."""
    removed = 0
    while keys := _due(database):
        for key in keys:
            store.remove(key)
        with database.writing(frees=True) as session:
            session.execute(delete(Removal).where(Removal.key.in_(keys)))
        removed += len(keys)
    return removed


def _due(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Removal.key).where(Removal.not_before <= clock.now()).limit(_AT_ONCE)))


_BLOBS: Any = Blob.__table__
_ADMITTED = Prepared(insert(_BLOBS), ("key", "size", "sha256", "md5", "crc32", "created_at"))
_QUEUED: Any = insert(Removal.__table__)  # type: ignore[arg-type]  # as above
