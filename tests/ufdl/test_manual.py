"""What the API tells about itself agrees with what it does."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from flask import Flask

from blueprints import ufdl
from core import outputs
from core.house import House
from core.outputs import OutputLine
from tests.cast import Cast
from tests.ufdl.conftest import Speaker


def test_the_document_names_every_address(app: Flask) -> None:
    document: Any = ufdl.manual.openapi()
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("ufdl.")}
    assert {re.sub(r"\{pk\}", "<digits:pk>", path) for path in document["paths"]} == {
        re.sub(r"<(\w+)>", r"{\1}", rule) for rule in rules
    }
    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(operations) == len(set(operations))


def test_the_document_holds_the_filter_as_the_code_reads_it(app: Flask) -> None:
    assert app is not None
    document: Any = ufdl.manual.openapi()
    asked = document["paths"]["/v1/job-outputs/list"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert asked == {"$ref": "#/components/schemas/FilterSpec"}
    assert document["components"]["schemas"]["FilterSpec"]["additionalProperties"] is False


@pytest.mark.parametrize("number", range(5))
@pytest.mark.usefixtures("started")
def test_each_example_is_a_request_that_succeeds(
    app: Flask, house: House, cast: Cast, admin: Speaker, output: OutputLine, number: int
) -> None:
    with app.test_request_context("/"):
        row = outputs.find(house.database, cast.admin, output.id)
        _title, command = ufdl.API.curl(row)[number]
    method, path, body, kind = understood(command)
    reply = admin.ask(method, path, data=body, content_type=kind)
    assert reply.status_code in {200, 204}, reply.text


def test_there_is_no_example_for_anything_else() -> None:
    assert list(ufdl.API.curl(object())) == []


def understood(command: str) -> tuple[str, str, bytes | None, str | None]:
    """Return method, path below /v1, body and type of a command line, as curl would send it."""
    words = shlex.split(command)
    path = words[-1].split("/v1", 1)[1]
    if "--json" in words:
        return "POST", path, words[words.index("--json") + 1].encode(), "application/json"
    if "--data-binary" in words:
        return "POST", path, b"bytes", "application/x-www-form-urlencoded"
    return (words[words.index("-X") + 1] if "-X" in words else "GET"), path, None, None
