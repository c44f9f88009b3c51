"""The instance that a command works on: opened, brought up to date, closed again. It knows no noun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.house import House
from core.settings import load


@contextmanager
def opened() -> Iterator[House]:
    """Open the instance of the environment for one command, its tables and built-in rows in place.

    Raises SettingsError, InstanceError and whatever the core refuses.
    """
    from app import create_app, house_of  # noqa: PLC0415 - the application is loaded only where it is used
    from cli.startup import make_usable  # noqa: PLC0415 - as above
    from models import db  # noqa: PLC0415 - as above

    app = create_app(load())
    with app.app_context():
        try:
            house = house_of(app)
            make_usable(house)
            yield house
        finally:
            db.session.remove()
            db.engine.dispose()
