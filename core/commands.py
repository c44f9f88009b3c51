"""The frozen commands that verbs take: what a mouth has understood, in the domain's own words.

UNSET stands for "not given", so that a partial change and a full one are the same command. It knows no request.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from core.filters import Condition
from core.paging import EVERYTHING, Slice

Json = Any
Content = Iterable[bytes]  # pieces of a body; read once


# References: the names under which one record is known


@dataclass(frozen=True, slots=True)
class ById:
    """The row's own number, known inside the house only."""

    id: int


@dataclass(frozen=True, slots=True)
class ByGuid:
    """The GUID."""

    guid: uuid.UUID


@dataclass(frozen=True, slots=True)
class ByOid:
    """The type's prefix and the number (`J000057`), without case."""

    oid: str


@dataclass(frozen=True, slots=True)
class ByNumber:
    """The name (or plural) of the type, without case, and the number within it."""

    type_name: str
    number: int


@dataclass(frozen=True, slots=True)
class ByNaturalId:
    """The owner's name and the slug of a job (Informer's natural id)."""

    owner: str
    slug: str


Reference = ById | ByGuid | ByOid | ByNumber | ByNaturalId


# Sharing


class PrincipalKind(enum.Enum):
    """Whom a name stands for."""

    USER = "user"
    GROUP = "group"
    TEAM = "team"  # everybody, within their roles


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may hold a level of a job; the team needs no name."""

    kind: PrincipalKind
    name: str = ""


# Signing in


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: the name and password given, for which kind of session, from where and with what."""

    name: str
    password: str
    kind: str  # pages, informer
    address: str
    user_agent: str = ""


# Grants: what is given in exchange for a token


@dataclass(frozen=True, slots=True)
class ByPassword:
    """A person's name and password."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class BySecret:
    """An application's id (None: not one at all) and secret."""

    client_id: uuid.UUID | None
    secret: str


Grant = ByPassword | BySecret


# Records


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """Make a record of any type; a Job's or an Action's own members have their own commands."""

    type_name: str
    title: str | None  # None: the type and the number
    description: str = ""
    rows: Sequence[Mapping[str, Json]] = ()  # without line numbers; the first holds the fields
    lines: Sequence[int] | None = None  # the line number of each row; None: 1, 2, …
    number: int | None = None  # None: the next one
    guid: uuid.UUID | None = None
    owner_id: int | UnsetType | None = UNSET  # not given: the caller
    parent: Reference | None = None
    private: bool = False
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviseRecord:
    """Change what is given of a record."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    fields: Mapping[str, Json] | UnsetType = UNSET  # merged into the first row; None removes a field
    rows: Sequence[tuple[int, Mapping[str, Json]]] | UnsetType = UNSET  # (line, values)
    rows_replace: bool = False  # rows are the whole content, not a merge by line
    parent: Reference | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    owner_id: int | UnsetType | None = UNSET
    facts: Mapping[str, Json] | UnsetType = UNSET  # merged
    revision: int | None = None  # refuse PRECONDITION unless this is the present one


@dataclass(frozen=True, slots=True)
class FillReport:
    """What is written into the form of a report: plain values, files by field, and facts about it."""

    values: Mapping[str, Json] = field(default_factory=dict)  # merged; None clears a field
    files: Mapping[str, Sequence[int]] = field(default_factory=dict)  # field → attachment ids, the whole list in order
    facts: Mapping[str, Json] = field(default_factory=dict)  # merged: place, address, state, …
    guid: uuid.UUID | None = None  # of a new report


@dataclass(frozen=True, slots=True)
class CommentReport:
    """What is said about a report."""

    content: str
    is_anonymous: bool = False
    guid: uuid.UUID | None = None


# Jobs


@dataclass(frozen=True, slots=True)
class CreateJob:
    """Make a job."""

    title: str | None  # None: “Job” and the number
    driver: str = "worker"
    description: str = ""
    private: bool = False
    schedule: str | None = None
    schedule_kind: str | None = None
    timezone: str | None = None
    enabled: bool = True
    start_on: datetime | None = None
    end_on: datetime | None = None
    template_id: int | None = None  # None: the built-in one that no node works on
    parent_id: int | None = None
    input_values: Mapping[str, Json] = field(default_factory=dict)
    parameter_values: Mapping[str, Json] = field(default_factory=dict)
    notifications: Mapping[str, Json] = field(default_factory=dict)
    slug: str | None = None
    owner_id: int | UnsetType | None = UNSET
    guid: uuid.UUID | None = None
    rows: Sequence[Mapping[str, Json]] = ()
    lines: Sequence[int] | None = None  # as CreateRecord.lines
    number: int | None = None  # None: the next one


@dataclass(frozen=True, slots=True)
class ReviseJob:
    """Change what is given of a job."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    schedule: str | UnsetType | None = UNSET
    schedule_kind: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    start_on: datetime | UnsetType | None = UNSET
    end_on: datetime | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class CreateAction:
    """Add a step to a job; without an index at the end."""

    driver: str
    title: str = ""
    description: str = ""
    index: int | None = None
    enabled: bool = True
    condition: Mapping[str, Json] | None = None
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviseAction:
    """Change what is given of a step; an index moves it, and the others close up."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    index: int | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    condition: Mapping[str, Json] | UnsetType | None = UNSET
    data: Mapping[str, Json] | UnsetType = UNSET  # replaced as a whole


@dataclass(frozen=True, slots=True)
class WriteNote:
    """What somebody writes to a record, with files that belong to it."""

    text: str
    files: Iterable[Attach] = ()


# Attachments


@dataclass(frozen=True, slots=True)
class Attach:
    """Attach something to a record: a file (with content), a link, or the promise of a report or data set."""

    name: str = ""  # blank: the file name
    file_name: str | None = None
    content: Content | None = None  # None: no bytes (yet)
    media_type: str | None = None  # None: guessed from the file name
    description: str = ""
    driver: str = "file"
    link_target: str | None = None
    folder: str = ""
    area: str | None = None
    data: Mapping[str, Json] = field(default_factory=dict)
    replaces_name: bool = False  # the newest of that folder and file name gets a new content instead


@dataclass(frozen=True, slots=True)
class Describe:
    """Change what is given of an attachment, never its bytes."""

    name: str | UnsetType = UNSET
    file_name: str | UnsetType = UNSET
    link_target: str | UnsetType = UNSET  # of a link
    description: str | UnsetType = UNSET
    folder: str | UnsetType = UNSET
    area: str | UnsetType | None = UNSET
    data: Mapping[str, Json] | UnsetType = UNSET  # merged; None removes a key


@dataclass(frozen=True, slots=True)
class Move:
    """Put attachments elsewhere; what is not given stays as it is."""

    record: Reference | UnsetType = UNSET
    folder: str | UnsetType = UNSET
    area: str | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class Replace:
    """Give an attachment a new content; what it had becomes a version."""

    content: Content
    file_name: str | None = None  # None: the one it has, else its name
    media_type: str | None = None  # None: guessed from the file name


# Resumable uploads


@dataclass(frozen=True, slots=True)
class BeginUpload:
    """Announce a file that will come in several goes, and say what becomes of it once it is whole."""

    length: int  # bytes
    attach: Attach  # without content
    record: Reference | None = None  # None: where the attachment hangs whose content this replaces
    replaces: uuid.UUID | None = None  # the attachment that gets a new content
    metadata: str = ""  # as the sender worded it, to be told again


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one go must sum up to."""

    algorithm: str  # sha1, sha256 or md5
    digest: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of one go, and where in the file they belong."""

    offset: int  # bytes
    content: Content
    declared: int | None = None  # how many bytes the sender promised
    checksum: Checksum | None = None


# Outputs


@dataclass(frozen=True, slots=True)
class ReceiveObject:
    """Keep an object under a key, to be claimed later by whoever the upload was authorised for."""

    key: str  # opaque: never a path
    content: Content
    media_type: str
    authorization: uuid.UUID | None = None  # None: nobody can claim it
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimObject:
    """Make an attachment, not attached yet, of the object of a key."""

    key: str
    file_name: str | None = None  # None: the last segment of the key


@dataclass(frozen=True, slots=True)
class RecordOutput:
    """Keep what a job made."""

    name: str
    type: str
    content: Content
    holder: int | UnsetType | None = UNSET  # given: only if this node holds the job


# Roles and departments


class RoleKind(enum.StrEnum):
    """What a role is: somebody, somebody from outside, or a group."""

    USER = "user"
    GUEST = "guest"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class RoleName:
    """One role among others."""

    kind: RoleKind
    name: str


@dataclass(frozen=True, slots=True)
class AddRole:
    """Make a group, or an account without a password for somebody who may look at what the team shares."""

    kind: RoleKind
    name: str
    full_name: str = ""
    email: str | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviseRole:
    """Change what is given of a role; the name never changes."""

    full_name: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    facts: Mapping[str, str | None] | UnsetType = UNSET  # merged; None removes one
    department: str | UnsetType | None = UNSET
    supervisor: str | UnsetType | None = UNSET


class Side(enum.Enum):
    """Which way one looks from a role: up to the groups it belongs to, or down to a group's members."""

    PARENTS = "parents"
    CHILDREN = "children"


class Change(enum.Enum):
    """What is done to a set of members."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """Add, remove or replace the roles on one side of a role."""

    side: Side
    change: Change
    roles: Sequence[RoleName]


@dataclass(frozen=True, slots=True)
class AddDepartment:
    """Make a department under a name of the caller's choice."""

    name: str
    facts: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviseDepartment:
    """Change what is given of a department; the name never changes."""

    facts: Mapping[str, str | None] | UnsetType = UNSET  # merged
    parent: str | UnsetType | None = UNSET


# Questions that a wire.py builds


@dataclass(frozen=True, slots=True)
class PathQuery:
    """Which part of a record's attachments is wanted, one entry a path; folder and file name always decide last."""

    sort: Sequence[tuple[str, bool]] = ()  # (path, media_type or size; whether descending)
    part: Slice = EVERYTHING


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of the records of one type are wanted, and which columns of them."""

    type_name: str
    columns: tuple[str, ...]
    condition: Condition | None = None
    part: Slice = EVERYTHING


# Steps


@dataclass(frozen=True, slots=True)
class RunStep:
    """Fill in the form of a step: values by name or label, files with the name of their area."""

    values: Mapping[str, Json] = field(default_factory=dict)
    files: Sequence[Attach] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)  # folded name → the form's, for names it does not have
    zone: str = "UTC"  # of moments without an offset
