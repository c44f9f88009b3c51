"""Proves that set-up lays down the pinned files and nothing else; it knows no page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import vendor


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    for name, place in vendor.WANTED.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(name)
    return folder


@pytest.fixture
def pins(node_modules: Path) -> dict[str, str]:
    return vendor.integrities(node_modules)


def test_integrity_is_the_form_that_browsers_use() -> None:
    known = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"  # SHA-384 of "abc", FIPS 180-2
    assert vendor.integrity(b"abc") == known


def test_pinned_files_are_copied(tmp_path: Path, node_modules: Path, pins: dict[str, str]) -> None:
    vendor.copy(node_modules, tmp_path / "vendor", pins)
    assert sorted(path.name for path in (tmp_path / "vendor").iterdir()) == sorted(vendor.WANTED)
    assert (tmp_path / "vendor" / "htmx.min.js").read_text() == "htmx.min.js"


def test_copying_twice_is_copying_once(tmp_path: Path, node_modules: Path, pins: dict[str, str]) -> None:
    vendor.copy(node_modules, tmp_path / "vendor", pins)
    vendor.copy(node_modules, tmp_path / "vendor", pins)
    assert len(list((tmp_path / "vendor").iterdir())) == len(vendor.WANTED)


def test_one_strange_file_and_nothing_is_copied(tmp_path: Path, node_modules: Path, pins: dict[str, str]) -> None:
    (node_modules / vendor.WANTED["tus.min.js"]).write_text("something else")
    with pytest.raises(vendor.Distrust, match=r"tus\.min\.js"):
        vendor.copy(node_modules, tmp_path / "vendor", pins)
    assert not (tmp_path / "vendor").exists()


def test_absent_file_is_named(tmp_path: Path, node_modules: Path, pins: dict[str, str]) -> None:
    (node_modules / vendor.WANTED["htmx.min.js"]).unlink()
    with pytest.raises(vendor.Distrust, match=r"htmx\.min\.js is absent"):
        vendor.copy(node_modules, tmp_path / "vendor", pins)


def test_file_without_a_pin_is_refused(tmp_path: Path, node_modules: Path) -> None:
    with pytest.raises(vendor.Distrust, match="not the pinned file"):
        vendor.copy(node_modules, tmp_path / "vendor", {})


def test_folder_of_another_checkout_is_left_alone(tmp_path: Path, node_modules: Path, pins: dict[str, str]) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "vendor").symlink_to(tmp_path / "theirs")
    vendor.copy(node_modules, tmp_path / "vendor", pins)
    assert list((tmp_path / "theirs").iterdir()) == []


def test_what_set_up_laid_down_here_is_what_is_pinned() -> None:
    laid = {name: vendor.integrity((vendor.HOUSE / "static/vendor" / name).read_bytes()) for name in vendor.WANTED}
    assert laid == json.loads(vendor.PINS.read_text("utf-8"))


def test_machine_without_node_counts_as_too_old(tmp_path: Path) -> None:
    assert vendor.node_version({"PATH": str(tmp_path)}) < vendor.OLDEST_NODE


def test_node_says_its_version(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v22.4.1\n")
    node.chmod(0o755)
    assert vendor.node_version({"PATH": str(tmp_path)}) == 22
