"""Media types: which are valid, what a name or the first bytes say, and what a browser may be given."""

from __future__ import annotations

import pytest

from core.errors import Code, Refusal
from core.mediatypes import UNKNOWN, clean_type, guess, inline_type, is_inline_safe, is_type, neutral, sniff

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
GIF = b"GIF89a\1\0\1\0"
WEBP = b"RIFF\x24\0\0\0WEBPVP8 "


@pytest.mark.parametrize(
    "text",
    [
        "text/plain",
        "text/plain; charset=utf-8",
        'text/plain;charset="utf-8"',
        "application/vnd.x+json;",
        "application/data",
    ],
)
def test_a_media_type_is_taken(text: str) -> None:
    assert is_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "/",
        "text/",
        "text/plain\r\nX: y",
        "text/plain\0",
        "te xt/plain",
        "text/pläin",
        "a/" + "b" * 255,
        "a/b;c",
    ],
)
def test_what_is_no_media_type_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        clean_type(text, "type")
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "type")


def test_blanks_round_a_type_are_dropped() -> None:
    assert clean_type(" text/csv ") == "text/csv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.PNG", "image/png"),
        ("notes.md", "text/markdown"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.csv", "text/csv"),
        ("a.tar.gz", "application/gzip"),
        ("README", UNKNOWN),
        ("a.", UNKNOWN),
        ("a.unheard-of", UNKNOWN),
    ],
)
def test_a_suffix_promises_a_type(name: str, expected: str) -> None:
    assert guess(name) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (WEBP, "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
    ],
)
def test_the_first_bytes_show_a_type(head: bytes, expected: str) -> None:
    assert sniff(head) == expected


@pytest.mark.parametrize("head", [b"", b"\0", b"plain words, nothing else"])
def test_bytes_that_show_nothing_are_not_guessed(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize(
    ("head", "sent"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (JPEG, "image/jpg"), (GIF, "image/gif"), (WEBP, "Image/WebP; x=y")],
)
def test_a_true_picture_may_be_shown(head: bytes, sent: str) -> None:
    assert inline_type(head, sent) is not None


@pytest.mark.parametrize(
    ("head", "sent"),
    [
        (b"<script>", "image/png"),
        (PNG, "image/jpeg"),
        (PNG, "text/html"),
        (b"<svg xmlns=", "image/svg+xml"),
        (b"%PDF-1.7", "application/pdf"),
        (b"", "image/png"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "image/webp"),
    ],
)
def test_a_type_that_the_bytes_deny_or_that_may_run_is_not_shown(head: bytes, sent: str) -> None:
    assert inline_type(head, sent) is None


@pytest.mark.parametrize(
    "sent",
    [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
        "application/rss+xml",
        "application/mathml+xml",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/ecmascript",
        "text/jscript",
        "text/livescript",
        "text/javascript1.5",
        "text/vbscript",
        "text/css",
        "text/xsl",
        "application/wasm",
        "multipart/x-mixed-replace",
        "multipart/related",
        "message/rfc822",
        "application/x-shockwave-flash",
        "no type at all",
        "text/plain\r\nX-Evil: 1",
        "",
    ],
)
def test_what_a_browser_might_run_goes_out_neutral(sent: str) -> None:
    assert neutral(sent) == UNKNOWN


@pytest.mark.parametrize("sent", ["text/plain", "application/pdf", "application/json", "video/mp4", "application/data"])
def test_a_quiet_type_goes_out_as_it_came(sent: str) -> None:
    assert neutral(sent) == sent


def test_only_four_picture_types_are_safe_to_show() -> None:
    offered = ("png", "jpeg", "gif", "webp", "svg+xml", "bmp", "tiff", "x-icon", "avif")
    assert [kind for kind in offered if is_inline_safe(f"image/{kind}")] == ["png", "jpeg", "gif", "webp"]
