"""Records of every type: born with what their type asks, and numbered, also many at once."""

from __future__ import annotations

from functools import partial

from flask import Flask

from core import actions, jobs, records
from core.commands import (
    ById,
    ByOid,
    CreateJob,
    CreateRecord,
)
from core.errors import Code, Refusal
from core.house import House
from models import Action, Job, Record, RecordRow
from tests.cast import Cast
from tests.core.stories import (
    at_once,
    code_of,
    count,
    refused,
)


def test_a_job_made_as_a_record_gets_slug_template_and_its_files_action(house: House, cast: Cast) -> None:
    made = records.create(house.database, cast.owner, CreateRecord("job", "Nightly report", description="each night"))
    job = jobs.find(house.database, cast.owner, ById(made.id))
    (files,) = actions.of_jobs(house.database, cast.owner, [job.id])
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


def numbers(made: list[Record | Refusal]) -> list[int]:
    return sorted(record.number for record in made if isinstance(record, Record))
