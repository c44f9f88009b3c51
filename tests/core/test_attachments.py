"""Attachments once they are there: found, listed, described, thrown away, brought back, gone for good."""

from __future__ import annotations

import uuid
from functools import partial

from core import actions, attachments, shares
from core.access import Verb
from core.attachment_rows import AttachmentQuery
from core.commands import Attach, CreateAction, Describe
from core.errors import Code
from core.house import House
from core.paging import Slice
from models import Attachment, Blob, Job, Level, Record, Version
from tests.cast import Cast
from tests.core.stories import (
    attached,
    bytes_of,
    code_of,
    count,
    files_of,
    kept_keys,
    queued,
    reading_only,
    refused,
    replaced,
    user_of,
)


def names(house: House, cast: Cast, record: Record, query: AttachmentQuery) -> list[str]:
    return [row.name for row in attachments.page_of(house.database, cast.reader, record, query).items]


# Finding


def test_an_attachment_is_found_by_id_guid_and_on_its_record(house: House, cast: Cast, job: Job) -> None:
    made = attached(house, cast.owner, job)
    files = files_of(house, cast.owner, job)
    found = [attachments.find(house.database, cast.reader, name) for name in (made.id, made.guid)]
    found += [attachments.find_on(house.database, cast.reader, record, made.guid) for record in (job, files)]
    assert {row.id for row in found} == {made.id}


def test_what_is_not_there_is_not_found(house: House, cast: Cast, job: Job, contract: Record) -> None:
    made = attached(house, cast.owner, job)
    codes = [
        code_of(partial(attachments.find, house.database, cast.owner, name))[0]
        for name in (0, -1, 10**9, 2**80, uuid.UUID(int=1))
    ]
    codes += [
        code_of(partial(attachments.find_on, house.database, cast.owner, contract, guid))[0]
        for guid in (made.guid, uuid.UUID(int=1), None)
    ]
    codes += [
        code_of(partial(attachments.find_named, house.database, cast.owner, job, folder, name))[0]
        for folder, name in (("", "PLAN.TXT"), ("x", "plan.txt"), ("", "nul\0"), ("nul\0", "plan.txt"), ("", ""))
    ]
    assert codes == [Code.NOT_FOUND] * 13


def test_by_name_the_newest_is_meant(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    attached(house, cast.owner, job, content=b"old")
    newest = attached(house, cast.owner, action, content=b"new")
    found = attachments.find_named(house.database, cast.reader, job, "", "plan.txt")
    assert (found.id, bytes_of(house, found)) == (newest.id, b"new")
    attachments.detach(house.database, cast.owner, newest)
    found = attachments.find_named(house.database, cast.reader, job, "", "plan.txt")
    assert bytes_of(house, found) == b"old"


def test_by_name_only_what_has_bytes_is_meant(house: House, cast: Cast, contract: Record) -> None:
    attachments.attach(house, cast.owner, contract, Attach(file_name="plan.txt"))
    with refused(Code.NOT_FOUND):
        attachments.find_named(house.database, cast.owner, contract, "", "plan.txt")


def test_finding_for_a_verb_asks_for_the_right_to_it(house: House, cast: Cast, private_job: Job) -> None:
    made = attached(house, cast.owner, private_job)
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.teammate, made.id)
    with refused(Code.NOT_FOUND):
        attachments.find_on(house.database, cast.teammate, private_job, made.guid)
    shares.set_level(house.database, cast.owner, private_job, user_of(house, cast.teammate), Level.READ)
    assert attachments.find(house.database, cast.teammate, made.id).id == made.id
    with refused(Code.DENIED):
        attachments.find_named(house.database, cast.teammate, private_job, "", "plan.txt", Verb.EDIT)


def test_what_hangs_nowhere_yet_is_its_authors_alone(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract)
    with house.database.writing() as session:
        session.get_one(Attachment, made.id).record_id = None
    assert attachments.find(house.database, cast.owner, made.id).record is None
    assert attachments.find(house.database, cast.admin, made.id).record is None
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.teammate, made.id)
    with refused(Code.DENIED):
        attachments.detach(house.database, reading_only(cast.owner), made)


# Listing


def test_the_list_of_a_job_is_the_union_over_its_actions(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    attached(house, cast.owner, job, "a.txt")
    attached(house, cast.owner, action, "b.txt")
    assert names(house, cast, job, AttachmentQuery()) == ["a.txt", "b.txt"]
    assert names(house, cast, action, AttachmentQuery()) == ["b.txt"]
    actions.remove(house.database, cast.owner, action.id)
    assert names(house, cast, job, AttachmentQuery()) == ["a.txt"]


def test_lists_are_narrowed_sorted_and_cut(house: House, cast: Cast, contract: Record) -> None:
    attachments.attach_many(
        house,
        cast.owner,
        contract,
        [
            Attach(file_name="b.txt", folder="Pläne", description="NORTH face", content=[b""]),
            Attach(file_name="a.txt", content=[b""]),
            Attach(name="Löwe 100%", driver="link", link_target="https://example.org"),
        ],
    )
    queries = [
        AttachmentQuery(text="north"),
        AttachmentQuery(text="LÖWE"),
        AttachmentQuery(text="%"),
        AttachmentQuery(text="_"),
        AttachmentQuery(folder="Pla\u0308ne"),
        AttachmentQuery(folder="", with_bytes=True),
        AttachmentQuery(sort=[("driver", True), ("name", False)]),
        AttachmentQuery(part=Slice(1, 1)),
    ]
    assert [names(house, cast, contract, query) for query in queries] == [
        ["b.txt"],
        ["Löwe 100%"],
        ["Löwe 100%"],
        [],
        ["b.txt"],
        ["a.txt"],
        ["Löwe 100%", "a.txt", "b.txt"],
        ["a.txt"],
    ]
    assert attachments.page_of(house.database, cast.owner, contract, AttachmentQuery(part=Slice(1, 1))).total == 3


# Describing


def test_only_what_is_given_changes(house: House, cast: Cast, contract: Record) -> None:
    command = Attach(file_name="plan.txt", content=[b"a"], area="Papers", folder="x/y", data={"a": 1, "b": {"c": 2}})
    made = attachments.attach(house, cast.owner, contract, command)
    after = attachments.describe(
        house.database, cast.teammate, made, Describe(name=" Plan ", data={"a": None, "d": 4}, area=None)
    )
    assert (after.name, after.file_name, after.folder, after.area) == ("Plan", "plan.txt", "x/y", None)
    assert (after.data, after.version, bytes_of(house, after)) == ({"b": {"c": 2}, "d": 4}, 1, b"a")


def test_a_description_that_breaks_a_rule_changes_nothing(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract)
    commands = [
        (Describe(name=""), "name"),
        (Describe(file_name=".."), "file_name"),
        (Describe(folder="/x"), "folder"),
        (Describe(description="nul\0"), "description"),
        (Describe(area="x" * 101), "area"),
        (Describe(data={"nul\0": 1}), "data"),
    ]
    codes = [
        code_of(partial(attachments.describe, house.database, cast.owner, made, command)) for command, _ in commands
    ]
    after = attachments.find(house.database, cast.owner, made.id)
    assert codes == [(Code.INVALID, field) for _, field in commands]
    assert (after.name, after.updated_at) == (made.name, made.updated_at)


def test_who_may_describe_detach_and_reinstate(house: House, cast: Cast, private_job: Job) -> None:
    made = attached(house, cast.owner, private_job)
    acts = [
        lambda: attachments.describe(house.database, cast.stranger, made, Describe(name="x")),
        lambda: attachments.detach(house.database, cast.stranger, made),
        lambda: attachments.reinstate(house.database, cast.stranger, made),
        lambda: attachments.versions_of(house.database, cast.stranger, made),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.NOT_FOUND] * 4
    shares.set_level(house.database, cast.owner, private_job, user_of(house, cast.stranger), Level.READ)
    assert [code_of(act)[0] for act in acts] == [Code.DENIED] * 3 + [None]
    shares.set_level(house.database, cast.owner, private_job, user_of(house, cast.stranger), Level.EDIT)
    assert [code_of(act)[0] for act in acts] == [None] * 4


# The trash


def test_what_is_detached_is_gone_everywhere_and_comes_back_whole(house: House, cast: Cast, job: Job) -> None:
    made = replaced(house, cast.owner, attached(house, cast.owner, job), b"second")
    attachments.detach(house.database, cast.teammate, made)
    acts = [
        lambda: attachments.find(house.database, cast.admin, made.id),
        lambda: attachments.find_on(house.database, cast.admin, job, made.guid),
        lambda: attachments.find_named(house.database, cast.admin, job, "", "plan.txt"),
        lambda: attachments.describe(house.database, cast.admin, made, Describe(name="x")),
        lambda: attachments.detach(house.database, cast.admin, made),
        lambda: replaced(house, cast.admin, made, b"x"),
    ]
    assert [code_of(act)[0] for act in acts] == [Code.NOT_FOUND] * 6
    assert attachments.page_of(house.database, cast.admin, job).total == 0
    in_trash = attachments.find(house.database, cast.owner, made.id, deleted=True)
    assert in_trash.deleted_by_id == cast.teammate.user_id
    assert queued(house) == {}
    back = attachments.reinstate(house.database, cast.teammate, made)
    assert (back.deleted_at, back.deleted_by_id, back.version, bytes_of(house, back)) == (None, None, 2, b"second")


def test_reinstating_what_is_not_in_the_trash_leaves_it(house: House, cast: Cast, contract: Record) -> None:
    made = attached(house, cast.owner, contract)
    assert attachments.reinstate(house.database, cast.owner, made).id == made.id


def test_only_an_administrator_purges_and_all_bytes_are_queued(house: House, cast: Cast, contract: Record) -> None:
    made = replaced(house, cast.owner, attached(house, cast.owner, contract), b"second")
    attachments.detach(house.database, cast.owner, made)
    with refused(Code.DENIED):
        attachments.purge(house.database, cast.owner, made)
    with refused(Code.DENIED):
        attachments.purge(house.database, reading_only(cast.admin), made)
    attachments.purge(house.database, cast.admin, made)
    with refused(Code.NOT_FOUND):
        attachments.purge(house.database, cast.admin, made)
    assert sorted(queued(house)) == kept_keys(house)
    assert [count(house, table) for table in (Attachment, Version, Blob)] == [0, 0, 0]
    assert {50 < seconds <= 60 for seconds in queued(house).values()} == {True}
