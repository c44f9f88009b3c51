"""What every test stands on: an instance of its own, on SQLite or PostgreSQL, with the cast in place.

The tables are made by the real migrations, once; each test gets a copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from blueprints.http import house as house_of
from blueprints.http import reads as reads_of
from cli import migrations
from core import accounts, builtin
from core.access import HOUSE
from core.commands import CreateJob
from core.house import House
from core.jobs import create as create_job
from core.settings import Settings, load
from core.storage import FolderStore
from models import Job, db
from tests import cast as cast_room
from tests import postgres, thrift
from tests.cast import CAST, PASSWORD, Cast
from tests.copies import Copies

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where Linux has one
ROOM = 6 * 1024**3  # bytes that the tests' folders may take at once


def pytest_configure() -> None:
    """Keep the tests' folders in memory where there is room: what they prove does not depend on a slow disk."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every server that a test starts compiles all of us anew
    thrift.know_the_wiring()
    thrift.know_passwords()


def pytest_collection_finish() -> None:
    """Set aside what lives as long as the suite: modules, and thousands of tests."""
    thrift.collect_less()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the cast in it."""
    instance = tmp_path_factory.mktemp("template")
    _fill(_settings(instance))
    return instance / "db.sqlite3"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server for this session."""
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated PostgreSQL database with the cast in it."""
    with postgres.fresh_database(postgres_server) as address:
        _fill(_settings(tmp_path_factory.mktemp("template"), address))
        yield address


@pytest.fixture(scope="session")
def postgres_copies(postgres_template: str) -> Iterator[Copies]:
    """The copies of that database."""
    with closing(Copies(postgres_template)) as copies:
        yield copies


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an instance of this test's own, once on each database."""
    instance = tmp_path / "instance"
    if request.param == "sqlite":
        yield sqlite_instance(instance, request.getfixturevalue("sqlite_template"))
    else:
        with request.getfixturevalue("postgres_copies").fresh() as address:
            yield _settings(instance, address)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """An application on that instance, inside its context."""
    with running(settings) as application:
        yield application
        _write_the_trail(application)


def _write_the_trail(application: Flask) -> None:
    """Write what the last second's downloads left, so that no thread outlives its database."""
    trail = reads_of(application)
    if trail is not None:
        trail.flush()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that sends requests without a server between."""
    return app.test_client()


@pytest.fixture
def house(app: Flask) -> House:
    """The rows, the store and the settings of that instance."""
    return house_of(app)


@pytest.fixture
def cast(house: House) -> Cast:
    """The callers of the story."""
    return cast_room.callers({user.name: user for user in accounts.all_users(house.database)})


@pytest.fixture
def job(house: House, cast: Cast) -> Job:
    """A job of the owner's that the team shares."""
    return create_job(house.database, cast.owner, CreateJob(title="Nightly sales report", driver="email"))


@pytest.fixture
def private_job(house: House, cast: Cast) -> Job:
    """A job of the owner's that nobody else may see."""
    return create_job(house.database, cast.owner, CreateJob(title="Salaries", driver="email", private=True))


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """Make the application of an instance, inside its context, and close what it opened at the end."""
    application = create_app(settings)
    with _opened(house_of(application)), application.app_context():
        thrift.know_statements(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()


def sqlite_instance(instance: Path, template: Path) -> Settings:
    """Return the settings of a new instance whose database is a copy of the template."""
    settings = _settings(instance)
    shutil.copyfile(template, instance / "db.sqlite3")
    return settings


def _settings(instance: Path, address: str | None = None) -> Settings:
    environment = {"ADDENDA_INSTANCE": str(instance), "ADDENDA_DISK_RESERVE": "0 B"}
    if address is not None:
        environment["ADDENDA_DATABASE_URL"] = address
    return replace(load(environment))


def _fill(settings: Settings) -> None:
    application = create_app(settings)
    with _opened(house_of(application)), application.app_context():
        migrations.upgrade()
        database = house_of().database
        builtin.install(database)
        for part in CAST:
            accounts.add(database, HOUSE, accounts.AddUser(part.name, part.role, PASSWORD))
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _opened(house: House) -> Iterator[None]:
    """Give back the descriptors of store and writer lock: a suite opens more of them than a process may have."""
    assert isinstance(house.store, FolderStore)
    with house.store, closing(house.database):
        yield
