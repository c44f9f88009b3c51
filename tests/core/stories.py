"""Small words for the stories of the core: refused, attached, read back, done at once. It knows no fixture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

from core import actions, attachments, clock, outputs, uploads
from core.access import Caller
from core.commands import Attach, ById, RecordOutput, Replace
from core.errors import Code, Refusal
from core.folding import fold
from core.house import House
from models import Attachment, Base, Group, Job, JobOutput, Membership, Record, Removal, Upload, User, db

T = TypeVar("T")


@contextmanager
def refused(code: Code, field: str | None = None) -> Iterator[None]:
    """Expect the block to be refused with that code (and at that field); anything else fails."""
    refusal: Refusal | None = None
    try:
        yield
    except Refusal as caught:
        refusal = caught
    assert refusal is not None, f"expected the refusal {code}"
    assert refusal.code is code, f"expected {code}, not {refusal.code}: {refusal}"
    assert field in (None, refusal.field)


def code_of(act: Callable[[], object]) -> tuple[Code | None, str | None]:
    """Return the code and the field with which something is refused, or twice None."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code, refusal.field
    return None, None


def reading_only(caller: Caller) -> Caller:
    """Return the same person with a credential that may only read."""
    return replace(caller, scope="read")


def attached(house: House, caller: Caller, record: Record, name: str = "plan.txt", content: bytes = b"a") -> Attachment:
    """Attach a file of these bytes."""
    return attachments.attach(house, caller, record, Attach(file_name=name, content=[content]))


def replaced(house: House, caller: Caller, attachment: Attachment, content: bytes) -> Attachment:
    """Give an attachment these bytes."""
    return attachments.replace(house, caller, attachment, Replace([content]))


def recorded(
    house: House, caller: Caller, job: Job, name: str = "out", type_: str = "txt", content: bytes = b"made"
) -> JobOutput:
    """Keep an output of a job that has been started."""
    made = outputs.record(house, caller, ById(job.id), RecordOutput(name, type_, [content]))
    return outputs.find(house.database, caller, made.id)


def forget_output(house: House, caller: Caller, output: JobOutput) -> None:
    """Put an output in the trash."""
    outputs.forget(house.database, caller, output.id)


def received(house: House, caller: Caller, name: str = "plan.txt", content: bytes = b"sent before") -> Upload:
    """Send a file ahead of its attachment."""
    return uploads.receive_file(house, caller, Attach(file_name=name, content=[content]))


def start(house: House, job: Job) -> None:
    """Start a job, as a node would."""
    with house.database.writing() as session:
        session.get_one(Job, job.id).started_at = clock.now()


def finish(house: House, job: Job) -> None:
    """End a job without an error, as a node would."""
    with house.database.writing() as session:
        session.get_one(Job, job.id).ended_at = clock.now()


def bytes_of(house: House, attachment: Attachment | JobOutput) -> bytes:
    """Read what is stored under a row."""
    assert attachment.blob is not None
    with house.store.open(attachment.blob.key) as kept:
        return kept.read()


def kept_keys(house: House) -> list[str]:
    """List the keys of all stored bytes."""
    return sorted(house.store.keys())


def queued(house: House) -> dict[str, float]:
    """Return the keys that are queued for removal, with the seconds that they still have."""
    with house.database.reading() as session:
        rows = session.execute(select(Removal.key, Removal.not_before)).all()
    return {row.key: (row.not_before - clock.now()).total_seconds() for row in rows}


def count(house: House, table: type[Base]) -> int:
    """Count the rows of a table."""
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def totals(house: House) -> dict[str, int]:
    """Count the rows of every table but the trail of failed tries."""
    with house.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in db.metadata.sorted_tables
        }


def user_of(house: House, caller: Caller) -> User:
    """Return the row of a caller."""
    with house.database.reading() as session:
        return session.get_one(User, caller.user_id)


def group(house: House, name: str, *members: Caller | Group) -> Group:
    """Make a group of people and groups."""
    made = Group(name=name, name_key=fold(name), created_at=clock.now())
    with house.database.writing() as session:
        session.add(made)
        session.flush()
    for member in members:
        join(house, made, member)
    return made


def join(house: House, into: Group, member: Caller | Group) -> None:
    """Put somebody, or a whole group, into a group."""
    with house.database.writing() as session:
        session.add(
            Membership(group_id=into.id, member_group_id=member.id)
            if isinstance(member, Group)
            else Membership(group_id=into.id, user_id=member.user_id)
        )


def at_once(app: Flask, acts: Sequence[Callable[[], T]]) -> list[T | Refusal]:
    """Do several things at the same moment, a thread each; return what each gave or how it was refused."""
    barrier = threading.Barrier(len(acts))

    def one(act: Callable[[], T]) -> T | Refusal:
        with app.app_context():
            barrier.wait(10)
            try:
                return act()
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def files_of(house: House, caller: Caller, job: Job) -> Record:
    """Return the built-in action of a job."""
    return actions.of_jobs(house.database, caller, [job.id])[0]
