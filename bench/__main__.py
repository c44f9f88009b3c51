"""`make bench`: measures the paths that clients wait for against bare peers, in turns, and prints the ratios.

Every figure of a line comes from one run on one machine; the ratios travel, the figures do not.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import durable
from bench.instances import Running, served
from bench.load import Ask, drive, tool
from tests.process import ServerProcess

ROUNDS = 5
SECONDS = 3.0  # of each turn
UPLOAD = b"x" * 16 * 1024
LISTINGS, WARM = 160, 20


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
    """Measure everything, print the table, and return 1 when a ratio misses its bound."""
    with tempfile.TemporaryDirectory(prefix="addenda-bench-", dir=Path.cwd()) as folder:
        root = Path(folder)
        lines = [_retrieve(root), _add_output(root), _list(root)]
    print(f"\nload by {tool()}; rates are the median of {ROUNDS} turns each, taken in turns with the peer\n")
    print(f"{'':52} {'Addenda':>10} {'peer':>10} {'':6} {'ratio':>6}   bound")
    for line in lines:
        sign = "" if line.holds else "  MISSED"
        figures = f"{line.ours:>10.1f} {line.peer:>10.1f} {line.unit:6} {line.ratio:>6.2f}"
        print(f"{line.name:52} {figures}   {line.bound}{sign}")
    return 0 if all(line.holds for line in lines) else 1


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
