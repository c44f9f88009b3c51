"""The fixed cast of every story: who they are, and the password they share. It knows no table."""

from __future__ import annotations

from dataclasses import dataclass

from core.access import Caller
from models import Role, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Part:
    """One of the cast: a name and a role."""

    name: str
    role: Role


OWNER = Part("ada", Role.EDITOR)  # whose records the stories are about
TEAMMATE = Part("bo", Role.EDITOR)  # edits what the team shares
READER = Part("vi", Role.VIEWER)  # reads what the team shares
STRANGER = Part("stan", Role.EDITOR)  # whom nothing private was shared with
ADMIN = Part("root", Role.ADMIN)
CAST = (OWNER, TEAMMATE, READER, STRANGER, ADMIN)


@dataclass(frozen=True)
class Cast:
    """The callers of a story, as a signed-in page or a token with every scope would make them."""

    owner: Caller
    teammate: Caller
    reader: Caller
    stranger: Caller
    admin: Caller


def callers(users: dict[str, User], channel: str = "pages") -> Cast:
    """Return the callers of users by name."""

    def one(part: Part) -> Caller:
        return Caller(users[part.name].id, part.name, part.role, channel=channel)

    return Cast(one(OWNER), one(TEAMMATE), one(READER), one(STRANGER), one(ADMIN))
