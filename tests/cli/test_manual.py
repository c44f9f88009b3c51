"""The manual has a heading for every setting and every command, and none for what is not there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from cli import NOUNS
from core.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"


def headings(page: str) -> list[str]:
    return re.findall(r"^## `(.+)`$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_has_its_heading() -> None:
    settings = {f"ADDENDA_{each.name.upper()}" for each in fields(Settings)} - {"ADDENDA_SECRET_KEY"}
    assert sorted(headings("settings.md")) == sorted(settings)


def test_every_command_has_its_heading() -> None:
    assert headings("commands.md") == [f"addenda {noun}" for noun in NOUNS]
