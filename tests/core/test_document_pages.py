"""The worker's look at a PDF: pictures of its first pages, and how hostile files end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from core import attachments, pictures, renditions
from core.commands import Attach, Replace
from core.errors import Code, Refusal
from core.house import House
from core.rendering import render
from models import Attachment, Blob, Job, Removal, State
from tests import documents
from tests.cast import Cast


def attached(house: House, cast: Cast, job: Job, content: bytes, media_type: str | None = None) -> Attachment:
    """Attach a PDF that waits for the worker."""
    command = Attach(file_name="contract.pdf", content=[content], media_type=media_type)
    return attachments.attach(house, cast.owner, job, command)


def again(house: House, cast: Cast, attachment: Attachment) -> Attachment:
    return attachments.find(house.database, cast.owner, attachment.id)


def drawn(house: House, cast: Cast, job: Job, content: bytes, media_type: str | None = None) -> Attachment:
    """Attach a PDF and let the worker look at it."""
    made = attached(house, cast, job, content, media_type)
    render(house, made.id)
    return again(house, cast, made)


def keys_of_pages(house: House, attachment: Attachment) -> set[str]:
    return {picture.blob.key for picture in renditions.pages_of(house.database, attachment).values()}


def test_the_first_ten_pages_are_drawn_and_all_are_counted(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(12))
    pages = renditions.pages_of(house.database, done)
    assert (done.state, done.facts) == (State.READY, {"pages": 12})
    assert list(pages) == list(range(1, 11))
    assert {(page.media_type, page.width, page.height) for page in pages.values()} == {("image/webp", 905, 1280)}


def test_a_page_shows_what_is_on_it(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf())
    page = renditions.find_page(house.database, done, 1)
    with house.store.open(page.blob.key) as file:
        picture = Image.open(file).convert("RGB")
    paper, box = picture.getpixel((20, 20)), picture.getpixel((300, 500))
    assert paper == (255, 255, 255)
    assert isinstance(box, tuple)
    assert box[0] + 60 < box[2]  # the blue box


def test_lists_and_apis_see_the_cover_alone(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(3))
    assert [(made.style, made.width, made.height) for made in done.renditions] == [("cover", 141, 200)]
    assert attachments.rendition(done, "cover").media_type == "image/webp"


def test_a_pdf_of_no_said_type_is_known_by_its_name_and_beginning(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(2), "application/octet-stream")
    assert list(renditions.pages_of(house.database, done)) == [1, 2]


def test_a_page_beyond_those_drawn_is_not_found(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(2))
    with pytest.raises(Refusal) as refused:
        renditions.find_page(house.database, done, 3)
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (documents.locked(), "The file is locked with a password."),
        (documents.pdf(3)[:700], "The file is damaged or incomplete."),
        (documents.empty(), "The file is damaged or incomplete."),
        (b"%PDF-1.7\n" + b"x" * 9000, "The file is damaged or incomplete."),
        (documents.laughing(), "The file takes too much memory or time."),
        (documents.swelling(), "The file takes too much memory or time."),
    ],
    ids=["locked", "cut", "empty", "junk", "laughing", "swelling"],
)
def test_a_pdf_that_cannot_be_drawn_is_as_good_a_file_as_any(
    house: House, cast: Cast, job: Job, content: bytes, reason: str
) -> None:
    done = drawn(house, cast, job, content)
    assert (done.state, done.facts, done.renditions) == (State.READY, {"unseen": reason}, [])
    assert done.blob is not None
    assert house.store.digest(done.blob.key).size == len(content)


@pytest.mark.parametrize("box", ["0 0 1e9 1e9", "0 0 14400 1", "0 0 1 14400", "5 5 5 5", "0 0 1e39 1e39", "0 0 3 3"])
def test_a_page_of_any_size_makes_a_picture_of_the_usual_size(house: House, cast: Cast, job: Job, box: str) -> None:
    done = drawn(house, cast, job, documents.pdf(1, box))
    page = renditions.find_page(house.database, done, 1)
    assert (0 < page.width <= renditions.PAGE, 0 < page.height <= renditions.PAGE) == (True, True)


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    place = tmp_path / "slow.pdf"
    place.write_bytes(documents.slow())
    child = [sys.executable, "-m", "core.document_child", "200", "10", "1280", "1"]
    with place.open("rb") as file:
        done = subprocess.run(child, stdin=file, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")


def test_a_document_that_is_slow_on_the_whole_shows_the_pages_that_were_ready(tmp_path: Path) -> None:
    place = tmp_path / "long.pdf"
    place.write_bytes(documents.pdf(300))
    with place.open("rb") as file:
        look = pictures.leaf_through(file, 200, 300, 1280, seconds=2)
    styles = [shot.style for shot in look.shots]
    assert look.facts == {"pages": 300}
    assert styles[:2] == ["cover", "page-1"]
    assert 2 <= len(styles) < 300


def test_a_replaced_pdf_loses_the_pages_of_the_old_one(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(3))
    old = keys_of_pages(house, done)
    changed = attachments.replace(house, cast.owner, done, Replace([documents.pdf(1)]))
    assert (changed.state, changed.facts, changed.renditions) == (State.WAITING, {}, [])
    render(house, done.id)
    new = keys_of_pages(house, again(house, cast, done))
    assert (len(old), len(new), old & new) == (3, 1, set())


def test_a_pdf_replaced_by_a_locked_one_says_so(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(3))
    attachments.replace(house, cast.owner, done, Replace([documents.locked()]))
    render(house, done.id)
    changed = again(house, cast, done)
    assert changed.facts == {"unseen": "The file is locked with a password."}
    assert renditions.pages_of(house.database, changed) == {}


def test_purging_a_pdf_takes_its_pages_along(house: House, cast: Cast, job: Job) -> None:
    done = drawn(house, cast, job, documents.pdf(3))
    keys = keys_of_pages(house, done)
    attachments.purge(house.database, cast.admin, done)
    with house.database.reading() as session:
        queued = set(session.scalars(select(Removal.key)))
        left = session.scalars(select(Blob.key)).all()
    assert (keys <= queued, left) == (True, [])


def test_what_draws_pages_is_loaded_by_the_child_alone() -> None:
    told = "import app, sys; print([name for name in sys.modules if 'pdfium' in name])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
