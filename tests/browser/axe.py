"""What axe-core says about the page that is open. It knows no page, and no policy keeps it from looking."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).resolve().parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...only });
  return violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""


def load(page: Page) -> None:
    """Bring axe-core into the page that is open."""
    page.evaluate(f"() => {{ {_SOURCE.read_text(encoding='utf-8')} }}")


def grave_faults(page: Page, *rules: str) -> list[str]:
    """Return the serious and critical violations, of all rules or of these."""
    found: list[str] = page.evaluate(_GRAVE, list(rules))
    return found
