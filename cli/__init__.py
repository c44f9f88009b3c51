"""The terminal mouth, `addenda …`: it gathers the commands and refuses to know what any of them does."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Keep a team's attachments and job outputs."""
