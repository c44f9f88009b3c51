"""How the pages tell what somebody did: the words around the names of what it was done to. They know no row."""

from __future__ import annotations

from typing import NamedTuple

from core.activities import COMMENT
from core.errors import Subject
from core.timeline import Happening


class Deed(NamedTuple):
    """What was done, in words: those before the names of what it was done to, and those behind them."""

    before: str
    behind: str = ""


_TO_THINGS = {
    "attach": Deed("attached"),
    "replace": Deed("replaced"),
    "restore": Deed("brought back an earlier version of"),
    "move": Deed("moved"),
    "record": Deed("added"),
    "create": Deed("added"),
    "revise": Deed("changed"),
    "detach": Deed("moved", "to the trash"),
    "forget": Deed("moved", "to the trash"),
    "remove": Deed("moved", "to the trash"),
    "reinstate": Deed("brought", "back from the trash"),
    "purge": Deed("removed", "for good"),
}
_TO_ITSELF = {
    "create": "created {}",
    "revise": "changed {}",
    "describe": "changed the description",
    "forget": "moved {} to the trash",
    "reinstate": "brought {} back from the trash",
    "share": "changed who may see {}",
    "acquire": "took {} up",
    "release": "gave {} back",
    "start": "started {}",
    "reset": "set {} back to its beginning",
    "abort": "stopped {} and set it back to its beginning",
    "cancel": "cancelled {}",
}
_NOUNS = {Subject.OUTPUT: "output", Subject.ACTION: "action"}


def deed(one: Happening) -> Deed:
    """Return what was done, in words that stand around the names of things, or alone."""
    if one.verb == "note":
        title = one.facts.get("title")
        return Deed("wrote" if title in (None, COMMENT) else f"did “{title}”")
    if is_about_things(one):
        return _to_things(one)
    if one.verb == "finish":
        return Deed("ended the job with an error" if one.facts.get("phase") == "errored" else "finished the job")
    noun = "the job" if one.subject is Subject.JOB else "it"
    return Deed(_TO_ITSELF.get(one.verb, f"{one.verb}: {{}}").format(noun))


def is_about_things(one: Happening) -> bool:
    """Tell whether the names of things follow; what was done to the record itself needs none."""
    return one.subject in (Subject.ATTACHMENT, Subject.OUTPUT, Subject.ACTION) and one.verb != "note"


def _to_things(one: Happening) -> Deed:
    if one.verb == "describe":
        return Deed(_described(set(one.facts.get("changed", ()))))
    found = _TO_THINGS.get(one.verb, Deed(one.verb))
    noun = _NOUNS.get(one.subject)
    if noun is None:
        return found
    return Deed(f"{found.before} the {noun}{'s' if len(one.things) > 1 else ''}", found.behind)


def _described(changed: set[str]) -> str:
    if changed & {"folder", "area"}:
        return "moved"
    if changed == {"link_target"}:
        return "changed the address of"
    done = [word for key, word in (("name", "renamed"), ("description", "described")) if key in changed]
    return " and ".join(done) or "edited"
