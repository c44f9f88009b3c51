"""Alloy's own furniture: an object with an area called Documents, and callers who send bearer tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import record_types, records, tokens
from core.access import HOUSE, Caller
from core.commands import CreateRecord
from core.house import House
from core.record_types import AddRecordType
from core.tokens import MintToken
from models import Record, RecordType
from tests.cast import Cast


@dataclass(frozen=True)
class Alloy:
    """Somebody who calls the API with a token of theirs."""

    client: FlaskClient
    token: str

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send one request; `path` is relative to the version root unless it begins with a slash."""
        headers = {"Authorization": f"bearer {self.token}", **more.pop("headers", {})}
        address = path if path.startswith("/") else f"/api/v2/{path}"
        return self.client.open(address, method=method, headers=headers, **more)

    def answer(self, method: str, path: str, **more: Any) -> Any:
        """Send one request and return what the envelope of its success holds."""
        response = self.call(method, path, **more)
        envelope = response.get_json()
        assert (response.status_code, envelope["errorText"], envelope["success"]) == (200, "", True)
        return envelope["responseObject"]

    def refusal(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Send one request and return number and text of its refusal, which is HTTP 200."""
        response = self.call(method, path, **more)
        envelope = response.get_json()
        assert (response.status_code, envelope["success"], envelope["responseObject"]) == (200, False, None)
        return envelope["errorCode"], envelope["errorText"]


@pytest.fixture
def as_caller(client: FlaskClient, house: House) -> Callable[[Caller], Alloy]:
    """Makes a user of the API out of one of the cast."""

    def make(caller: Caller) -> Alloy:
        command = MintToken(caller.user_id or 0, "alloy", scope=caller.scope)
        return Alloy(client, tokens.mint(house.database, caller, command).secret)

    return make


@pytest.fixture
def owner(as_caller: Callable[[Caller], Alloy], cast: Cast) -> Alloy:
    """Ada, whose records these are."""
    return as_caller(cast.owner)


@pytest.fixture
def reader(as_caller: Callable[[Caller], Alloy], cast: Cast) -> Alloy:
    """Vi, who may look at what the team shares."""
    return as_caller(cast.reader)


@pytest.fixture
def stranger(as_caller: Callable[[Caller], Alloy], cast: Cast) -> Alloy:
    """Stan, with whom nothing private was shared."""
    return as_caller(cast.stranger)


@pytest.fixture
def admin(as_caller: Callable[[Caller], Alloy], cast: Cast) -> Alloy:
    """Root, an administrator."""
    return as_caller(cast.admin)


@pytest.fixture
def ticket_type(house: House) -> RecordType:
    """Tickets, with one attachment area called Documents and a field of every kind."""
    fields = [
        {"name": "Status", "type": "text"},
        {"name": "Estimate", "type": "number"},
        {"name": "Urgent", "type": "bool"},
        {"name": "Due_Day", "type": "date"},
        {"name": "Due_Date", "type": "datetime"},
    ]
    command = AddRecordType("Ticket", prefix="T", fields=fields, areas=["Documents"])
    return record_types.add(house.database, HOUSE, command)


@pytest.fixture
def ticket(house: House, cast: Cast, ticket_type: RecordType) -> Record:
    """A ticket of Ada's that the team shares."""
    return records.create(house.database, cast.owner, CreateRecord(ticket_type.name, "Printer on fire"))


@pytest.fixture
def private_ticket(house: House, cast: Cast, ticket_type: RecordType) -> Record:
    """A ticket of Ada's that nobody else may see."""
    return records.create(house.database, cast.owner, CreateRecord(ticket_type.name, "Salaries", private=True))
