"""Records of every type: born, numbered, found, changed, shared, thrown away and gone for good."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import select

from core import attachments, jobs, records
from core.access import Verb
from core.commands import (
    ByGuid,
    ById,
    ByNaturalId,
    ByNumber,
    ByOid,
    CreateAction,
    CreateJob,
    CreateRecord,
    Reference,
    ReviseRecord,
)
from core.errors import Code, Refusal
from core.house import House
from core.paging import Slice
from core.records import RecordQuery
from models import Action, Activity, Attachment, AuditEvent, Job, JobOutput, Level, Node, Record, RecordRow, Share
from tests.cast import Cast
from tests.core.stories import (
    at_once,
    attached,
    code_of,
    count,
    files_of,
    finish,
    group,
    kept_keys,
    queued,
    recorded,
    refused,
    replaced,
    start,
    user_of,
)


def numbers(made: list[Record | Refusal]) -> list[int]:
    return sorted(record.number for record in made if isinstance(record, Record))


# Creating


def test_a_job_made_as_a_record_gets_slug_template_and_its_files_action(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("job", "Nightly report", description="each night"))
    job = jobs.find(house.database, cast.owner, ById(made.id))
    (files,) = jobs.actions_of(house.database, cast.owner, [job.id])
    assert (job.slug, job.slug_scope, job.template.name, job.template.workable) == (
        "nightly-report",
        "ada",
        "Addenda job",
        False,
    )
    assert (files.title, files.driver, files.builtin, files.index) == ("Files", "files", True, 0)
    assert (job.oid, files.oid) == ("J000001", "JA000001")


def test_an_action_made_as_a_record_joins_its_job(house: House, cast: Cast, job: Job) -> None:
    made = records.create(house.database, cast.teammate, CreateRecord("Action", "Send", parent=ByOid(job.oid)))
    assert isinstance(made, Action)
    assert (made.job_id, made.parent_id, made.index, made.owner_id) == (job.id, job.id, 1, job.owner_id)


def test_an_action_without_its_job_is_refused(house: House, cast: Cast, contract: Record) -> None:
    parents = [None, ById(10**9), ByOid(contract.oid)]
    commands = [CreateRecord("Action", "Send", parent=parent) for parent in parents]
    codes = [code_of(partial(records.create, house.database, cast.owner, command))[0] for command in commands]
    assert codes == [Code.INVALID, Code.NOT_FOUND, Code.NOT_FOUND]
    assert count(house, Action) == 0


def test_a_report_takes_the_fields_of_its_form_and_no_others(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Report", "Leak", rows=[{"f_title": "A leak"}]))
    assert (made.oid, made.fields) == ("R000001", {"f_title": "A leak"})
    with refused(Code.INVALID, "f_other"):
        records.create(house.database, cast.owner, CreateRecord("Report", "Leak", rows=[{"f_other": "?"}]))
    with refused(Code.INVALID, "f_title"):
        records.create(house.database, cast.owner, CreateRecord("Report", "Leak", rows=[{"f_title": 5}]))


def test_a_record_of_an_open_type_takes_any_rows(house: House, cast: Cast, contract: Record) -> None:
    command = CreateRecord("contracts", "Sale", rows=[{"place": "north"}, {"place": "south"}], lines=[10, 20])
    made = records.find(house.database, cast.reader, ById(records.create(house.database, cast.owner, command).id))
    assert [(row.line, row.values) for row in made.rows] == [(10, {"place": "north"}), (20, {"place": "south"})]
    assert (made.number, made.owner_id) == (contract.number + 1, cast.owner.user_id)


BROKEN: list[tuple[CreateRecord, Code, str | None]] = [
    (CreateRecord("Contract", "  "), Code.INVALID, "title"),
    (CreateRecord("Contract", "x" * 501), Code.INVALID, "title"),
    (CreateRecord("Contract", "nul\0"), Code.INVALID, "title"),
    (CreateRecord("Contract", "ok", description="nul\0"), Code.INVALID, "description"),
    (CreateRecord("Contract", "ok", rows=[{"a": ["nul\0"]}]), Code.INVALID, "a"),
    (CreateRecord("Contract", "ok", number=0), Code.INVALID, "number"),
    (CreateRecord("Contract", "ok", number=2**60), Code.INVALID, "number"),
    (CreateRecord("Contract", "ok", number=1), Code.CONFLICT, None),
    (CreateRecord("Job", "ok", number=0), Code.INVALID, "number"),
    (CreateRecord("Nothing", "ok"), Code.NOT_FOUND, None),
    (CreateRecord("Contract", "ok", parent=ById(10**9)), Code.NOT_FOUND, None),
    (CreateRecord("Contract", "ok", owner_id=10**9), Code.NOT_FOUND, None),
]


def test_a_record_that_breaks_a_rule_is_refused_and_takes_no_number(house: House, cast: Cast, contract: Record) -> None:
    codes = [code_of(partial(records.create, house.database, cast.owner, command)) for command, _, _ in BROKEN]
    after = records.create(house.database, cast.owner, CreateRecord("Contract", "After"))
    assert codes == [(code, field) for _, code, field in BROKEN]
    assert (after.number, count(house, RecordRow)) == (contract.number + 1, 2)


def test_a_reader_makes_no_record(house: House, cast: Cast, contract: Record) -> None:
    with refused(Code.DENIED):
        records.create(house.database, cast.reader, CreateRecord("Contract", "Mine"))
    with refused(Code.DENIED):
        jobs.create(house.database, cast.reader, CreateJob("Mine"))
    assert count(house, Record) == 1
    assert contract.number == 1


def test_what_nobody_may_see_is_no_parent(house: House, cast: Cast, private_contract: Record) -> None:
    with refused(Code.NOT_FOUND):
        records.create(house.database, cast.stranger, CreateRecord("Contract", "x", parent=ById(private_contract.id)))


def test_a_number_is_never_used_again(house: House, cast: Cast, contract: Record) -> None:
    records.purge(house.database, cast.admin, contract.id)
    again = records.create(house.database, cast.owner, CreateRecord("Contract", "Next"))
    assert again.number == contract.number + 1


def test_a_wanted_number_is_taken_and_moves_the_counter_past_it(house: House, cast: Cast, contract: Record) -> None:
    commands = [CreateRecord("Contract", "Wanted", number=57), CreateRecord("Contract", "Next")]
    commands += [CreateRecord("Contract", "Below", number=30), CreateRecord("Contract", "Last")]
    made = [records.create(house.database, cast.owner, command).number for command in commands]
    assert [contract.number, *made] == [1, 57, 58, 30, 59]


def test_a_job_takes_a_wanted_number_like_any_record(house: House, cast: Cast, job: Job) -> None:
    wanted = records.create(house.database, cast.owner, CreateRecord("Job", "Wanted", number=7))
    after = jobs.create(house.database, cast.owner, CreateJob("Next"))
    assert (job.oid, wanted.oid, after.oid) == ("J000001", "J000007", "J000008")


def test_records_made_at_once_get_distinct_numbers(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    def one() -> Record:
        return records.create(house.database, cast.owner, CreateRecord("Contract", "One of many"))

    assert numbers(at_once(app, [one] * 8)) == list(range(2, 10))
    assert contract.number == 1


def test_one_wanted_number_goes_to_one_of_many(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    def one() -> Record:
        return records.create(house.database, cast.owner, CreateRecord("Contract", "Wanted", number=5))

    made = at_once(app, [one] * 6)
    assert [refusal.code for refusal in made if isinstance(refusal, Refusal)] == [Code.CONFLICT] * 5
    assert count(house, Record) == 2
    assert contract.number == 1


def test_jobs_of_one_title_made_at_once_get_distinct_slugs(app: Flask, house: House, cast: Cast) -> None:
    made = at_once(app, [lambda: jobs.create(house.database, cast.owner, CreateJob("Report"))] * 6)
    slugs = {job.slug for job in made if isinstance(job, Job)}
    assert slugs == {"report", "report-2", "report-3", "report-4", "report-5", "report-6"}


# Finding


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
    assert [row.id for row in records.page_records(house.database, cast.stranger, by_title).items] == [
        other.id,
        contract.id,
    ]
    assert records.page_records(house.database, cast.owner, RecordQuery("Contract")).total == 3
    assert [
        records.page_records(house.database, cast.owner, RecordQuery("Contract", text=text)).total
        for text in ("äpfel", "0% OFF_", "5_%", "%", "nowhere")
    ] == [1, 1, 0, 1, 0]
    mine = RecordQuery("Contract", owner_id=cast.owner.user_id, sort=[("number", False)], part=Slice(1, 1))
    page = records.page_records(house.database, cast.owner, mine)
    assert ([row.id for row in page.items], page.total, page.is_last) == ([private_contract.id], 2, True)


def test_a_list_of_everything_leaves_the_actions_out(house: House, cast: Cast, contract: Record, job: Job) -> None:
    listed = records.page_records(house.database, cast.reader, RecordQuery(sort=[("created_at", False)]))
    assert [row.id for row in listed.items] == [contract.id, job.id]


# Revising


def test_only_what_is_given_changes(house: House, cast: Cast, contract: Record) -> None:
    before = records.find(house.database, cast.owner, ById(contract.id))
    after = records.revise(house.database, cast.teammate, contract.id, ReviseRecord(description="new"))
    assert (after.title, after.description, after.revision) == (before.title, "new", before.revision + 1)
    assert after.updated_at > before.updated_at


def test_fields_are_merged_and_none_removes_one(house: House, cast: Cast, contract: Record) -> None:
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(fields={"a": 1, "b": "x"}))
    after = records.revise(house.database, cast.owner, contract.id, ReviseRecord(fields={"a": None, "c": [True]}))
    assert after.fields == {"b": "x", "c": [True]}


def test_rows_are_merged_by_line(house: House, cast: Cast, contract: Record) -> None:
    rows = [(1, {"a": 1}), (5, {"b": 2})]
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=rows))
    after = records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[(5, {"c": 3})]))
    assert [(row.line, row.values) for row in after.rows] == [(1, {"a": 1}), (5, {"b": 2, "c": 3})]


def test_rows_are_replaced_as_a_whole(house: House, cast: Cast, contract: Record) -> None:
    records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[(1, {"a": 1}), (2, {"b": 2})]))
    replacing = ReviseRecord(rows=[(2, {"z": 9}), (3, {})], rows_replace=True)
    after = records.revise(house.database, cast.owner, contract.id, replacing)
    assert [(row.line, row.values) for row in after.rows] == [(2, {"z": 9}), (3, {})]
    emptied = records.revise(house.database, cast.owner, contract.id, ReviseRecord(rows=[], rows_replace=True))
    assert [(row.line, row.values) for row in emptied.rows] == [(1, {})]


def test_a_line_that_comes_twice_is_refused(house: House, cast: Cast, contract: Record) -> None:
    twice = ReviseRecord(rows=[(2, {"z": 9}), (2, {})], rows_replace=True)
    with refused(Code.INVALID, "rows"):
        records.revise(house.database, cast.owner, contract.id, twice)
    merged = ReviseRecord(rows=[(7, {"a": 1}), (7, {"b": 2})])
    after = records.revise(house.database, cast.owner, contract.id, merged)
    assert [(row.line, row.values) for row in after.rows] == [(1, {}), (7, {"a": 1, "b": 2})]


def test_a_refused_field_changes_nothing_else(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("Report", "Leak", rows=[{"f_title": "A leak"}]))
    with refused(Code.INVALID, "f_other"):
        records.revise(house.database, cast.owner, made.id, ReviseRecord(title="Changed", fields={"f_other": 1}))
    after = records.find(house.database, cast.owner, ById(made.id))
    assert (after.title, after.revision, after.fields) == ("Leak", made.revision, {"f_title": "A leak"})


def test_an_outdated_revision_is_refused(house: House, cast: Cast, contract: Record) -> None:
    first = records.revise(
        house.database, cast.owner, contract.id, ReviseRecord(title="New", revision=contract.revision)
    )
    with refused(Code.PRECONDITION):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(title="Old", revision=contract.revision))
    assert records.find(house.database, cast.owner, ById(contract.id)).title == first.title == "New"


def test_of_many_who_hold_one_revision_one_wins(app: Flask, house: House, cast: Cast, contract: Record) -> None:
    command = ReviseRecord(title="Mine", revision=contract.revision)
    made = at_once(app, [lambda: records.revise(house.database, cast.owner, contract.id, command)] * 6)
    codes = [refusal.code for refusal in made if isinstance(refusal, Refusal)]
    assert codes == [Code.PRECONDITION] * 5


def test_privacy_and_owner_take_more_than_editing(house: House, cast: Cast, contract: Record) -> None:
    with refused(Code.DENIED):
        records.revise(house.database, cast.teammate, contract.id, ReviseRecord(private=True))
    with refused(Code.DENIED):
        records.revise(house.database, cast.teammate, contract.id, ReviseRecord(owner_id=cast.teammate.user_id))
    with refused(Code.DENIED):
        records.revise(house.database, cast.reader, contract.id, ReviseRecord(title="x"))
    records.share(house.database, cast.owner, contract, user_of(house, cast.teammate), Level.MANAGE)
    assert records.revise(house.database, cast.teammate, contract.id, ReviseRecord(private=True)).private


def test_a_private_record_can_be_given_away(house: House, cast: Cast, private_contract: Record) -> None:
    giving = ReviseRecord(owner_id=cast.teammate.user_id)
    given = records.revise(house.database, cast.owner, private_contract.id, giving)
    assert given.owner_id == cast.teammate.user_id
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.owner, ById(private_contract.id))
    with refused(Code.NOT_FOUND):
        records.revise(house.database, cast.admin, private_contract.id, ReviseRecord(owner_id=10**9))


def test_a_job_given_away_takes_its_actions_along_and_moves_into_the_names_of_its_owner(
    house: House, cast: Cast, private_job: Job
) -> None:
    jobs.create(house.database, cast.teammate, CreateJob(private_job.title))
    records.revise(house.database, cast.owner, private_job.id, ReviseRecord(owner_id=cast.teammate.user_id))
    moved = jobs.find(house.database, cast.teammate, ByNaturalId("bo", f"{private_job.slug}-2"))
    (files,) = jobs.actions_of(house.database, cast.teammate, [private_job.id])
    assert (moved.id, files.owner_id) == (private_job.id, cast.teammate.user_id)
    with refused(Code.NOT_FOUND):
        jobs.find(house.database, cast.admin, ByNaturalId("ada", private_job.slug))


def test_a_job_that_becomes_private_hides_its_actions(house: House, cast: Cast, job: Job) -> None:
    records.revise(house.database, cast.owner, job.id, ReviseRecord(private=True))
    assert jobs.actions_of(house.database, cast.teammate, [job.id]) == []
    assert [action.private for action in jobs.actions_of(house.database, cast.owner, [job.id])] == [True]


def test_an_action_has_no_privacy_owner_or_parent_of_its_own(house: House, cast: Cast, job: Job) -> None:
    files = files_of(house, cast.owner, job)
    commands = [ReviseRecord(private=True), ReviseRecord(owner_id=None), ReviseRecord(parent=None)]
    codes = [code_of(partial(records.revise, house.database, cast.admin, files.id, command)) for command in commands]
    assert codes == [(Code.LOCKED, None)] * 3
    assert [row.parent_id for row in jobs.actions_of(house.database, cast.reader, [job.id])] == [job.id]


def test_a_record_never_lies_below_itself(house: House, cast: Cast, contract: Record) -> None:
    child = records.create(house.database, cast.owner, CreateRecord("Contract", "child", parent=ById(contract.id)))
    grandchild = records.create(house.database, cast.owner, CreateRecord("Contract", "grand", parent=ById(child.id)))
    with refused(Code.CONFLICT, "parent"):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(parent=ById(grandchild.id)))
    with refused(Code.CONFLICT, "parent"):
        records.revise(house.database, cast.owner, contract.id, ReviseRecord(parent=ByOid(contract.oid)))
    moved = records.revise(house.database, cast.owner, grandchild.id, ReviseRecord(parent=ById(contract.id)))
    assert moved.parent_id == contract.id
    assert records.revise(house.database, cast.owner, grandchild.id, ReviseRecord(parent=None)).parent_id is None


def test_records_moved_below_each_other_at_once_make_no_circle(
    app: Flask, house: House, cast: Cast, contract: Record
) -> None:
    other = records.create(house.database, cast.owner, CreateRecord("Contract", "other"))
    swaps = [(contract.id, other.id), (other.id, contract.id)]
    made = at_once(
        app,
        [
            partial(records.revise, house.database, cast.owner, one, ReviseRecord(parent=ById(two)))
            for one, two in swaps
        ],
    )
    moved = [row for row in made if isinstance(row, Record)]
    third = records.create(house.database, cast.owner, CreateRecord("Contract", "third"))
    below = records.revise(house.database, cast.owner, third.id, ReviseRecord(parent=ById(contract.id)))
    assert len(moved) <= 1
    assert below.parent_id == contract.id


# Sharing


def test_a_share_is_given_raised_and_taken_back(house: House, cast: Cast, private_contract: Record) -> None:
    stranger = user_of(house, cast.stranger)
    records.share(house.database, cast.owner, private_contract, stranger, Level.READ)
    with refused(Code.DENIED):
        records.revise(house.database, cast.stranger, private_contract.id, ReviseRecord(title="x"))
    records.share(house.database, cast.owner, private_contract, stranger, Level.EDIT)
    assert records.revise(house.database, cast.stranger, private_contract.id, ReviseRecord(title="x")).title == "x"
    with refused(Code.DENIED):
        records.share(house.database, cast.stranger, private_contract, stranger, Level.MANAGE)
    records.share(house.database, cast.owner, private_contract, stranger, Level.NONE)
    with refused(Code.NOT_FOUND):
        records.find(house.database, cast.stranger, ById(private_contract.id))
    assert count(house, Share) == 0


def test_who_holds_what_is_told_to_those_who_may_read(house: House, cast: Cast, private_contract: Record) -> None:
    team = group(house, "team", cast.teammate)
    records.share(house.database, cast.owner, private_contract, team, Level.READ)
    records.share(house.database, cast.owner, private_contract, user_of(house, cast.reader), Level.EDIT)
    held = records.shares_of(house.database, cast.teammate, private_contract)
    assert [(share.group and share.group.name, share.user and share.user.name, share.level) for share in held] == [
        ("team", None, Level.READ),
        (None, "vi", Level.EDIT),
    ]
    with refused(Code.NOT_FOUND):
        records.shares_of(house.database, cast.stranger, private_contract)


# The trash


def test_what_is_in_the_trash_is_invisible_and_comes_back_whole(house: House, cast: Cast, contract: Record) -> None:
    note = attached(house, cast.owner, contract)
    records.forget(house.database, cast.owner, contract.id)
    for reference in (ById(contract.id), ByOid("C1"), ByGuid(contract.guid)):
        with refused(Code.NOT_FOUND):
            records.find(house.database, cast.admin, reference)
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.owner, note.id, deleted=True)
    with refused(Code.NOT_FOUND):
        attached(house, cast.owner, contract, "late.txt")
    with refused(Code.NOT_FOUND):
        records.forget(house.database, cast.owner, contract.id)
    assert records.page_records(house.database, cast.owner, RecordQuery("Contract")).total == 0
    assert records.page_records(house.database, cast.owner, RecordQuery("Contract", deleted=True)).total == 1
    records.reinstate(house.database, cast.owner, contract.id)
    assert attachments.page_of(house.database, cast.reader, contract).total == 1


def test_forgetting_and_reinstating_take_more_than_editing(house: House, cast: Cast, contract: Record) -> None:
    with refused(Code.DENIED):
        records.forget(house.database, cast.teammate, contract.id)
    records.forget(house.database, cast.owner, contract.id)
    with refused(Code.DENIED):
        records.reinstate(house.database, cast.teammate, contract.id)
    with refused(Code.DENIED):
        records.purge(house.database, cast.owner, contract.id)
    assert records.reinstate(house.database, cast.admin, contract.id).deleted_at is None


def test_a_job_comes_back_with_the_actions_that_went_with_it_only(house: House, cast: Cast, job: Job) -> None:
    went_before = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "Before"))
    stays = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "With"))
    jobs.remove_action(house.database, cast.owner, went_before.id)
    records.forget(house.database, cast.owner, job.id)
    assert jobs.actions_of(house.database, cast.owner, [job.id]) == []
    records.reinstate(house.database, cast.owner, job.id)
    assert [(row.title, row.index) for row in jobs.actions_of(house.database, cast.owner, [job.id])] == [
        ("Files", 0),
        ("With", 1),
    ]
    assert stays.index == 2


def test_a_removed_action_comes_back_at_the_end(house: House, cast: Cast, job: Job) -> None:
    first = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "First"))
    jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "Second"))
    jobs.remove_action(house.database, cast.owner, first.id)
    records.reinstate(house.database, cast.owner, first.id)
    assert [(row.title, row.index) for row in jobs.actions_of(house.database, cast.owner, [job.id])] == [
        ("Files", 0),
        ("Second", 1),
        ("First", 2),
    ]


def test_an_action_does_not_come_back_without_its_job(house: House, cast: Cast, job: Job) -> None:
    action = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "First"))
    note = attached(house, cast.owner, action)
    jobs.remove_action(house.database, cast.owner, action.id)
    records.forget(house.database, cast.owner, job.id)
    with refused(Code.NOT_FOUND):
        records.reinstate(house.database, cast.owner, action.id)
    with refused(Code.NOT_FOUND):
        attachments.find(house.database, cast.owner, note.id)


def test_actions_are_forgotten_and_the_built_in_one_purged_through_the_job_alone(
    house: House, cast: Cast, job: Job
) -> None:
    files = files_of(house, cast.owner, job)
    with refused(Code.LOCKED):
        records.forget(house.database, cast.owner, files.id)
    with refused(Code.LOCKED):
        records.purge(house.database, cast.admin, files.id)
    assert attached(house, cast.owner, job).record_id == files.id


def test_reinstating_what_is_not_in_the_trash_changes_nothing(house: House, cast: Cast, job: Job) -> None:
    removed = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "First"))
    jobs.remove_action(house.database, cast.owner, removed.id)
    records.reinstate(house.database, cast.owner, job.id)
    assert [row.title for row in jobs.actions_of(house.database, cast.owner, [job.id])] == ["Files"]


def test_purging_a_job_takes_all_that_hangs_on_it_and_queues_the_bytes(house: House, cast: Cast, job: Job) -> None:
    action = jobs.add_action(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    replaced(house, cast.owner, attached(house, cast.owner, action), b"second")
    attachments.detach(house.database, cast.owner, attached(house, cast.owner, job))
    start(house, job)
    recorded(house, cast.owner, job)
    finish(house, job)
    child = records.create(house.database, cast.owner, CreateRecord("Report", "Child", parent=ById(job.id)))
    records.share(house.database, cast.owner, job, user_of(house, cast.stranger), Level.READ)
    with house.database.writing() as session:
        session.add(Node(ip="127.0.0.1", index=0, cpu_mem=1, current_job_id=job.id))
        session.add(Activity(record_id=job.id, number=1, kind="note", created_at=job.created_at))
    keys = kept_keys(house)

    records.purge(house.database, cast.admin, job.id)

    assert sorted(queued(house)) == keys
    assert all(50 < seconds <= 60 for seconds in queued(house).values())
    gone = (Job, Action, Attachment, JobOutput, Share, Activity)
    assert [count(house, table) for table in gone] == [0] * len(gone)
    assert records.find(house.database, cast.owner, ById(child.id)).parent_id is None
    with house.database.reading() as session:
        assert session.scalars(select(Node.current_job_id)).all() == [None]
        assert session.scalars(select(AuditEvent.subject_id).where(AuditEvent.verb == "purge")).all() == [job.id]


def test_bytes_queued_by_a_purge_stay_for_a_minute_and_then_go(house: House, cast: Cast, contract: Record) -> None:
    attached(house, cast.owner, contract)
    records.purge(house.database, cast.admin, contract.id)
    ((key, seconds),) = queued(house).items()
    assert kept_keys(house) == [key]
    assert timedelta(seconds=seconds) <= timedelta(minutes=1)
