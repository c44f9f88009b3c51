"""The tour through every page that people meet, each in a state worth seeing; the manual's pictures are taken on it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Response

from core.folding import fold
from tests.browser import desk
from tests.browser.desk import PASSWORD


@dataclass(frozen=True, slots=True)
class Stop:
    """One page: where it is, who looks at it, with which status it answers, and what the manual says below its picture.

    `follow` names the link that is pressed on the page at `address`, `then` is added to where it leads. A stop without
    words is walked and not shown in the manual; `kinds` are the pictures of those that are.
    """

    name: str
    address: str
    words: str = ""
    who: str = "ada"
    status: int = 200
    follow: str = ""
    then: str = ""
    act: Callable[[Page], None] | None = None
    kinds: tuple[str, ...] = ("wide-light",)


def send_too_much(page: Page) -> None:
    """Send a form with more in it than any form may hold."""
    page.get_by_label("Name").fill("Minutes")
    page.evaluate("document.querySelector('[name=nonce]').value = 'x'.repeat(3_000_000)")
    page.get_by_role("button", name="Create the job").click()


def sign_in_wrongly(page: Page) -> None:
    """Try a password that is none."""
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()


def open_panel(page: Page) -> None:
    """Unfold the lines for programs, and show them."""
    page.locator("summary", has_text="through the APIs").click()
    page.locator(".rosetta").scroll_into_view_if_needed()


def tick_for(button: str) -> Callable[[Page], None]:
    """Tick the first two files of a page and press what shall be done with them."""

    def tick(page: Page) -> None:
        for number in (0, 1):
            page.locator(".row-pick input").nth(number).check()
        page.get_by_role("button", name=button, exact=True).click()

    return tick


NOBODY = ""
ALL = ("wide-light", "wide-dark", "narrow-light")
BOTH = ("wide-light", "narrow-light")
TOUR = (
    Stop("sign-in", "/login", "Signing in", NOBODY),
    Stop("sign-in-refused", "/login", who=NOBODY, status=401, act=sign_in_wrongly),
    Stop("jobs", "/jobs", "The jobs", kinds=ALL),
    Stop("jobs-none", "/jobs?q=nothing-like-it", "A search that found none"),
    Stop("job", "/jobs/1", "A job, its files by action, its outputs and what happened", kinds=ALL),
    Stop("job-empty", "/jobs/2", "A job without a file", kinds=BOTH),
    Stop("job-long", "/jobs/4"),
    Stop("job-failed", "/jobs/6"),
    Stop("job-full", "/jobs/7", "A job of many files"),
    Stop("job-new", "/jobs/new", "A new job"),
    Stop("job-edit", "/jobs/1/edit"),
    Stop("job-describe", "/jobs/1/description/edit"),
    Stop("job-delete", "/jobs/1/delete", "Nothing goes without a word"),
    Stop("job-attach", "/jobs/1/attach", "Attaching without scripts"),
    Stop("job-link", "/jobs/1/link"),
    Stop("job-sharing", "/jobs/1/sharing", "Who may see a job"),
    Stop("job-files", "/jobs/7/files"),
    Stop("job-outputs", "/jobs?q=Weather", follow="Weather readings", then="/outputs"),
    Stop("job-move-many", "/jobs/1", act=tick_for("Move")),
    Stop("job-delete-many", "/jobs/1", act=tick_for("Move to trash")),
    Stop("job-activity", "/jobs/1/activity"),
    Stop("action-new", "/jobs/1/actions/new", "A new action"),
    Stop("file-picture", "/jobs/1", "A photograph", follow="site.jpg", kinds=ALL),
    Stop("file-pdf", "/jobs/1", "A PDF, page by page", follow="contract-2026.pdf", kinds=BOTH),
    Stop("file-locked", "/jobs/1", "A PDF that cannot be shown", follow="Minutes of the meeting"),
    Stop("file-table", "/search?q=orders.csv", "A table", follow="orders.csv"),
    Stop("file-markdown", "/search?q=readme.md", "Markdown", follow="readme.md"),
    Stop("file-text", "/search?q=clean.py", "Text, highlighted", follow="clean.py"),
    Stop("file-other", "/jobs/1", follow=".xlsx"),
    Stop("file-link", "/jobs/1", follow="Sales dashboard"),
    Stop("file-apis", "/jobs/1", "The same file through the APIs", follow="site.jpg", act=open_panel),
    Stop("file-edit", "/jobs/1", "Name and description", follow="site.jpg", then="/edit"),
    Stop("file-move", "/jobs/1", follow="site.jpg", then="/move"),
    Stop("file-replace", "/jobs/1", follow="site.jpg", then="/replace"),
    Stop("file-delete", "/jobs/1", follow="site.jpg", then="/delete"),
    Stop("output", "/outputs/1", "An output of a job"),
    Stop("output-delete", "/outputs/1/delete"),
    Stop("records", "/records"),
    Stop("records-of-a-type", "/records/Contract", "Records of a type"),
    Stop("record", "/records/Contract/1", "A record"),
    Stop("record-new", "/records/Report/new"),
    Stop("record-new-fields", "/records/Contract/new"),
    Stop("record-edit", "/records/Contract/1/edit"),
    Stop("record-attach", "/records/Contract/1/attach"),
    Stop("record-link", "/records/Contract/1/link"),
    Stop("record-activity", "/records/Contract/1/activity"),
    Stop("record-sharing", "/records/Contract/1/sharing"),
    Stop("record-delete", "/records/Contract/1/delete"),
    Stop("search", "/search?q=site", "One search finds everything", kinds=BOTH),
    Stop("search-all", "/search"),
    Stop("search-files", "/search?q=s&kind=attachment"),
    Stop("search-none", "/search?q=nothing-like-it&kind=output"),
    Stop("search-refused", "/search?q=report&until=never", status=422),
    Stop("trash", "/trash", "The trash"),
    Stop("trash-empty", "/trash/outputs", "The trash, empty"),
    Stop("trash-records", "/trash/records"),
    Stop("trash-of-root", "/trash", who="root"),
    Stop("purge", "/trash", "Gone for good", "root", follow="Purge"),
    Stop("account", "/account"),
    Stop("account-password", "/account/password"),
    Stop("account-sessions", "/account/sessions"),
    Stop("tokens", "/account/tokens", "Tokens for programs"),
    Stop("docs", "/docs", "The APIs, where they are and how they are spoken to"),
    Stop("docs-api", "/docs/ufdl", "One API in full"),
    Stop("house", "/admin", "How full the house is, and what the background tasks are at", "root"),
    Stop("users", "/admin/users", "The accounts", "root"),
    Stop("user", "/admin/users/2", who="root"),
    Stop("user-new", "/admin/users/new", who="root"),
    Stop("types", "/admin/types", who="root"),
    Stop("type", "/admin/types/Contract", "A record type", "root"),
    Stop("type-new", "/admin/types/new", who="root"),
    Stop("applications", "/admin/applications", "Programs and their keys", "root"),
    Stop("trail", "/admin/trail", "The trail", "root"),
    Stop("settings", "/admin/settings", "The settings, to be read", "root"),
    Stop("refused", "/admin/users", "403: not yours to do", status=403),
    Stop("missing", "/jobs/99999", "404: nothing here", status=404),
    Stop("too-large", "/jobs/new", "413: too large", status=413, act=send_too_much),
)
AGED = (
    ("record", "created_at"),
    ("record", "updated_at"),
    ("attachment", "created_at"),
    ("attachment", "updated_at"),
    ("job_output", "created_at"),
    ("audit_event", "at"),
)
# Not on the tour itself: one needs an instance that has just begun, the other an instance that is damaged.
LAST = Stop("broken", "/jobs?q=Moisture", "500: the server could not", status=500, follow="Moisture readings")
FIRST = Stop("set-up", "/setup", "The first administrator", NOBODY)


def furnish(instance: Path) -> None:
    """Lay out the desk with what the tour shows, and let some days go by."""
    desk.furnish(instance, crowd=24, rounds=4, photo=desk.picture(160, 120))
    with desk.opened(instance) as house:
        desk.workbench(house)
    with closing(_rows_of(instance)) as database:
        for table, column in AGED:
            newest = database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
            hours = f"(({newest} - id) * 13 / 10 + 1)"
            older = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-' || {hours} || ' hours')"
            database.execute(f"UPDATE {table} SET {column} = {older}")
        database.commit()


def damage(instance: Path) -> None:
    """Damage a row as no person could, so that the page of its job fails."""
    with closing(_rows_of(instance)) as database:
        database.execute("UPDATE attachment SET facts = '{' WHERE name = 'readings.txt'")
        database.commit()


def sign_in(page: Page, name: str) -> None:
    """Sign in through the form, as nobody where the name is empty."""
    page.context.clear_cookies()
    if name:
        page.goto("/login")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/jobs")


def walk(page: Page, stop: Stop) -> int:
    """Go to a stop and return the status with which its page answered."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    try:
        page.goto(stop.address)
        if stop.follow:
            page.goto(str(page.get_by_role("link", name=stop.follow).first.get_attribute("href")) + stop.then)
        if stop.act is not None:
            stop.act(page)
            page.wait_for_load_state("networkidle")
    finally:
        page.remove_listener("response", note)
    return [answer.status for answer in answers if answer.request.is_navigation_request()][-1]


def await_pictures(instance: Path, seconds: int = 120) -> None:
    """Wait until the worker has looked at everything, so that the pictures show what it made."""
    waits = "SELECT count(*) FROM attachment WHERE state IN ('waiting', 'working')"
    until = time.monotonic() + seconds
    with closing(_rows_of(instance)) as database:
        while time.monotonic() < until and database.execute(waits).fetchone()[0]:
            time.sleep(0.5)


def _rows_of(instance: Path) -> sqlite3.Connection:
    rows = sqlite3.connect(instance / "db.sqlite3", timeout=30)
    rows.create_function("addenda_fold", 1, fold, deterministic=True)  # the indexes ask for it
    return rows
