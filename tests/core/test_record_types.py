"""Kinds of records: their names, prefixes and fields."""

from __future__ import annotations

from functools import partial

from flask import Flask

from core import record_types
from core.errors import Code, Refusal
from core.house import House
from core.record_types import AddRecordType, checked_values
from models import RecordType
from tests.cast import Cast
from tests.core.stories import at_once, code_of, count, refused


def test_a_type_gets_plural_prefix_and_steps_of_its_own(house: House, cast: Cast) -> None:
    made = record_types.add(house.database, cast.admin, AddRecordType("Reparatur", areas=["Photos"]))
    assert (made.plural, made.prefix, made.next_number, made.builtin) == ("Reparaturs", "RE", 1, False)
    found = record_types.find(house.database, "REPARATURS")
    assert [(step.name, step.creates, step.areas) for step in found.steps] == [
        ("Create", True, [{"name": "Photos"}]),
        ("Update", False, [{"name": "Photos"}]),
        ("Add comment", False, [{"name": "Photos"}]),
    ]


def test_a_prefix_is_found_for_every_name(house: House, cast: Cast) -> None:
    names = ["Car", "Cargo", "Card", "Öl", "日本", "本日", "123"]
    made = [record_types.add(house.database, cast.admin, AddRecordType(name)).prefix for name in names]
    assert made[:4] == ["C", "CA", "CAR", "L"]
    assert len(set(made)) == 7


BROKEN: list[tuple[AddRecordType, Code, str | None]] = [
    (AddRecordType(""), Code.INVALID, "name"),
    (AddRecordType("x" * 101), Code.INVALID, "name"),
    (AddRecordType("a/b"), Code.INVALID, "name"),
    (AddRecordType("a\x7f"), Code.INVALID, "name"),
    (AddRecordType("TOKEN"), Code.INVALID, "name"),
    (AddRecordType("Objec", plural="Object"), Code.INVALID, "name"),
    (AddRecordType("dictionary", plural="x"), Code.INVALID, "name"),
    (AddRecordType("job"), Code.CONFLICT, "name"),
    (AddRecordType("JOBS"), Code.CONFLICT, "name"),
    (AddRecordType("Thing", plural="reports"), Code.CONFLICT, "plural"),
    (AddRecordType("Thing", prefix="j"), Code.CONFLICT, "prefix"),
    (AddRecordType("Thing", prefix="T1"), Code.INVALID, "prefix"),
    (AddRecordType("Thing", prefix=""), Code.INVALID, "prefix"),
    (AddRecordType("Thing", prefix="X" * 11), Code.INVALID, "prefix"),
    (AddRecordType("Thing", fields=[{}]), Code.INVALID, "fields"),
    (AddRecordType("Thing", fields=[{"name": None}]), Code.INVALID, "fields"),
    (AddRecordType("Thing", fields=[{"name": "a", "type": "colour"}]), Code.INVALID, "fields"),
    (AddRecordType("Thing", fields=[{"name": "a"}, {"name": "a"}]), Code.INVALID, "fields"),
    (AddRecordType("Thing", fields=[{"name": "nul\0"}]), Code.INVALID, "fields"),
]


def test_a_type_that_breaks_a_rule_is_not_made(house: House, cast: Cast) -> None:
    before = count(house, RecordType)
    codes = [code_of(partial(record_types.add, house.database, cast.admin, command)) for command, _, _ in BROKEN]
    assert codes == [(code, field) for _, code, field in BROKEN]
    assert count(house, RecordType) == before


def test_only_an_administrator_makes_one(house: House, cast: Cast) -> None:
    with refused(Code.DENIED):
        record_types.add(house.database, cast.owner, AddRecordType("Thing"))


def test_of_many_of_one_name_at_once_one_is_made(app: Flask, house: House, cast: Cast) -> None:
    made = at_once(app, [lambda: record_types.add(house.database, cast.admin, AddRecordType("Thing"))] * 4)
    assert [row.code for row in made if isinstance(row, Refusal)] == [Code.CONFLICT] * 3


def test_values_fit_the_kinds_of_their_fields() -> None:
    kinds = {"t": "text", "n": "number", "b": "bool", "d": "date", "m": "datetime", "a": "any"}
    defined = RecordType(fields=[{"name": name, "type": kind} for name, kind in kinds.items()])
    good = {"t": "", "n": 1.5, "b": False, "d": "2026-02-28", "m": "2026-02-28T10:00:00+01:00", "a": [{"x": None}]}
    assert checked_values(defined, good) == good
    assert checked_values(defined, dict.fromkeys(kinds)) == dict.fromkeys(kinds)
    bad = [("t", 1), ("n", "1"), ("n", True), ("b", 0), ("d", "2026-02-30"), ("d", 20260228), ("m", "soon"), ("x", 1)]
    codes = [code_of(partial(checked_values, defined, {name: value})) for name, value in bad]
    assert codes == [(Code.INVALID, name) for name, _ in bad]
    assert checked_values(RecordType(fields=[]), {"o\u0308": 1}) == {"ö": 1}
