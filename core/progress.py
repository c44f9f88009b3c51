"""How long work says how far it is. It knows no terminal and no page."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Whatever shows progress."""

    def update(self, n_steps: int, /) -> None:
        """Go on by so many steps."""


class Silent:
    """Progress that nobody watches."""

    def update(self, n_steps: int, /) -> None:
        """Show nothing."""
