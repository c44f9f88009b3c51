"""Proves that the committed pins are whole and name no place; it knows no package."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts import pins


@pytest.mark.parametrize("name", pins.lock_names())
def test_pins_name_no_address(name: str) -> None:
    assert pins.addresses(pins.HOUSE / name) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "--find-links file:///srv/wheels",
        "    # via -r /home/somebody/addenda/requirements.in",
        "addenda @ git+ssh://host/addenda",
    ],
)
def test_address_in_a_pin_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"flask==1 \\\n{line}\n")
    assert pins.addresses(tmp_path / "requirements.txt") == [line.strip()]


@pytest.mark.parametrize("name", [f"{name}.txt" for name in pins.REQUIREMENTS])
def test_every_requirement_has_its_hashes(name: str) -> None:
    text = (pins.HOUSE / name).read_text("utf-8")
    pinned = re.findall(r"^[\w.\[\]-]+==\S+ (\\\n    --hash=sha256:[0-9a-f]{64})?", text, re.MULTILINE)
    assert pinned
    assert all(pinned)


def test_every_package_of_the_pages_has_its_integrity() -> None:
    packages = json.loads((pins.HOUSE / "package-lock.json").read_text("utf-8"))["packages"]
    packages.pop("")
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def test_raising_names_only_what_was_asked_for() -> None:
    assert pins.raise_options([]) == []
    assert pins.raise_options(["flask", "nh3"]) == ["--upgrade-package", "flask", "--upgrade-package", "nh3"]
    assert pins.raise_options(["--all"]) == ["--upgrade"]
