"""What is shown of a file: harmless markup and plain rows, never the file itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import clock, previews
from core.previews import Kind, Preview
from core.storage import FolderStore
from models import Blob


def shown(tmp_path: Path, content: bytes, file_name: str, media_type: str) -> Preview:
    with FolderStore(tmp_path, reserve=0) as store, store.receive([content]) as arrival:
        stored = arrival.stored
        blob = Blob(key=stored.key, size=stored.size, sha256=stored.sha256, created_at=clock.now())
        return previews.preview(store, blob, file_name, media_type)


@pytest.mark.parametrize(
    ("file_name", "media_type", "kind"),
    [
        ("a.png", "image/png", Kind.IMAGE),
        ("a.svg", "image/svg+xml", Kind.TEXT),
        ("a.mp3", "audio/mpeg", Kind.AUDIO),
        ("a.mp4", "video/mp4", Kind.VIDEO),
        ("a.pdf", "application/pdf", Kind.PDF),
        ("a.md", "application/octet-stream", Kind.MARKDOWN),
        ("a.csv", "text/csv; charset=utf-8", Kind.TABLE),
        ("a.html", "text/html", Kind.TEXT),
        ("a.py", "text/x-python", Kind.TEXT),
        ("a.json", "application/json", Kind.TEXT),
        ("a.zip", "application/zip", Kind.NONE),
        ("a", "application/octet-stream", Kind.NONE),
    ],
)
def test_each_type_has_its_way_to_be_shown(file_name: str, media_type: str, kind: Kind) -> None:
    assert previews.kind_of(file_name, media_type) is kind


def test_text_is_escaped_and_highlighted(tmp_path: Path) -> None:
    found = shown(tmp_path, b"def f():\n    return '<script>'\n", "a.py", "text/x-python")
    assert "<script>" not in found.markup
    assert "&lt;script&gt;" in found.markup
    assert 'class="k"' in found.markup


@pytest.mark.parametrize(
    "hostile",
    [
        b"<script>alert(1)</script>",
        b"<img src=x onerror=alert(1)>",
        b"[a](javascript:alert(1))",
        b"[a](data:text/html,x)",
        b"![a](http://example.org/spy.png)",
        b"<a href='javascript:alert(1)'>x</a>",
        b"<svg/onload=alert(1)>",
    ],
)
def test_markdown_carries_nothing_that_runs_or_is_fetched(tmp_path: Path, hostile: bytes) -> None:
    markup = shown(tmp_path, b"# Title\n\n" + hostile, "a.md", "text/markdown").markup
    assert "<h2>Title</h2>" in markup
    for sign in ("<script", "<img", "<svg", 'href="javascript', 'href="data'):
        assert sign not in markup


def test_a_table_shows_its_first_rows(tmp_path: Path) -> None:
    lines = b"day;orders\n" + b"".join(b"%d;%d\n" % (day, day * 2) for day in range(500))
    found = shown(tmp_path, lines, "a.csv", "text/csv")
    assert found.rows[:2] == [["day", "orders"], ["0", "0"]]
    assert (len(found.rows), found.is_cut) == (100, True)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("größer".encode(), "größer"),
        ("größer".encode("utf-8-sig"), "größer"),
        ("größer".encode("utf-16"), "größer"),
        ("größer".encode("cp1252"), "größer"),
    ],
)
def test_text_of_any_common_encoding_is_read(tmp_path: Path, content: bytes, text: str) -> None:
    assert text in shown(tmp_path, content, "a.txt", "text/plain").markup


def test_a_long_text_is_cut_between_characters(tmp_path: Path) -> None:
    found = shown(tmp_path, "é".encode() * 200_000 + b"x", "a.txt", "text/plain")
    assert found.is_cut
    assert "�" not in found.markup


@pytest.mark.parametrize("content", [b"", b"\0\1\2\3", b"PK\3\4\0\0"])
def test_what_is_no_text_is_not_shown_as_one(tmp_path: Path, content: bytes) -> None:
    assert shown(tmp_path, content, "a.txt", "text/plain").kind is Kind.NONE
