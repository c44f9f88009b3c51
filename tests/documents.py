"""PDFs that the tests make themselves: sound, locked, cut, and hostile. It knows no test."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

A4 = "0 0 595 842"
HEADING = "BT /F1 26 Tf 60 750 Td (Rent of the yard, sheet %d) Tj ET"
LINE = "The yard is let as it stands, with its gate, its shed and the crane, from the first of the month."
WORDS = f"BT /F1 11 Tf 17 TL 60 715 Td {f'({LINE}) Tj T* ' * 6} ET BT /F1 11 Tf 17 TL 60 370 Td {f'({LINE}) Tj T* ' * 17} ET"
BOX = "0.2 0.4 0.7 rg 60 400 300 200 re f"


def pdf(pages: int = 1, box: str = A4) -> bytes:
    """Return a PDF whose pages each say their number above a blue box."""
    return _with_pages([_stream(f"{HEADING % number} {WORDS} {BOX}".encode()) for number in range(1, pages + 1)], box)


def locked() -> bytes:
    """Return a PDF that asks for a password which nobody knows."""
    closed = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32)
    return _assembled([*_front(1, A4), _stream(b"q Q")], b"/Encrypt %s/ID[<00><00>]" % closed)


def empty() -> bytes:
    """Return a PDF without a page."""
    return _assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"])


def swelling() -> bytes:
    """Return a PDF of a few kilobytes whose first page unpacks to some gigabytes."""
    packer = zlib.compressobj(9)
    begun = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    once = begun + block * 2000 + packer.flush()  # after a full flush a block means the same wherever it stands
    return _with_pages([_stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]")], A4)


def laughing() -> bytes:
    """Return a PDF of two kilobytes whose page draws ten forms that draw ten forms each, and so on: out of all memory."""
    return _nested(8, b"0 0 9 9 re f")


def slow() -> bytes:
    """Return a PDF of few objects that takes its time: ten thousand large, intricate figures on one page."""
    figure = b"".join(b"%d 0 m 0 %d l 99 %d l " % (spot, spot, 99 - spot) for spot in range(99))
    return _nested(4, figure + b"f*")


def _nested(depth: int, innermost: bytes) -> bytes:
    box, first = b"/BBox[0 0 99 99]/Type/XObject/Subtype/Form", 6
    called = [b"<</XObject<</X %d 0 R>>>>" % (first + level + 1) for level in range(depth)]
    forms = [_stream(b"/X Do " * 10, box + b"/Resources" + words) for words in called]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R/Resources<</XObject<</X 6 0 R>>>>>>"
    front = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, b"<<>>"]
    return _assembled([*front, _stream(b"/X Do"), *forms, _stream(innermost, box)])


def _with_pages(contents: Sequence[bytes], box: str) -> bytes:
    return _assembled([*_front(len(contents), box), *contents])


def _front(pages: int, box: str) -> list[bytes]:
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    page = "<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
    return [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *((page % (box, 4 + pages + number)).encode() for number in range(pages)),
    ]


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


def _assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows)
    return file + table + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(file))
