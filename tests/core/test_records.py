"""Records of every type: found by each of their names, listed, and shared."""

from __future__ import annotations

import uuid
from functools import partial

from core import record_pages, records, shares
from core.access import Verb
from core.commands import (
    ByGuid,
    ById,
    ByNaturalId,
    ByNumber,
    ByOid,
    CreateRecord,
    Reference,
    ReviseRecord,
)
from core.errors import Code
from core.house import House
from core.paging import Slice
from core.record_pages import RecordQuery
from models import Job, Level, Record, Share
from tests.cast import Cast
from tests.core.stories import (
    code_of,
    count,
    group,
    refused,
    user_of,
)


def test_a_record_is_found_by_each_of_its_names(house: House, cast: Cast, contract: Record, job: Job) -> None:
    names: list[Reference] = [
        ById(contract.id),
        ByGuid(contract.guid),
        ByOid("C000001"),
        ByOid("c1"),
        ByOid("c0000000001"),
        ByNumber("contract", 1),
        ByNumber("CONTRACTS", 1),
    ]
    assert {records.find(house.database, cast.reader, name).id for name in names} == {contract.id}
    assert records.find(house.database, cast.reader, ByNaturalId("ada", job.slug)).id == job.id


NOWHERE: list[Reference] = [
    ById(0),
    ById(-1),
    ById(2**80),
    ByGuid(uuid.UUID(int=0)),
    ByOid(""),
    ByOid("C"),
    ByOid("1"),
    ByOid("J000001"),
    ByOid("C" + "9" * 40),
    ByOid("C-1"),
    ByOid("C\u0661"),
    ByOid("C1\0"),
    ByNumber("Contract", 2**80),
    ByNumber("Contract", -1),
    ByNumber("Nothing", 1),
    ByNumber("Con\0tract", 1),
    ByNaturalId("ada", "lease"),
    ByNaturalId("a\0da", "lease"),
]


def test_what_is_not_there_is_not_found_whatever_it_is_called(house: House, cast: Cast, contract: Record) -> None:
    codes = [code_of(partial(records.find, house.database, cast.owner, reference)) for reference in NOWHERE]
    assert codes == [(Code.NOT_FOUND, None)] * len(NOWHERE)
    assert contract.number == 1


def test_what_may_not_be_seen_is_not_found_by_any_name(house: House, cast: Cast, private_contract: Record) -> None:
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.stranger, ByOid("C1"))
    with refused(Code.NOT_FOUND):
        records.forget(house.database, cast.stranger, private_contract.id)
    assert records.find(house.database, cast.admin, ByOid("C1"), Verb.MANAGE).id == private_contract.id


def test_lists_hold_what_may_be_seen_sorted_narrowed_and_cut(
    house: House, cast: Cast, contract: Record, private_contract: Record
) -> None:
    other = records.create(house.database, cast.teammate, CreateRecord("Contract", "ÄPFEL", description="50% off_"))
    by_title = RecordQuery("Contract", sort=[("title", True)])
    assert [row.id for row in record_pages.page_records(house.database, cast.stranger, by_title).items] == [
        other.id,
        contract.id,
    ]
    assert record_pages.page_records(house.database, cast.owner, RecordQuery("Contract")).total == 3
    assert [
        record_pages.page_records(house.database, cast.owner, RecordQuery("Contract", text=text)).total
        for text in ("äpfel", "0% OFF_", "5_%", "%", "nowhere")
    ] == [1, 1, 0, 1, 0]
    mine = RecordQuery("Contract", owner_id=cast.owner.user_id, sort=[("number", False)], part=Slice(1, 1))
    page = record_pages.page_records(house.database, cast.owner, mine)
    assert ([row.id for row in page.items], page.total, page.is_last) == ([private_contract.id], 2, True)


def test_a_list_of_everything_leaves_the_actions_out(house: House, cast: Cast, contract: Record, job: Job) -> None:
    listed = record_pages.page_records(house.database, cast.reader, RecordQuery(sort=[("created_at", False)]))
    assert [row.id for row in listed.items] == [contract.id, job.id]


def test_a_share_is_given_raised_and_taken_back(house: House, cast: Cast, private_contract: Record) -> None:
    stranger = user_of(house, cast.stranger)
    shares.set_level(house.database, cast.owner, private_contract, stranger, Level.READ)
    with refused(Code.DENIED):
        records.revise(house.database, cast.stranger, private_contract.id, ReviseRecord(title="x"))
    shares.set_level(house.database, cast.owner, private_contract, stranger, Level.EDIT)
    assert records.revise(house.database, cast.stranger, private_contract.id, ReviseRecord(title="x")).title == "x"
    with refused(Code.DENIED):
        shares.set_level(house.database, cast.stranger, private_contract, stranger, Level.MANAGE)
    shares.set_level(house.database, cast.owner, private_contract, stranger, Level.NONE)
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.stranger, ById(private_contract.id))
    assert count(house, Share) == 0


def test_who_holds_what_is_told_to_those_who_may_read(house: House, cast: Cast, private_contract: Record) -> None:
    team = group(house, "team", cast.teammate)
    shares.set_level(house.database, cast.owner, private_contract, team, Level.READ)
    shares.set_level(house.database, cast.owner, private_contract, user_of(house, cast.reader), Level.EDIT)
    held = shares.of_record(house.database, cast.teammate, private_contract)
    assert [(share.group and share.group.name, share.user and share.user.name, share.level) for share in held] == [
        ("team", None, Level.READ),
        (None, "vi", Level.EDIT),
    ]
    with refused(Code.NOT_FOUND):
        shares.of_record(house.database, cast.stranger, private_contract)
