"""How Chromium is started wherever a script of ours needs one; it knows no page."""

from __future__ import annotations

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
