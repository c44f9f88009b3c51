"""`addenda demo`: something to look at. It asks the core and prints."""

from __future__ import annotations

from dataclasses import asdict

import click

from cli.instance import opened
from cli.output import json_option, progress, show
from core import demo as demo_room
from core import demo_bulk


@click.command()
@click.option(
    "--large", type=click.IntRange(1, 10_000_000), help="So many attachments more, to try the speed of pages."
)
@json_option
def demo(large: int | None, as_json: bool) -> None:
    """Load the demo data; what is there already stays as it is."""
    with opened() as house:
        loaded = demo_room.load(house)
        if large is not None:
            with progress("Loading", large) as bar:
                loaded = demo_bulk.load_many(house, large, bar)
    answer = asdict(loaded)
    show(answer, ", ".join(f"{count} {name}" for name, count in answer.items()), as_json=as_json)
