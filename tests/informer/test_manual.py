"""What the API tells about itself agrees with what it does; the README's lines are run as they stand there."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from blueprints import http, informer
from core import attachments
from core.commands import Attach
from core.house import House
from models import Attachment, Job
from tests.cast import PASSWORD, Cast
from tests.conftest import sqlite_instance
from tests.informer.conftest import Speaker
from tests.process import CHECKOUT, ServerProcess


@pytest.fixture
def attached(house: House, cast: Cast, job: Job) -> Attachment:
    """A file of the job."""
    return attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"a"]))


def test_the_document_names_every_address(app: Flask) -> None:
    document: Any = informer.manual.openapi()
    rules = {rule.rule: rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("informer.")}
    assert {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in document["paths"]} == set(rules)
    upload = document["paths"]["/api/jobs/{job_id}/actions/{action_id}/attachments"]["post"]
    assert upload["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NewAttachment"
    }
    assert document["components"]["schemas"]["NewAttachment"]["required"] == ["type", "name"]


def test_each_example_is_a_request_that_succeeds(app: Flask, cast: Cast, owner: Speaker, attached: Attachment) -> None:
    with app.test_request_context("/"):
        http.set_caller(cast.owner)
        examples = informer.API.curl(attached)
    assert [title for title, _ in examples] == [
        "List the attachments",
        "Show this one",
        "Upload a new version",
        "Download it",
        "Rename it",
    ]
    assert [asked(owner, command) for _, command in examples] == [200] * 5


def test_there_is_no_example_for_anything_else() -> None:
    assert list(informer.API.curl(object())) == []


def test_the_lines_of_the_readme_attach_a_file(tmp_path: Path, sqlite_template: Path) -> None:
    sqlite_instance(tmp_path / "instance", sqlite_template)
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7 in spirit")
    script = readme_script() + "\ncall -f $API$FILE/action-attachment-file-contents"
    with ServerProcess(tmp_path / "instance") as server:
        script = script.replace("http://127.0.0.1:8000", server.url).replace("NAME=admin", "NAME=root")
        done = subprocess.run(
            ["sh", "-euc", script],
            env={"PATH": "/usr/bin:/bin", "PASSWORD": PASSWORD},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"%PDF-1.7 in spirit")
    assert b'"filename":"report.pdf"' in done.stdout


def readme_script() -> str:
    """Return the lines that the README gives for a script."""
    text = (CHECKOUT / "README.md").read_text("utf-8")
    section = text.partition("## Attach a file from a script")[2]
    return section.split("```")[1]


def asked(who: Speaker, command: str) -> int:
    """Send what a command line of curl says; return the status."""
    words = shlex.split(command)
    method = "PUT" if {"-X", "-T"} & set(words) else "GET"
    body = words[words.index("--json") + 1] if "--json" in words else "the new contents"
    headers = {"Content-Type": "application/json"} if "--json" in words else {}
    more = {"data": body, "headers": headers} if method == "PUT" else {}
    return who(method, words[-1].removeprefix("http://localhost"), **more).status_code
