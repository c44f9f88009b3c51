"""The one blueprint of the pages, on which each module hangs its addresses. It knows none of them."""

from __future__ import annotations

from flask import Blueprint

PAGES = Blueprint("pages", __name__)
