"""The manual speaks of tests that exist, and every page of it can be found from the index."""

from __future__ import annotations

import ast
import re

from tests.process import CHECKOUT

DOCS = CHECKOUT / "docs"


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "reliability.md").read_text("utf-8")))
    assert len(named) > 40
    assert {f"{file}::{test}" for file, test in named if test not in functions_of(file)} == set()


def test_every_page_is_reached_from_the_index() -> None:
    linked = set(re.findall(r"\]\((\w+\.md)", (DOCS / "index.md").read_text("utf-8")))
    assert {page.name for page in DOCS.glob("*.md")} - linked == {"index.md"}


def functions_of(file: str) -> set[str]:
    """Return the names of the functions of a file of tests."""
    tree = ast.parse((CHECKOUT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
