"""Compiles the pins of both worlds: Python requirements and the npm lock file. It decides no version by itself.

Versions already pinned stay; name packages (`python -m scripts.pins flask nh3`) to raise just those, or `--all`.
What it writes holds hashes and no address: neither of a registry nor of this machine.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
REQUIREMENTS = ("requirements", "requirements-fast", "requirements-dev", "requirements-extras", "requirements-node")
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--strip-extras",
    "--allow-unsafe",
)
ADDRESS = re.compile(r"https?://|file:/|git\+|(?<![\w.])/(?:home|opt|root|srv|tmp|usr|work)/")


def main(arguments: list[str]) -> int:
    """Compile every pin; return 1 and say where, if an address slipped into one."""
    for name in REQUIREMENTS:
        compile_requirements(name, raise_options(arguments))
    lock_pages()
    leaks = [f"{name}: {line}" for name in lock_names() for line in addresses(HOUSE / name)]
    print("\n".join(leaks) or "Pins are compiled; no address in them.")
    return 1 if leaks else 0


def raise_options(arguments: list[str]) -> list[str]:
    """Turn `--all` or package names into the options that raise them."""
    if arguments == ["--all"]:
        return ["--upgrade"]
    return [option for name in arguments for option in ("--upgrade-package", name)]


def lock_names() -> list[str]:
    """Return the names of every file of pins."""
    return [*(f"{name}.txt" for name in REQUIREMENTS), "package-lock.json"]


def addresses(path: Path) -> list[str]:
    """Return the lines of the file that name a place."""
    return [line.strip() for line in path.read_text("utf-8").splitlines() if ADDRESS.search(line)]


def compile_requirements(name: str, options: list[str]) -> None:
    """Write `name`.txt from `name`.in with the registry's own hashes, deaf to the machine's pip configuration."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "CUSTOM_COMPILE_COMMAND": "make pins"}
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, "-o", f"{name}.txt", f"{name}.in"]
    subprocess.run(command, cwd=HOUSE, env=environment, check=True)


def lock_pages() -> None:
    """Write package-lock.json from package.json, without addresses of registries or of sponsors."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            if (HOUSE / name).exists():
                (room / name).write_bytes((HOUSE / name).read_bytes())
        subprocess.run(["npm", "install", "--package-lock-only", "--silent"], cwd=room, check=True)
        lock = json.loads((room / "package-lock.json").read_text("utf-8"))
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    (HOUSE / "package-lock.json").write_text(json.dumps(lock, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
