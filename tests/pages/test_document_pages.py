"""The page of a PDF: its pages as pictures, the wait for them, and what is said where there are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import attachments, outputs, renditions
from core.commands import Attach
from core.house import House
from core.rendering import render
from models import Attachment, Job, JobOutput
from tests import documents
from tests.cast import Cast
from tests.core.stories import recorded, start
from tests.pages.conftest import Visitor


@pytest.fixture
def attached(house: House, cast: Cast, job: Job) -> Callable[[bytes], Attachment]:
    """Attach a PDF that the worker has not yet seen."""

    def one(content: bytes) -> Attachment:
        return attachments.attach(house, cast.owner, job, Attach(file_name="contract.pdf", content=[content]))

    return one


@pytest.fixture
def drawn(house: House, attached: Callable[[bytes], Attachment]) -> Callable[[bytes], Attachment]:
    """Attach a PDF and let the worker look at it."""

    def one(content: bytes) -> Attachment:
        made = attached(content)
        render(house, made.id)
        return made

    return one


def test_the_first_pages_are_shown_and_the_rest_is_named(owner: Visitor, drawn: Callable[[bytes], Attachment]) -> None:
    made = drawn(documents.pdf(12))
    page = owner.see(f"/attachments/{made.guid}")
    assert page.count('alt="Page ') == 10
    assert f'src="/attachments/{made.guid}/pages/2" width="905" height="1280" alt="Page 2 of 12" loading="lazy"' in page
    assert "12 pages; the first 10 are shown, the rest is in the download." in page


def test_a_single_page_is_called_so(owner: Visitor, drawn: Callable[[bytes], Attachment]) -> None:
    page = owner.see(f"/attachments/{drawn(documents.pdf(1)).guid}")
    assert "1 page.</p>" in page
    assert "the rest" not in page


def test_a_page_that_waits_says_so_and_can_be_looked_at_again(
    owner: Visitor, attached: Callable[[bytes], Attachment]
) -> None:
    made = attached(documents.pdf())
    page = owner.see(f"/attachments/{made.guid}")
    assert "Its pages are being drawn." in page
    assert f'<a href="/attachments/{made.guid}">Look again</a>' in page
    assert f'hx-get="/attachments/{made.guid}/pages?asked=1" hx-trigger="load delay:1s"' in page


def test_a_script_asks_less_and_less_often_and_stops(owner: Visitor, attached: Callable[[bytes], Attachment]) -> None:
    place = f"/attachments/{attached(documents.pdf()).guid}/pages"
    assert "delay:10s" in owner.see(f"{place}?asked=12")
    assert "hx-get" not in owner.see(f"{place}?asked=20")
    assert "hx-get" in owner.see(f"{place}?asked=often")


def test_a_script_that_asks_gets_the_pages_alone(owner: Visitor, drawn: Callable[[bytes], Attachment]) -> None:
    part = owner.see(f"/attachments/{drawn(documents.pdf()).guid}/pages")
    assert 'alt="Page 1 of 1"' in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (documents.locked(), "The file is locked with a password."),
        (b"%PDF-1.7\n", "The file is damaged or incomplete."),
        (b"MZ", "The file is not of the type application/pdf."),
    ],
    ids=["locked", "damaged", "no pdf"],
)
def test_where_no_pages_can_be_shown_the_reason_is(
    owner: Visitor, drawn: Callable[[bytes], Attachment], content: bytes, reason: str
) -> None:
    page = owner.see(f"/attachments/{drawn(content).guid}")
    assert f"No preview could be made. {reason} The file itself can be downloaded." in page
    assert ">Download</a>" in page


def test_the_picture_of_a_page_is_shown_in_place(owner: Visitor, drawn: Callable[[bytes], Attachment]) -> None:
    response = owner.client.get(f"/attachments/{drawn(documents.pdf(2)).guid}/pages/2")
    assert (response.status_code, response.content_type) == (200, "image/webp")
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.data[8:12] == b"WEBP"


@pytest.mark.parametrize("number", ["0", "3", "99999"])
def test_a_page_that_is_not_there_is_not_found(
    owner: Visitor, drawn: Callable[[bytes], Attachment], number: str
) -> None:
    owner.see(f"/attachments/{drawn(documents.pdf(2)).guid}/pages/{number}", status=404)


def test_a_list_shows_the_cover(owner: Visitor, job: Job, drawn: Callable[[bytes], Attachment]) -> None:
    made = drawn(documents.pdf(2))
    page = owner.see(f"/jobs/{job.number}")
    assert f'src="/attachments/{made.guid}/pictures/cover" width="141" height="200"' in page
    assert owner.client.get(f"/attachments/{made.guid}/pictures/cover").content_type == "image/webp"


@pytest.mark.parametrize("part", ["pages", "pages/1", "pictures/cover"])
def test_a_stranger_sees_no_page_of_a_private_pdf(
    stranger: Visitor, house: House, cast: Cast, private_job: Job, part: str
) -> None:
    command = Attach(file_name="salaries.pdf", content=[documents.pdf()])
    made = attachments.attach(house, cast.owner, private_job, command)
    render(house, made.id)
    stranger.see(f"/attachments/{made.guid}/{part}", status=404)


@pytest.mark.parametrize("part", ["pages", "pages/1", "pictures/cover"])
def test_the_pages_go_to_the_trash_with_the_file(
    owner: Visitor, house: House, cast: Cast, drawn: Callable[[bytes], Attachment], part: str
) -> None:
    made = drawn(documents.pdf())
    attachments.detach(house.database, cast.owner, made)
    owner.see(f"/attachments/{made.guid}/{part}", status=404)


# Outputs


@pytest.fixture
def report(house: House, cast: Cast, job: Job) -> JobOutput:
    """A PDF that a job made, and nobody has looked at yet."""
    start(house, job)
    return recorded(house, cast.owner, job, "report.pdf", "report", documents.pdf(12))


def test_the_page_of_an_output_waits_for_its_pages_and_shows_them(
    reader: Visitor, house: House, report: JobOutput
) -> None:
    waiting = reader.see(f"/outputs/{report.id}")
    assert f'hx-get="/outputs/{report.id}/pages?asked=1" hx-trigger="load delay:1s"' in waiting
    assert f'<a href="/outputs/{report.id}">Look again</a>' in waiting
    render(house, report.id, JobOutput)
    page = reader.see(f"/outputs/{report.id}")
    assert page.count('alt="Page ') == 10
    assert f'src="/outputs/{report.id}/pages/2" width="905" height="1280" alt="Page 2 of 12" loading="lazy"' in page
    assert "12 pages; the first 10 are shown, the rest is in the download." in page
    part = reader.see(f"/outputs/{report.id}/pages?asked=3")
    assert 'alt="Page 1 of 12"' in part
    assert "<html" not in part


def test_the_picture_of_an_output_s_page_is_shown_in_place(reader: Visitor, house: House, report: JobOutput) -> None:
    renditions.leaves_of(house, report)
    render(house, report.id, JobOutput)
    response = reader.client.get(f"/outputs/{report.id}/pages/2")
    assert (response.status_code, response.content_type) == (200, "image/webp")
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.data[8:12] == b"WEBP"
    reader.see(f"/outputs/{report.id}/pages/11", status=404)


@pytest.mark.parametrize("part", ["pages", "pages/1"])
def test_the_pages_of_an_output_are_as_private_as_its_job_and_go_to_the_trash_with_it(
    owner: Visitor, stranger: Visitor, house: House, cast: Cast, private_job: Job, part: str
) -> None:
    start(house, private_job)
    made = recorded(house, cast.owner, private_job, "salaries.pdf", "report", documents.pdf(1))
    renditions.leaves_of(house, made)
    render(house, made.id, JobOutput)
    assert owner.client.get(f"/outputs/{made.id}/{part}").status_code == 200
    stranger.see(f"/outputs/{made.id}/{part}", status=404)
    outputs.forget(house.database, cast.owner, made.id)
    owner.see(f"/outputs/{made.id}/{part}", status=404)
