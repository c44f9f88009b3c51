"""Where a handler finds the house it works for. It knows nothing about what is in it."""

from __future__ import annotations

from flask import Flask, current_app

from core.house import House

_EXTENSION = "addenda.house"


def install_house(app: Flask, house: House) -> None:
    """Give the application the house that its handlers work for."""
    app.extensions[_EXTENSION] = house


def house(app: Flask | None = None) -> House:
    """Return the house of this application, or of the current one."""
    found: House = (app or current_app).extensions[_EXTENSION]
    return found
