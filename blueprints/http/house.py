"""Where a handler finds the house it works for, and the trail of what it sends. It knows nothing about what is in them."""

from __future__ import annotations

from flask import Flask, current_app

from core.house import House
from core.reads import Reads

_HOUSE = "addenda.house"
_READS = "addenda.reads"


def install_house(app: Flask, house: House) -> None:
    """Give the application the house that its handlers work for."""
    app.extensions[_HOUSE] = house
    app.extensions[_READS] = Reads(house.database, app.app_context)


def house(app: Flask | None = None) -> House:
    """Return the house of this application, or of the current one."""
    found: House = (app or current_app).extensions[_HOUSE]
    return found


def reads(app: Flask | None = None) -> Reads | None:
    """Return the trail of downloads of this application, or of the current one; None where no house is installed."""
    return (app or current_app).extensions.get(_READS)
