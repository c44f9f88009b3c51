"""The address that takes signed forms. Each module here has one instance, and a count of the files that a test leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.house import House
from core.settings import Settings
from tests.conftest import running, sqlite_instance


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Settings:
    """One instance for the whole file: what is refused leaves nothing, and core/test_objects.py looks at the rows."""
    return sqlite_instance(tmp_path_factory.mktemp("receiver") / "instance", sqlite_template)


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    """The application on that instance."""
    with running(settings) as application:
        yield application


@pytest.fixture
def gained(house: House) -> Callable[[], int]:
    """How many files the store has gained since the test began."""
    before = len(list(house.store.keys()))
    return lambda: len(list(house.store.keys())) - before
