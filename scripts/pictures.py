"""Takes pictures of the pages, light and dark, wide and narrow, on a desk of its own; it changes no instance of yours.

`python -m scripts.pictures FOLDER` takes all of them for a look; `--manual` only those of the manual, into docs/pictures.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS
from tests.browser.desk import PASSWORD, furnish
from tests.process import ServerProcess

DOCS = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDE, NARROW = (1280, 800), (390, 844)
# Name of the picture: address, and what is pressed first.
TOUR = {
    "jobs": "/jobs",
    "jobs-none": "/jobs?q=nothing-like-it",
    "job": "/jobs/1",
    "job-empty": "/jobs/2",
    "job-long": "/jobs/4",
    "job-full": "/jobs/7",
    "job-new": "/jobs/new",
    "job-edit": "/jobs/1/edit",
    "job-delete": "/jobs/1/delete",
    "job-attach": "/jobs/1/attach",
    "job-link": "/jobs/1/link",
    "job-sharing": "/jobs/1/sharing",
    "job-files": "/jobs/7/files",
    "job-activity": "/jobs/1/activity",
    "action-new": "/jobs/1/actions/new",
    "missing": "/jobs/99999",
    "refused": "/admin/users",
    "account": "/account",
    "account-password": "/account/password",
    "account-sessions": "/account/sessions",
    "account-tokens": "/account/tokens",
    "records": "/records",
    "records-of-a-type": "/records/Contract",
    "record": "/records/Contract/1",
    "record-new": "/records/Report/new",
    "record-edit": "/records/Contract/1/edit",
    "record-sharing": "/records/Contract/1/sharing",
    "record-delete": "/records/Contract/1/delete",
    "trash": "/trash",
    "trash-records": "/trash/records",
    "docs": "/docs",
    "docs-api": "/docs/ufdl",
    "search": "/search?q=report",
    "search-all": "/search",
    "search-none": "/search?q=nothing-like-it&kind=output",
    "search-refused": "/search?q=report&until=never",
    "output": "/outputs/1",
    "output-delete": "/outputs/1/delete",
}
OF_AN_ADMINISTRATOR = {
    "admin": "/admin",
    "admin-users": "/admin/users",
    "admin-user": "/admin/users/2",
    "admin-user-new": "/admin/users/new",
    "admin-types": "/admin/types",
    "admin-type": "/admin/types/Contract",
    "admin-type-new": "/admin/types/new",
    "admin-applications": "/admin/applications",
    "admin-trail": "/admin/trail",
    "admin-settings": "/admin/settings",
}
MANUAL = ("jobs", "job")
LIMIT = 150 * 1024  # bytes of a picture in the manual


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="scripts.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    parser.add_argument("--manual", action="store_true", help="only those of the manual")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        instance = Path(place) / "instance"
        furnish(instance, crowd=30 if chosen.manual else 500)
        with ServerProcess(instance) as server:
            take(server.url, chosen.folder, manual=chosen.manual)
    return 0


def take(url: str, folder: Path, *, manual: bool) -> None:
    """Take every picture in both widths and both colours; for the manual one width each way."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for scheme in ("light", "dark"):
            for width, size in (("wide", WIDE), ("narrow", NARROW)):
                context = browser.new_context(
                    base_url=url, color_scheme=scheme, viewport={"width": size[0], "height": size[1]}
                )
                page = context.new_page()
                _sign_in(page, None if manual else folder / f"sign-in-{width}-{scheme}.png")
                for name, address in TOUR.items():
                    if not manual or (name in MANUAL and (width, scheme) != ("narrow", "dark")):
                        _take_one(page, address, folder / f"{name}-{width}-{scheme}.png", whole=not manual)
                if not manual:
                    _take_attachments(page, folder, f"{width}-{scheme}")
                    _take_administration(page, folder, f"{width}-{scheme}")
                context.close()
        browser.close()


def _take_administration(page: Page, folder: Path, kind: str) -> None:
    page.context.clear_cookies()
    _sign_in(page, None, "root")
    for name, address in OF_AN_ADMINISTRATOR.items():
        _take_one(page, address, folder / f"{name}-{kind}.png", whole=True)


def _sign_in(page: Page, picture: Path | None, name: str = "ada") -> None:
    page.goto("/login")
    if picture is not None:
        page.get_by_label("User name").fill("ada")
        page.get_by_label("Password").fill("not this one")
        page.get_by_role("button", name="Sign in").click()
        page.screenshot(path=picture)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/jobs")


def _take_one(page: Page, address: str, picture: Path, *, whole: bool) -> None:
    page.goto(address)
    page.screenshot(path=picture, full_page=whole and page.evaluate("document.body.scrollHeight") < 4000)


def _take_attachments(page: Page, folder: Path, kind: str) -> None:
    page.goto("/jobs/1")
    for name in ("site.jpg", "contract-2026.pdf"):
        page.goto("/jobs/1")
        page.locator("a.row-title", has_text=name).first.click()
        page.screenshot(path=folder / f"attachment-{name.partition('.')[0]}-{kind}.png", full_page=True)
    here = page.url
    for verb in ("edit", "move", "replace", "delete"):
        _take_one(page, f"{here}/{verb}", folder / f"attachment-{verb}-{kind}.png", whole=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
