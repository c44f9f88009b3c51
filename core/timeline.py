"""What happened to a record and to what hangs on it, as everybody is told who may read it. It knows no form and no page.

It is made of the trail's lines, without downloads, addresses and whatever else is the administrators' alone (`core.audit`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from core.access import Caller, Verb, require
from core.database import Database
from core.errors import Subject
from models import Action, Activity, Attachment, AuditEvent, JobOutput, Record

AT_ONCE = timedelta(minutes=10)  # what somebody does again and again within it is told in one breath
FILES_OF_A_NOTE = 20


@dataclass(frozen=True, slots=True)
class Thing:
    """What something was done to, by the name that it had, and where it is now, if it is still there."""

    name: str
    attachment: Attachment | None = None
    output_id: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """What somebody did: once, or to several things within minutes."""

    at: datetime
    who: str | None  # None: somebody who does not want to be named
    verb: str
    subject: Subject
    things: Sequence[Thing]  # the last one first
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the last line: changed, was, phase
    place: str | None = None  # the action that it was done to, where that is not the record itself
    text: str = ""  # what was written
    files: Sequence[Attachment] = ()  # that came along with it
    more_files: int = 0
    is_cut: bool = False  # there were more things than the lines asked for told of


@dataclass(frozen=True, slots=True)
class Timeline:
    """A part of what happened, newest first; `following` continues it, None at the end."""

    items: Sequence[Happening]
    following: int | None


def tell(database: Database, caller: Caller, record: Record, before: int | None = None, limit: int = 100) -> Timeline:
    """Return what happened to a record, out of `limit` lines of the trail at the most; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        found = session.scalars(_lines(record, before).limit(limit + 1)).all()
        known = _Known.of(session, record, found)
    shown, beyond = found[:limit], found[limit:]
    items = list(_gathered(known.told(line) for line in shown if not known.is_of_a_note(line)))
    if beyond and items and _goes_on(known, shown[-1], beyond[0]):
        items[-1] = replace(items[-1], is_cut=True)
    return Timeline(items, shown[-1].id if beyond else None)


def _lines(record: Record, before: int | None) -> Select[Any]:
    mine = AuditEvent.home_id == record.id
    if record.kind == "action":  # its lines are its job's, too
        mine = (AuditEvent.record_id == record.id) & AuditEvent.home_id.is_not(None)
    statement = select(AuditEvent).where(mine).order_by(AuditEvent.id.desc())
    return statement if before is None else statement.where(AuditEvent.id < before)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lines speak of, as far as it is still there and still this record's."""

    home_id: int
    attachments: Mapping[int, Attachment]
    output_ids: frozenset[int]
    actions: Mapping[int, Action]
    notes: Mapping[int, Activity]
    files: Mapping[int | None, Sequence[Attachment]]

    @classmethod
    def of(cls, session: Session, record: Record, lines: Sequence[AuditEvent]) -> _Known:
        """Look up, in one go for each kind, what a page of lines speaks of."""
        notes = _rows(session, Activity, {_activity_id(line) for line in lines})
        ids = _ids(lines, Subject.ATTACHMENT)
        places = {line.record_id for line in lines} | _ids(lines, Subject.ACTION)
        return cls(
            home_id=record.id,
            attachments={row.id: row for row in _here(session, record, Attachment.id.in_(ids))} if ids else {},
            output_ids=_live_outputs(session, _ids(lines, Subject.OUTPUT)),
            actions=_rows(session, Action, places - {record.id}),
            notes=notes,
            files=_files_of(session, record, notes),
        )

    def is_of_a_note(self, line: AuditEvent) -> bool:
        """Tell whether a line is of a file that is shown with the note it came with."""
        held = self.attachments.get(line.subject_id or 0) if line.verb == "attach" else None
        return held is not None and held.activity_id is not None

    def told(self, line: AuditEvent) -> Happening:
        """Put one line into words that pages can show."""
        note = self.notes.get(_activity_id(line) or 0)
        action = self.actions.get(line.record_id or 0)
        is_hidden = note is not None and bool(note.facts.get("is_anonymous"))
        files = self.files.get(note.id, ()) if note else ()
        return Happening(
            at=line.at,
            who=None if is_hidden else line.actor_name,
            verb=line.verb,
            subject=self._subject(line),
            things=[self._thing(line)],
            facts=line.detail,
            place=None if action is None or action.builtin else action.title,
            text="" if note is None else note.comment,
            files=files[:FILES_OF_A_NOTE],
            more_files=max(len(files) - FILES_OF_A_NOTE, 0),
        )

    def _subject(self, line: AuditEvent) -> Subject:
        is_of_an_action = line.subject == Subject.RECORD.value and line.subject_id != self.home_id
        return Subject.ACTION if is_of_an_action else Subject(line.subject)

    def _thing(self, line: AuditEvent) -> Thing:
        name = str(line.detail.get("name") or line.detail.get("title") or "")
        action = self.actions.get(line.subject_id or 0) if line.subject == Subject.ACTION.value else None
        if action is not None:
            name = name or action.title
        output_id = line.subject_id if line.subject == Subject.OUTPUT.value else None
        return Thing(
            name,
            self.attachments.get(line.subject_id or 0) if line.subject == Subject.ATTACHMENT.value else None,
            output_id if output_id in self.output_ids else None,
        )


def _gathered(told: Iterator[Happening]) -> Iterator[Happening]:
    """Tell in one breath what the same person did to several things within minutes."""
    for (_, _, verb, subject, _), group in itertools.groupby(told, _likeness):
        if verb == "note" or subject not in (Subject.ATTACHMENT, Subject.OUTPUT):
            yield from group
        else:
            yield from _breaths(list(group))


def _goes_on(known: _Known, last: AuditEvent, beyond: AuditEvent) -> bool:
    told = list(_gathered(known.told(line) for line in (last, beyond) if not known.is_of_a_note(line)))
    return len(told) == 1 and len(told[0].things) == 2


def _likeness(one: Happening) -> tuple[object, ...]:
    return one.who, one.place, one.verb, one.subject, tuple(one.facts.get("changed", ()))


def _breaths(group: Sequence[Happening]) -> Iterator[Happening]:
    first = 0
    for index in range(1, len(group) + 1):
        if index == len(group) or group[index - 1].at - group[index].at > AT_ONCE:
            things = [thing for one in group[first:index] for thing in one.things]
            yield replace(group[first], things=things)
            first = index


def _rows(session: Session, table: Any, ids: set[int | None]) -> dict[int, Any]:
    wanted = [row_id for row_id in ids if row_id is not None]
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(wanted)))} if wanted else {}


def _ids(lines: Sequence[AuditEvent], subject: Subject) -> set[int | None]:
    return {line.subject_id for line in lines if line.subject == subject.value and line.subject_id is not None}


def _activity_id(line: AuditEvent) -> int | None:
    found = line.detail.get("activity")
    return found if isinstance(found, int) else None


def _here(session: Session, record: Record, wanted: ColumnElement[bool]) -> Sequence[Attachment]:
    # What was moved to another record is no longer this one's to show.
    is_own = or_(Record.id == record.id, and_(Record.parent_id == record.id, Record.kind == "action"))
    live = (Attachment.deleted_at.is_(None), Record.deleted_at.is_(None))
    # The record is found by the attachment, never the other way: it may have ten thousand.
    joined = select(Attachment).join(Record, Record.id == Attachment.record_id + 0)
    statement = joined.where(wanted, is_own.is_(True), *live)
    return session.scalars(statement.order_by(Attachment.id)).all()


def _live_outputs(session: Session, ids: set[int | None]) -> frozenset[int]:
    live = select(JobOutput.id).where(JobOutput.id.in_(ids), JobOutput.deleted_at.is_(None))
    return frozenset(session.scalars(live)) if ids else frozenset()


def _files_of(
    session: Session, record: Record, notes: Mapping[int, Activity]
) -> Mapping[int | None, Sequence[Attachment]]:
    found: dict[int | None, list[Attachment]] = {}
    for attachment in _here(session, record, Attachment.activity_id.in_(notes)) if notes else ():
        found.setdefault(attachment.activity_id, []).append(attachment)
    return found
