"""Takes pictures of the pages, light and dark, wide and narrow, on a desk of its own; it changes no instance of yours.

`python -m scripts.pictures FOLDER` takes all of them whole, for a look; without FOLDER those of the manual, as much of
each as a screen shows, into docs/pictures, and writes docs/gallery.md.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import tour
from tests.browser.chromium import ARGUMENTS
from tests.browser.tour import Stop
from tests.process import ServerProcess

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
COLOURS = 192
TALLEST = 6000  # pixels of a whole page
HEAD = """# A look at the pages

One instance, as a small team has it; every picture is taken by `make pictures`, on the tour that the tests walk as
well. Each page comes in a light and a dark dress, by the preference of your machine, and in any width.
"""


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="scripts.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", default="", help="only names that begin so")
    chosen = parser.parse_args(arguments)
    stops = [stop for stop in tour.TOUR if stop.name.startswith(chosen.only) and (chosen.folder or stop.words)]
    folder: Path = chosen.folder or DOCS / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        instance = Path(place) / "instance"
        tour.furnish(instance)
        with ServerProcess(instance) as server:
            tour.await_pictures(instance)
            take(browser, server.url, stops, folder, whole=bool(chosen.folder))
            tour.damage(instance)
            take(browser, server.url, [tour.LAST], folder, whole=bool(chosen.folder))
        with ServerProcess(Path(place) / "first") as server:
            take(browser, server.url, [tour.FIRST], folder, whole=bool(chosen.folder))
        browser.close()
    if not chosen.folder:
        (DOCS / "gallery.md").write_text(gallery())
    return 0


def take(browser: Browser, url: str, stops: Iterable[Stop], folder: Path, *, whole: bool) -> None:
    """Take every stop in each width and colour, or in those alone that the manual shows."""
    for kind in ("wide-light", "wide-dark", "narrow-light", "narrow-dark"):
        width, scheme = kind.split("-")
        size = {"width": SIZES[width][0], "height": SIZES[width][1]}
        context = browser.new_context(base_url=url, color_scheme=scheme, viewport=size)  # type: ignore[arg-type]  # its two words
        page, who = context.new_page(), ""
        for stop in stops:
            if whole or kind in stop.kinds:
                if stop.who != who:
                    tour.sign_in(page, stop.who)
                    who = stop.who
                tour.walk(page, stop)
                page.wait_for_load_state("networkidle")
                _take_one(page, folder / f"{stop.name}-{kind}.png", whole=whole)
        context.close()


def gallery() -> str:
    """Return the page of the manual that shows every picture below its words."""
    shown = [HEAD]
    for stop in (tour.FIRST, *(stop for stop in tour.TOUR if stop.words), tour.LAST):
        shown.append(f"## {stop.words}")
        shown += [f"![{stop.words}, {_said(kind)}](pictures/{stop.name}-{kind}.png)" for kind in stop.kinds]
    return "\n\n".join(shown).replace("\n\n\n", "\n\n") + "\n"


def _said(kind: str) -> str:
    width, scheme = kind.split("-")
    return f"{'on a phone' if width == 'narrow' else 'on a desk'}, {scheme}"


def _take_one(page: Page, picture: Path, *, whole: bool) -> None:
    taken = page.screenshot(full_page=whole and page.evaluate("document.body.scrollHeight") < TALLEST)
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
