"""The terminal mouth, `addenda …`: it gathers the commands and refuses to know what any of them does."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click


class Noun(NamedTuple):
    """Where a command lives (`module:name`), and its line in `addenda --help`."""

    place: str
    summary: str


# One module for each noun, imported when it is called: `addenda --help` loads none of them.
NOUNS = {
    "serve": Noun("cli.serve:serve", "Apply pending migrations and serve until stopped."),
    "db": Noun("cli.database:database", "Look after the database."),
    "user": Noun("cli.users:user", "Look after the accounts of people."),
    "token": Noun("cli.tokens:token", "Look after API tokens."),
    "app": Noun("cli.apps:app", "Look after the accounts of programs."),
    "record-type": Noun("cli.record_types:record_type", "Look after kinds of records."),
    "record": Noun("cli.records:record", "Look after records."),
    "share": Noun("cli.records:share", "Let somebody read, edit or manage a record."),
    "demo": Noun("cli.demo:demo", "Load the demo data."),
    "verify": Noun("cli.store:verify", "Read every stored byte again."),
    "gc": Noun("cli.store:gc", "Remove orphaned bytes and expired uploads."),
}


class Nouns(click.Group):
    """The commands of the table above; refusals of the core become one line on stderr and exit status 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """Name every command, in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click hands it over
        """Import the command of that name, or return None where there is none."""
        if cmd_name not in NOUNS:
            return None
        module, name = NOUNS[cmd_name].place.split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Print the table without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, noun.summary) for name, noun in NOUNS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; print what the core refuses instead of a traceback."""
        from cli.output import known_failures  # noqa: PLC0415 - needed by commands only, never by --help

        with known_failures():
            return super().invoke(ctx)


@click.group(cls=Nouns)
def main() -> None:
    """Keep a team's attachments and job outputs."""
