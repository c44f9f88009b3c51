"""The same thing through the APIs: every command line of the panels, run by the real curl against a real server."""

from __future__ import annotations

import html
import os
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from core import attachments, jobs, outputs, tokens
from core.access import Caller
from core.commands import Attach, ById, CreateJob, RecordOutput
from core.house import House
from core.tokens import MintToken
from models import Job
from tests.browser.desk import PASSWORD, opened, people
from tests.core.stories import start
from tests.pages.conftest import token_of
from tests.process import ServerProcess

# A thing of its own for each line, since some of them take it away.
LINES = {"file": 17, "link": 8, "output": 5}


@dataclass(frozen=True)
class Shelf:
    """A server with as many files, links and outputs as there are lines, and a token."""

    url: str
    token: str
    places: dict[str, list[str]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Somebody's things, behind a real server."""
    instance = tmp_path_factory.mktemp("rosetta") / "instance"
    with opened(instance) as house:
        root = people(house)["root"]
        assert root.user_id is not None
        token = tokens.mint(house.database, root, MintToken(root.user_id, label="panel")).secret
        places = _laid_out(house, root)
    with ServerProcess(instance) as server:
        yield Shelf(server.url, token, places)


@pytest.mark.parametrize("kind", ["file", "link", "output"])
def test_each_line_of_the_panel_does_what_it_says(shelf: Shelf, tmp_path: Path, kind: str) -> None:
    panels = _panels(shelf, shelf.places[kind])
    assert [len(panel) for panel in panels] == [LINES[kind]] * LINES[kind]
    lines = [panel[number] for number, panel in enumerate(panels)]
    assert {line: said for line in lines if (said := _complaint(shelf, line, tmp_path))} == {}


def _laid_out(house: House, root: Caller) -> dict[str, list[str]]:
    job = jobs.create(house.database, root, CreateJob("Sales", "worker"))
    start(house, job)
    links = [Attach(name=f"Link {n}", driver="link", link_target="https://a.example/") for n in range(LINES["link"])]
    files = [Attach(file_name=f"it's {n} ü.txt", content=[b"x"]) for n in range(LINES["file"])]
    made = attachments.attach_many(house, root, job, [*files, *links])
    places = [f"/attachments/{attachment.guid}" for attachment in made]
    recorded = [_recorded(house, root, job, f"sum {number}") for number in range(LINES["output"])]
    return {"file": places[: len(files)], "link": places[len(files) :], "output": recorded}


def _recorded(house: House, root: Caller, job: Job, name: str) -> str:
    return f"/outputs/{outputs.record(house, root, ById(job.id), RecordOutput(name, 'txt', [b'made'])).id}"


def _panels(shelf: Shelf, places: list[str]) -> list[list[str]]:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{shelf.url}/login") as page:
        form = {"csrf_token": token_of(page.read().decode()), "user_name": "root", "password": PASSWORD}
    browser.open(f"{shelf.url}/login", urllib.parse.urlencode(form).encode()).close()
    return [_lines(browser.open(shelf.url + place).read().decode()) for place in places]


def _lines(page: str) -> list[str]:
    panel = page.partition('class="rosetta"')[2].partition("</details>")[0]
    copied = re.findall(r'data-copy="([^"]*)"', panel)
    assert copied == re.findall(r"<code>(curl.*?)</code></pre>", panel, re.DOTALL)
    return [html.unescape(line) for line in copied]


def _complaint(shelf: Shelf, line: str, folder: Path) -> str:
    """Run a line as somebody would who pasted it, in a folder of its own; return what went wrong."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    (place / "FILE").write_bytes(b"new contents")
    for name in re.findall(r"--data-binary @('.*txt')", line):
        subprocess.run(["sh", "-c", f"printf new > {name}"], cwd=place, check=True)
    done = subprocess.run(
        ["sh", "-c", line.replace("curl ", "curl --fail-with-body ")],
        cwd=place,
        env={"PATH": os.environ["PATH"], "ADDENDA_TOKEN": shelf.token, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=30,
    )
    refused = b'"success":false' in done.stdout or b'"success": false' in done.stdout
    return (done.stdout + done.stderr).decode() if done.returncode or refused else ""
