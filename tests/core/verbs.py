"""Finds, by reading the sources, every public verb of the core that takes a caller and may change something."""

from __future__ import annotations

import ast
from pathlib import Path

CORE = Path(__file__).resolve().parent.parent.parent / "core"
WAYS = frozenset({"writing", "writing_together", "jot"})
Verb = tuple[str, str]  # module, function


def changing_verbs() -> set[str]:
    """Return `module.verb` for each public function with a caller, and the rows or the house, that comes to a write.

    A function comes to a write when it uses one of the database's ways to write, or calls, by whatever way, one that does.
    """
    functions = _functions()
    calls = {verb: _calls(function, verb[0], functions) for verb, function in functions.items()}
    writing = {verb for verb, function in functions.items() if _opens_a_write(function)}
    while grown := {verb for verb, called in calls.items() if called & writing} - writing:
        writing |= grown
    return {f"{module}.{name}" for module, name in writing if _is_verb(functions[module, name])}


def _functions() -> dict[Verb, ast.FunctionDef]:
    return {
        (path.stem, node.name): node
        for path in CORE.glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def _calls(function: ast.FunctionDef, module: str, known: dict[Verb, ast.FunctionDef]) -> set[Verb]:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    own = {(module, name.id) for name in called if isinstance(name, ast.Name)}
    others = {
        (name.value.id, name.attr)
        for name in called
        if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name)
    }
    return (own | others) & known.keys()


def _opens_a_write(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in WAYS for node in ast.walk(function))


def _is_verb(function: ast.FunctionDef) -> bool:
    given = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    return not function.name.startswith("_") and "caller" in given and bool(given & {"database", "house"})
