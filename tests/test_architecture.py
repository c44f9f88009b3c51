"""Keeps the rules of the house that import-linter cannot see, by reading the sources; it never runs them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
OURS = frozenset({"app", "models", "core", "blueprints", "cli"})
HTTP = frozenset({"flask", "werkzeug", "jinja2", "flask_login", "flask_wtf", "wtforms", "markupsafe"})
DATABASE = frozenset({"sqlalchemy", "flask_sqlalchemy", "models"})
VERBS = frozenset(
    f"core.{module}"
    for module in (
        "attachments",
        "outputs",
        "records",
        "jobs",
        "uploads",
        "objects",
        "resumable",
        "accounts",
        "access",
        "database",
        "storage",
    )
)
LONGEST_WIRING = 150


def sources(*patterns: str) -> list[Path]:
    """Return the files of the house that match; a room that is not built yet gives none."""
    return sorted(path for pattern in patterns for path in HOUSE.glob(pattern))


def name_of(path: Path) -> str:
    """Return the path as a person would write it."""
    return path.relative_to(HOUSE).as_posix()


def imports_at_run_time(source: str) -> set[str]:
    """Return every dotted name that the source imports, leaving out what only a type checker reads."""
    tree = ast.parse(source)
    hidden = {child for node in ast.walk(tree) if _is_for_types(node) for child in ast.walk(node)}
    return {name for node in ast.walk(tree) if node not in hidden for name in _imported(node)}


def imports_of(source: str) -> set[str]:
    """Return every dotted name that the source imports, `from core import x` as both `core` and `core.x`."""
    return {name for node in ast.walk(ast.parse(source)) for name in _imported(node)}


def touching(names: set[str], rooms: frozenset[str]) -> set[str]:
    """Return those names that are one of the rooms or lie inside one."""
    return {name for name in names if any(name == room or name.startswith(f"{room}.") for room in rooms)}


def wiring_faults(source: str) -> list[str]:
    """Say what in `app.py` is more than wiring: length, queries, routes, classes."""
    tree = ast.parse(source)
    faults = [f"{len(source.splitlines())} lines"] if len(source.splitlines()) >= LONGEST_WIRING else []
    faults += sorted(touching(imports_of(source), frozenset({"sqlalchemy"})))
    faults += [f"class {node.name}" for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return faults + [f"call of .{verb}" for verb in sorted(_methods_called(tree) & {"route", "execute", "scalars"})]


def leaf_faults(source: str) -> list[str]:
    """Say which imports keep `models.py` from being a leaf: anything of ours, anything of HTTP."""
    return sorted(touching(imports_of(source), OURS | HTTP))


def wire_faults(source: str) -> list[str]:
    """Say what in a `wire.py` reaches the database or a verb; rows may be named for the type checker alone."""
    calls = _methods_called(ast.parse(source)) & {"reading", "writing", "execute", "scalars"}
    return sorted(touching(imports_at_run_time(source), DATABASE | VERBS)) + [
        f"call of .{verb}" for verb in sorted(calls)
    ]


def route_faults(source: str) -> list[str]:
    """Say what in a `routes.py` queries, or catches what the one error handler should see."""
    tree = ast.parse(source)
    tries = [f"try on line {node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Try | ast.TryStar)]
    calls = _methods_called(tree) & {"reading", "writing", "execute", "scalars", "scalar"}
    queries = sorted(touching(imports_at_run_time(source), DATABASE | {"core.database.select"}))
    return queries + [f"call of .{verb}" for verb in sorted(calls)] + tries


def deaf_faults(source: str) -> list[str]:
    """Say which imports of the core hear HTTP."""
    return sorted(touching(imports_of(source), HTTP))


def commit_faults(source: str) -> list[str]:
    """Say on which lines a commit is made."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [f"commit on line {node.lineno}" for node in calls if _method(node) == "commit"]


@pytest.mark.parametrize("path", sources("app.py"), ids=name_of)
def test_app_is_wiring_only(path: Path) -> None:
    assert wiring_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sources("models.py"), ids=name_of)
def test_models_is_a_leaf(path: Path) -> None:
    assert leaf_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sources("core/**/*.py"), ids=name_of)
def test_core_is_deaf_to_http(path: Path) -> None:
    assert deaf_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sources("blueprints/*/*wire.py"), ids=name_of)
def test_wire_knows_neither_database_nor_verbs(path: Path) -> None:
    assert wire_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sources("blueprints/*/*routes.py"), ids=name_of)
def test_routes_neither_query_nor_catch(path: Path) -> None:
    assert route_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sources("*.py", "core/**/*.py", "blueprints/**/*.py", "cli/**/*.py")
        if path.name != "database.py"
    ],
    ids=name_of,
)
def test_only_the_database_module_commits(path: Path) -> None:
    assert commit_faults(path.read_text("utf-8")) == []


# The rules themselves: each must go red on a bad sample and stay green on a good one.


@pytest.mark.parametrize(
    "bad",
    [
        "x = 1\n" * LONGEST_WIRING,
        "from sqlalchemy import select",
        "class Handler: ...",
        "@app.route('/')\ndef index(): ...",
        "db.session.execute(query)",
    ],
)
def test_wiring_rule_goes_red(bad: str) -> None:
    assert wiring_faults(bad) != []


@pytest.mark.parametrize("bad", ["import core.clock", "from core import clock", "from flask import g", "import cli"])
def test_leaf_rule_goes_red(bad: str) -> None:
    assert leaf_faults(bad) != []


def test_leaf_rule_lets_models_have_its_base() -> None:
    assert leaf_faults("from flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy.orm import Mapped") == []


@pytest.mark.parametrize(
    "bad",
    [
        "from core import attachments",
        "from core.attachments import attach",
        "import core.database",
        "from models import Job",
        "import sqlalchemy as sa",
        "database.reading()",
        "def late():\n    from core import jobs",
    ],
)
def test_wire_rule_goes_red(bad: str) -> None:
    assert wire_faults(bad) != []


@pytest.mark.parametrize(
    "good",
    [
        "from core import commands, errors",
        "from core.commands import Attach",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models import Job",
    ],
)
def test_wire_rule_lets_commands_and_types_pass(good: str) -> None:
    assert wire_faults(good) == []


@pytest.mark.parametrize(
    "bad",
    [
        "import sqlalchemy",
        "from models import Job",
        "session.scalars(query)",
        "database.writing()",
        "try:\n    act()\nexcept KeyError:\n    pass",
        "def view():\n    try:\n        act()\n    finally:\n        rest()",
    ],
)
def test_route_rule_goes_red(bad: str) -> None:
    assert route_faults(bad) != []


def test_route_rule_lets_find_and_verb_pass() -> None:
    assert route_faults("from core import attachments\nattachments.attach(database, store, caller, command)") == []


@pytest.mark.parametrize(
    "bad", ["import flask", "from werkzeug.http import dump_header", "from jinja2 import Template"]
)
def test_deaf_rule_goes_red(bad: str) -> None:
    assert deaf_faults(bad) != []


@pytest.mark.parametrize("bad", ["session.commit()", "database.session.commit()", "with s() as t:\n    t.commit()"])
def test_commit_rule_goes_red(bad: str) -> None:
    assert commit_faults(bad) != []


def _is_for_types(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return set()


def _methods_called(tree: ast.AST) -> set[str]:
    return {_method(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""
