"""The entries of the search: which of them words and narrowings name, newest first. It knows no rights and no subject.

On SQLite each question is one match in the index of each kind, where marks of three characters stand for what narrows
(migration 0002 writes them); on PostgreSQL it is a plain condition, and the planner chooses.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select, text
from sqlalchemy.orm import Session

from core import clock
from core.folding import fold
from models import Attachment, Record, SearchEntry

KINDS = ("record", "attachment", "output")
SHORTEST = 3  # characters that trigrams need; fewer are found where a name begins
FEW = 2000  # rows that are better fetched and sorted than looked for in a sorted list
# Names that differ by their end, a number or a date, begin alike by the thousand, and SQLite goes through all that do.
# So the end of a long word is tried first, and where few entries have it, they are all there are.
_TAIL, _PROBE = 5, 60  # characters; entries
_SIGN, _DIGIT, _BASE = 0xE000, 0xE010, 6000
_TYPE, _MAKER, _RECORD, _DAY, _MONTH, _YEAR, _ONE, _TWO = range(8)
_FIRST_DAY = date(1970, 1, 1)
# Each kind has an index of its own, so that a word of one does not lengthen the search among another.
_OLDER, _YOUNGER = (
    {
        kind: text(
            f"SELECT rowid FROM search_words_{kind} WHERE search_words_{kind} MATCH :phrase AND rowid {side} :before "  # noqa: S608 - words of ours
            f"ORDER BY rowid {way} LIMIT :limit"
        )
        for kind in KINDS
    }
    for side, way in (("<", "DESC"), (">", "ASC"))
)


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Which entries are wanted; what is not given narrows nothing. `before` is an entry's id, for the page after it.

    With `oldest_first` that page holds what is younger, and the lists go the other way.
    """

    words: str = ""
    kinds: Sequence[str] = KINDS
    type_id: int | None = None  # of the record that it is or hangs on; for what hangs on an action, of the job
    maker_id: int | None = None  # the owner, author or creator
    record_ids: Sequence[int] | None = None  # what it hangs on
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    oldest_first: bool = False


def newest(session: Session, query: EntryQuery, limit: int) -> Sequence[int]:
    """Return the ids of at most `limit` entries, newest first unless asked; on SQLite some may be of another number or day.

    Or they may end like a long word and not be it. So whoever asks adds `checked` where the rows are read.
    """
    if session.get_bind().dialect.name != "sqlite":
        return session.scalars(_plain(query).limit(limit)).all()
    if query == EntryQuery(before=query.before, oldest_first=query.oldest_first):
        return session.scalars(_plain(query).limit(limit)).all()
    if len(key := fold(query.words.strip())) > _TAIL:
        ending_so = _matched(session, replace(query, words=key[-_TAIL:]), min(limit, _PROBE))
        if len(ending_so) < min(limit, _PROBE):
            return ending_so
    return _matched(session, query, limit)


def few_subjects(session: Session, query: EntryQuery) -> Sequence[int] | None:
    """Return the ids of all subjects that a query of one kind names, or None when they are more than FEW."""
    found = newest(session, query, FEW + 1)
    if not found or len(found) > FEW:
        return None if found else []
    chosen = select(SearchEntry.subject_id).where(SearchEntry.id.in_(found), checked(query))
    return session.scalars(chosen).all()


def among(row_id: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that an id is one of these; without any, one for which nobody reads a row."""
    condition: ColumnElement[bool] = row_id.in_(ids) if ids else false()
    return condition


def names(words: str) -> ColumnElement[bool]:
    """Return the condition on SearchEntry that words stand for."""
    key = fold(words.strip())
    if len(key) >= SHORTEST:
        return SearchEntry.words.contains(key, autoescape=True)
    return func.substr(SearchEntry.head, 1, len(key)) == key


def record_has(words: str) -> ColumnElement[bool]:
    """Return the condition on Record that its entry has these words."""
    mine = and_(SearchEntry.kind == "record", SearchEntry.subject_id == Record.id)
    return select(SearchEntry.id).where(mine, names(words)).exists()


def attachment_has(words: str) -> ColumnElement[bool]:
    """Return the condition on Attachment that its entry has these words."""
    mine = and_(SearchEntry.kind == "attachment", SearchEntry.subject_id == Attachment.id)
    return select(SearchEntry.id).where(mine, names(words)).exists()


def in_order(query: EntryQuery) -> Any:
    """Return what entries are ordered by."""
    return SearchEntry.id.asc() if query.oldest_first else SearchEntry.id.desc()


def checked(query: EntryQuery) -> ColumnElement[bool]:
    """Return the condition on SearchEntry that says the same as the query, but for its `before`.

    It is said so that no index is looked up for it: the ids of the rows are known.
    """
    return and_(True, *_conditions(query)).is_(True)


def _matched(session: Session, query: EntryQuery, limit: int) -> Sequence[int]:
    phrase = " AND ".join(_phrases(query))
    given = {"phrase": phrase, "before": query.before or (0 if query.oldest_first else 2**62), "limit": limit}
    matched = _YOUNGER if query.oldest_first else _OLDER
    found = itertools.chain.from_iterable(session.scalars(matched[kind], given).all() for kind in query.kinds)
    return heapq.nsmallest(limit, found) if query.oldest_first else heapq.nlargest(limit, found)


def _conditions(query: EntryQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.words.strip():
        found.append(names(query.words))
    if set(query.kinds) != set(KINDS):
        found.append(SearchEntry.kind.in_(query.kinds))
    if query.type_id is not None:
        found.append(SearchEntry.type_id == query.type_id)
    if query.maker_id is not None:
        found.append(SearchEntry.maker_id == query.maker_id)
    if query.record_ids is not None:
        found.append(SearchEntry.record_id.in_(query.record_ids))
    if query.since is not None:
        found.append(SearchEntry.at >= query.since)
    if query.until is not None:
        found.append(SearchEntry.at < query.until)
    return found


def _plain(query: EntryQuery) -> Any:
    mark, row_id = query.before, SearchEntry.id
    beyond = [] if mark is None else [row_id > mark if query.oldest_first else row_id < mark]
    return select(row_id).where(and_(True, *_conditions(query), *beyond)).order_by(in_order(query))


def _phrases(query: EntryQuery) -> Iterator[str]:
    key = fold(query.words.strip())
    if len(key) >= SHORTEST:
        yield f"words : {_quoted(key)}"
    elif key:
        yield _marked([_sign(_ONE) + key + _sign(_ONE) if len(key) == 1 else _sign(_TWO) + key])
    if query.type_id is not None:
        yield _marked([_mark(_TYPE, query.type_id)])
    if query.maker_id is not None:
        yield _marked([_mark(_MAKER, query.maker_id)])
    if query.record_ids is not None:
        yield _marked([_mark(_RECORD, record_id) for record_id in query.record_ids])
    narrows = key or query.type_id or query.maker_id or query.record_ids is not None
    if query.since is not None or query.until is not None or not narrows:
        # Where the kind alone is wanted, all years are asked for: a match of everything, in order.
        yield _marked([_mark(*span) for span in _spans(query.since, query.until)])


def _marked(marks: Sequence[str]) -> str:
    # A list without a mark finds nothing: no entry has the empty class.
    return f"marks : ({' OR '.join(map(_quoted, marks or [_sign(15) * 3]))})"


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _sign(place: int) -> str:
    return chr(_SIGN + place)


def _mark(place: int, number: int) -> str:
    return _sign(place) + chr(_DIGIT + number // _BASE % _BASE) + chr(_DIGIT + number % _BASE)


def _spans(since: datetime | None, until: datetime | None) -> Iterator[tuple[int, int]]:
    """Yield the days, months and years that cover a span of time, each as large as fits."""
    day = _FIRST_DAY if since is None else max(since.astimezone(UTC).date(), _FIRST_DAY)
    before = None if until is None else until.astimezone(UTC) - timedelta.resolution
    last = clock.now().date().replace(month=12, day=31) if before is None else before.date()
    while day <= last:
        year, month = day.replace(month=12, day=31), _end_of_month(day)
        if day.month == day.day == 1 and year <= last:
            yield _YEAR, day.year
            day = year + timedelta(days=1)
        elif day.day == 1 and month <= last:
            yield _MONTH, day.year * 12 + day.month
            day = month + timedelta(days=1)
        else:
            yield _DAY, (day - _FIRST_DAY).days
            day += timedelta(days=1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
