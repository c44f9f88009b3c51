"""Verification: every stored byte is read again and compared with its row. It knows no attachment, only blobs.

It may run while the server does: what is just arriving or leaving is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select, update

from core import clock
from core.batches import batched
from core.custody import known_among
from core.errors import Code, Refusal
from core.house import House
from core.progress import Progress
from models import Blob

_AT_ONCE = 500  # rows or keys a look-up


@dataclass(slots=True)
class Findings:
    """What a verification found: keys of blobs, by fault; `checked` counts blobs and `size` their bytes."""

    checked: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    repaired: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.missing or self.corrupt or self.orphaned)


def verify(house: House, progress: Progress, *, repair: bool = False) -> Findings:
    """Read every stored byte again and report what is missing, corrupt or without a row.

    `repair` removes what has no row, and marks the rows of lost bytes as damaged: the bytes themselves cannot be made
    again, and are reported no more. `progress` is told of each checked blob.
    """
    findings = Findings(repaired=repair)
    for rows in _batches_of_rows(house):
        for row in rows:
            _check(house, row, findings)
            progress.update(1)
    findings.orphaned = list(orphans(house))
    if repair:
        _mark_damaged(house, findings)
        remove_orphans(house, findings.orphaned)
    return findings


def count(house: House) -> int:
    """Return how many blobs a verification has to read."""
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Blob).where(Blob.damaged_at.is_(None))) or 0


def orphans(house: House) -> Iterator[str]:
    """Yield the keys of bytes that no row names and that are not just arriving."""
    for keys in batched(house.store.keys(), _AT_ONCE):
        yield from still_orphans(house, keys)


def still_orphans(house: House, keys: Sequence[str]) -> list[str]:
    """Return those of the keys that no row names and that are not just arriving, in their order."""
    known = known_among(house.database, keys)
    suspects = [key for key in keys if key not in known and not _moves(house, key)]
    # What arrived between the two looks has its row by now.
    known = known_among(house.database, suspects)
    return [key for key in suspects if key not in known]


def remove_orphans(house: House, keys: Sequence[str]) -> int:
    """Remove bytes that still have no row; return how many. Nothing that has none can be given one any more."""
    return sum(house.store.remove(key) for batch in batched(keys, _AT_ONCE) for key in still_orphans(house, batch))


def _moves(house: House, key: str) -> bool:
    """Return whether bytes without a row are just arriving, or have just gone."""
    try:
        return house.store.is_arriving(key)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise
        return True


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    key: str
    size: int
    sha256: str


def _batches_of_rows(house: House) -> Iterator[Sequence[_Row]]:
    last = 0
    while batch := _rows_after(house, last):
        yield batch
        last = batch[-1].id


def _rows_after(house: House, last: int) -> Sequence[_Row]:
    statement = (
        select(Blob.id, Blob.key, Blob.size, Blob.sha256)
        .where(Blob.id > last, Blob.damaged_at.is_(None))
        .order_by(Blob.id)
        .limit(_AT_ONCE)
    )
    with house.database.reading() as session:
        return [_Row(*row) for row in session.execute(statement)]


def _check(house: House, row: _Row, findings: Findings) -> None:
    try:
        found = house.store.digest(row.key)
    except Refusal as refusal:
        if refusal.code is Code.INTERNAL:
            findings.corrupt.append(row.key)  # a disk that cannot read them has them no more; the rest is read on
            return
        if refusal.code is not Code.NOT_FOUND:
            raise
        # Gone since its row was read? Then the row is gone too.
        if known_among(house.database, [row.key], removals=False):
            findings.missing.append(row.key)
        return
    findings.checked += 1
    findings.size += found.size
    if (found.size, found.sha256) != (row.size, row.sha256):
        findings.corrupt.append(row.key)


def _mark_damaged(house: House, findings: Findings) -> None:
    for batch in batched([*findings.missing, *findings.corrupt], _AT_ONCE):
        with house.database.writing() as session:
            session.execute(update(Blob).where(Blob.key.in_(batch)).values(damaged_at=clock.now()))
