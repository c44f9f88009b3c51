"""The pages of the APIs, and the same file through each of them."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from blueprints import http
from core import attachments
from core.commands import Attach
from core.house import House
from models import Job
from tests.cast import Cast
from tests.pages.conftest import Visitor


def test_every_documented_api_has_its_page(owner: Visitor, app: Flask) -> None:
    index = owner.see("/docs")
    names = re.findall(r'href="/docs/([a-z]+)"', index)
    assert names == [api.name for api in http.registered(app) if api.openapi is not None]
    pages = [owner.see(f"/docs/{name}") for name in names]
    assert all("<td>POST</td>" in page for page in pages)


def test_an_openapi_document_is_one(owner: Visitor) -> None:
    document = owner.client.get("/docs/alloy/openapi.json").get_json()
    assert document["openapi"].startswith("3.")
    assert document["paths"]


def test_an_unknown_api_is_not_found(owner: Visitor) -> None:
    owner.see("/docs/nothing", 404)


@pytest.mark.parametrize("sign", ["curl", "Object/"])
def test_a_file_shows_how_programs_reach_it(owner: Visitor, house: House, cast: Cast, job: Job, sign: str) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    panel = owner.see(f"/attachments/{made.guid}").partition("Same file through the APIs")[2]
    assert sign in panel


def test_the_index_tells_the_address_and_the_credential_of_each(owner: Visitor, app: Flask) -> None:
    index = owner.see("/docs")
    documented = [api for api in http.registered(app) if api.openapi is not None]
    assert {"informer", "alloy", "saferme", "nimblex", "ufdl", "tus"} == {api.name for api in documented}
    assert all(api.credential and api.credential in html.unescape(index) for api in documented)
    assert all(f"<code>{prefix}</code>" in index for api in documented for prefix in api.prefixes)
    assert "<td>OPTIONS</td>" in owner.see("/docs/tus")
