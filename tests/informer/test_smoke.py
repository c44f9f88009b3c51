"""The walk of sheet §14, steps 1 to 6, with the real curl against a real server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cast import PASSWORD
from tests.conftest import sqlite_instance
from tests.informer.curl import Curl
from tests.process import ServerProcess


@dataclass(frozen=True)
class Walk:
    """The state after step 1: a server, and curl with the owner's token."""

    nobody: Curl
    owner: Curl


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("smoke")
    sqlite_instance(folder / "instance", sqlite_template)
    with ServerProcess(folder / "instance") as server:
        nobody = Curl(server.url, folder)
        minted = nobody.with_basic("ada")("--json", '{"type":"personal"}', "/api/tokens")
        yield Walk(nobody, nobody.with_bearer(minted.json["token"]))


@pytest.fixture(scope="module")
def place(walk: Walk) -> str:
    """The address of the attachments of an action of a private job that `stan` may not see and `vi` may read."""
    job = walk.owner("--json", '{"type":"email","name":"Walk"}', "/api/jobs").location
    walk.owner("-X", "DELETE", f"{job}/shares/team:everyone")
    walk.owner("-X", "PUT", "--json", '{"accessLevel":1}', f"{job}/shares/vi")
    return walk.owner("--json", '{"type":"email","name":"Tell"}', f"{job}/actions").location + "/attachments"


def test_step_1_a_cookie_a_token_and_basic_all_speak_for_their_user(walk: Walk) -> None:
    named = json.dumps({"username": "ADA", "password": PASSWORD})
    first = walk.nobody("-c", "jar", "--json", named, "/api/auth/login")
    second = walk.nobody("--json", named, "/api/login/local")
    assert (first.status, second.status) == (200, 200)
    jar = (walk.nobody.folder / "jar").read_text()
    assert f"\tsid\t{first.json['sid']}" in jar
    minted = walk.nobody("-b", "jar", "--json", '{"type":"personal"}', "/api/tokens")
    assert minted.status == 201
    assert minted.json["token"].startswith("i5t_")
    assert walk.nobody.with_bearer(minted.json["token"])("/api").status == 200
    assert walk.nobody.with_bearer(second.json["jwt"])("/api").status == 200
    assert walk.nobody.with_basic("ada")("/api").status == 200
    assert walk.nobody("/api").status == 401


def test_step_2_a_job_an_action_and_no_attachments(walk: Walk) -> None:
    job = walk.owner("--json", '{"type":"email","name":"Monthly report"}', "/api/jobs")
    assert job.status == 201
    assert job.location == f"/api/jobs/{job.json['id']}"
    action = walk.owner("--json", '{"type":"email","name":"Tell"}', f"{job.location}/actions")
    assert action.status == 201
    attachments = walk.owner(f"{action.location}/attachments").json
    assert attachments["total"] == 0
    assert attachments["_embedded"]["inf:job-attachment"] == []


def test_step_3_three_kinds_and_who_may_make_them(walk: Walk, place: str) -> None:
    made = [
        walk.owner("--json", body, place).status
        for body in (
            '{"type":"report","name":"Sales","data":{"reportId":"sales","format":"pdf"}}',
            '{"type":"dataset","name":"Rows","data":{"datasetId":"rows"}}',
            '{"type":"file","name":"plan.txt"}',
        )
    ]
    assert made == [201, 201, 201]
    body = '{"type":"file","name":"x"}'
    assert walk.owner("--json", '{"type":"fax","name":"x"}', place).status == 400
    assert walk.nobody.with_basic("vi")("--json", body, place).status == 403
    assert walk.nobody.with_basic("stan")("--json", body, place).status == 404
    assert walk.nobody("--json", body, place).status == 401
    limited = walk.owner("--json", '{"type":"personal","readOnly":true}', "/api/tokens").json["token"]
    assert walk.nobody.with_bearer(limited)("--json", body, place).status == 403
    assert walk.nobody.with_bearer(limited)(place).status == 200


def test_step_4_a_change_of_format_keeps_the_report(walk: Walk, place: str) -> None:
    path = walk.owner("--json", '{"type":"report","name":"S","data":{"reportId":"s","format":"pdf"}}', place).location
    changed = walk.owner("-X", "PUT", "--json", '{"name":"T","data":{"format":"excel"}}', path)
    assert changed.status == 200
    assert changed.json["data"] == {"reportId": "s", "format": "excel"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("f.bin", ("-T", "f.bin")),
        ("f.bin", ("-X", "PUT", "-F", "file=@f.bin")),
        ("f.json", ("-X", "PUT", "--data-binary", "@f.json")),
        ("f.json", ("-X", "PUT", "-H", "Content-Type: application/json", "--data-binary", "@f.json")),
        ("f.bin", ("-T", "f.bin", "-H", "Transfer-Encoding: chunked")),
    ],
    ids=["raw", "form", "mislabelled", "json", "chunked"],
)
def test_step_5_bytes_come_back_as_they_went(walk: Walk, place: str, name: str, options: tuple[str, ...]) -> None:
    (walk.owner.folder / "f.bin").write_bytes(bytes(range(256)) * 5000)
    (walk.owner.folder / "f.json").write_bytes(b'{"upload": "not one of ours", "rows": [1, 2, 3]}')
    path = walk.owner("--json", '{"type":"file","name":"f"}', place).location
    sent = walk.owner(*options, f"{path}/action-attachment-file-contents")
    assert sent.status == 200
    body = (walk.owner.folder / name).read_bytes()
    got = walk.owner(f"{path}/action-attachment-file-contents")
    assert (got.status, got.body) == (200, body)
    assert sent.json["data"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert sent.json["data"]["size"] == len(body)


def test_step_5_accents_and_quotes_in_a_name_survive(walk: Walk, place: str) -> None:
    (walk.owner.folder / "f.bin").write_bytes(b"x")
    path = walk.owner("--json", '{"type":"file","name":"f"}', place).location
    contents = f"{path}/action-attachment-file-contents"
    sent = walk.owner("-X", "PUT", "-F", 'file=@f.bin;filename="Übersicht \\"März\\".pdf"', contents)
    assert sent.json["data"]["filename"] == 'Übersicht "März".pdf'
    header = walk.owner("-D", "head", contents)
    assert header.status == 200
    assert "filename*=UTF-8''%C3%9Cbersicht%20%22M%C3%A4rz%22.pdf" in (walk.owner.folder / "head").read_text()


def test_step_6_drivers_and_templates(walk: Walk, place: str) -> None:
    assert walk.owner("/api/job-attachment-drivers").json["total"] == 3
    assert walk.owner("/api/job-attachment-drivers/nope").status == 404
    templates = walk.owner(place.removesuffix("attachments") + "attachment-templates").json
    assert templates["_embedded"]["inf:job-attachment-template"][0]["id"] == "pdf-report"
