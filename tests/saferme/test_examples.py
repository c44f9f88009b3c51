"""What the pages may show of this API: command lines that work, and a document of its addresses."""

from __future__ import annotations

import subprocess

import pytest
import requests
from flask import Flask

from blueprints.saferme import API
from core import attachments
from core.commands import Attach
from core.house import House
from models import Attachment, Job
from tests.cast import OWNER, PASSWORD, Cast
from tests.saferme.conftest import Served


def test_an_attachment_has_its_command_lines(app: Flask, house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"a"]))
    with app.test_request_context():
        shown = API.curl(made)
    assert [title for title, _ in shown] == ["Show the file attachment", "Download the file"]
    assert f"http://localhost/api/v4/file_attachments/{made.id}" in shown[0][1]


def test_what_is_no_attachment_has_none(job: Job) -> None:
    assert API.curl(job) == ()


def test_the_document_names_every_address(app: Flask) -> None:
    assert API.openapi is not None
    with app.test_request_context():
        document = API.openapi()
    paths = document["paths"]
    assert isinstance(paths, dict)
    assert set(paths["/api/v4/reports/{reference}"]) == {"get", "patch", "delete"}
    assert len(paths) == len({rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v4")})


def uploaded(served: Served, token: str) -> Attachment:
    """Upload a file to the server and return the row that it has there, as far as the examples look at it."""
    address, headers = f"{served.url}/api/v4/file_attachments", {"Authorization": f"Token token={token}"}
    reply = requests.get(f"{address}/upload_authorization?content_type=application/pdf", headers=headers, timeout=60)
    asked = reply.json()["upload_authorization"]
    fields = {**asked["fields"], "key": asked["key_prefix"] + "a.pdf"}
    requests.post(asked["url"], data=fields, files={"file": b"%PDF-1.7"}, timeout=60)
    claimed = requests.post(address, json={"key": fields["key"]}, headers=headers, timeout=60).json()
    return Attachment(id=claimed["id"], blob_id=1)


@pytest.mark.timeout(180)
def test_the_download_command_works_against_a_real_server(served: Served, app: Flask) -> None:
    asked = {"session": {"app_bundle_id": "com.thundermaps.main", "email": OWNER.name, "password": PASSWORD}}
    session = requests.post(f"{served.url}/api/v4/session", json=asked, timeout=60).json()["session"]
    row = uploaded(served, session["access_token"])
    with app.test_request_context(base_url=served.url):
        command = API.curl(row)[1][1].replace("-OJ", "")
    environment = {"ADDENDA_TOKEN": session["access_token"], "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=60, env=environment)
    assert run.stdout == b"%PDF-1.7"
