"""Names: what is kept, what is refused, what is marked."""

from __future__ import annotations

import pytest

from core.errors import Code, Refusal
from core.filenames import base_name, clean_name, has_hidden
from tests.names import COMPOSED, KEPT, REFUSED


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(set(KEPT)) + len(set(REFUSED)) + len(set(COMPOSED)) >= 120


@pytest.mark.parametrize("name", KEPT)
def test_a_legitimate_name_survives_unchanged(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize("name", REFUSED)
def test_an_impossible_name_is_refused_by_its_field(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_name(name, "fileName")
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "fileName")


@pytest.mark.parametrize(("sent", "stored"), COMPOSED)
def test_a_decomposed_name_is_stored_composed(sent: str, stored: str) -> None:
    assert clean_name(sent) == stored


@pytest.mark.parametrize(
    ("sent", "last"),
    [("C:\\fakepath\\a.txt", "a.txt"), ("/home/x/a.txt", "a.txt"), ("a\\b/c", "c"), ("a.txt", "a.txt"), ("a/", "")],
)
def test_a_whole_path_is_cut_to_its_last_part(sent: str, last: str) -> None:
    assert base_name(sent) == last


@pytest.mark.parametrize("name", ["gnp\u202e.exe", "zero\u200bwidth", "\ufeffbom", "a\u2066b", "soft\u00adhyphen"])
def test_what_does_not_show_is_marked(name: str) -> None:
    assert has_hidden(name)


@pytest.mark.parametrize("name", ["a.txt", "Übersicht.pdf", "日本.txt", "עברית.txt", "a b"])
def test_what_shows_is_not_marked(name: str) -> None:
    assert not has_hidden(name)
