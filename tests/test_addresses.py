"""No name that people may give stands in the way of an address: neither a bucket's nor that of a kind of records."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core import record_types
from core.errors import Code
from core.house import House
from core.record_types import AddRecordType
from core.settings import TAKEN_SEGMENTS
from tests.cast import Cast
from tests.core.stories import refused

# Where a word and a name share a place: the name that could be that word, or None where it is a number or a GUID.
SHARED_PLACES = {
    ("/admin/types/<type_name>", "/admin/types/new"): "new",
    ("/api/v2/<class_name:class_name>", "/api/v2/Dictionary"): "Dictionary",
    ("/api/v2/<class_name:class_name>", "/api/v2/profile"): "profile",
    ("/api/v2/<class_name:class_name>", "/api/v2/token"): "token",
    ("/api/v4/file_attachments/<reference>", "/api/v4/file_attachments/upload_authorization"): None,
    ("/api/v4/reports/<reference>", "/api/v4/reports/search"): None,
}
NUMBERS = "<digits:"


def test_no_bucket_is_called_like_an_address(app: Flask, house: House) -> None:
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {"", house.settings.upload_bucket}
    assert first - TAKEN_SEGMENTS == set()


def test_the_places_that_words_and_names_share_are_known(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if NUMBERS not in rule.rule]
    assert {(name.rule, word.rule) for name in rules for word in rules if hides(name, word)} == set(SHARED_PLACES)


@pytest.mark.parametrize("word", [word for word in SHARED_PLACES.values() if word])
@pytest.mark.parametrize("spell", [str, str.upper])
def test_no_kind_of_record_is_called_like_an_address(house: House, cast: Cast, word: str, spell: type[str]) -> None:
    with refused(Code.INVALID, "name"):
        record_types.add(house.database, cast.admin, AddRecordType(spell(word)))


def hides(name: Rule, word: Rule) -> bool:
    """Tell whether the first rule, with a certain name in it, is the address of the second."""
    pairs = list(zip(name.rule.split("/"), word.rule.split("/"), strict=False))
    same_length = name.rule.count("/") == word.rule.count("/")
    shared = (name.methods or set()) & (word.methods or set()) - {"HEAD", "OPTIONS"}
    fits = all(ours == theirs or ours.startswith("<") for ours, theirs in pairs)
    return (
        same_length
        and bool(shared)
        and fits
        and any(not theirs.startswith("<") for ours, theirs in pairs if ours != theirs)
    )
