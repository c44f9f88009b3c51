"""Names in addresses: every encoding, attacks, limits; never a 500, never a byte outside the store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from core import record_types, records
from core.commands import CreateRecord
from core.house import House
from core.record_types import AddRecordType
from tests.cast import Cast
from tests.nimblex.speaker import APIROOT, CONTRACT, Speaker

CONTENT = f"{CONTRACT}/attachments/content"


@pytest.mark.parametrize(
    "name",
    [
        "a b.txt",
        "a+b.txt",
        "100%.txt",
        "%41.txt",
        "a#b?c&d=e;f.txt",
        "日本語.txt",
        "naïve café.txt",
        "\u202etxt.exe",
        ".hidden",
        "...",
        "content",
        "attachments",
        " leading and trailing ",
        "quote\"'<b>.txt",
        "ü" * 127,
        "x" * 255,
    ],
)
def test_a_name_round_trips_through_its_own_link(owner: Speaker, name: str) -> None:
    assert owner.upload(quote(name, safe=""), name.encode()).status_code == 200
    (entry,) = owner.get(f"{CONTRACT}/attachments").get_json()["data"]
    assert entry["id"] == f"Contract/57/attachments/{name}"
    assert entry["links"]["content"] == f"{APIROOT}/records/Contract/57/attachments/content/{quote(name, safe='')}"
    assert owner.get(entry["links"]["content"]).data == name.encode()
    assert owner.delete(f"{CONTRACT}/attachments/{quote(name, safe='')}").status_code == 204
    assert owner.ids() == []


@pytest.mark.parametrize(
    "path",
    [
        "a/../b",
        "..",
        ".",
        "%2e%2e%2fb",
        "%2e%2e/b",
        "..%2f..%2f..%2fetc%2fpasswd",
        "a%2fb",
        "a%5cb",
        "a//b",
        "/b",
        "a/",
        "",
        "%00",
        "a%00.txt",
        "a%0a.txt",
        "a%7f.txt",
        "%20",
        "a%fe.txt",
        "%ed%a0%80",
        "%c0%af",
        "x" * 256,
        quote("ü" * 128),
        "/".join(["d"] * 22),
        "/".join(["d" * 200] * 6),
    ],
)
def test_a_name_that_breaks_a_rule_stores_nothing(owner: Speaker, house: House, path: str) -> None:
    before = everything_below(house.settings.instance.parent)
    response = owner.upload(path, b"evil")
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["status"] == "400"
    assert everything_below(house.settings.instance.parent) == before
    assert owner.ids() == []


@pytest.mark.parametrize("path", ["a/../b", "%2e%2e%2fb", "a%fe.txt", "%00", "a//b", "x" * 256, "a%5cb", "%0a"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_such_a_name_is_never_found(owner: Speaker, method: str, path: str) -> None:
    owner.upload("b", b"x")
    stem = {"GET": "attachments/content", "DELETE": "attachments"}[method]
    assert owner.ask(method, f"{CONTRACT}/{stem}/{path}").status_code in {400, 404}
    assert owner.ids() == ["Contract/57/attachments/b"]


@pytest.mark.parametrize("start", ["content%2Fa", "%2e%2e/content/a", "content%2f..%2fa"])
def test_an_encoded_slash_never_parts_the_address(owner: Speaker, start: str) -> None:
    assert owner.post(f"{CONTRACT}/attachments/{start}", data=b"x").status_code in {400, 404, 405}
    assert owner.ids() == []


def test_an_encoded_slash_never_joins_type_and_number(owner: Speaker) -> None:
    assert owner.get("/jsonapi/records/Contract%2F57/attachments").status_code == 404


@pytest.mark.parametrize("written", ["Change%20Request", "Change+Request", "change%20request", "Change Request"])
def test_a_form_name_is_understood_in_both_styles(owner: Speaker, house: House, cast: Cast, written: str) -> None:
    record_types.add(house.database, cast.admin, AddRecordType("Change Request"))
    records.create(house.database, cast.owner, CreateRecord("Change Request", "Two words"))
    assert owner.upload("a.txt", b"x", record=f"/jsonapi/records/{written}/1").status_code == 200
    (entry,) = owner.get(f"/jsonapi/records/{written}/1/attachments").get_json()["data"]
    assert entry["id"] == "Change Request/1/attachments/a.txt"
    assert entry["links"]["content"] == f"{APIROOT}/records/Change%20Request/1/attachments/content/a.txt"


def test_a_literal_plus_in_a_form_name_comes_first(owner: Speaker, house: House, cast: Cast) -> None:
    for name, prefix in (("A B", "AB"), ("A+B", "APB")):
        record_types.add(house.database, cast.admin, AddRecordType(name, prefix=prefix))
        records.create(house.database, cast.owner, CreateRecord(name, name))
    owner.upload("a.txt", b"x", record="/jsonapi/records/A+B/1")
    assert owner.ids("/jsonapi/records/A%2BB/1") == ["A+B/1/attachments/a.txt"]
    assert owner.ids("/jsonapi/records/A%20B/1") == []


def test_a_plus_in_a_file_name_is_a_plus(owner: Speaker) -> None:
    owner.upload("a+b", b"plus")
    owner.upload("a%20b", b"blank")
    assert owner.get(f"{CONTENT}/a%2Bb").data == b"plus"
    assert owner.get(f"{CONTENT}/a b").data == b"blank"


def test_the_absolute_form_of_an_address_means_the_same(owner: Speaker) -> None:
    owner.upload("a%2Eb", b"x")
    response = owner.client.get(
        f"{CONTENT}/a.b",
        headers={"Authorization": "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="},
        environ_overrides={"REQUEST_URI": f"http://localhost{CONTENT}/a.b"},
    )
    assert response.data == b"x"


def everything_below(folder: Path) -> set[Path]:
    """Return every file but those of the database."""
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("db.sqlite3")}
