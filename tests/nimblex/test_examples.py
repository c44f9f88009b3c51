"""The command lines of the pages work as they stand, and the OpenAPI document names every address."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from blueprints.nimblex import API
from blueprints.nimblex.routes import ROUTES
from core import actions, attachments, tokens
from core.commands import Attach
from core.house import House
from core.tokens import MintToken
from models import Attachment, Job
from tests.cast import Cast
from tests.process import ServerProcess

NAME = "north façade's + 100%.txt"


@pytest.fixture
def attachment(house: House, cast: Cast, job: Job) -> Attachment:
    """A file with a name that a shell and an address both need to be careful with."""
    return attachments.attach(house, cast.owner, job, Attach(file_name=NAME, content=[b"north face"]))


def commands(app: Flask, row: object, address: str = "http://localhost") -> dict[str, str]:
    with app.test_request_context(base_url=address):
        return dict(API.curl(row))


def test_only_files_have_examples(app: Flask, house: House, cast: Cast, job: Job) -> None:
    link = attachments.attach(house, cast.owner, job, Attach(driver="link", link_target="https://example.org/"))
    assert commands(app, link) == commands(app, job) == {}


def test_the_commands_work_in_a_shell(
    app: Flask, house: House, cast: Cast, attachment: Attachment, tmp_path: Path
) -> None:
    assert cast.owner.user_id is not None
    secret = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id)).secret
    environment = {"ADDENDA_DATABASE_URL": house.settings.database_url}
    with ServerProcess(house.settings.instance, environment, patience=90) as server:
        ready = commands(app, attachment, server.url)
        listed = shell(ready["List what is attached"], secret, tmp_path)
        shell(ready["Download the file"], secret, tmp_path)
        assert (tmp_path / NAME).read_bytes() == b"north face"
        (tmp_path / NAME).write_bytes(b"south face")
        shell(ready["Replace the file"], secret, tmp_path)
        shell(ready["Download the file"], secret, tmp_path)
        shell(ready["Delete the file"], secret, tmp_path)
        left = shell(ready["List what is attached"], secret, tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"south face"
    assert [item["id"].rpartition("/")[2] for item in json.loads(listed)["data"]] == [NAME]
    assert json.loads(left)["data"] == []


def shell(command: str, secret: str, folder: Path) -> str:
    """Run a command line as a person would, with the token in the environment."""
    done = subprocess.run(
        ["sh", "-c", command + " --fail"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "ADDENDA_TOKEN": secret},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def test_a_job_lists_what_its_command_lists(app: Flask, attachment: Attachment, house: House, cast: Cast) -> None:
    found = commands(app, attachment)["List what is attached"]
    (files,) = actions.of_jobs(house.database, cast.owner, [attachment.record.parent_id])  # type: ignore[union-attr,list-item]  # it hangs on an action
    assert found.endswith(f"/jsonapi/records/Action/{files.number}/attachments")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
def test_the_document_names_every_address(route: tuple[str, str, object]) -> None:
    assert API.openapi is not None
    methods, rule, _ = route
    path = "/jsonapi" + rule.replace("<rest:rest>", "{rest}").replace("<", "{").replace(">", "}")
    operations = API.openapi()["paths"][path]  # type: ignore[index]  # a document
    assert {method.lower() for method in methods.split()} <= set(operations)
