"""Content-Disposition: what is written parses back to the name, in an independent reader."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from blueprints.http import content_disposition, sent_file_name
from tests.names import KEPT


def read_back(header: str) -> str:
    """Read the name as another library does."""
    return parse_options_header(header)[1]["filename"]


@pytest.mark.parametrize("name", KEPT)
def test_every_name_parses_back(name: str) -> None:
    assert read_back(content_disposition(name)) == name


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_makes_a_header_without_control_characters_that_parses_back(name: str) -> None:
    header = content_disposition(name)
    assert all(32 <= ord(character) < 127 for character in header)
    assert sent_file_name(header) == name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ("日本.txt", "attachment; filename=\"file.txt\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt"),
        ("日本", "attachment; filename=\"file\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC"),
        ('a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
        ("a\r\nb", "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
        (".env", 'attachment; filename=".env"'),
        ("it's (1).txt", 'attachment; filename="it\'s (1).txt"'),
    ],
)
def test_the_plain_part_is_ascii_and_never_without_a_stem(name: str, plain: str) -> None:
    assert content_disposition(name) == plain


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_name_only_the_disposition_is_said(name: str | None) -> None:
    assert content_disposition(name, "inline") == "inline"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=my model", "my model"),
        ('attachment; filename="a;b.txt"', "a;b.txt"),
        ('attachment; FileName = "a\\"b.txt"', 'a"b.txt'),
        ("attachment; filename=\"x\"; filename*=UTF-8''%C3%BC.txt", "ü.txt"),
        ("attachment; filename*=iso-8859-1'en'%FC.txt", "ü.txt"),
        ("filename=bare.txt", "bare.txt"),
        ('attachment; filename="日本.txt"'.encode().decode("latin-1"), "日本.txt"),
        ('attachment; filename="ü.txt"', "ü.txt"),
        ("attachment; filename=\"ok.txt\"; filename*=UTF-8''%ff", "ok.txt"),
        ('attachment; name="; filename=evil.txt"', None),
        ("attachment; filename=", None),
        ("attachment", None),
        ("", None),
        (None, None),
    ],
)
def test_a_sent_name_is_read_as_clients_write_it(header: str | None, name: str | None) -> None:
    assert sent_file_name(header) == name


@given(st.text(max_size=200))
def test_no_header_breaks_the_reader(header: str) -> None:
    name = sent_file_name(header)
    assert name is None or isinstance(name, str)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_extended_name_wins(name: str) -> None:
    assert sent_file_name(f"attachment; filename=x; filename*=UTF-8''{quote(name, safe='')}") == name
