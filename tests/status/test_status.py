"""What monitors are told, and who may ask."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from core import attachments, tokens
from core.access import HOUSE
from core.commands import Attach
from core.house import House
from core.tokens import MintToken
from models import Job
from tests.cast import Cast


def test_a_process_that_answers_is_up(client: FlaskClient) -> None:
    reply = client.get("/healthz")
    assert (reply.status_code, reply.text) == (200, "up\n")


def test_a_house_that_can_work_is_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_a_house_without_its_store_is_not_ready(
    client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(house.store), "writable", property(lambda _: False))
    reply = client.get("/readyz")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "30")


def test_metrics_tell_bytes_by_what_they_are_kept_for(client: FlaskClient, house: House, cast: Cast, job: Job) -> None:
    kept = attachments.attach(house, cast.owner, job, Attach(file_name="a", content=[b"12345"]))
    attachments.attach(house, cast.owner, job, Attach(file_name="b", content=[b"123"]))
    attachments.detach(house.database, cast.owner, kept)
    text = client.get("/metrics").text
    assert 'addenda_stored_bytes{as="live"} 3.0' in text
    assert 'addenda_stored_bytes{as="trash"} 5.0' in text
    assert 'addenda_rows{of="attachments"} 1.0' in text


def test_metrics_are_for_this_machine_or_an_administrator(client: FlaskClient, house: House, cast: Cast) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", environ_base=elsewhere).status_code == 401
    admin = tokens.mint(house.database, HOUSE, MintToken(cast.admin.user_id or 0)).secret
    owner = tokens.mint(house.database, HOUSE, MintToken(cast.owner.user_id or 0)).secret
    asked = [
        client.get("/metrics", environ_base=elsewhere, headers={"Authorization": f"Bearer {s}"}) for s in (admin, owner)
    ]
    assert [reply.status_code for reply in asked] == [200, 403]
