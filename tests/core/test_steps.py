"""Step actions: a form, its files and its activity are one thing, done as a whole by those who may, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from core import attachments, record_types, records, steps
from core.commands import Attach, ById, CreateRecord, RunStep
from core.errors import Code, Refusal, Subject
from core.house import House
from core.record_types import AddRecordType
from models import Activity, Record, RecordType, StepAction
from tests.cast import Cast
from tests.core.stories import code_of, kept_keys, reading_only, refused, totals


@pytest.fixture
def ticket_type(house: House, cast: Cast) -> RecordType:
    fields = [{"name": "Status", "type": "text"}, {"name": "Estimate", "type": "number"}]
    command = AddRecordType("Ticket", prefix="T", fields=fields, areas=["Documents"])
    return record_types.add(house.database, cast.admin, command)


@pytest.fixture
def ticket(house: House, cast: Cast, ticket_type: RecordType) -> Record:
    return records.create(house.database, cast.owner, CreateRecord(ticket_type.name, "Printer on fire"))


@pytest.fixture
def opening(house: House, ticket_type: RecordType) -> int:
    """A step that makes a ticket, and must be told its title."""
    return step(house, ticket_type, "Open", creates=True, fields=[field("Title", mandatory=True), field("Status")])


@pytest.fixture
def noting(house: House, ticket_type: RecordType) -> int:
    """A step that says something about a ticket, with files."""
    areas = [{"name": "Documents", "attaches": True}]
    return step(house, ticket_type, "Note", fields=[field("Comment"), field("Status")], areas=areas)


def step(house: House, record_type: RecordType, name: str, *, creates: bool = False, **columns: object) -> int:
    with house.database.writing() as session:
        made = StepAction(record_type_id=record_type.id, position=9, name=name, creates=creates, **columns)
        session.add(made)
        session.flush()
        return made.id


def field(name: str, *, mandatory: bool = False) -> dict[str, object]:
    return {"name": name, "type": "text", "mandatory": mandatory}


def file(content: bytes = b"hello", area: str = "Documents") -> Attach:
    return Attach(file_name="hello.txt", content=[content], area=area)


def names(house: House, cast: Cast, record: Record) -> list[str]:
    return [attachment.name for attachment in attachments.page_of(house.database, cast.owner, record).items]


def test_a_step_makes_a_record_with_what_was_filled_in(house: House, cast: Cast, opening: int) -> None:
    made = steps.create(house, cast.owner, opening, RunStep({"Title": "Desk", "Status": "new"}))
    assert (made.title, made.owner_id, made.rows[0].values) == ("Desk", cast.owner.user_id, {"Status": "new"})
    (noted,) = activities_of(house, made)
    assert noted == "Open"


def test_a_step_changes_a_record_notes_it_and_brings_files(
    house: House, cast: Cast, ticket: Record, noting: int
) -> None:
    command = RunStep({"Comment": "Put out", "Status": "done"}, [file()])
    changed = steps.run(house, cast.teammate, ById(ticket.id), noting, command)
    assert (changed.title, changed.rows[0].values) == ("Printer on fire", {"Status": "done"})
    assert names(house, cast, ticket) == ["hello.txt"]
    assert activities_of(house, ticket) == ["Note"]


def test_what_is_mandatory_or_unknown_is_refused_before_a_byte_is_read(
    house: House, cast: Cast, ticket: Record, opening: int, noting: int
) -> None:
    before, read = totals(house), []

    def pieces() -> Iterator[bytes]:
        read.append(True)
        yield b"never"

    unread = Attach(file_name="a.txt", content=pieces(), area="Nowhere")
    run = partial(steps.run, house, cast.owner, ById(ticket.id))
    refusals = [
        code_of(partial(steps.create, house, cast.owner, opening, RunStep({"Status": "new"}))),
        code_of(partial(steps.create, house, cast.owner, noting, RunStep())),
        code_of(partial(run, opening, RunStep({"Title": "x"}))),
        code_of(partial(run, None, RunStep())),
        code_of(partial(run, noting, RunStep({"Colour": "red"}))),
        code_of(partial(run, noting, RunStep(files=[unread]))),
    ]
    assert [code for code, _ in refusals] == [Code.INVALID, *[Code.NOT_FOUND] * 5]
    assert (totals(house), read) == (before, [])


def test_a_file_that_breaks_off_undoes_the_whole_step(house: House, cast: Cast, ticket: Record, noting: int) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise Refusal(Code.INCOMPLETE, "The body ended early.", Subject.BODY)

    before = totals(house)
    command = RunStep({"Status": "done"}, [file(), Attach(file_name="b.txt", content=broken(), area="Documents")])
    with refused(Code.INCOMPLETE):
        steps.run(house, cast.owner, ById(ticket.id), noting, command)
    assert (totals(house), kept_keys(house), names(house, cast, ticket)) == (before, [], [])


def test_who_may_run_a_step(house: House, cast: Cast, ticket: Record, opening: int, noting: int) -> None:
    hidden = records.create(house.database, cast.owner, CreateRecord("Ticket", "Salaries", private=True))

    def ran(caller: str, record: Record) -> Code | None:
        who = getattr(cast, caller) if caller != "read_only" else reading_only(cast.owner)
        return code_of(partial(steps.run, house, who, ById(record.id), noting, RunStep({"Comment": "Hm"})))[0]

    assert [ran(name, ticket) for name in ("owner", "teammate", "reader", "read_only")] == [
        None,
        None,
        Code.DENIED,
        Code.DENIED,
    ]
    assert [ran(name, hidden) for name in ("owner", "admin", "stranger", "reader")] == [
        None,
        None,
        Code.NOT_FOUND,
        Code.NOT_FOUND,
    ]
    assert code_of(partial(steps.create, house, cast.reader, opening, RunStep({"Title": "x"})))[0] is Code.DENIED


def test_a_step_is_available_to_those_who_could_run_it(
    house: House, cast: Cast, ticket: Record, opening: int, noting: int
) -> None:
    other = record_types.add(house.database, cast.admin, AddRecordType("Contract"))
    foreign = step(house, other, "Sign")
    available = partial(steps.is_available, house.database)
    here = ById(ticket.id)
    assert [available(caller, here, noting) for caller in (cast.owner, cast.teammate, cast.reader)] == [
        True,
        True,
        False,
    ]
    assert [available(cast.owner, here, number) for number in (opening, foreign, 10**9, None)] == [False] * 4
    with refused(Code.NOT_FOUND):
        available(cast.owner, ById(10**9), noting)


def activities_of(house: House, record: Record) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(Activity.kind).where(Activity.record_id == record.id)))
