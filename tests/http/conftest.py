"""What the tests of the HTTP grammar stand on: a house with a real store, and its client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.storage import FolderStore
from tests.http.house import House


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FolderStore]:
    with FolderStore(tmp_path / "store", reserve=4096) as made:
        yield made


@pytest.fixture
def house(store: FolderStore) -> House:
    return House(store)


@pytest.fixture
def client(house: House) -> FlaskClient:
    return house.app().test_client()


@pytest.fixture(scope="session")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Speak where nothing is stored; laying out a store anew for each would take most of the time."""
    with FolderStore(tmp_path_factory.mktemp("talker") / "store", reserve=4096) as made:
        yield House(made).app().test_client()
