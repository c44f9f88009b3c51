"""Taking much at once: zips, exact and named, through the caller; each file in them noted."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from blueprints.http.house import reads
from core import actions, audit, records
from core.audit import TrailQuery
from core.commands import CreateAction, CreateRecord
from core.house import House
from models import Job
from tests.cast import Cast
from tests.core.stories import attached, recorded, start
from tests.pages.conftest import Visitor, token_of


def unpacked(response: TestResponse) -> dict[str, bytes]:
    """Return what is in a zip, whose length must be what was announced."""
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(response.data))
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist() if name != "SHA256SUMS"}


def test_a_job_is_taken_whole(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    start(house, job)
    attached(house, cast.owner, job, "plan.txt", b"plan")
    recorded(house, cast.owner, job, "model", "bin")
    page = owner.see(f"/jobs/{job.number}")
    assert f'href="/jobs/{job.number}/zip">Download all (8 bytes)' in page
    response = owner.client.get(f"/jobs/{job.number}/zip")
    assert unpacked(response) == {"Files/plan.txt": b"plan", "Outputs/model.bin": b"made"}


def test_a_zip_has_the_headers_of_a_download(reader: Visitor, house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job)
    headers = reader.client.get(f"/jobs/{job.number}/zip").headers
    assert headers["Content-Type"] == "application/zip"
    assert headers["Content-Disposition"] == 'attachment; filename="Nightly sales report.zip"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"


def test_head_says_the_length_and_packs_nothing(app: Flask, owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job)
    length = owner.client.head(f"/jobs/{job.number}/zip").headers["Content-Length"]
    trail = reads(app)
    assert trail is not None
    trail.flush()
    assert audit.page_of_trail(house.database, cast.admin, TrailQuery(verb="download")) == []
    assert length == str(len(owner.client.get(f"/jobs/{job.number}/zip").data))


def test_an_action_and_a_record_are_taken_by_themselves(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    action = actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send"))
    attached(house, cast.owner, job, "other.txt")
    attached(house, cast.owner, action, "mine.txt", b"mine")
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Leak"))
    attached(house, cast.owner, report, "leak.txt", b"wet")
    assert unpacked(owner.client.get(f"/jobs/{job.number}/actions/{action.guid}/zip")) == {"mine.txt": b"mine"}
    assert unpacked(owner.client.get(f"/records/Report/{report.number}/zip")) == {"leak.txt": b"wet"}


def test_each_file_that_was_taken_is_noted(app: Flask, reader: Visitor, house: House, cast: Cast, job: Job) -> None:
    files = [attached(house, cast.owner, job, name) for name in ("a.txt", "b.txt")]
    reader.client.get(f"/jobs/{job.number}/zip")
    trail = reads(app)
    assert trail is not None
    trail.flush()
    noted = audit.page_of_trail(house.database, cast.admin, TrailQuery(verb="download"))
    assert {(line.actor_name, line.subject_id) for line in noted} == {("vi", file.id) for file in files}


def test_what_was_ticked_is_taken_alone(reader: Visitor, house: House, cast: Cast, job: Job) -> None:
    kept, other = attached(house, cast.owner, job, "kept.txt", b"kept"), attached(house, cast.owner, job, "other.txt")
    page = reader.see(f"/jobs/{job.number}")
    assert f'name="attachment" value="{other.guid}"' in page
    sent = {"csrf_token": token_of(page), "attachment": [str(kept.guid), "not a guid"]}
    response = reader.client.post(f"/jobs/{job.number}/selection/zip", data=sent)
    assert unpacked(response) == {"Files/kept.txt": b"kept"}


def test_nothing_ticked_says_so(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job)
    response = owner.send(f"/jobs/{job.number}/selection/zip", f"/jobs/{job.number}")
    assert response.location == f"/jobs/{job.number}"
    assert "Tick the files to download first" in owner.see(response.location)


def test_an_empty_job_offers_no_zip_and_has_none(owner: Visitor, job: Job) -> None:
    assert "Download all" not in owner.see(f"/jobs/{job.number}")
    owner.see(f"/jobs/{job.number}/zip", 404)


@pytest.mark.parametrize("end", ["zip", "selection/zip"])
def test_a_stranger_takes_nothing_private(
    stranger: Visitor, house: House, cast: Cast, private_job: Job, end: str
) -> None:
    hidden = attached(house, cast.owner, private_job)
    address = f"/jobs/{private_job.number}/{end}"
    sent = {"csrf_token": token_of(stranger.see("/jobs")), "attachment": str(hidden.guid)}
    answer = stranger.client.post(address, data=sent) if "selection" in end else stranger.client.get(address)
    assert answer.status_code == 404
