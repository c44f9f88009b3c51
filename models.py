"""Every table, from owner to owned, with its constraints and the small facts that one row knows.

A leaf: it imports nothing of ours and knows no session, clock, file, JSON shape or URL.
"""

from __future__ import annotations

import enum
import uuid
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry, relationship
from sqlalchemy.types import TypeEngine

Json = Any  # what a JSON column holds; its shape is said where it is declared


class UtcTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on the Python side, to the microsecond."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep the zone where the database can (PostgreSQL); elsewhere the text is UTC by agreement."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone was given to the database")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy names it
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _text(length: int) -> String:
    """Text ordered and compared by code point on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def _in_trash(*columns: str) -> Index:
    """Index what is in the trash alone: the little that lists of the trash read, and nothing that others would."""
    deleted = text("deleted_at IS NOT NULL")
    return Index(None, *columns, sqlite_where=deleted, postgresql_where=deleted)


LongText = Text().with_variant(Text(collation="C"), "postgresql")
BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows only in an INTEGER key


class Base(DeclarativeBase):
    """Our own typed base: checkers see the columns of each row."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcTime, str: LongText, uuid.UUID: Uuid()},
    )


# Rows outlive the short blocks that load them, so nothing expires at a commit.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Role(enum.StrEnum):
    """What a user may do with what the team shares."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Level(enum.IntEnum):
    """How much of one record somebody holds; each level contains those before it."""

    NONE = 0
    READ = 1
    EDIT = 2
    MANAGE = 3


class State(enum.StrEnum):
    """How far the bytes of an attachment or output have been looked at by the background worker."""

    STORED = "stored"  # nothing further is to be done
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


def _enumerated(kind: type[enum.StrEnum]) -> String:
    return _text(max(len(member) for member in kind) + 8)


# People


class Department(Base):
    """A part of the organisation that people belong to (Nimblex)."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(_text(255))
    name_key: Mapped[str] = mapped_column(_text(1020), unique=True)
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # departmentType, location, …: str or null
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"), index=True)


class User(Base):
    """A person, or an application that acts as one; the name is unique without case and never changes."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("role in ('viewer', 'editor', 'admin')", name="role"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    name: Mapped[str] = mapped_column(_text(150))
    name_key: Mapped[str] = mapped_column(_text(600), unique=True)
    full_name: Mapped[str] = mapped_column(_text(255), default="")
    email: Mapped[str | None] = mapped_column(_text(254))
    email_key: Mapped[str | None] = mapped_column(_text(1016), index=True)
    role: Mapped[str] = mapped_column(_enumerated(Role))
    is_application: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)  # told apart by Nimblex alone; the rights are the role's
    enabled: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None]  # none: nobody signs in with a password
    credential_version: Mapped[int] = mapped_column(default=1)  # every credential made under an older one is dead
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # position, phone, …: str
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="SET NULL"), index=True)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    avatar_id: Mapped[int | None]  # an attachment's id; not a key, the picture may go
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]

    @property
    def shown_name(self) -> str:
        """The full name where there is one."""
        return self.full_name or self.name


class Group(Base):
    """A bundle of users and groups that records can be shared with."""

    __tablename__ = "user_group"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    name: Mapped[str] = mapped_column(_text(150))
    name_key: Mapped[str] = mapped_column(_text(600), unique=True)
    full_name: Mapped[str] = mapped_column(_text(255), default="")
    facts: Mapped[Json] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]


class Membership(Base):
    """That a user, or another group, belongs to a group."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        UniqueConstraint("group_id", "member_group_id"),
        CheckConstraint("(user_id is null) <> (member_group_id is null)", name="one_member"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("user_group.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    member_group_id: Mapped[int | None] = mapped_column(ForeignKey("user_group.id", ondelete="CASCADE"), index=True)


class Token(Base):
    """A secret that stands for a user; only its SHA-256 is kept."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    kind: Mapped[str] = mapped_column(_text(20))  # addenda (works in every API), informer, alloy, saferme, client
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(_text(64), unique=True)
    pair_hash: Mapped[str | None] = mapped_column(_text(64), unique=True)  # of the refresh secret, where there is one
    hint: Mapped[str] = mapped_column(_text(20))  # the first characters, to tell tokens apart
    label: Mapped[str] = mapped_column(_text(255), default="")
    scope: Mapped[str] = mapped_column(_text(10), default="write")
    host: Mapped[str | None] = mapped_column(_text(255))
    cidr: Mapped[str | None] = mapped_column(_text(64))
    facts: Mapped[Json] = mapped_column(JSON, default=dict)
    credential_version: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class Session(Base):
    """One sign-in with a cookie; only the hash of the cookie's secret is kept."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    kind: Mapped[str] = mapped_column(_text(20))  # pages, informer
    hash: Mapped[str] = mapped_column(_text(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    credential_version: Mapped[int]
    address: Mapped[str | None] = mapped_column(_text(64))
    user_agent: Mapped[str] = mapped_column(_text(400), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship(lazy="raise")


class LoginAttempt(Base):
    """One failed try to prove who somebody is; counted for each name and each address."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "name_key", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name_key: Mapped[str] = mapped_column(_text(600))
    address: Mapped[str] = mapped_column(_text(64))
    at: Mapped[datetime]


# Bytes


class Blob(Base):
    """Bytes in the store under a minted key; each has exactly one owner row."""

    __tablename__ = "blob"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(_text(32), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(_text(64))
    md5: Mapped[str] = mapped_column(_text(32))
    crc32: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    damaged_at: Mapped[datetime | None]  # when a verification gave the bytes up


class Removal(Base):
    """Bytes that nothing owns any more and that may go at a known time."""

    __tablename__ = "removal"

    key: Mapped[str] = mapped_column(_text(32), primary_key=True)
    not_before: Mapped[datetime] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)


class OrphanMark(Base):
    """The first of two sightings of bytes without a row; counted since boot, so a clock jump removes nothing."""

    __tablename__ = "orphan_mark"

    key: Mapped[str] = mapped_column(_text(32), primary_key=True)
    boot: Mapped[str] = mapped_column(_text(64))
    seconds: Mapped[float] = mapped_column(Float)


# Records


class RecordType(Base):
    """A kind of record: its names, its number series, its fields, folders and attachment areas."""

    __tablename__ = "record_type"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(_text(100))
    name_key: Mapped[str] = mapped_column(_text(400), unique=True)
    plural: Mapped[str] = mapped_column(_text(100))
    plural_key: Mapped[str] = mapped_column(_text(400), unique=True)
    prefix: Mapped[str] = mapped_column(_text(10), unique=True)  # kept in upper case
    next_number: Mapped[int] = mapped_column(BigInteger, default=1)
    fields: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "type", "label"?, …}]; empty: any
    folders: Mapped[Json] = mapped_column(JSON, default=list)  # [str]; empty: any
    areas: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "label"?, "mandatory"?, "attaches"?}]
    builtin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    steps: Mapped[list[StepAction]] = relationship(
        lazy="raise", order_by="StepAction.position", cascade="all, delete-orphan", passive_deletes=True
    )


class SpentNumber(Base):
    """The number of a record that was removed for good; no other record gets it, whoever asks for it."""

    __tablename__ = "spent_number"

    record_type_id: Mapped[int] = mapped_column(ForeignKey("record_type.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class StepAction(Base):
    """Something that can be done to records of a type through a form (Alloy's step actions)."""

    __tablename__ = "step_action"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    record_type_id: Mapped[int] = mapped_column(ForeignKey("record_type.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(_text(100))
    creates: Mapped[bool] = mapped_column(default=False)  # makes a record instead of changing one
    fields: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "label"?, "type", "mandatory"?, "default"?}]
    areas: Mapped[Json] = mapped_column(JSON, default=list)  # as RecordType.areas
    builtin: Mapped[bool] = mapped_column(default=False)


class Record(Base):
    """Anything that can hold an attachment."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("record_type_id", "number"),
        Index(None, "record_type_id", "deleted_at", "title_key", "id"),
        Index(None, "record_type_id", "deleted_at", "created_at", "id"),
        Index(None, "record_type_id", "deleted_at", "updated_at", "id"),
        Index(None, "owner_id", "record_type_id"),
        _in_trash("deleted_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(_text(10))  # record, job, action: which table holds the rest
    record_type_id: Mapped[int] = mapped_column(ForeignKey("record_type.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    title: Mapped[str] = mapped_column(_text(500))
    title_key: Mapped[str] = mapped_column(_text(2000))
    description: Mapped[str] = mapped_column(default="")
    # An action has the owner and the privacy of its job, so that one rule of access reads one row.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)
    private: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # what one API keeps with the record: place, state, …
    revision: Mapped[int] = mapped_column(default=1)  # counts the changes; the ETag of a record
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    record_type: Mapped[RecordType] = relationship(lazy="raise")
    owner: Mapped[User | None] = relationship(lazy="raise", foreign_keys=owner_id)
    rows: Mapped[list[RecordRow]] = relationship(
        lazy="raise",
        order_by="RecordRow.position",
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
        passive_deletes=True,
    )

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "record"}  # noqa: RUF012 - SQLAlchemy's own spelling

    @property
    def oid(self) -> str:
        """The type's prefix and the number, padded to six digits; needs the record type loaded."""
        return f"{self.record_type.prefix}{self.number:06d}"

    @property
    def fields(self) -> dict[str, Json]:
        """The first row; needs the rows loaded."""
        return dict(self.rows[0].values) if self.rows else {}


class RecordRow(Base):
    """One line of a record; the first one holds its fields."""

    __tablename__ = "record_row"
    __table_args__ = (UniqueConstraint("record_id", "line"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger)
    values: Mapped[Json] = mapped_column(JSON, default=dict)  # field name → JSON value


class Share(Base):
    """That a user or a group holds a level of one record."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("record_id", "user_id"),
        UniqueConstraint("record_id", "group_id"),
        CheckConstraint("(user_id is null) <> (group_id is null)", name="one_holder"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("user_group.id", ondelete="CASCADE"), index=True)
    level: Mapped[int] = mapped_column()

    user: Mapped[User | None] = relationship(lazy="raise")
    group: Mapped[Group | None] = relationship(lazy="raise")


# Jobs


class Node(Base):
    """A machine that works on jobs (UFDL)."""

    __tablename__ = "node"
    __table_args__ = (UniqueConstraint("ip", "index"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    ip: Mapped[str] = mapped_column(_text(64))
    index: Mapped[int] = mapped_column(BigInteger)
    driver_version: Mapped[str | None] = mapped_column(_text(64))
    hardware_generation: Mapped[str | None] = mapped_column(_text(64))
    gpu_mem: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    cpu_mem: Mapped[int] = mapped_column(BigInteger)  # bytes
    last_seen_at: Mapped[datetime | None]
    current_job_id: Mapped[int | None] = mapped_column(BigInteger, index=True)  # no key: it would close a circle


class JobTemplate(Base):
    """What a job is made from (UFDL); a workable one is offered to nodes."""

    __tablename__ = "job_template"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(_text(200))
    version: Mapped[int] = mapped_column(default=1)
    description: Mapped[str] = mapped_column(default="")
    scope: Mapped[str] = mapped_column(_text(16), default="none")
    workable: Mapped[bool] = mapped_column(default=True)
    builtin: Mapped[bool] = mapped_column(default=False)
    inputs: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "types": [str], "options", "help"}]
    parameters: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "types", "default"?, …}]
    outputs: Mapped[Json] = mapped_column(JSON, default=list)  # [{"name", "type", "help"}]
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # executor_class, required_packages, body, type, …
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Job(Record):
    """A piece of work: what it is driven by, when it runs, how far it is."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("slug_scope", "slug"),
        Index(None, "node_id"),
        Index(None, "template_id"),
        Index(None, "driver"),
        Index(None, "started_at"),
        Index(None, "ended_at"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    driver: Mapped[str] = mapped_column(_text(50))  # email, dataset-refresh, …, worker
    slug: Mapped[str] = mapped_column(_text(255))
    slug_scope: Mapped[str] = mapped_column(_text(150))  # the owner's name, or team:everyone
    schedule: Mapped[str | None] = mapped_column(_text(255))  # a cron expression, or "<n> hours" and its like
    schedule_kind: Mapped[str | None] = mapped_column(_text(20))  # cron, simple
    timezone: Mapped[str | None] = mapped_column(_text(64))
    enabled: Mapped[bool] = mapped_column(default=True)
    start_on: Mapped[datetime | None]
    end_on: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    template_id: Mapped[int] = mapped_column(ForeignKey("job_template.id"))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("node.id", ondelete="SET NULL"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error_reason: Mapped[str | None]
    cancelled: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[float] = mapped_column(default=0.0)  # 0 to 1
    input_values: Mapped[Json] = mapped_column(JSON, default=dict)  # name → {"value", "type"}
    parameter_values: Mapped[Json] = mapped_column(JSON, default=dict)
    notifications: Mapped[Json] = mapped_column(JSON, default=dict)

    template: Mapped[JobTemplate] = relationship(lazy="raise")
    node: Mapped[Node | None] = relationship(lazy="raise", foreign_keys=node_id)
    actions: Mapped[list[Action]] = relationship(
        lazy="raise", order_by="Action.index", foreign_keys="Action.job_id", back_populates="job", viewonly=True
    )
    outputs: Mapped[list[JobOutput]] = relationship(lazy="raise", order_by="JobOutput.id", viewonly=True)

    __mapper_args__ = {"polymorphic_identity": "job"}  # noqa: RUF012 - SQLAlchemy's own spelling


class Action(Record):
    """One step of a job, which holds attachments; the built-in one keeps those of the job itself."""

    __tablename__ = "action"
    __table_args__ = (Index(None, "job_id", "index"),)  # type: ignore[assignment]  # as above

    id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    driver: Mapped[str] = mapped_column(_text(50))  # files, email, save-files, api-call
    index: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    condition: Mapped[Json] = mapped_column(JSON(none_as_null=True), nullable=True)
    data: Mapped[Json] = mapped_column(JSON, default=dict)
    builtin: Mapped[bool] = mapped_column(default=False)

    job: Mapped[Job] = relationship(lazy="raise", foreign_keys=job_id, back_populates="actions", viewonly=True)

    __mapper_args__ = {"polymorphic_identity": "action", "inherit_condition": id == Record.id}  # noqa: RUF012 - as above


class JobOutput(Base):
    """What a job made: named, typed, and unique within the job even when deleted."""

    __tablename__ = "job_output"
    __table_args__ = (
        UniqueConstraint("job_id", "name", "type"),
        Index(None, "job_id", "id", "deleted_at"),
        Index(None, "name"),
        Index(None, "type"),
        _in_trash("deleted_at", "id"),
        {"sqlite_autoincrement": True},  # a number that was purged never means another output
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(_text(200))
    type: Mapped[str] = mapped_column(_text(1000))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), unique=True)
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    # As an attachment's; the database fills them in, for whoever records an output has nothing to say about them.
    state: Mapped[str] = mapped_column(_enumerated(State), server_default=State.STORED.value)
    state_detail: Mapped[str | None] = mapped_column(_text(500))
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    facts: Mapped[Json] = mapped_column(JSON, server_default="{}")  # pages, unseen

    job: Mapped[Job] = relationship(lazy="raise", viewonly=True)
    blob: Mapped[Blob] = relationship(lazy="raise")
    creator: Mapped[User | None] = relationship(lazy="raise", foreign_keys=creator_id)

    @property
    def job_number(self) -> int:
        """The number of its job; needs the job loaded."""
        return self.job.number


# Attachments


class Activity(Base):
    """Something that was done to a record, in words, with the attachments that came along."""

    __tablename__ = "activity"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(_text(100))
    comment: Mapped[str] = mapped_column(default="")
    step_action_id: Mapped[int | None] = mapped_column(ForeignKey("step_action.id", ondelete="SET NULL"))
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # the form's values
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]

    author: Mapped[User | None] = relationship(lazy="raise")


class Attachment(Base):
    """Something attached to a record: a file, a link, or the promise of a report or data set."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "record_id", "deleted_at", "listed", "created_at", "id"),
        Index(None, "record_id", "folder", "file_name", "id"),
        _in_trash("deleted_at", "id"),
        Index(None, "author_id", "created_at"),
        Index(None, "state", "lease_until"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"))  # none yet: not attached
    driver: Mapped[str] = mapped_column(_text(20), default="file")  # file, link, report, dataset
    name: Mapped[str] = mapped_column(_text(255))
    file_name: Mapped[str | None] = mapped_column(_text(255))
    link_target: Mapped[str | None]
    folder: Mapped[str] = mapped_column(_text(1000), default="")  # segments joined by "/", none at either end
    area: Mapped[str | None] = mapped_column(_text(100))
    description: Mapped[str] = mapped_column(default="")
    media_type: Mapped[str] = mapped_column(_text(255), default="application/octet-stream")
    data: Mapped[Json] = mapped_column(JSON, default=dict)  # what the driver needs
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)  # counts the contents it has had
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id", ondelete="SET NULL"), index=True)
    listed: Mapped[bool] = mapped_column(default=True)  # false: shown with its activity only
    field_key: Mapped[str | None] = mapped_column(_text(100))  # the form field of a report it fills
    position: Mapped[int] = mapped_column(default=0)  # within that field
    state: Mapped[str] = mapped_column(_enumerated(State), default=State.STORED.value)
    state_detail: Mapped[str | None] = mapped_column(_text(500))
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    facts: Mapped[Json] = mapped_column(JSON, default=dict)  # photo_time, photo_location, tags, width, height
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))

    record: Mapped[Record | None] = relationship(lazy="raise")
    blob: Mapped[Blob | None] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(lazy="raise", foreign_keys=author_id)
    # Those that lists and APIs show; the pages of a document are asked for where they are shown.
    renditions: Mapped[list[Rendition]] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin=lambda: (
            (Attachment.id == Rendition.attachment_id) & Rendition.style.in_(("thumb", "medium", "cover"))
        ),
    )


class Version(Base):
    """A content that an attachment had before it was replaced."""

    __tablename__ = "attachment_version"
    __table_args__ = (UniqueConstraint("attachment_id", "number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"))
    number: Mapped[int]
    file_name: Mapped[str | None] = mapped_column(_text(255))
    media_type: Mapped[str] = mapped_column(_text(255))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]  # when that content was stored
    replaced_at: Mapped[datetime]

    blob: Mapped[Blob] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(lazy="raise")


class Rendition(Base):
    """A smaller picture of an attachment or an output, made by the background worker."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("attachment_id", "style"),
        UniqueConstraint("output_id", "style"),
        CheckConstraint("(attachment_id is null) <> (output_id is null)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"))
    output_id: Mapped[int | None] = mapped_column(ForeignKey("job_output.id", ondelete="CASCADE"))
    style: Mapped[str] = mapped_column(_text(20))  # thumb, medium; of a document cover, page-1, page-2 …
    media_type: Mapped[str] = mapped_column(_text(255))
    width: Mapped[int]
    height: Mapped[int]
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), unique=True)

    blob: Mapped[Blob] = relationship(lazy="raise")


class Upload(Base):
    """Bytes that come before what they will be attached to: a signed form, a file store entry, a resumable transfer."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    guid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    kind: Mapped[str] = mapped_column(_text(20))  # file, policy, object, tus
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id", ondelete="SET NULL"), index=True)
    object_key: Mapped[str | None] = mapped_column(_text(1024), unique=True)
    file_name: Mapped[str | None] = mapped_column(_text(255))
    media_type: Mapped[str] = mapped_column(_text(255), default="application/octet-stream")
    least: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    most: Mapped[int] = mapped_column(BigInteger)  # bytes
    offset: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes received of a resumable transfer
    facts: Mapped[Json] = mapped_column(JSON, default=dict)
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"), unique=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    received_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]

    owner: Mapped[User | None] = relationship(lazy="raise")
    blob: Mapped[Blob | None] = relationship(lazy="raise")


# The house


class AuditEvent(Base):
    """Who did what to what, and when."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "subject", "subject_id"),
        Index(None, "record_id", "id"),
        Index(None, "verb", "id"),
        Index(None, "home_id", "id"),  # the activity of a job or record, newest first
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str] = mapped_column(_text(150))
    channel: Mapped[str] = mapped_column(_text(20))  # pages, cli, informer, alloy, nimblex, saferme, ufdl, tus
    address: Mapped[str | None] = mapped_column(_text(64))
    verb: Mapped[str] = mapped_column(_text(40))
    subject: Mapped[str] = mapped_column(_text(20))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    home_id: Mapped[int | None] = mapped_column(BigInteger)  # the record whose readers are told: for an action, its job
    detail: Mapped[Json] = mapped_column(JSON, default=dict)


class Submission(Base):
    """That a form was sent in; the same one sent twice changes things once."""

    __tablename__ = "submission"

    nonce: Mapped[str] = mapped_column(_text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    location: Mapped[str | None]  # where the first one led
    created_at: Mapped[datetime] = mapped_column(index=True)


class Fact(Base):
    """Something the house itself remembers: the store's id, the hash of the set-up code, leases."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(_text(50), primary_key=True)
    value: Mapped[Json] = mapped_column(JSON)


class SearchEntry(Base):
    """The words by which one record, attachment or output is found; kept by triggers, never written by us."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)  # migration 0002 adds what each database searches by

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(_text(12))  # record, attachment, output
    subject_id: Mapped[int] = mapped_column(BigInteger)
    record_id: Mapped[int | None] = mapped_column(BigInteger)  # the record itself, or the one it hangs on
    type_id: Mapped[int | None] = mapped_column(BigInteger)  # of that record; for an action, of its job
    maker_id: Mapped[int | None] = mapped_column(BigInteger)  # the owner, author or creator
    at: Mapped[datetime]  # when the subject was made
    head: Mapped[str] = mapped_column(_text(64))  # the folded name's beginning
    words: Mapped[str]  # folded: name, file name, description, …
