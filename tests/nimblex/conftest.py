"""What the tests of Nimblex stand on: speakers, and the record Contract/57 of the published examples."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from core import record_types, records
from core.commands import CreateRecord
from core.house import House
from core.record_types import AddRecordType
from models import Record
from tests.cast import ADMIN, OWNER, READER, STRANGER, TEAMMATE, Cast
from tests.nimblex.speaker import Speaker


@pytest.fixture
def owner(client: FlaskClient, contract: Record) -> Speaker:  # noqa: ARG001 - the record is there for everybody
    return Speaker(client, OWNER.name)


@pytest.fixture
def teammate(client: FlaskClient) -> Speaker:
    return Speaker(client, TEAMMATE.name)


@pytest.fixture
def reader(client: FlaskClient) -> Speaker:
    return Speaker(client, READER.name)


@pytest.fixture
def stranger(client: FlaskClient) -> Speaker:
    return Speaker(client, STRANGER.name)


@pytest.fixture
def admin(client: FlaskClient) -> Speaker:
    return Speaker(client, ADMIN.name)


@pytest.fixture
def contract(house: House, cast: Cast) -> Record:
    """The record Contract/57, shared with the team."""
    record_types.add(house.database, cast.admin, AddRecordType("Contract"))
    return records.create(house.database, cast.owner, CreateRecord("Contract", "Bananas", number=57))


@pytest.fixture
def secret_contract(house: House, cast: Cast, contract: Record) -> Record:  # noqa: ARG001 - its type is needed
    """The record Contract/58, which only its owner may see."""
    return records.create(house.database, cast.owner, CreateRecord("Contract", "Salaries", number=58, private=True))
