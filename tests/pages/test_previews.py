"""What the page of an attachment shows of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import attachments
from core.commands import Attach
from core.house import House
from models import Job
from tests.cast import Cast
from tests.pages.conftest import Visitor


@pytest.fixture
def page_of(owner: Visitor, house: House, cast: Cast, job: Job) -> Callable[[str, bytes], str]:
    """Attach a file and open its page."""

    def opened(name: str, content: bytes) -> str:
        made = attachments.attach(house, cast.owner, job, Attach(file_name=name, content=[content]))
        return owner.see(f"/attachments/{made.guid}")

    return opened


@pytest.mark.parametrize(
    ("name", "content", "sign"),
    [
        ("sales.csv", b"day,orders\n1,2\n", '<th scope="col"><bdi>day</bdi></th>'),
        ("readme.md", b"# How it is made\n", "<h2>How it is made</h2>"),
        ("a.py", b"def f(): pass\n", '<span class="k">def</span>'),
        ("a.mp3", b"ID3", "<audio"),
        ("a.mp4", b"ftyp", "<video"),
        ("page.html", b"<script>alert(1)</script>", "&lt;"),
        ("a.zip", b"PK", "shown by downloading it"),
    ],
)
def test_a_file_is_shown_as_what_it_is(
    page_of: Callable[[str, bytes], str], name: str, content: bytes, sign: str
) -> None:
    page = page_of(name, content)
    assert sign in page
    assert "<script>alert" not in page
