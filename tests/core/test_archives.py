"""Zips: everything in, once each, whole, with a length that is known before."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from core import actions, archives, attachments, outputs
from core.archives import Selection
from core.commands import Attach, ById, CreateAction, RecordOutput
from core.errors import Code, Refusal
from core.house import House
from models import Job
from tests.cast import Cast


def unpacked(house: House, cast: Cast, job: Job, selection: Selection = Selection()) -> dict[str, bytes]:  # noqa: B008 - frozen
    members = archives.members(house.database, cast.reader, job, selection)
    archive = archives.archive(house.store, job.title, members)
    packed = b"".join(archive.pieces)
    assert len(packed) == archive.length
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_job_is_packed_with_its_actions_and_outputs(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction(driver="email", title="Send"))
    attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"plan"]))
    attachments.attach(house, cast.owner, action, Attach(file_name="plan.txt", folder="a/b", content=[b"other"]))
    with house.database.writing() as session:
        session.get_one(Job, job.id).started_at = job.created_at
    outputs.record(house, cast.owner, ById(job.id), RecordOutput("model", "Compressed<JSON, 8>", [b"made"]))
    packed = unpacked(house, cast, job)
    sums = packed.pop("SHA256SUMS").decode()
    assert packed == {
        "Files/plan.txt": b"plan",
        "Send/a/b/plan.txt": b"other",
        "Outputs/model.Compressed_JSON, 8_": b"made",
    }
    assert f"{hashlib.sha256(b'plan').hexdigest()}  Files/plan.txt\n" in sums


def test_equal_names_stay_apart(house: House, cast: Cast, job: Job) -> None:
    for content in (b"one", b"two"):
        attachments.attach(house, cast.owner, job, Attach(file_name="Plan.TXT", content=[content]))
    attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"three"]))
    names = list(unpacked(house, cast, job))
    assert names == ["Files/Plan.TXT", "Files/Plan (2).TXT", "Files/plan (3).txt", "SHA256SUMS"]


def test_names_that_climb_or_hide_stay_inside(house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="..a:b*c..", content=[b"x"]))
    assert "Files/a_b_c" in unpacked(house, cast, job)


def test_a_selection_packs_what_is_selected_alone(house: House, cast: Cast, job: Job) -> None:
    kept = attachments.attach(house, cast.owner, job, Attach(file_name="kept.txt", content=[b"x"]))
    attachments.attach(house, cast.owner, job, Attach(file_name="left.txt", content=[b"y"]))
    assert list(unpacked(house, cast, job, Selection([kept.guid], []))) == ["Files/kept.txt", "SHA256SUMS"]


def test_nothing_to_pack_is_refused(house: House, cast: Cast, job: Job) -> None:
    with pytest.raises(Refusal) as refused:
        archives.members(house.database, cast.reader, job)
    assert refused.value.code is Code.NOT_FOUND


def test_stranger_packs_nothing(house: House, cast: Cast, private_job: Job) -> None:
    attachments.attach(house, cast.owner, private_job, Attach(file_name="a", content=[b"x"]))
    with pytest.raises(Refusal) as refused:
        archives.members(house.database, cast.stranger, private_job)
    assert refused.value.code is Code.NOT_FOUND


def test_what_would_be_packed_is_weighed_by_action(house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction(driver="email", title="Send"))
    attachments.attach(house, cast.owner, action, Attach(file_name="a", content=[b"four"]))
    attachments.attach(house, cast.owner, action, Attach(name="Link", driver="link", link_target="https://example.org"))
    gone = attachments.attach(house, cast.owner, action, Attach(file_name="b", content=[b"x"]))
    attachments.detach(house.database, cast.owner, gone)
    attachments.attach(house, cast.owner, job, Attach(file_name="c", content=[b"sixsix"]))
    with house.database.writing() as session:
        session.get_one(Job, job.id).started_at = job.created_at
    outputs.record(house, cast.owner, ById(job.id), RecordOutput("model", "x", [b"made!"]))
    found = archives.weigh(house.database, cast.reader, job)
    assert found.parts[action.id] == archives.Weight(1, 4)
    assert found.outputs == archives.Weight(1, 5)
    assert found.all == archives.Weight(3, 15)
