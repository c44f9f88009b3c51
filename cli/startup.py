"""What happens to an instance before it is served: checks, migrations, sweeps, the first account. It serves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app import create_app, house_of
from cli import migrations
from core import accounts, builtin, custody, first_run, integrity, renditions
from core.house import House
from core.instance import MIGRATION_LOCK, InstanceError, lock, refuse_network_file_system
from core.settings import Settings
from models import db

MIGRATION_PATIENCE = 600.0  # seconds to wait for a migration that another command runs

Step = Callable[[House], None]


def prepare(settings: Settings) -> str | None:
    """Get an instance ready to be served; raise what keeps it from that. Its connections are closed afterwards.

    Return the one-time code of the set-up page while there is no account.
    """
    app = create_app(settings)
    with app.app_context():
        try:
            for step in STEPS:
                step(house_of(app))
            return first_run.offer(house_of(app).database)
        finally:
            db.session.remove()
            db.engine.dispose()


def make_usable(house: House) -> None:
    """Put tables and built-in rows in place for one command; needs an application context."""
    for step in (_check_place, _refuse_lost_database, _check_database, upgrade, _match_store, _install_builtin):
        step(house)


def upgrade(house: House) -> None:
    """Apply pending migrations, one process at a time; needs an application context."""
    with lock(house.settings.instance, MIGRATION_LOCK, patience=MIGRATION_PATIENCE):
        migrations.upgrade()


def _check_place(house: House) -> None:
    if house.settings.uses_sqlite:
        refuse_network_file_system(_database_file(house).parent)


def _refuse_lost_database(house: House) -> None:
    # An empty database beside stored bytes would make orphans of them all: rather stop than create one silently.
    if house.settings.uses_sqlite and not _database_file(house).exists() and any(house.store.keys()):
        raise InstanceError(f"{house.settings.instance} holds stored files, but their database is missing; restore it")


def _check_database(house: House) -> None:
    if house.settings.uses_sqlite and _database_file(house).exists():
        integrity.check_file(_database_file(house))


def _match_store(house: House) -> None:
    integrity.match_store(house)


def _tell_of_renaming(house: House) -> None:
    if not getattr(house.store, "links", True):
        print("The file system knows no hard links; stored files are renamed into place instead.", flush=True)  # noqa: T201 - a word at start


def _install_builtin(house: House) -> None:
    builtin.install(house.database)


def _settle_arrivals(house: House) -> None:
    house.store.sweep_parts(lambda key: custody.is_known(house.database, key))


def _free_leases(house: House) -> None:
    renditions.free_leases(house.database)


def _add_given_admin(house: House) -> None:
    password = house.settings.admin_password
    if password is not None and accounts.is_empty(house.database):
        accounts.add_first(house.database, accounts.AddUser("admin", "admin", password))


def _database_file(house: House) -> Path:
    return Path(house.settings.database_url.removeprefix("sqlite:///"))


# In this order, by one process, before the first request.
STEPS: list[Step] = [
    _check_place,
    _refuse_lost_database,
    _check_database,
    upgrade,
    _match_store,
    _install_builtin,
    _tell_of_renaming,
    _settle_arrivals,
    _free_leases,
    _add_given_admin,
]
