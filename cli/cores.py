"""Which cores a web worker runs on: an equal share for each, so that its threads stay together. It knows no server.

Threads of Python take turns. Where the system spreads them over all cores, each turn moves what the last one had at hand
to another core; kept together, an upload cost a sixth less processor time (docs/decisions/001).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from itertools import count


def first_free(taken: Iterable[int]) -> int:
    """Return the lowest place, from 0, that no worker has: whoever replaces a dead one takes over its cores."""
    places = set(taken)
    return next(place for place in count() if place not in places)


def share(cores: Collection[int], place: int, workers: int) -> set[int]:
    """Return the cores of the worker at `place`: neighbours, none left out; workers share a core where there are too few."""
    shares = min(workers, len(cores))
    first, end = (len(cores) * (place % shares + step) // shares for step in (0, 1))
    return set(sorted(cores)[first:end])


def keep_to_share(place: int, workers: int) -> None:
    """Keep this process to its share of the cores it may use; where the system has no such call, or refuses it, to none."""
    if hasattr(os, "sched_setaffinity"):
        cores = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, share(cores, place, workers))
        except OSError:
            return
