"""A waker that tests put in place of the queue."""

from __future__ import annotations


class Alarm:
    """A waker that remembers who was to be woken."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int | str]] = []

    def __call__(self, task: str, *arguments: int | str) -> None:
        self.calls.append((task, arguments[0]))
