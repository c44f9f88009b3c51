"""Stores to compare pages of: one of the size asked for, with an administrator and an editor, and places to look at.

Made once and kept under `.bench/`, for a million attachments take minutes; another schema or other demo data make a new one.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from bench.instances import NAME, PASSWORD
from blueprints.http import house as house_of
from blueprints.pages.marks import show_mark
from cli import migrations
from core import accounts, archives, attachment_rows, builtin, demo, demo_bulk, jobs, records, shares
from core.access import HOUSE
from core.commands import ByGuid, ById, ReviseRecord
from core.house import House
from core.keyset import Mark
from core.progress import Silent
from core.settings import load
from models import Attachment, AuditEvent, JobOutput, Level, Record, Role, SearchEntry, User

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = CHECKOUT / ".bench"
EDITOR = "editor"
MINE = 10  # private jobs that the editor owns or that are shared with them
DONE = "done"


@dataclass(frozen=True, slots=True)
class Store:
    """An instance on the disk, and what the addresses of its pages need."""

    folder: Path
    environment: dict[str, str]
    places: dict[str, Any]


def stored(size: int, database_url: str | None = None) -> Store:
    """Return a store of `size` attachments; on SQLite the kept one, where there is one."""
    folder = KEPT / f"{size}-{_fingerprint() if database_url is None else 'elsewhere'}"
    environment = {"ADDENDA_DISK_RESERVE": "0 B"} | (
        {} if database_url is None else {"ADDENDA_DATABASE_URL": database_url}
    )
    if database_url is not None or not (folder / DONE).exists():
        _clear(folder, size)
    application = create_app(load({"ADDENDA_INSTANCE": str(folder), **environment}))
    with application.app_context():
        if not (folder / DONE).exists():
            _fill(application, size)
            (folder / DONE).touch()
        return Store(folder, environment, _places(house_of(application)))


def _clear(folder: Path, size: int) -> None:
    """Remove what was kept of that size: it was made by another schema."""
    for old in (path for path in folder.parent.glob(f"{size}-*") if path.is_dir()):
        shutil.rmtree(old)


def _fingerprint() -> str:
    sources = [*sorted((CHECKOUT / "migrations/versions").glob("*.py")), Path(demo_bulk.__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def _fill(application: Flask, size: int) -> None:
    migrations.upgrade()
    house = house_of(application)
    builtin.install(house.database)
    demo_bulk.load_many(house, size, Silent())
    accounts.add(house.database, HOUSE, accounts.AddUser(NAME, Role.ADMIN, PASSWORD))
    editor = accounts.add(house.database, HOUSE, accounts.AddUser(EDITOR, Role.EDITOR, PASSWORD))
    _give_some(house, editor)


def _give_some(house: House, editor: User) -> None:
    with house.database.reading() as session:
        private = (
            select(Record.id).where(Record.kind == "job", Record.private.is_(True)).order_by(Record.id).limit(MINE)
        )
        ids = session.scalars(private).all()
    for row_id in ids[: len(ids) // 2]:
        records.revise(house.database, HOUSE, row_id, ReviseRecord(owner_id=editor.id))
    for row_id in ids[len(ids) // 2 :]:
        shares.set_level(house.database, HOUSE, records.find(house.database, HOUSE, ById(row_id)), editor, Level.READ)


def _places(house: House) -> dict[str, Any]:
    full = jobs.find(house.database, HOUSE, ByGuid(demo.guid_of(demo_bulk.FULL)))
    files = archives.weigh(house.database, HOUSE, full).all.files
    with house.database.reading() as session:
        public = (Record.private.is_(False), Record.deleted_at.is_(None))
        job = _middle(session, Record, Record.kind == "job", *public)
        contract = _middle(session, Record, Record.kind == "record", *public)
        file = _middle(session, Attachment, attachment_rows.of_record(full))
        made = _middle(session, JobOutput, JobOutput.job_id == full.id)
        one = session.scalars(
            select(Attachment)
            .join(Record, Record.id == Attachment.record_id)
            .where(Record.parent_id == job.id, Attachment.deleted_at.is_(None))
            .limit(1)
        ).one()
        return {
            "full": full.number,
            "files": files,
            "job": job.number,
            "contract": contract.number,
            "file": one.guid,
            "output": session.scalars(select(JobOutput.id).where(JobOutput.job_id == job.id)).one(),
            "editor": session.scalars(select(User.id).where(User.name_key == EDITOR)).one(),
            "deep_job": show_mark(Mark(job.updated_at, job.id)),
            "deep_name": show_mark(Mark(job.title_key, job.id)),
            "deep_contract": show_mark(Mark(contract.updated_at, contract.id)),
            "deep_file": show_mark(Mark(file.created_at, file.id)),
            "deep_output": show_mark(Mark(made.id, made.id)),
            "deep_entry": _middle(session, SearchEntry).id,
            "deep_line": _middle(session, AuditEvent).id,
            "day": job.created_at.date().isoformat(),
        }


def _middle(session: Session, model: Any, *conditions: Any) -> Any:
    """Return the row six tenths up the way, so that a page and more lies on either side of it."""
    ids: Sequence[int] = session.scalars(select(model.id).where(*conditions).order_by(model.id)).all()
    return session.get_one(model, ids[len(ids) * 6 // 10])
