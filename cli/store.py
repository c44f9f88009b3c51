"""`addenda verify` and `addenda gc`: the stored bytes by themselves. It asks the core and prints."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from cli.instance import opened
from cli.output import json_option, progress, show
from core import collection, verification
from core.collection import Collected
from core.verification import Findings


@click.command()
@click.option("--repair", is_flag=True, help="Remove bytes without a row; mark the rows of lost bytes as damaged.")
@json_option
def verify(repair: bool, as_json: bool) -> None:
    """Read every stored byte again; exit 1 if any is missing, corrupt or without a row."""
    with opened() as house, progress("Verifying", verification.count(house)) as bar:
        findings = verification.verify(house, bar, repair=repair)
    answer = {name: value for name, value in asdict(findings).items() if name != "repaired"}
    show(answer, _told(findings), as_json=as_json)
    sys.exit(0 if findings.is_clean or repair else 1)


@click.command()
@click.option("--grace", type=click.FloatRange(0), default=collection.GRACE, show_default=True, help="Hours.")
@click.option("--dry-run", is_flag=True, help="Change nothing, only say what would go.")
@json_option
def gc(grace: float, dry_run: bool, as_json: bool) -> None:
    """Remove orphaned bytes and expired uploads; bytes must have been orphans for the grace."""
    with opened() as house:
        collected = collection.collect(house, grace, dry=dry_run)
    show(asdict(collected), _summed_up(collected), as_json=as_json)


def _told(findings: Findings) -> str:
    lines = [f"{findings.checked} files, {findings.size} bytes read"]
    for fault in ("missing", "corrupt", "orphaned"):
        lines += [f"{fault}\t{key}" for key in getattr(findings, fault)]
    return "\n".join(lines)


def _summed_up(collected: Collected) -> str:
    verb = "would be removed" if collected.dry else "removed"
    counts = f"{len(collected.removed)} orphans {verb}, {len(collected.marked)} marked for later"
    return f"{counts}, {collected.uploads} expired uploads and {collected.due} deleted files gone"
