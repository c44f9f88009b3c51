"""The list parameters of the guide, by GET and by POST, and what they mean for known columns. It runs no query.

Honours "Retrieving object activities (GET)" and "(POST)" (sheet §6). A parameter that cannot be understood is refused,
never left out: a list without its filter would tell everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Request

from blueprints import http
from blueprints.alloy.members import LEGACY, a_list, members
from blueprints.alloy.periods import Period, read_day_period, read_period
from core.errors import Code, Refusal, Subject, invalid
from core.filters import All, Comparison, Condition, Either, Kind, Not, Operator, Order
from core.folding import fold
from core.paging import EVERYTHING, Slice
from core.tables import Column, TableQuery

LONGEST_BODY: Final = 1024 * 1024  # bytes

_SEARCHES: Final = frozenset({"par_search", "par_searchtext", "par_search_text"})
_OPERATORS: Final = {
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    ">": Operator.MORE,
    ">=": Operator.AT_LEAST,
    "=": Operator.EQUAL,
}
_RANKED: Final = frozenset({Kind.NUMBER, Kind.TIME})


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition as it was sent."""

    name: str
    value: str | int | float | bool
    operation: str = "="


@dataclass(frozen=True, slots=True)
class Listing:
    """The list parameters as they were sent, before anybody knows the columns."""

    filters: Sequence[Filter] = ()
    sort: Sequence[tuple[str, bool]] = ()  # (name, whether descending)
    names: Sequence[str] | None = None
    search: str = ""
    part: Slice = EVERYTHING

    @property
    def named(self) -> list[str]:
        """Every column that is mentioned."""
        return [*(one.name for one in self.filters), *(name for name, _ in self.sort), *(self.names or ())]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The columns of one list under their names in Alloy, in order; `searched` are those that a search text looks in."""

    columns: Mapping[str, Column]
    aliases: Mapping[str, str] = field(default_factory=dict)
    searched: Sequence[str] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name, without case; raises Refusal(INVALID, query) where there is none."""
        key = fold(name)
        known = {fold(known): column for known, column in self.columns.items()}
        found = known.get(key) or known.get(fold(self.aliases.get(key, "")))
        if found is None:
            raise invalid(name, f"There is no field called “{name}”.", Subject.QUERY)
        return found

    def name_of(self, column: Column) -> str:
        """Return the Alloy name of a column."""
        return next(name for name, known in self.columns.items() if known.name == column.name)


def read_listing(request: Request, reserved: Iterable[str] = ()) -> tuple[Listing, dict[str, str]]:
    """Read the parameters of a list from the query of a GET or the body of a POST, and the reserved ones by folded name.

    Raises Refusal(INVALID) for what cannot be understood. The body of a GET is not read.
    """
    apart = {fold(name) for name in reserved}
    return _from_body(request, apart) if request.method == "POST" else _from_query(request, apart)


def compile_listing(listing: Listing, vocabulary: Vocabulary, zone: ZoneInfo) -> TableQuery:
    """Give the parameters their meaning for known columns; raises Refusal(INVALID, query) where they have none."""
    conditions = [_condition(one, vocabulary.column(one.name), zone) for one in listing.filters]
    conditions += [_mention(word, vocabulary) for word in listing.search.split()]
    columns = None if listing.names is None else [vocabulary.column(name).name for name in listing.names]
    return TableQuery(
        condition=All(conditions),
        order=[Order(vocabulary.column(name).name, down, case_blind=True) for name, down in listing.sort],
        names=None if columns is None else list(dict.fromkeys(columns)),
        part=listing.part,
    )


def _from_query(request: Request, apart: set[str]) -> tuple[Listing, dict[str, str]]:
    given = [(name, value) for name, values in request.args.lists() for value in values]
    parameters = _once([(fold(name), value) for name, value in given if fold(name).startswith("par_")])
    unknown = set(parameters) - _SEARCHES - {"par_sort_asc", "par_sort_desc", "par_fields", "par_offset", "par_limit"}
    if unknown:
        raise _malformed(min(unknown), "There is no such parameter.")
    listing = Listing(
        filters=[Filter(name, value) for name, value in given if not _is_apart(name, apart)],
        sort=_query_sort(parameters),
        names=_names(parameters.get("par_fields")),
        search=" ".join(value for name, value in parameters.items() if name in _SEARCHES),
        part=_slice(parameters.get("par_offset"), parameters.get("par_limit")),
    )
    return listing, _once([(fold(name), value) for name, value in given if fold(name) in apart])


def _is_apart(name: str, apart: set[str]) -> bool:
    return fold(name).startswith("par_") or fold(name) in apart


def _once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _malformed(pairs[0][0], "A parameter was given twice.")
    return found


def _query_sort(parameters: Mapping[str, str]) -> list[tuple[str, bool]]:
    rising, falling = _names(parameters.get("par_sort_asc")), _names(parameters.get("par_sort_desc"))
    if rising and falling:
        raise _malformed("par_sort_desc", "Give one of par_sort_asc and par_sort_desc.")
    return [(name, False) for name in rising or ()] + [(name, True) for name in falling or ()]


def _from_body(request: Request, apart: set[str]) -> tuple[Listing, dict[str, str]]:
    body = b"".join(http.incoming(request, LONGEST_BODY))
    given = members(http.parse_json(body, LEGACY) if body.strip(b"\xef\xbb\xbf \t\r\n") else None, "The body")
    unknown = set(given) - apart - {"filters", "sort", "fields", "offset", "limit", "searchtext"}
    if unknown:
        raise _malformed(min(unknown), f"There is no parameter called “{min(unknown)}”.")
    listing = Listing(
        filters=[_filter(one) for one in a_list(given.get("filters"))],
        sort=[_sort(one) for one in a_list(given.get("sort"))],
        names=_names(given.get("fields")),
        search=_word(given.get("searchtext"), "searchText"),
        part=_slice(given.get("offset"), given.get("limit")),
    )
    return listing, {name: _word(given[name], name) for name in apart if given.get(name) is not None}


def _filter(given: object) -> Filter:
    parts = members(given, "A filter")
    if set(parts) - {"name", "value", "operation"} or not isinstance(parts.get("name"), str) or "value" not in parts:
        raise _malformed("filters", "A filter has a name, a value and an operation, and nothing else.")
    value = parts["value"]
    if value is not None and not isinstance(value, str | int | float | bool):
        raise _malformed("filters", "The value of a filter is a text, a number, true, false or null.")
    return Filter(parts["name"], "" if value is None else value, _word(parts.get("operation", "="), "operation"))


def _sort(given: object) -> tuple[str, bool]:
    parts = members(given, "A sort key")
    direction = fold(_word(parts.get("direction", "asc"), "direction"))
    if set(parts) - {"property", "direction"} or direction not in {"asc", "desc"}:
        raise _malformed("sort", "A sort key has a property and a direction, asc or desc.")
    return _word(parts.get("property"), "property"), direction == "desc"


def _names(given: object) -> list[str] | None:
    texts = given.split(",") if isinstance(given, str) else [_word(name, "fields") for name in a_list(given)]
    return [text.strip() for text in texts if text.strip()] or None


def _word(given: object, name: str) -> str:
    if given is not None and not isinstance(given, str):
        raise _malformed(name, f"{name} is a text.")
    return (given or "").strip()


def _slice(offset: object, limit: object) -> Slice:
    # The guide's own sample says Limit: 0 and means everything.
    return Slice(_count(offset, "offset"), _count(limit, "limit") or None)


def _count(given: object, name: str) -> int:
    if given is None or given == "":
        return 0
    text = str(given).strip()
    if isinstance(given, bool | list | dict) or not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
        raise _malformed(name, f"{name} is a whole number, 0 or more.")
    return int(text)


def _mention(word: str, vocabulary: Vocabulary) -> Condition:
    if not vocabulary.searched:
        raise _malformed("searchText", "This list takes no search text.")
    names = [vocabulary.column(name).name for name in vocabulary.searched]
    return Either([Comparison(name, Operator.CONTAINS, word, case_blind=True) for name in names])


def _condition(one: Filter, column: Column, zone: ZoneInfo) -> Condition:
    if one.operation == "<>":
        if column.is_blank:
            # Blank in every row, it would keep them all: more likely a slip of the pen.
            raise invalid(one.name, f"No object has a field called “{one.name}”.", Subject.QUERY)
        return Not(_condition(Filter(one.name, one.value), column, zone))
    operator = _OPERATORS.get(one.operation)
    if operator is None:
        raise invalid(one.name, f"There is no operation “{one.operation}”.", Subject.QUERY)
    is_ranked = column.field.kind in _RANKED or column.is_date
    if operator is not Operator.EQUAL and (not is_ranked or one.value == ""):
        raise invalid(one.name, f"“{one.name}” can be compared with = and <> only.", Subject.QUERY)
    return _compared(one, operator, column, zone)


def _compared(one: Filter, operator: Operator, column: Column, zone: ZoneInfo) -> Condition:
    if one.value == "":
        return _blank(column)
    if column.is_date:
        return _within(column, operator, read_day_period(one.name, one.value))
    if column.field.kind is Kind.TIME:
        return _within(column, operator, read_period(one.name, one.value, zone))
    if column.field.kind is Kind.TEXT:
        text = str(one.value).lower() if isinstance(one.value, bool) else str(one.value)
        return Comparison(column.name, operator, text, case_blind=True)
    return Comparison(column.name, operator, one.value)


def _blank(column: Column) -> Condition:
    # A null is shown as "" (sheet §6.4), so the two are one.
    absent = Comparison(column.name, Operator.IS_NULL)
    if column.field.kind is not Kind.TEXT:
        return absent
    return Either([absent, Comparison(column.name, Operator.EQUAL, "")])


def _within(column: Column, operator: Operator, period: Period[Any]) -> Condition:
    def is_(compared: Operator, bound: object) -> Comparison:
        return Comparison(column.name, compared, bound)

    match operator:
        case Operator.LESS:
            return is_(Operator.LESS, period.start)
        case Operator.AT_MOST:
            return is_(Operator.LESS, period.end)
        case Operator.MORE:
            return is_(Operator.AT_LEAST, period.end)
        case Operator.AT_LEAST:
            return is_(Operator.AT_LEAST, period.start)
        case _:
            return All([is_(Operator.AT_LEAST, period.start), is_(Operator.LESS, period.end)])


def _malformed(name: str, message: str) -> Refusal:
    return Refusal(Code.INVALID, message, Subject.BODY, name)
