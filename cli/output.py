"""How every command answers: JSON or text on stdout, failures on stderr, a progress bar on a terminal only."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import click

from core.errors import Refusal
from core.instance import InstanceError
from core.settings import SettingsError

json_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on stdout."
)


class Progress(Protocol):
    """What moves a progress bar."""

    def update(self, n_steps: int) -> None:
        """Go on by so many steps."""


def show(answer: object, text: str, *, as_json: bool) -> None:
    """Print `answer` as one JSON document, or else `text` for people."""
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)


@contextmanager
def progress(label: str, steps: int) -> Iterator[Progress]:
    """Show a bar of so many steps on stderr while the block runs; in a pipe it stays silent."""
    with click.progressbar(length=steps, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar


@contextmanager
def known_failures() -> Iterator[None]:
    """Turn what the core refuses into one line on stderr and exit status 1."""
    try:
        yield
    except (Refusal, SettingsError, InstanceError) as error:
        raise click.ClickException(str(error)) from error
