"""What resumable uploads tell about themselves is what they do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from blueprints import tus
from models import Job
from tests.tus.conftest import Talker, metadata

UPLOAD = "/tus/{guid}"


@pytest.fixture
def document(app: Flask) -> Any:
    """The OpenAPI document."""
    assert app is not None
    return tus.manual.openapi()


def test_the_document_names_every_address_and_method_and_no_other(app: Flask, document: Any) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.endpoint.startswith("tus.")
    }
    assert {(path, method) for path, item in document["paths"].items() for method in item} == served
    assert len(served) == 8


def test_each_call_answers_as_the_document_says(owner: Talker, job: Job, document: Any) -> None:
    named = metadata(filename="plan.txt", record=str(job.guid))
    replies = {("/tus/", "options"): owner.ask("OPTIONS", "/tus/")}
    begun = owner.ask("POST", "/tus/", headers={"Upload-Length": "3", "Upload-Metadata": named})
    replies["/tus/", "post"] = begun
    place = begun.headers["Location"]
    replies[UPLOAD, "patch"] = owner.patch(place, 0, b"ab")
    replies[UPLOAD, "head"] = owner.ask("HEAD", place)
    replies[UPLOAD, "delete"] = owner.ask("DELETE", place)
    for (path, method), reply in replies.items():
        answers = document["paths"][path][method]["responses"]
        assert str(reply.status_code) in answers
        documented = answers[str(reply.status_code)].get("headers", {})
        assert {name for name in dict(reply.headers) if name.startswith("Upload-")} <= set(documented)


@pytest.mark.parametrize("header", ["Tus-Resumable", "Upload-Length"])
def test_a_header_that_is_needed_is_refused_without(owner: Talker, document: Any, header: str) -> None:
    needed = {one["name"]: one["required"] for one in document["paths"]["/tus/"]["post"]["parameters"]}
    assert needed[header]
    refused = owner.ask("POST", "/tus/", headers={"Upload-Length": "3", header: ""})
    assert str(refused.status_code) in document["paths"]["/tus/"]["post"]["responses"]
    assert refused.status_code in {400, 412}
