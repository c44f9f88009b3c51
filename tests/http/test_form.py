"""Forms in: parts in their order, names as clients write them, and nothing kept of a form that breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as PlainRequest

from blueprints import http
from core.errors import Code, Refusal
from core.storage import FolderStore

TYPE = "multipart/form-data; boundary=xx"


def part(disposition: str, body: bytes = b"hello", *more: str) -> bytes:
    """Write one part."""
    lines = [f"Content-Disposition: form-data; {disposition}", *more]
    return b"--xx\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n"


def post(client: FlaskClient, *parts: bytes, end: bytes = b"--xx--\r\n", kind: str = TYPE) -> Any:
    """Send parts and return the reply's JSON."""
    return client.post("/api/form", data=b"".join(parts) + end, content_type=kind).get_json()


def form_of(body: bytes, kind: str = TYPE, **limits: int) -> http.Form:
    """Begin to read a form without any application."""
    request = PlainRequest(EnvironBuilder(method="POST", data=body, content_type=kind).get_environ())
    return http.read_form(request, limits.get("limit", 10_000_000), limits.get("file_limit", 1_000_000))  # type: ignore[arg-type] # Flask's adds nothing used here


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('name="file"; filename="a.txt"', "a.txt"),
        ("name=file; filename=image.png", "image.png"),
        ('name="file"; filename="日本.txt"', "日本.txt"),
        ('name="file"; filename="a%22b.txt"', 'a"b.txt'),
        ('name="file"; filename="a\\"b.txt"', 'a"b.txt'),
        ('name="file"; filename="100%.txt"', "100%.txt"),
        ('name="file"; filename="a;b=c.txt"', "a;b=c.txt"),
        ('name="file"; filename=""', ""),
        ("name=\"file\"; filename*=UTF-8''%C3%BC.txt", "ü.txt"),
        ('name="file"; filename="x"; filename*=utf-8\'en\'%C3%BC.txt', "ü.txt"),
        ('name="file"; filename="x; filename*=UTF-8\'\'evil"', "x; filename*=UTF-8''evil"),
        ('filename="a.txt"; name="file"', "a.txt"),
    ],
)
def test_a_file_keeps_the_name_that_the_client_meant(client: FlaskClient, disposition: str, filename: str) -> None:
    [found] = post(client, part(disposition))
    assert (found["name"], found["filename"], found["size"]) == ("file", filename, 5)


def test_fields_and_files_come_in_their_order(client: FlaskClient) -> None:
    found = post(client, part('name="b"', b"2"), part('name="a"', b"1"), part('name="file"; filename="f"'))
    assert [each["name"] for each in found] == ["b", "a", "file"]


def test_a_file_without_bytes_is_a_file(client: FlaskClient) -> None:
    [found] = post(client, part('name="file"; filename="empty.txt"', b""))
    assert (found["filename"], found["size"]) == ("empty.txt", 0)


def test_a_file_sent_as_a_plain_field_is_a_field(client: FlaskClient) -> None:
    assert post(client, part('name="file"', b"text")) == [{"name": "file", "value": "text"}]


def test_a_form_of_nothing_is_empty(client: FlaskClient) -> None:
    assert post(client) == []


def test_a_part_s_type_is_kept_whole_and_a_false_one_dropped(client: FlaskClient) -> None:
    typed = part('name="file"; filename="a"', b"", "Content-Type: text/plain; charset=utf-8")
    false = part('name="file"; filename="a"', b"", "Content-Type: no type")
    assert post(client, typed)[0]["content_type"] == "text/plain; charset=utf-8"
    assert post(client, false)[0]["content_type"] is None


def test_a_file_is_stored_byte_for_byte_even_where_it_looks_like_the_boundary(client: FlaskClient) -> None:
    body = b"\r\n--x\r\n--\r\n\r--xy" * 30_000
    assert post(client, part('name="file"; filename="a"', body))[0]["size"] == len(body)


def test_an_urlencoded_form_is_read_the_same_way(client: FlaskClient) -> None:
    found = post(client, end=b"a=1&b=%C3%BC+x&c=", kind="application/x-www-form-urlencoded")
    assert found == [{"name": "a", "value": "1"}, {"name": "b", "value": "ü x"}, {"name": "c", "value": ""}]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"\r\n", "incomplete"),
        (b"--xx", "incomplete"),
        (b"--xx\r\n", "incomplete"),
        (part('name="file"; filename="a"'), "incomplete"),
        (part('name="file"; filename="a"') + b"--xx", "incomplete"),
        (part('name="file"; filename="a"') + b"--xx-", "incomplete"),
        (b"--yy\r\n\r\n--yy--\r\n", "incomplete"),
        (b"--xx\r\nContent-Disposition: form-data; name=a\r\n", "incomplete"),
        (b"--xx\nContent-Disposition: form-data; name=a\n", "invalid"),
        (b"--xx\r\n\r\nhello\r\n--xx--\r\n", "invalid"),
        (b"--xx\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--xx--\r\n", "invalid"),
        (b"--xx\r\nno header\r\n\r\n\r\n--xx--\r\n", "invalid"),
        (b'--xx\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n--xx--\r\n', "invalid"),
        (part('name="a"', b"\xff") + b"--xx--", "invalid"),
        (part('name="a"', b"a\0b") + b"--xx--", "invalid"),
        (part('name="f"; filename="a"') + part('name="f"; filename="b"') + b"--xx--", "invalid"),
        (part('name="a"', b"x" * 70_000) + b"--xx--", "too_large"),
        (part('name="a"', b"x" * 60_000) * 20 + b"--xx--", "too_large"),
        (part('name="a"', b"") * 1001 + b"--xx--", "too_large"),
        (b"--xx\r\nContent-Disposition: form-data; name=" + b"a" * 9000, "too_large"),
        (b"--xx\r\n" + b"X-A: b\r\n" * 20 + b"\r\n\r\n--xx--", "too_large"),
        (part('name="f"; filename="a"', b"x" * (4 * 2**20 + 1)) + b"--xx--", "too_large"),
        (part('name="f"; filename="a"', b"x" * (9 * 2**20)) + b"--xx--", "too_large"),
    ],
    ids=range(23),
)
def test_a_broken_form_is_refused_and_leaves_nothing(
    client: FlaskClient, store: FolderStore, body: bytes, error: str
) -> None:
    assert post(client, end=body)["error"] == error
    assert list(store.keys()) == []


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_without_a_usable_boundary_is_refused(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        form_of(b"--xx--", kind)
    assert refused.value.code is Code.INVALID


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "multipart/mixed; boundary=xx"])
def test_another_type_is_no_form(client: FlaskClient, kind: str) -> None:
    assert post(client, kind=kind)["error"] == "unsupported"


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"&".join([b"a=1"] * 1001)])
def test_a_broken_urlencoded_form_is_refused(client: FlaskClient, body: bytes) -> None:
    assert post(client, end=body, kind="application/x-www-form-urlencoded")["error"] == "invalid"


def test_a_token_is_read_before_the_file_arrives() -> None:
    form = form_of(part('name="csrf_token"', b"t0ken") + part('name="file"; filename="a"') + b"--xx--\r\n")
    assert form.expect("csrf_token") == "t0ken"


@pytest.mark.parametrize("first", ['name="other"', 'name="csrf_token"; filename="a"'])
def test_a_form_that_begins_otherwise_is_refused(first: str) -> None:
    with pytest.raises(Refusal) as refused:
        form_of(part(first) + b"--xx--\r\n").expect("csrf_token")
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "csrf_token")


def test_going_on_skips_what_was_not_read_of_a_file() -> None:
    form = form_of(part('name="file"; filename="a"', b"x" * 500_000) + part('name="after"', b"1") + b"--xx--\r\n")
    file = next(form)
    after = next(form)
    assert isinstance(file, http.FormFile)
    assert list(file) == []
    assert after == http.Field("after", "1")


def test_fields_after_the_file_are_kept_apart() -> None:
    form = form_of(part('name="file"; filename="a"', b"abc") + part('name="late"', b"1") + b"--xx--\r\n")
    file = next(form)
    assert isinstance(file, http.FormFile)
    assert b"".join(file.to_end()) == b"abc"
    assert form.later == [http.Field("late", "1")]


def test_an_empty_second_file_input_is_no_second_file() -> None:
    form = form_of(part('name="file"; filename="a"', b"abc") + part('name="more"; filename=""', b"") + b"--xx--\r\n")
    file = next(form)
    assert isinstance(file, http.FormFile)
    assert b"".join(file.to_end()) == b"abc"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    assert outcome(b"--xx\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n" + body) in {
        Code.INVALID,
        Code.INCOMPLETE,
        None,
    }


def outcome(body: bytes) -> Code | None:
    """Read a form to its end and say how that ended."""
    try:
        form_of(body).finish()
    except Refusal as refusal:
        return refusal.code
    return None


def test_the_temporary_folder_is_clean_after_a_refusal(client: FlaskClient, tmp_path: Path) -> None:
    post(client, end=part('name="file"; filename="a"'))
    assert list((tmp_path / "store" / "tmp").iterdir()) == []
