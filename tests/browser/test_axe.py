"""axe-core's judgement on every page, in both widths and both colours; and what a page weighs.

Narrow and light is judged on the tour (test_tour.py), which comes to every page there is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Response

from tests.browser.conftest import NARROW, WIDE, sign_in
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [
    "/jobs",
    "/jobs?q=nothing-like-it",
    "/jobs/1",
    "/jobs/2",
    "/jobs/4",
    "/jobs/new",
    "/jobs/1/edit",
    "/jobs/1/description/edit",
    "/jobs/1/delete",
    "/jobs/1/attach",
    "/jobs/1/link",
    "/jobs/1/sharing",
    "/jobs/1/actions/new",
    "/jobs/7/files",
    "/jobs/1/activity",
    "/jobs/99999",
    "/search",
    "/search?q=s&kind=attachment",
    "/search?q=nothing-like-it",
    "/search?until=never",
    "/outputs/1",
    "/outputs/1/delete",
]
OWN = [
    "/account",
    "/account/password",
    "/account/sessions",
    "/account/tokens",
    "/records",
    "/records/Contract",
    "/records/Report/new",
    "/records/Contract/new",
    "/records/Contract/1",
    "/records/Contract/1/edit",
    "/records/Contract/1/sharing",
    "/records/Contract/1/delete",
    "/trash",
    "/trash/outputs",
    "/trash/records",
    "/docs",
    "/docs/ufdl",
    "/admin/users",
]
ADMINS = [
    "/admin",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/2",
    "/admin/types",
    "/admin/types/new",
    "/admin/types/Contract",
    "/admin/applications",
    "/admin/trail",
    "/admin/settings",
    "/trash",
]
BELOW_AN_ATTACHMENT = ["", "/edit", "/move", "/replace", "/delete"]
GRAVE = """async () => (await axe.run()).violations
  .filter((found) => ["serious", "critical"].includes(found.impact))
  .map((found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)"""
LIGHTEST = 150_000  # bytes


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "dark")])
def test_no_page_has_a_grave_fault(
    desk: ServerProcess, contexts: Callable[..., BrowserContext], width: int, scheme: str
) -> None:
    page = contexts(desk.url, width, color_scheme=scheme, bypass_csp=True).new_page()
    page.goto("/login")
    page.add_script_tag(path=AXE)
    faults = {"/login": page.evaluate(GRAVE)}
    sign_in(page)
    page.goto("/jobs/1")
    place, contract, locked = (
        page.locator("a.row-title", has_text=name).first.get_attribute("href")
        for name in ("site.jpg", "contract-2026.pdf", "Minutes of the meeting")
    )
    for address in [*PAGES, *(f"{place}{end}" for end in BELOW_AN_ATTACHMENT), str(contract), str(locked)]:
        page.goto(address)
        page.add_script_tag(path=AXE)
        faults[address] = page.evaluate(GRAVE)
        faults[address] += ["sideways"] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert {address: found for address, found in faults.items() if found} == {}


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
@pytest.mark.parametrize(("name", "pages"), [("ada", OWN), ("root", ADMINS)], ids=["own", "admin"])
def test_no_page_beside_the_jobs_has_a_grave_fault(
    desk: ServerProcess, contexts: Callable[..., BrowserContext], name: str, pages: list[str], width: int, scheme: str
) -> None:
    page = sign_in(contexts(desk.url, width, color_scheme=scheme, bypass_csp=True).new_page(), name)
    faults = {}
    for address in pages:
        page.goto(address)
        page.add_script_tag(path=AXE)
        faults[address] = page.evaluate(GRAVE)
        faults[address] += ["sideways"] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert {address: found for address, found in faults.items() if found} == {}


def test_a_page_with_all_that_it_loads_is_light(desk: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    context = contexts(desk.url)
    sign_in(context.new_page())
    fresh = contexts(desk.url, storage_state=context.storage_state()).new_page()
    received: list[Response] = []
    fresh.on("response", lambda response: received.append(response))  # noqa: PLW0108 - a built-in cannot be wrapped
    fresh.goto("/jobs/1", wait_until="networkidle")
    weight = sum(response.request.sizes()["responseBodySize"] for response in received)
    assert {response.url.split("/")[2] for response in received} == {desk.url.split("/")[2]}
    assert 0 < weight < LIGHTEST
