"""Whether database and store belong together and are whole, asked at every start. It mends nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from core.house import House
from core.instance import InstanceError
from models import Fact

_STORE = "store"


def check_file(path: Path) -> None:
    """Raise InstanceError when a SQLite file is damaged or is none; nothing is created or changed."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise InstanceError(f"{path} cannot be read ({error}); restore it from a backup") from error
    if found != ("ok",):
        raise InstanceError(f"{path} is damaged ({found[0]}); restore it from a backup")


def match_store(house: House) -> None:
    """Tie a new database to its store; raise InstanceError when it was tied to another one."""
    with house.database.reading() as session:
        known = session.get(Fact, _STORE)
    if known is None:
        with house.database.writing() as session:
            session.add(Fact(name=_STORE, value=house.store.identity))
    elif known.value != house.store.identity:
        raise InstanceError("the database and the stored files belong to different instances; check the settings")
