"""DELETE …/attachments/…, without `content/`: gone at once, 404 the second time, a folder called `content`."""

from __future__ import annotations

import pytest

from models import Record
from tests.nimblex.speaker import CONTRACT, Speaker, is_empty


def test_a_deleted_file_is_gone_and_the_reply_is_empty(owner: Speaker) -> None:
    owner.upload("folder/logo.png", b"x")
    response = owner.delete(f"{CONTRACT}/attachments/folder/logo.png")
    assert response.status_code == 204
    assert is_empty(response)
    assert owner.get(f"{CONTRACT}/attachments/content/folder/logo.png").status_code == 404
    assert owner.ids() == []


@pytest.mark.parametrize("path", ["a.txt", "folder/a.txt", "content/a.txt", "..", "a%00b", "", "a.txt/"])
def test_what_is_not_there_is_refused_without_a_word_on_why(owner: Speaker, path: str) -> None:
    assert owner.delete(f"{CONTRACT}/attachments/{path}").status_code in {400, 404, 405}


def test_the_second_delete_is_an_empty_404(owner: Speaker) -> None:
    owner.upload("a.txt", b"x")
    owner.delete(f"{CONTRACT}/attachments/a.txt")
    again = owner.delete(f"{CONTRACT}/attachments/a.txt")
    assert again.status_code == 404
    assert is_empty(again)


def test_with_content_it_means_a_folder_of_that_name(owner: Speaker) -> None:
    owner.upload("x.png", b"at the root")
    owner.upload("content/x.png", b"in the folder")
    assert owner.delete(f"{CONTRACT}/attachments/content/x.png").status_code == 204
    assert owner.ids() == ["Contract/57/attachments/x.png"]
    assert owner.get(f"{CONTRACT}/attachments/content/x.png").data == b"at the root"


def test_a_reader_may_not(owner: Speaker, reader: Speaker) -> None:
    owner.upload("a.txt", b"x")
    assert reader.delete(f"{CONTRACT}/attachments/a.txt").status_code == 403
    assert owner.ids() == ["Contract/57/attachments/a.txt"]


def test_a_stranger_sees_an_empty_404(owner: Speaker, stranger: Speaker, secret_contract: Record) -> None:
    record = f"/jsonapi/records/Contract/{secret_contract.number}"
    owner.upload("a.txt", b"x", record=record)
    response = stranger.delete(f"{record}/attachments/a.txt")
    assert response.status_code == 404
    assert is_empty(response)
    assert owner.ids(record) == ["Contract/58/attachments/a.txt"]
