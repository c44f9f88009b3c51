"""The collector: the net below the exact clean-up of a start. It knows keys, and no attachment.

Bytes without a row are marked in one run and removed in a later one, after a grace counted since the machine's boot, so
that no jump of the clock removes anything (DECISIONS 18).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, func, select

from core import clock, custody, resumable, sign_ins, submissions, tokens, uploads
from core.batches import batched
from core.errors import Code, Refusal
from core.house import House
from core.verification import orphans, remove_orphans
from models import Blob, OrphanMark

GRACE = 1.0  # hours
_GUARDED_ABOVE = 100  # blobs
_GUARDED_SHARE = 0.05
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_AT_ONCE = 500


@dataclass(slots=True)
class Collected:
    """What a run did: keys removed, keys only marked so far, uploads and queued removals that were due."""

    removed: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    uploads: int = 0
    due: int = 0
    dry: bool = False


def collect(house: House, grace: float = GRACE, *, dry: bool = False) -> Collected:
    """Remove bytes that have had no row for `grace` hours, expired uploads, and what is queued and due.

    With no grace one run does it all; a dry run changes nothing. Refuses CONFLICT when more than 5 % of over 100 blobs
    would go: then the wrong database is mounted rather than so much lost.
    """
    result = Collected(dry=dry)
    found = list(orphans(house))
    ripe = found if grace <= 0 else _ripe(house, found, grace)
    _guard(house, ripe)
    result.removed, result.marked = ripe, [key for key in found if key not in set(ripe)]
    if dry:
        return result
    _remember(house, result)
    remove_orphans(house, ripe)
    result.uploads = uploads.expire(house)
    resumable.drop_strays(house)
    result.due = custody.remove_due(house.database, house.store)
    return result


def sweep(house: House) -> None:
    """Do what is due every minute: queued removals, expired uploads, dead sessions, tries, tokens and submissions."""
    custody.remove_due(house.database, house.store)  # first: on a full disk this makes the room that the others need
    uploads.expire(house)
    resumable.drop_strays(house)
    sign_ins.drop_dead(house.database)
    tokens.drop_dead(house.database, clock.now())
    submissions.drop_old(house.database)


def _ripe(house: House, keys: Sequence[str], grace: float) -> list[str]:
    boot, seconds = _since_boot()
    with house.database.reading() as session:
        old = (OrphanMark.boot == boot, OrphanMark.seconds <= seconds - grace * 3600)
        marked = set(session.scalars(select(OrphanMark.key).where(*old)))
    return [key for key in keys if key in marked]


def _guard(house: House, keys: Sequence[str]) -> None:
    with house.database.reading() as session:
        known = session.scalar(select(func.count()).select_from(Blob)) or 0
    total = known + len(keys)
    if total > _GUARDED_ABOVE and len(keys) > total * _GUARDED_SHARE:
        message = f"{len(keys)} of {total} stored files have no row. Is this the right database? Nothing was removed."
        raise Refusal(Code.CONFLICT, message)


def _remember(house: House, result: Collected) -> None:
    boot, seconds = _since_boot()
    with house.database.writing() as session:
        mine = set(session.scalars(select(OrphanMark.key).where(OrphanMark.boot == boot)))
        fresh = set(result.marked) - mine
        # A mark counts from its own boot: after a restart of the machine the grace begins anew.
        session.execute(delete(OrphanMark).where(OrphanMark.boot != boot))
        # Those that go now lose theirs, and those that are no orphans any more.
        for batch in batched(sorted(mine - set(result.marked)), _AT_ONCE):
            session.execute(delete(OrphanMark).where(OrphanMark.key.in_(batch)))
        session.add_all(OrphanMark(key=key, boot=boot, seconds=seconds) for key in sorted(fresh))


def _since_boot() -> tuple[str, float]:
    boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else "boot"
    return boot, time.clock_gettime(time.CLOCK_BOOTTIME)
