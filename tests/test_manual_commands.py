"""The command lines of the manual's pages, run as they stand there against a real server that has what they speak of."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from blueprints.http import house as house_of
from core import accounts, attachments, jobs, record_types, records, tokens
from core.commands import Attach, CreateJob, CreateRecord
from core.record_types import AddRecordType
from core.tokens import MintToken
from tests import cast as cast_room
from tests import documents, pictures
from tests.cast import PASSWORD
from tests.conftest import running, sqlite_instance
from tests.core.stories import start
from tests.faults.test_kill import run
from tests.process import CHECKOUT, ServerProcess

HERE = "http://127.0.0.1:8000"
STRICT = 'curl() { command curl --fail-with-body -sS "$@"; }\n'  # a refusal ends the script
FILES = {
    "logo.png": b"\x89PNG",
    "trained.json": b"{}",
    "film.mp4": b"f" * 100_000,
    "report.pdf": documents.pdf(1),
    "picture.png": pictures.png(),
}


@dataclass(frozen=True)
class Place:
    """A server, and what stands for the names and numbers that the pages use."""

    server: ServerProcess
    words: Mapping[str, str]  # what stands in a page → what it is here
    env: Mapping[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Place]:
    instance = tmp_path_factory.mktemp("manual") / "instance"
    told = furnished(instance, sqlite_template)
    app = json.loads(run(instance, "app", "add", "inventory", "--json").stdout)
    env = {"PASSWORD": PASSWORD, "TOKEN": told["token"], "CLIENT": app["client_id"], "SECRET": app["client_secret"]}
    with ServerProcess(instance) as server:
        words = {
            HERE: server.url,
            '"username": "admin"': '"username": "root"',
            "NAME=admin": "NAME=root",
            "TOKEN=adt_…": "TOKEN=$TOKEN",
            "TOKEN=…": "TOKEN=$TOKEN",
            '"ActionId": 10': f'"ActionId": {told["opening"]}',
            "action/12": f"action/{told['noting']}",
            "Attachments/$ID": f"Attachments/{told['attachment']}",
            "client_id=$ID": "client_id=$CLIENT",
        }
        yield Place(server, words, env)


def furnished(instance: Path, template: Path) -> dict[str, str]:
    """Make what the pages speak of; return the token and the ids that they cannot know."""
    with running(sqlite_instance(instance, template)) as app:
        house = house_of(app)
        database = house.database
        cast = cast_room.callers({user.name: user for user in accounts.all_users(database)})
        for plural, prefix in (("Computers", "C"), ("Contracts", "CO"), ("Tickets", "T")):
            fields = [{"name": "Status", "type": "text"}] if prefix == "T" else []
            kind = AddRecordType(plural[:-1], plural, prefix, fields, areas=["Documents"])
            record_types.add(database, cast.admin, kind)
        worked = [jobs.create(database, cast.owner, CreateJob("Train", template_id=2)) for _ in range(4)]
        start(house, worked[3])
        job = jobs.create(database, cast.owner, CreateJob("Report", number=57))
        records.create(database, cast.owner, CreateRecord("Contract", "Bananas", number=57))
        records.create(database, cast.owner, CreateRecord("Computer", "Desk 3", number=9))
        steps = {step.creates: step.id for step in record_types.find(database, "Computer").steps}
        attached = attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"a"]))
        secret = tokens.mint(database, cast.admin, MintToken(cast.admin.user_id or 0)).secret
        return {
            "token": secret,
            "opening": str(steps[True]),
            "noting": str(steps[False]),
            "attachment": str(attached.guid),
        }


@pytest.mark.parametrize("page", ["alloy", "informer", "nimblex", "saferme", "tus", "ufdl"])
def test_the_command_lines_of_a_page_work(place: Place, tmp_path: Path, page: str) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    script = STRICT + "\n".join(blocks(page, place.words))
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **place.env}
    done = subprocess.run(
        ["sh", "-euc", script], env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:]
    assert '"success":false' not in done.stdout  # as Alloy refuses with 200


def blocks(page: str, words: Mapping[str, str]) -> list[str]:
    """Return the lines that a page gives for a shell, with the names that things have here."""
    found = re.findall(
        r"^```sh\n(.*?)^```", (CHECKOUT / "docs" / f"{page}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    for word, here in words.items():
        found = [block.replace(word, here) for block in found]
    assert found
    return found
