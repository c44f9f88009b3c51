"""Lets `python -m cli` stand for `addenda` where a checkout is not installed; it knows no command."""

from cli import main

main(prog_name="addenda")
