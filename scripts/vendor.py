"""Fetches what the pages load and lays it into static/vendor, checked against pinned integrity; it trusts no file.

`python -m scripts.vendor` fetches and copies; `--for-tests` fetches what only tests need, too; `--update` writes the
integrity of what is there into scripts/vendor.json, for a person to review and commit.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PINS = Path(__file__).with_name("vendor.json")
# Name in static/vendor: place in node_modules.
WANTED = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tus.min.js": "tus-js-client/dist/tus.min.js",
}
OLDEST_NODE = 20


class Distrust(Exception):  # noqa: N818 - it names the reason, not a kind of error
    """A file that set-up needs is absent, or is not the one that was pinned."""


def main(arguments: list[str]) -> int:
    """Fetch, check and copy; return 1 with one clear line where that cannot be done."""
    parser = argparse.ArgumentParser(prog="scripts.vendor", description=__doc__)
    parser.add_argument("--for-tests", action="store_true", help="fetch what only tests need, too")
    parser.add_argument("--update", action="store_true", help="pin the integrity of what is there")
    chosen = parser.parse_args(arguments)
    try:
        fetch(HOUSE, for_tests=chosen.for_tests or chosen.update)
        if chosen.update:
            PINS.write_text(json.dumps(integrities(HOUSE / "node_modules"), indent=2) + "\n", "utf-8")
        copy(HOUSE / "node_modules", HOUSE / "static" / "vendor", json.loads(PINS.read_text("utf-8")))
    except Distrust as reason:
        print(f"set-up of the pages: {reason}", file=sys.stderr)
        return 1
    return 0


def fetch(house: Path, *, for_tests: bool) -> None:
    """Fill node_modules from the lock file; leave one that is a link to another checkout's as it is."""
    if (house / "node_modules").is_symlink():
        return
    npm, environment = find_npm(house)
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", *([] if for_tests else ["--omit=dev"])]
    if subprocess.run(command, cwd=house, env=environment, check=False).returncode:
        raise Distrust("npm ci failed; its own words are above")


def find_npm(house: Path) -> tuple[str, dict[str, str]]:
    """Return an npm that stands on Node 20 or later and the environment to run it in; install one where none is."""
    environment = dict(os.environ)
    if node_version(environment) < OLDEST_NODE:
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    if node_version(environment) < OLDEST_NODE:
        requirements = ["--require-hashes", "-r", str(house / "requirements-node.txt")]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *requirements], check=False)
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None or node_version(environment) < OLDEST_NODE:
        raise Distrust(f"Node {OLDEST_NODE} or later with npm is needed, and could not be installed into .venv")
    return npm, environment


def node_version(environment: dict[str, str]) -> int:
    """Return the major version of the Node on the PATH of the environment; 0 where there is none."""
    node = shutil.which("node", path=environment.get("PATH"))
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], env=environment, capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def integrities(node_modules: Path) -> dict[str, str]:
    """Return the integrity of each wanted file, in the form that browsers use."""
    return {name: integrity(_read(node_modules / place)) for name, place in WANTED.items()}


def integrity(content: bytes) -> str:
    """Return `sha384-` and the base64 of the digest."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode('ascii')}"


def copy(node_modules: Path, vendor: Path, pins: dict[str, str]) -> None:
    """Copy each wanted file whose integrity is the pinned one; refuse before the first copy if one differs.

    Leave a folder that is a link to another checkout's as it is.
    """
    found = integrities(node_modules)
    strange = [name for name in WANTED if found[name] != pins.get(name)]
    if strange:
        raise Distrust(f"not the pinned file: {', '.join(strange)}; see scripts/vendor.json")
    if vendor.is_symlink():
        return
    vendor.mkdir(parents=True, exist_ok=True)
    for name, place in WANTED.items():
        shutil.copyfile(node_modules / place, vendor / name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Distrust(f"{path} is absent") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
