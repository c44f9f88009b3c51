"""`make bench`: measures paths against bare peers and pages of a large store against a small one, and prints the ratios.

`python -m bench paths` and `python -m bench pages` measure one part. Every figure of a line comes from one run on one
machine; the ratios travel, the figures do not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import durable, pages, stores
from bench.instances import Running, served
from bench.load import Ask, drive, tool
from tests import postgres
from tests.process import ServerProcess

ROUNDS = 5
SECONDS = 3.0  # of each turn
UPLOAD = b"x" * 16 * 1024
LISTINGS, WARM = 160, 20
SMALL = 1_000  # attachments of the small store of pages


@dataclass(frozen=True)
class Line:
    """One comparison: ours, the peer's, their ratio and what it should be."""

    name: str
    ours: float
    peer: float
    unit: str
    bound: str
    holds: bool
    ratio: float


def main() -> int:
    """Measure what is asked for, print the tables, and return 1 when a ratio misses its bound."""
    wanted = _arguments()
    held = True
    if wanted.part in {"all", "paths"}:
        held = _paths()
    if wanted.part in {"all", "pages"}:
        held = _pages(wanted) and held
    return 0 if held else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What Addenda costs, as ratios.")
    parser.add_argument("part", nargs="?", choices=("all", "paths", "pages"), default="all")
    parser.add_argument("--attachments", type=int, default=1_000_000, help="of the large store of pages")
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--postgresql", action="store_true", help="pages on PostgreSQL; its stores are made each time")
    return parser.parse_args()


def _paths() -> bool:
    with tempfile.TemporaryDirectory(prefix="addenda-bench-", dir=Path.cwd()) as folder:
        root = Path(folder)
        lines = [_retrieve(root), _add_output(root), _list(root)]
    print(f"\nload by {tool()}; rates are the median of {ROUNDS} turns each, taken in turns with the peer\n")
    print(f"{'':52} {'Addenda':>10} {'peer':>10} {'':6} {'ratio':>6}   bound")
    for line in lines:
        sign = "" if line.holds else "  MISSED"
        figures = f"{line.ours:>10.1f} {line.peer:>10.1f} {line.unit:6} {line.ratio:>6.2f}"
        print(f"{line.name:52} {figures}   {line.bound}{sign}")
    return all(line.holds for line in lines)


def _pages(wanted: argparse.Namespace) -> bool:
    with _stores(wanted) as (large, small):
        _say(
            f"pages of {wanted.attachments:,} attachments against those of {SMALL:,}, each {pages.TURNS} times in turns"
        )
        head = f"{wanted.attachments:>12,} {SMALL:>9,} {'':3} {'ratio':>6} {'waited':>9}   bound"
        print(f"\n{'page, and who opens it':60} {head}")
        missed = 0
        for line in pages.compared(large, small, wanted.only):
            sign = "" if line.ratio <= pages.BOUND else "  MISSED"
            missed += bool(sign)
            figures = f"{line.large:>12.1f} {line.small:>9.1f} ms  {line.ratio:>6.2f} {line.waited:>6.1f} ms"
            print(f"{line.name + ', ' + line.who:60} {figures}   at most {pages.BOUND:.2f}{sign}", flush=True)
        seconds, length, came = pages.zip_start(large)
        files = large.places["files"]
        print(f"\nthe zip of {files:,} files began after {seconds:.2f} s; it said {length:,} bytes, and {came:,} came")
    return not missed and length == came


@contextmanager
def _stores(wanted: argparse.Namespace) -> Iterator[tuple[stores.Store, stores.Store]]:
    if not wanted.postgresql:
        _say(f"stores of {SMALL:,} and {wanted.attachments:,} attachments; a new one of a million takes minutes")
        yield stores.stored(wanted.attachments), stores.stored(SMALL)
        return
    _say(f"stores of {SMALL:,} and {wanted.attachments:,} attachments on PostgreSQL")
    with postgres.server() as admin, postgres.fresh_database(admin) as one, postgres.fresh_database(admin) as other:
        yield stores.stored(wanted.attachments, one), stores.stored(SMALL, other)


def _retrieve(root: Path) -> Line:
    _say("retrieve an output, against a bare Flask handler behind the same server")
    with served(root / "retrieve", 1) as running, ServerProcess(root / "bare", arguments=("-m", "bench.bare")) as bare:
        ask, plain = Ask("GET", "/v1/job-outputs/1", running.headers), Ask("GET", "/v1/job-outputs/1")
        ours, peer = _in_turns(
            lambda: _rate(running.url, ask, 16),
            lambda: _rate(bare.url, plain, 16),
        )
    return _at_least("retrieve, 16 clients / bare Flask handler", ours, peer, 0.3)


def _add_output(root: Path) -> Line:
    _say("add an output of 16 KiB durably, against a bare durable loop")
    with served(root / "add", 0) as running:
        path = f"/v1/jobs/{running.job}/outputs/#/bin"
        ask = Ask("POST", path, {**running.headers, "Content-Type": "application/data"}, UPLOAD)
        folders = (root / f"loop{number}" for number in range(ROUNDS + 1))
        ours, peer = _in_turns(
            lambda: _rate(running.url, ask, 8),
            lambda: durable.per_second(next(folders), UPLOAD, 8, SECONDS),
        )
    return _at_least("add output of 16 KiB, 8 clients / bare durable loop", ours, peer, 0.3)


def _list(root: Path) -> Line:
    _say("list the 1,000 outputs of one job, from a store of 200,000 and one of 1,000")
    with served(root / "large", 1000, 199_000) as large, served(root / "small", 1000) as small:
        # One after the other, many times: whatever else the machine does meets both alike.
        times = [(_listing(large), _listing(small)) for _ in range(LISTINGS)][WARM:]
    ours, peer = (statistics.median(side) for side in zip(*times, strict=True))
    return Line("list 1,000 of 200,000 / of 1,000", ours, peer, "ms", "at most 1.30", ours / peer <= 1.3, ours / peer)


def _in_turns(ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float]:
    ours(), peer()  # warm
    pairs = [(ours(), peer()) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def _rate(url: str, ask: Ask, clients: int) -> float:
    result = drive(url, ask, clients, SECONDS)
    if result.refused:
        raise RuntimeError(f"{result.refused} requests of {ask.method} {ask.path} were refused")
    return result.per_second


def _listing(running: Running) -> float:
    """Return how many milliseconds one listing takes."""
    body = json.dumps({"expressions": [{"type": "exact", "field": "job", "value": running.job}]}).encode()
    headers = {**running.headers, "Content-Type": "application/json"}
    ask = urllib.request.Request(f"{running.url}/v1/job-outputs/list", body, headers)  # noqa: S310 - our own server
    began = time.perf_counter()
    with urllib.request.urlopen(ask, timeout=60) as reply:  # noqa: S310 - as above
        said = reply.read()
    elapsed = time.perf_counter() - began
    if len(json.loads(said)) != 1000:
        raise RuntimeError("another number of outputs than 1000 was listed")
    return elapsed * 1000


def _at_least(name: str, ours: float, peer: float, bound: float) -> Line:
    return Line(name, ours, peer, "/s", f"at least {bound:.2f}", ours / peer >= bound, ours / peer)


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
