"""What the API tells about itself agrees with what it does."""

from __future__ import annotations

import shlex

import pytest
from flask import Flask

from blueprints import alloy
from core import attachments
from core.commands import Attach, ById
from core.house import House
from models import Attachment, Record
from tests.alloy.conftest import Alloy
from tests.cast import Cast


@pytest.fixture
def attached(house: House, cast: Cast, ticket: Record) -> Attachment:
    made = attachments.attach(house, cast.owner, ticket, Attach(file_name="a.txt", content=[b"a"]))
    return attachments.find_at(house.database, cast.owner, ById(ticket.id), made.guid)


def test_the_document_names_every_route(app: Flask) -> None:
    assert alloy.API.openapi is not None
    document = alloy.API.openapi()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("alloy.")]
    paths = document["paths"]
    assert isinstance(paths, dict)
    assert sum(len(operations) for operations in paths.values()) == sum(
        len((rule.methods or set()) - {"HEAD", "OPTIONS"}) for rule in rules
    )
    assert {"get", "post", "put"} == set(paths["/api/v2/Object/{oid}/Attachments"])


def test_each_example_is_a_request_that_succeeds(app: Flask, owner: Alloy, attached: Attachment) -> None:
    with app.test_request_context("/"):
        examples = alloy.API.curl(attached)
    titles = [title for title, _ in examples]
    answers = [run(owner, command) for _, command in examples]
    assert titles == ["List the attachments", "Download it", "Attach a file", "Describe it", "Remove it"]
    assert answers == [200] * 5


def test_there_is_no_example_for_anything_else(app: Flask) -> None:
    with app.test_request_context("/"):
        assert list(alloy.API.curl(object())) == []


def run(who: Alloy, command: str) -> int:
    """Send what a command line of curl says."""
    words = shlex.split(command)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    data = words[words.index("-d") + 1] if "-d" in words else None
    response = who.call(method, words[-1].removeprefix("http://localhost"), data=data)
    assert response.content_type != "application/json; charset=utf-8" or response.get_json()["success"]
    return response.status_code
