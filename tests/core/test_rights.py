"""Every verb of the core that changes something refuses a credential that may only read, and changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from core import (
    accounts,
    actions,
    applications,
    attachment_sets,
    attachments,
    departments,
    faces,
    groups,
    job_life,
    jobs,
    nodes,
    notes,
    objects,
    outputs,
    record_types,
    records,
    reports,
    resumable,
    roles,
    shares,
    sign_ins,
    steps,
    templates,
    tokens,
    uploads,
)
from core.access import Caller
from core.accounts import AddUser, ReviseUser
from core.commands import (
    AddDepartment,
    AddRole,
    Attach,
    BeginUpload,
    ById,
    Change,
    ChangeMembers,
    ClaimObject,
    CommentReport,
    CreateAction,
    CreateJob,
    CreateRecord,
    Describe,
    FillReport,
    Move,
    Part,
    Principal,
    PrincipalKind,
    RecordOutput,
    Replace,
    ReviseAction,
    ReviseDepartment,
    ReviseJob,
    ReviseRecord,
    ReviseRole,
    RoleKind,
    RunStep,
    Side,
    WriteNote,
)
from core.errors import Code
from core.house import House
from core.nodes import DescribeNode
from core.record_types import AddRecordType, ReviseRecordType
from core.templates import Order
from core.tokens import Minted, MintToken
from models import Action, Attachment, Department, Group, Job, JobOutput, Level, Record, Session, Upload, User, db
from tests.cast import PASSWORD, Cast
from tests.core.stories import (
    attached,
    code_of,
    forget_output,
    group,
    kept_keys,
    reading_only,
    received,
    recorded,
    start,
    user_of,
)
from tests.core.verbs import changing_verbs


@dataclass(frozen=True)
class World:
    """One of everything, the owner's; what is called gone lies in the trash."""

    house: House
    job: Job
    gone_job: Job
    action: Action
    contract: Record
    gone_contract: Record
    note: Attachment
    gone_note: Attachment
    output: JobOutput
    gone_output: JobOutput
    upload: Upload
    token: Minted
    session: Session
    node: nodes.NodeLine
    user: User
    report: Record
    transfer: uuid.UUID
    steps: list[int]
    group: Group
    department: Department


Act = Callable[[World, Caller], object]

ACTS: dict[str, Act] = {
    "accounts.add": lambda w, c: accounts.add(w.house.database, c, AddUser("new", "viewer", PASSWORD)),
    "accounts.revise": lambda w, c: accounts.revise(w.house.database, c, w.user.id, ReviseUser(full_name="x")),
    "applications.add": lambda w, c: applications.add(w.house.database, c, "robot", "editor"),
    "applications.renew": lambda w, c: applications.renew(w.house.database, c, "robot"),
    "attachment_sets.detach_many": lambda w, c: attachment_sets.detach_many(w.house.database, c, [w.note.guid]),
    "attachment_sets.move": lambda w, c: attachment_sets.move(w.house.database, c, [w.note.guid], Move(folder="x")),
    "attachments.attach": lambda w, c: attachments.attach(w.house, c, w.contract, Attach(file_name="x", content=[b""])),
    "attachments.attach_many": lambda w, c: attachments.attach_many(w.house, c, w.job, [Attach(file_name="x")]),
    "attachments.describe": lambda w, c: attachments.describe(w.house.database, c, w.note, Describe(name="x")),
    "attachments.detach": lambda w, c: attachments.detach(w.house.database, c, w.note),
    "attachments.purge": lambda w, c: attachments.purge(w.house.database, c, w.gone_note),
    "attachments.reinstate": lambda w, c: attachments.reinstate(w.house.database, c, w.gone_note),
    "attachments.replace": lambda w, c: attachments.replace(w.house, c, w.note, Replace([b"x"])),
    "attachments.restore": lambda w, c: attachments.restore(w.house, c, w.note, 1),
    "departments.add": lambda w, c: departments.add(w.house.database, c, AddDepartment("New")),
    "departments.remove": lambda w, c: departments.remove(w.house.database, c, w.department),
    "departments.revise": lambda w, c: departments.revise(
        w.house.database, c, w.department, ReviseDepartment({"location": "x"})
    ),
    "faces.change": lambda w, c: faces.change(w.house.database, c, w.user, None),
    "groups.add": lambda w, c: groups.add(w.house.database, c, "new"),
    "groups.remove": lambda w, c: groups.remove(w.house.database, c, w.group),
    "groups.rename": lambda w, c: groups.rename(w.house.database, c, w.group, "x"),
    "job_life.abort": lambda w, c: job_life.abort(w.house.database, c, ById(w.job.id)),
    "job_life.acquire": lambda w, c: job_life.acquire(w.house.database, c, ById(w.job.id), w.node.id),
    "job_life.cancel": lambda w, c: job_life.cancel(w.house.database, c, ById(w.job.id)),
    "job_life.describe": lambda w, c: job_life.describe(w.house.database, c, ById(w.job.id), "x"),
    "job_life.finish": lambda w, c: job_life.finish(w.house.database, c, ById(w.job.id), w.node.id, None),
    "job_life.forget": lambda w, c: job_life.forget(w.house.database, c, ById(w.job.id)),
    "job_life.progress": lambda w, c: job_life.progress(w.house.database, c, ById(w.job.id), w.node.id, 0.5),
    "job_life.purge": lambda w, c: job_life.purge(w.house.database, c, ById(w.job.id)),
    "job_life.reinstate": lambda w, c: job_life.reinstate(w.house.database, c, ById(w.gone_job.id)),
    "job_life.release": lambda w, c: job_life.release(w.house.database, c, ById(w.job.id), w.node.id),
    "job_life.reset": lambda w, c: job_life.reset(w.house.database, c, ById(w.job.id), w.node.id),
    "job_life.start": lambda w, c: job_life.start(w.house.database, c, ById(w.job.id), w.node.id),
    "actions.add": lambda w, c: actions.add(w.house.database, c, w.job.id, CreateAction("email")),
    "jobs.create": lambda w, c: jobs.create(w.house.database, c, CreateJob("x")),
    "actions.remove": lambda w, c: actions.remove(w.house.database, c, w.action.id),
    "jobs.revise": lambda w, c: jobs.revise(w.house.database, c, w.job.id, ReviseJob(title="x")),
    "actions.revise": lambda w, c: actions.revise(w.house.database, c, w.action.id, ReviseAction(title="x")),
    "nodes.add": lambda w, c: nodes.add(w.house.database, c, DescribeNode("10.0.0.9", 1, 1)),
    "nodes.describe": lambda w, c: nodes.describe(w.house.database, c, w.node.id, DescribeNode(cpu_mem=5)),
    "nodes.greet": lambda w, c: nodes.greet(w.house.database, c, w.node.id),
    "nodes.remove": lambda w, c: nodes.remove(w.house.database, c, w.node.id),
    "notes.write": lambda w, c: notes.write(w.house, c, w.contract, WriteNote("x")),
    "objects.authorise": lambda w, c: objects.authorise(w.house.database, c, "text/plain", 9, timedelta(hours=1)),
    "objects.claim": lambda w, c: objects.claim(w.house, c, ClaimObject("key")),
    "outputs.forget": lambda w, c: outputs.forget(w.house.database, c, w.output.id),
    "outputs.purge": lambda w, c: outputs.purge(w.house.database, c, w.output.id),
    "outputs.record": lambda w, c: outputs.record(w.house, c, ById(w.job.id), RecordOutput("x", "y", [b""])),
    "outputs.reinstate": lambda w, c: outputs.reinstate(w.house.database, c, w.gone_output.id),
    "record_types.add": lambda w, c: record_types.add(w.house.database, c, AddRecordType("New")),
    "record_types.revise": lambda w, c: record_types.revise(
        w.house.database, c, "Contract", ReviseRecordType([{"name": "x"}], [], [])
    ),
    "records.create": lambda w, c: records.create(w.house.database, c, CreateRecord("Contract", "x")),
    "records.forget": lambda w, c: records.forget(w.house.database, c, w.contract.id),
    "records.purge": lambda w, c: records.purge(w.house.database, c, w.gone_contract.id),
    "records.put": lambda w, c: records.put(w.house.database, c, CreateRecord("Contract", "x", number=1)),
    "records.reinstate": lambda w, c: records.reinstate(w.house.database, c, w.gone_contract.id),
    "records.revise": lambda w, c: records.revise(w.house.database, c, w.contract.id, ReviseRecord(title="x")),
    "shares.set_level": lambda w, c: shares.set_level(w.house.database, c, w.contract, w.user, Level.EDIT),
    "reports.append_file": lambda w, c: reports.append_file(w.house.database, c, w.report, w.note.id, "x"),
    "reports.comment": lambda w, c: reports.comment(w.house.database, c, w.report, CommentReport("x")),
    "reports.create": lambda w, c: reports.create(w.house.database, c, FillReport({"f_title": "x"})),
    "reports.fill": lambda w, c: reports.fill(w.house.database, c, w.report, FillReport({"f_title": "x"})),
    "resumable.append": lambda w, c: resumable.append(w.house, c, _transfer(w, c), Part(0, [b"x"])),
    "resumable.begin": lambda w, c: resumable.begin(w.house, c, _announcement(w.contract)),
    "resumable.settle": lambda w, c: resumable.settle(w.house, c, _transfer(w, c)),
    "resumable.terminate": lambda w, c: resumable.terminate(w.house, c, w.transfer),
    "roles.add": lambda w, c: roles.add(w.house.database, c, AddRole(RoleKind.GROUP, "new")),
    "roles.change_members": lambda w, c: roles.change_members(
        w.house.database, c, w.group, ChangeMembers(Side.CHILDREN, Change.REPLACE, [])
    ),
    "roles.remove": lambda w, c: roles.remove(w.house.database, c, w.group),
    "roles.revise": lambda w, c: roles.revise(w.house.database, c, w.group, ReviseRole(full_name="x")),
    "shares.give": lambda w, c: shares.give(w.house.database, c, w.job, Principal(PrincipalKind.USER, "stan"), 1),
    "sign_ins.end_other": lambda w, c: sign_ins.end_other(w.house.database, c, w.session.guid),
    "steps.create": lambda w, c: steps.create(w.house, c, w.steps[0], RunStep()),
    "steps.run": lambda w, c: steps.run(w.house, c, ById(w.contract.id), w.steps[1], RunStep({"Title": "x"})),
    "templates.create_job": lambda w, c: templates.create_job(
        w.house.database, c, templates.find(w.house.database, 2), Order({})
    ),
    # The one exception: a reading credential may make another that only reads (an application's own token does).
    "tokens.mint": lambda w, c: tokens.mint(w.house.database, c, MintToken(w.user.id)),
    "tokens.revoke": lambda w, c: tokens.revoke(w.house.database, c, w.token.token.guid),
    "uploads.claim_file": lambda w, c: uploads.claim_file(w.house, c, w.upload.guid, w.note),
    "uploads.fill": lambda w, c: uploads.fill(w.house, c, w.note, Replace([b"x"])),
    "uploads.receive_file": lambda w, c: uploads.receive_file(w.house, c, Attach(file_name="x", content=[b""])),
}
# Somebody else's things are not found rather than denied.
OWNERS_ALONE = {"uploads.claim_file", "resumable.append", "resumable.settle"}


def test_no_verb_that_changes_something_is_missing_from_the_table() -> None:
    assert set(ACTS) == changing_verbs()


@pytest.fixture
def world(house: House, cast: Cast, job: Job, contract: Record) -> World:
    """One of everything."""
    start(house, job)
    own = cast.owner.user_id or 0
    gone_contract = records.create(house.database, cast.owner, CreateRecord("Contract", "Gone"))
    records.forget(house.database, cast.owner, gone_contract.id)
    gone_note, gone_output = attached(house, cast.owner, contract), recorded(house, cast.owner, job, "gone")
    attachments.detach(house.database, cast.owner, gone_note)
    forget_output(house, cast.owner, gone_output)
    gone_job = jobs.create(house.database, cast.owner, CreateJob("Gone"))
    records.forget(house.database, cast.owner, gone_job.id)
    return World(
        house,
        job,
        gone_job,
        actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send")),
        contract,
        gone_contract,
        attached(house, cast.owner, contract),
        gone_note,
        recorded(house, cast.owner, job),
        gone_output,
        received(house, cast.owner),
        tokens.mint(house.database, cast.owner, MintToken(own)),
        sign_ins.open_session(house.database, user_of(house, cast.owner), "pages", None, "").session,
        nodes.add(house.database, cast.owner, DescribeNode("10.0.0.1", 0, 1)),
        user_of(house, cast.owner),
        records.create(house.database, cast.owner, CreateRecord("Report", "Leak")),
        resumable.begin(house, cast.owner, _announcement(contract)).upload.guid,
        [step.id for step in record_types.find(house.database, "Contract").steps],
        group(house, "team", cast.owner),
        departments.add(house.database, cast.admin, AddDepartment("North")),
    )


def test_a_credential_that_may_only_read_changes_nothing_whoever_it_is_of(cast: Cast, world: World) -> None:
    before = _everything(world.house)
    codes = {name: _codes(act, world, reading_only(cast.owner), reading_only(cast.admin)) for name, act in ACTS.items()}
    expected = {name: (Code.DENIED, Code.NOT_FOUND if name in OWNERS_ALONE else Code.DENIED) for name in ACTS}
    assert codes == expected
    assert _everything(world.house) == before


def test_a_reader_of_the_team_changes_nothing_of_it(cast: Cast, world: World) -> None:
    own = {"uploads.receive_file", "sign_ins.end_other", "tokens.revoke", "resumable.terminate", *OWNERS_ALONE}
    before = _everything(world.house)
    codes = {name: _codes(act, world, cast.reader)[0] for name, act in ACTS.items() if name not in own}
    assert codes == dict.fromkeys(ACTS.keys() - own, Code.DENIED)
    assert _everything(world.house) == before


def _announcement(record: Record) -> BeginUpload:
    return BeginUpload(3, Attach(file_name="slow.txt"), ById(record.id))


def _transfer(world: World, caller: Caller) -> Upload:
    # As every mouth does: the verbs that go on with an upload take one that was found for that.
    return resumable.find(world.house.database, caller, world.transfer)


def _codes(act: Act, world: World, *callers: Caller) -> tuple[Code | None, ...]:
    return tuple(code_of(partial(act, world, caller))[0] for caller in callers)


def _everything(house: House) -> dict[str, list[str]]:
    with house.database.reading() as session:
        rows = {table.name: sorted(map(repr, session.execute(select(table)))) for table in db.metadata.sorted_tables}
    partials = [f"{name} {house.store.partial_size(name)}" for name in house.store.partials()]
    return rows | {"bytes": kept_keys(house), "partials": sorted(partials)}
