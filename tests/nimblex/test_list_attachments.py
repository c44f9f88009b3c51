"""GET …/attachments: the published example literally, one entry a path, order, pages and fieldsets."""

from __future__ import annotations

import pytest

from core import attachments
from core.commands import Attach
from core.house import House
from models import Record
from tests.cast import Cast
from tests.nimblex.speaker import APIROOT, CONTRACT, JSON_API, Speaker, is_empty

LIST = f"{CONTRACT}/attachments"


def test_the_published_example_comes_out_literally(owner: Speaker) -> None:
    owner.upload("banana.png", b"b" * 1234, content_type="banana/banana")
    owner.upload("folder/logo.png", b"l" * 1234, content_type="banana/banana")
    response = owner.get(LIST)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == JSON_API
    assert response.text == (
        '{"data":['
        '{"type":"attachment","id":"Contract/57/attachments/banana.png",'
        '"attributes":{"mimetype":"banana/banana","size":1234},'
        f'"links":{{"content":"{APIROOT}/records/Contract/57/attachments/content/banana.png"}}}},'
        '{"type":"attachment","id":"Contract/57/attachments/folder/logo.png",'
        '"attributes":{"mimetype":"banana/banana","size":1234},'
        f'"links":{{"content":"{APIROOT}/records/Contract/57/attachments/content/folder/logo.png"}}}}'
        "]}"
    )


def test_a_record_without_attachments_has_an_empty_list(owner: Speaker) -> None:
    assert owner.get(LIST).text == '{"data":[]}'


@pytest.mark.parametrize("place", ["Contract/58", "Contract/057", "Contract/x", "Contract/%D9%A5%D9%A7", "Nothing/57"])
def test_a_record_that_is_not_there_is_an_empty_404(owner: Speaker, place: str) -> None:
    response = owner.get(f"/jsonapi/records/{place}/attachments")
    assert response.status_code == 404
    assert is_empty(response)


def test_folders_come_after_the_root_and_names_by_code_point(owner: Speaker) -> None:
    for name in ("b.txt", "B.txt", "z/a.txt", "%C3%A9.txt", "a/z.txt"):
        owner.upload(name, b"x")
    stem = "Contract/57/attachments"
    assert owner.ids() == [f"{stem}/{name}" for name in ("B.txt", "b.txt", "é.txt", "a/z.txt", "z/a.txt")]


def test_one_entry_a_path_the_newest_and_only_with_bytes(
    house: House, cast: Cast, contract: Record, owner: Speaker
) -> None:
    for content in (b"old", b"newer"):
        attachments.attach(house, cast.owner, contract, Attach(file_name="same.txt", content=[content]))
    attachments.attach(house, cast.owner, contract, Attach(driver="link", link_target="https://example.org/"))
    (entry,) = owner.get(LIST).get_json()["data"]
    assert entry["attributes"] == {"mimetype": "text/plain", "size": 5}
    assert owner.get(f"{CONTRACT}/attachments/content/same.txt").data == b"newer"


def test_a_file_without_a_file_name_goes_by_its_name(
    house: House, cast: Cast, contract: Record, owner: Speaker
) -> None:
    attachments.attach(house, cast.owner, contract, Attach(name="a/b", content=[b"bytes"]))
    (entry,) = owner.get(LIST).get_json()["data"]
    assert entry["links"]["content"] == f"{APIROOT}/records/Contract/57/attachments/content/a%2Fb"
    assert owner.get(entry["links"]["content"]).data == b"bytes"


def test_pages_link_to_their_neighbours(owner: Speaker) -> None:
    for name in ("1", "2", "3", "4", "5"):
        owner.upload(name, b"x")
    document = owner.get(f"{LIST}?page%5Boffset%5D=2&page[limit]=2&sort=-id").get_json()
    assert [item["id"][-1] for item in document["data"]] == ["3", "4"]
    link = f"{APIROOT}/records/Contract/57/attachments?sort=-id&page%5Boffset%5D="
    assert document["links"] == {
        "first": f"{link}0&page%5Blimit%5D=2",
        "last": f"{link}4&page%5Blimit%5D=2",
        "prev": f"{link}0&page%5Blimit%5D=2",
        "next": f"{link}4&page%5Blimit%5D=2",
    }


def test_the_last_page_has_no_next(owner: Speaker) -> None:
    owner.upload("1", b"x")
    links = owner.get(f"{LIST}?page[limit]=5").get_json()["links"]
    assert (links["prev"], links["next"]) == (None, None)


def test_sorting_by_size_then_type(owner: Speaker) -> None:
    owner.upload("a.txt", b"xx")
    owner.upload("b.png", b"x")
    owner.upload("c.txt", b"x")
    ids = [item["id"][-5:] for item in owner.get(f"{LIST}?sort=size,-mimetype").get_json()["data"]]
    assert ids == ["c.txt", "b.png", "a.txt"]


def test_sparse_fields_are_obeyed(owner: Speaker) -> None:
    owner.upload("a.txt", b"xx")
    (entry,) = owner.get(f"{LIST}?fields[attachment]=mimetype").get_json()["data"]
    assert entry["attributes"] == {"mimetype": "text/plain"}
    assert "content" in entry["links"]


def test_an_empty_fieldset_leaves_no_attribute(owner: Speaker) -> None:
    owner.upload("a.txt", b"xx")
    (entry,) = owner.get(f"{LIST}?fields%5Battachment%5D=").get_json()["data"]
    assert "attributes" not in entry


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("filter=x", "filter"),
        ("include=record", "include"),
        ("sort=name", "sort"),
        ("page[offset]=-1", "page[offset]"),
        ("page[limit]=many", "page[limit]"),
        ("page[number]=1", "page[number]"),
        ("banana=1", "banana"),
        ("sort=size&sort=id", "sort"),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused(owner: Speaker, query: str, parameter: str) -> None:
    response = owner.get(f"{LIST}?{query}")
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["status"], error["source"]) == (400, "400", {"parameter": parameter})
