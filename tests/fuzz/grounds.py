"""An instance to be fuzzed: things of every kind, the names that lead to them, and tokens. It knows no check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from flask import Flask

from app import create_app
from blueprints.http import house as house_of
from core import (
    accounts,
    actions,
    attachments,
    departments,
    groups,
    jobs,
    nodes,
    record_types,
    records,
    reports,
    resumable,
    tokens,
    uploads,
)
from core.access import HOUSE, Caller
from core.commands import AddDepartment, Attach, BeginUpload, ById, CreateAction, CreateJob, CreateRecord, FillReport
from core.house import House
from core.nodes import DescribeNode
from core.record_types import AddRecordType
from core.storage import FolderStore
from models import db
from tests import cast as cast_room
from tests.cast import Cast
from tests.conftest import sqlite_instance
from tests.core.stories import recorded, start

SECRET = "Zugspitze"  # in every word and byte of what only its owner may see
CONTRACT, EVERYBODY = "Contract", "Everybody"
Names = Mapping[str, Sequence[str]]  # the parameter of a path → what may stand there, the likeliest first


@dataclass(frozen=True)
class Family:
    """Things that belong together, under the names that each API has for them."""

    informer: Names
    alloy: Names
    ufdl: Names
    nimblex: Names
    saferme: Names
    tus: Names

    def names(self, api: str, label: str, parameter: str) -> Sequence[str]:
        """Return what may stand for a parameter of an operation; a few APIs name different things by one word."""
        known: Names = getattr(self, api)
        method, _, path = label.partition(" ")
        kind = path.split("/")[3 if api == "saferme" else 2]
        return known.get(f"{method} {kind}.{parameter}") or known.get(f"{kind}.{parameter}") or known.get(parameter, ())


@dataclass
class Grounds:
    """An instance, who is there, and families of things: those that the team shares, and those of Ada's alone."""

    app: Flask
    house: House
    cast: Cast
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _kept: dict[bool, Family] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    def family(self, *, private: bool) -> Family:
        """Return a family, made when there is none."""
        if private not in self._kept:
            with self.app.app_context():
                self._kept[private] = self._family(next(self._numbers), private=private)
        return self._kept[private]

    def drop_families(self) -> None:
        """Have new ones made: something may have been removed or changed."""
        self._kept.clear()

    def token(self, caller: Caller) -> str:
        """Return a token of a caller's that lives."""
        if caller.name not in self._tokens:
            with self.app.app_context():
                minted = tokens.mint(self.house.database, caller, tokens.MintToken(caller.user_id or 0))
                self._tokens[caller.name] = minted.secret
        return self._tokens[caller.name]

    def forget_token(self, caller: Caller) -> None:
        """Have a new token made: this one was revoked."""
        self._tokens.pop(caller.name, None)

    def _family(self, number: int, *, private: bool) -> Family:
        house, owner = self.house, self.cast.owner
        word = f"{SECRET if private else 'Open'} {number}"
        job = jobs.create(house.database, owner, CreateJob(word, "email", word, private))
        action = actions.add(house.database, owner, job.id, CreateAction("save-files", word))
        content = Attach(file_name=f"{word}.txt", content=[word.encode()], description=word)
        attachment = attachments.attach(house, owner, action, content)
        start(house, job)
        output = recorded(house, owner, job, "model", "txt")
        contract = records.create(house.database, owner, CreateRecord(CONTRACT, word, word, private=private))
        step = next(each for each in contract.record_type.steps if not each.creates)
        filed = attachments.attach(
            house, owner, contract, Attach(file_name="a b.txt", content=[word.encode()], area="Documents")
        )
        report = reports.create(house.database, owner, FillReport())
        node = nodes.add(house.database, self.cast.admin, DescribeNode(ip=f"10.0.0.{number}", index=0, cpu_mem=1))
        group = groups.add(house.database, self.cast.admin, f"group{number}")
        department = departments.add(house.database, self.cast.admin, AddDepartment(f"Dept {number}"))
        file = uploads.receive_file(house, self.cast.admin, Attach(file_name="sent.txt", content=[word.encode()]))
        begun = BeginUpload(4, Attach(file_name="slow.txt"), ById(contract.id))
        upload = resumable.begin(house, self.cast.admin, begun, None).upload
        loose = attachments.attach(house, owner, report, Attach(file_name="p.txt", content=[b"p"]))
        return Family(
            informer={
                "job_id": [str(job.guid), f"ada:{job.slug}"],
                "action_id": [str(action.guid)],
                "attachment_id": [str(attachment.guid)],
                "file_id": [str(file.guid)],
                "principal_id": ["bo", "user:bo", "group:" + group.name],
                "job-action-drivers.driver_id": ["email"],
                "job-attachment-drivers.driver_id": ["file"],
                "domain": ["local"],
            },
            alloy={
                "oid": [f"C{contract.number:06d}", f"J{job.number:06d}"],
                "class_name": [CONTRACT, "Job"],
                "action_id": [str(step.id)],
                "attachment_id": [str(filed.guid)],
            },
            ufdl={
                "jobs.pk": [str(job.number)],
                "job-outputs.pk": [str(output.id)],
                "job-templates.pk": ["2", "1"],
                "nodes.pk": [str(node.id)],
                "POST jobs.name": [f"new {number}", output.name],
                "name": [output.name],
                "type_": ["txt"],
                "done": ["0.5"],
                "users.name": ["ada"],
            },
            nimblex={
                "eformtype": [CONTRACT],
                "recordid": [str(contract.number)],
                "rest": ["a b.txt", f"new {number}.txt"],
                "rolename": [group.name, "ada"],
                "name": [department.name],
            },
            saferme={
                "reports.reference": [str(report.number)],
                "file_attachments.reference": [str(loose.id)],
                "PATCH users.reference": ["me"],
                "users.reference": [str(owner.user_id), "me"],
                "reference": ["1"],
                "category_id": ["1"],
            },
            tus={"guid": [str(upload.guid)], "place": [f"J{job.number:06d}", str(action.guid)]},
        )


@contextmanager
def grounds(instance: Path, template: Path) -> Iterator[Grounds]:
    """Open a new instance on SQLite; no context of the application is left open, as in a server."""
    app = create_app(sqlite_instance(instance, template))
    with app.app_context():
        house = house_of(app)
        cast = cast_room.callers({user.name: user for user in accounts.all_users(house.database)})
        record_types.add(house.database, HOUSE, AddRecordType(CONTRACT, prefix="C", areas=["Documents"]))
        groups.add(house.database, cast.admin, EVERYBODY)
    yield Grounds(app, house, cast)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    assert isinstance(house.store, FolderStore)
    house.database.close()
    house.store.__exit__()
