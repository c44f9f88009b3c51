"""The first tables of an instance."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

# What core.folding.fold does, in PostgreSQL's words; on SQLite each connection registers the function itself.
_FOLD = """
CREATE FUNCTION addenda_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT normalize(
        replace(replace(lower(normalize(value, NFC) COLLATE "{collation}"), 'ß', 'ss'), 'ς', 'σ'), NFC
    )
$$
"""  # noqa: RUF001 - the two sigmas are meant


def text(length: int) -> TypeEngine[str]:
    """Return the type of text ordered and compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def long_text() -> TypeEngine[str]:
    """Return the type of text without a limit, ordered and compared by code point on both databases."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


# Only what is in the trash: an index of all would be taken for a good one by whoever asks for what is not.
IN_TRASH: Any = {
    "sqlite_where": sa.text("deleted_at IS NOT NULL"),
    "postgresql_where": sa.text("deleted_at IS NOT NULL"),
}


def key() -> TypeEngine[int]:
    """Return the type of a row's number; SQLite counts rows only in an INTEGER key."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment() -> sa.DateTime:
    """Return the type of a moment in UTC."""
    return sa.DateTime(timezone=True)


def add_fold() -> None:
    """Give PostgreSQL the fold; the ICU collation where the server has it, else its default one."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        has_icu = connection.scalar(sa.text("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'"))
        op.execute(_FOLD.format(collation="und-x-icu" if has_icu else "default"))


def upgrade() -> None:
    """Make every table."""
    add_fold()
    op.create_table(
        "blob",
        sa.Column("id", key(), nullable=False),
        sa.Column("key", text(32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("md5", text(32), nullable=False),
        sa.Column("crc32", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("damaged_at", moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_blob"),
        sa.UniqueConstraint("key", name="uq_blob_key"),
    )
    op.create_table(
        "department",
        sa.Column("id", key(), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("name_key", text(1020), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("parent_id", key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name="fk_department_parent_id_department", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_department"),
        sa.UniqueConstraint("name_key", name="uq_department_name_key"),
    )
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.create_index("ix_department_parent_id", ["parent_id"], unique=False)

    op.create_table(
        "fact",
        sa.Column("name", text(50), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", key(), nullable=False),
        sa.Column("name_key", text(600), nullable=False),
        sa.Column("address", text(64), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempt"),
    )
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempt_address_at", ["address", "at"], unique=False)
        batch_op.create_index("ix_login_attempt_name_key_at", ["name_key", "at"], unique=False)

    op.create_table(
        "node",
        sa.Column("id", key(), nullable=False),
        sa.Column("ip", text(64), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("driver_version", text(64), nullable=True),
        sa.Column("hardware_generation", text(64), nullable=True),
        sa.Column("gpu_mem", sa.BigInteger(), nullable=True),
        sa.Column("cpu_mem", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", moment(), nullable=True),
        sa.Column("current_job_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        sa.UniqueConstraint("ip", "index", name="uq_node_ip_index"),
    )
    with op.batch_alter_table("node", schema=None) as batch_op:
        batch_op.create_index("ix_node_current_job_id", ["current_job_id"], unique=False)

    op.create_table(
        "orphan_mark",
        sa.Column("key", text(32), nullable=False),
        sa.Column("boot", text(64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_orphan_mark"),
    )
    op.create_table(
        "record_type",
        sa.Column("id", key(), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("name_key", text(400), nullable=False),
        sa.Column("plural", text(100), nullable=False),
        sa.Column("plural_key", text(400), nullable=False),
        sa.Column("prefix", text(10), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("folders", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_type"),
        sa.UniqueConstraint("name_key", name="uq_record_type_name_key"),
        sa.UniqueConstraint("plural_key", name="uq_record_type_plural_key"),
        sa.UniqueConstraint("prefix", name="uq_record_type_prefix"),
    )
    op.create_table(
        "removal",
        sa.Column("key", text(32), nullable=False),
        sa.Column("not_before", moment(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_removal"),
    )
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.create_index("ix_removal_not_before", ["not_before"], unique=False)

    op.create_table(
        "user_group",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("name", text(150), nullable=False),
        sa.Column("name_key", text(600), nullable=False),
        sa.Column("full_name", text(255), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_group"),
        sa.UniqueConstraint("guid", name="uq_user_group_guid"),
        sa.UniqueConstraint("name_key", name="uq_user_group_name_key"),
    )
    op.create_table(
        "step_action",
        sa.Column("id", key(), nullable=False),
        sa.Column("record_type_id", key(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", text(100), nullable=False),
        sa.Column("creates", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_type_id"], ["record_type.id"], name="fk_step_action_record_type_id_record_type", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_step_action"),
    )
    with op.batch_alter_table("step_action", schema=None) as batch_op:
        batch_op.create_index("ix_step_action_record_type_id", ["record_type_id"], unique=False)

    op.create_table(
        "spent_number",
        sa.Column("record_type_id", key(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_type_id"],
            ["record_type.id"],
            name="fk_spent_number_record_type_id_record_type",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_type_id", "number", name="pk_spent_number"),
    )

    op.create_table(
        "user_account",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("name", text(150), nullable=False),
        sa.Column("name_key", text(600), nullable=False),
        sa.Column("full_name", text(255), nullable=False),
        sa.Column("email", text(254), nullable=True),
        sa.Column("email_key", text(1016), nullable=True),
        sa.Column("role", text(14), nullable=False),
        sa.Column("is_application", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", long_text(), nullable=True),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("department_id", key(), nullable=True),
        sa.Column("supervisor_id", key(), nullable=True),
        sa.Column("avatar_id", sa.Integer(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("last_login_at", moment(), nullable=True),
        sa.CheckConstraint("role in ('viewer', 'editor', 'admin')", name="ck_user_account_role"),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name="fk_user_account_department_id_department", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"],
            ["user_account.id"],
            name="fk_user_account_supervisor_id_user_account",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("guid", name="uq_user_account_guid"),
        sa.UniqueConstraint("name_key", name="uq_user_account_name_key"),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index("ix_user_account_department_id", ["department_id"], unique=False)
        batch_op.create_index("ix_user_account_email_key", ["email_key"], unique=False)
        batch_op.create_index("ix_user_account_supervisor_id", ["supervisor_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", key(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("actor_id", key(), nullable=True),
        sa.Column("actor_name", text(150), nullable=False),
        sa.Column("channel", text(20), nullable=False),
        sa.Column("address", text(64), nullable=True),
        sa.Column("verb", text(40), nullable=False),
        sa.Column("subject", text(20), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("home_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name="fk_audit_event_actor_id_user_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_actor_id", ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_event_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_event_home_id_id", ["home_id", "id"], unique=False)
        batch_op.create_index("ix_audit_event_record_id_id", ["record_id", "id"], unique=False)
        batch_op.create_index("ix_audit_event_subject_subject_id", ["subject", "subject_id"], unique=False)
        batch_op.create_index("ix_audit_event_verb_id", ["verb", "id"], unique=False)

    op.create_table(
        "job_template",
        sa.Column("id", key(), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("description", long_text(), nullable=False),
        sa.Column("scope", text(16), nullable=False),
        sa.Column("workable", sa.Boolean(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("creator_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("deleted_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["user_account.id"], name="fk_job_template_creator_id_user_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_job_template"),
        sa.UniqueConstraint("name", "version", name="uq_job_template_name_version"),
    )
    op.create_table(
        "membership",
        sa.Column("id", key(), nullable=False),
        sa.Column("group_id", key(), nullable=False),
        sa.Column("user_id", key(), nullable=True),
        sa.Column("member_group_id", key(), nullable=True),
        sa.CheckConstraint("(user_id is null) <> (member_group_id is null)", name="ck_membership_one_member"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["user_group.id"], name="fk_membership_group_id_user_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_group_id"], ["user_group.id"], name="fk_membership_member_group_id_user_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_membership_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sa.UniqueConstraint("group_id", "member_group_id", name="uq_membership_group_id_member_group_id"),
        sa.UniqueConstraint("group_id", "user_id", name="uq_membership_group_id_user_id"),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_member_group_id", ["member_group_id"], unique=False)
        batch_op.create_index("ix_membership_user_id", ["user_id"], unique=False)

    op.create_table(
        "record",
        sa.Column("id", key(), nullable=False),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("record_type_id", key(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("title", text(500), nullable=False),
        sa.Column("title_key", text(2000), nullable=False),
        sa.Column("description", long_text(), nullable=False),
        sa.Column("owner_id", key(), nullable=True),
        sa.Column("parent_id", key(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("deleted_at", moment(), nullable=True),
        sa.Column("deleted_by_id", key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["user_account.id"], name="fk_record_deleted_by_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name="fk_record_owner_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["record.id"], name="fk_record_parent_id_record", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["record_type_id"], ["record_type.id"], name="fk_record_record_type_id_record_type"),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.UniqueConstraint("guid", name="uq_record_guid"),
        sa.UniqueConstraint("record_type_id", "number", name="uq_record_record_type_id_number"),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("ix_record_deleted_at_id", ["deleted_at", "id"], unique=False, **IN_TRASH)
        batch_op.create_index("ix_record_owner_id_record_type_id", ["owner_id", "record_type_id"], unique=False)
        batch_op.create_index("ix_record_parent_id", ["parent_id"], unique=False)
        batch_op.create_index(
            "ix_record_record_type_id_deleted_at_created_at_id",
            ["record_type_id", "deleted_at", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_record_record_type_id_deleted_at_title_key_id",
            ["record_type_id", "deleted_at", "title_key", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_record_record_type_id_deleted_at_updated_at_id",
            ["record_type_id", "deleted_at", "updated_at", "id"],
            unique=False,
        )

    op.create_table(
        "sign_in",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("hash", text(64), nullable=False),
        sa.Column("user_id", key(), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("address", text(64), nullable=True),
        sa.Column("user_agent", text(400), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("last_seen_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_sign_in_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("guid", name="uq_sign_in_guid"),
        sa.UniqueConstraint("hash", name="uq_sign_in_hash"),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_sign_in_user_id", ["user_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("nonce", text(64), nullable=False),
        sa.Column("user_id", key(), nullable=False),
        sa.Column("location", long_text(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_submission_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("nonce", name="pk_submission"),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_submission_user_id", ["user_id"], unique=False)

    op.create_table(
        "token",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("user_id", key(), nullable=False),
        sa.Column("hash", text(64), nullable=False),
        sa.Column("pair_hash", text(64), nullable=True),
        sa.Column("hint", text(20), nullable=False),
        sa.Column("label", text(255), nullable=False),
        sa.Column("scope", text(10), nullable=False),
        sa.Column("host", text(255), nullable=True),
        sa.Column("cidr", text(64), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=True),
        sa.Column("last_used_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_token_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("guid", name="uq_token_guid"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
        sa.UniqueConstraint("pair_hash", name="uq_token_pair_hash"),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index("ix_token_user_id", ["user_id"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("record_id", key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", text(100), nullable=False),
        sa.Column("comment", long_text(), nullable=False),
        sa.Column("step_action_id", key(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("author_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_activity_author_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_activity_record_id_record", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["step_action_id"], ["step_action.id"], name="fk_activity_step_action_id_step_action", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
        sa.UniqueConstraint("guid", name="uq_activity_guid"),
        sa.UniqueConstraint("record_id", "number", name="uq_activity_record_id_number"),
    )
    op.create_table(
        "job",
        sa.Column("id", key(), nullable=False),
        sa.Column("driver", text(50), nullable=False),
        sa.Column("slug", text(255), nullable=False),
        sa.Column("slug_scope", text(150), nullable=False),
        sa.Column("schedule", text(255), nullable=True),
        sa.Column("schedule_kind", text(20), nullable=True),
        sa.Column("timezone", text(64), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("start_on", moment(), nullable=True),
        sa.Column("end_on", moment(), nullable=True),
        sa.Column("locked_at", moment(), nullable=True),
        sa.Column("template_id", key(), nullable=False),
        sa.Column("node_id", key(), nullable=True),
        sa.Column("started_at", moment(), nullable=True),
        sa.Column("ended_at", moment(), nullable=True),
        sa.Column("error_reason", long_text(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("input_values", sa.JSON(), nullable=False),
        sa.Column("parameter_values", sa.JSON(), nullable=False),
        sa.Column("notifications", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name="fk_job_id_record", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"], name="fk_job_node_id_node", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["template_id"], ["job_template.id"], name="fk_job_template_id_job_template"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("slug_scope", "slug", name="uq_job_slug_scope_slug"),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_driver", ["driver"], unique=False)
        batch_op.create_index("ix_job_ended_at", ["ended_at"], unique=False)
        batch_op.create_index("ix_job_node_id", ["node_id"], unique=False)
        batch_op.create_index("ix_job_started_at", ["started_at"], unique=False)
        batch_op.create_index("ix_job_template_id", ["template_id"], unique=False)

    op.create_table(
        "record_row",
        sa.Column("record_id", key(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name="fk_record_row_record_id_record", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "position", name="pk_record_row"),
        sa.UniqueConstraint("record_id", "line", name="uq_record_row_record_id_line"),
    )
    op.create_table(
        "share",
        sa.Column("id", key(), nullable=False),
        sa.Column("record_id", key(), nullable=False),
        sa.Column("user_id", key(), nullable=True),
        sa.Column("group_id", key(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("(user_id is null) <> (group_id is null)", name="ck_share_one_holder"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["user_group.id"], name="fk_share_group_id_user_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_share_record_id_record", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_share_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share"),
        sa.UniqueConstraint("record_id", "group_id", name="uq_share_record_id_group_id"),
        sa.UniqueConstraint("record_id", "user_id", name="uq_share_record_id_user_id"),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index("ix_share_group_id", ["group_id"], unique=False)
        batch_op.create_index("ix_share_user_id", ["user_id"], unique=False)

    op.create_table(
        "action",
        sa.Column("id", key(), nullable=False),
        sa.Column("job_id", key(), nullable=False),
        sa.Column("driver", text(50), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("condition", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["record.id"], name="fk_action_id_record", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_action_job_id_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index("ix_action_job_id_index", ["job_id", "index"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("record_id", key(), nullable=True),
        sa.Column("driver", text(20), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("file_name", text(255), nullable=True),
        sa.Column("link_target", long_text(), nullable=True),
        sa.Column("folder", text(1000), nullable=False),
        sa.Column("area", text(100), nullable=True),
        sa.Column("description", long_text(), nullable=False),
        sa.Column("media_type", text(255), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("blob_id", key(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("activity_id", key(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("field_key", text(100), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", text(15), nullable=False),
        sa.Column("state_detail", text(500), nullable=True),
        sa.Column("lease_until", moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("author_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("updated_at", moment(), nullable=False),
        sa.Column("deleted_at", moment(), nullable=True),
        sa.Column("deleted_by_id", key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name="fk_attachment_activity_id_activity", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_attachment_author_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_attachment_blob_id_blob"),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["user_account.id"], name="fk_attachment_deleted_by_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name="fk_attachment_record_id_record", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("blob_id", name="uq_attachment_blob_id"),
        sa.UniqueConstraint("guid", name="uq_attachment_guid"),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_activity_id", ["activity_id"], unique=False)
        batch_op.create_index("ix_attachment_author_id_created_at", ["author_id", "created_at"], unique=False)
        batch_op.create_index("ix_attachment_deleted_at_id", ["deleted_at", "id"], unique=False, **IN_TRASH)
        batch_op.create_index(
            "ix_attachment_record_id_deleted_at_listed_created_at_id",
            ["record_id", "deleted_at", "listed", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_attachment_record_id_folder_file_name_id",
            ["record_id", "folder", "file_name", "id"],
            unique=False,
        )
        batch_op.create_index("ix_attachment_state_lease_until", ["state", "lease_until"], unique=False)

    op.create_table(
        "job_output",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("job_id", key(), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("type", text(1000), nullable=False),
        sa.Column("blob_id", key(), nullable=False),
        sa.Column("creator_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("deleted_at", moment(), nullable=True),
        sa.Column("deleted_by_id", key(), nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_job_output_blob_id_blob"),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["user_account.id"], name="fk_job_output_creator_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["user_account.id"], name="fk_job_output_deleted_by_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_output_job_id_job", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job_output"),
        sa.UniqueConstraint("blob_id", name="uq_job_output_blob_id"),
        sa.UniqueConstraint("guid", name="uq_job_output_guid"),
        sa.UniqueConstraint("job_id", "name", "type", name="uq_job_output_job_id_name_type"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("job_output", schema=None) as batch_op:
        batch_op.create_index("ix_job_output_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_job_output_creator_id", ["creator_id"], unique=False)
        batch_op.create_index("ix_job_output_deleted_at_id", ["deleted_at", "id"], unique=False, **IN_TRASH)
        batch_op.create_index("ix_job_output_job_id_id_deleted_at", ["job_id", "id", "deleted_at"], unique=False)
        batch_op.create_index("ix_job_output_name", ["name"], unique=False)
        batch_op.create_index("ix_job_output_type", ["type"], unique=False)

    op.create_table(
        "attachment_version",
        sa.Column("id", key(), nullable=False),
        sa.Column("attachment_id", key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", text(255), nullable=True),
        sa.Column("media_type", text(255), nullable=False),
        sa.Column("blob_id", key(), nullable=False),
        sa.Column("author_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("replaced_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name="fk_attachment_version_attachment_id_attachment",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name="fk_attachment_version_author_id_user_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_attachment_version_blob_id_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment_version"),
        sa.UniqueConstraint("attachment_id", "number", name="uq_attachment_version_attachment_id_number"),
        sa.UniqueConstraint("blob_id", name="uq_attachment_version_blob_id"),
    )
    op.create_table(
        "rendition",
        sa.Column("id", key(), nullable=False),
        sa.Column("attachment_id", key(), nullable=False),
        sa.Column("style", text(20), nullable=False),
        sa.Column("media_type", text(255), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("blob_id", key(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_rendition_attachment_id_attachment", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_rendition_blob_id_blob"),
        sa.PrimaryKeyConstraint("id", name="pk_rendition"),
        sa.UniqueConstraint("attachment_id", "style", name="uq_rendition_attachment_id_style"),
        sa.UniqueConstraint("blob_id", name="uq_rendition_blob_id"),
    )
    op.create_table(
        "upload",
        sa.Column("id", key(), nullable=False),
        sa.Column("guid", sa.Uuid(), nullable=False),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("owner_id", key(), nullable=True),
        sa.Column("record_id", key(), nullable=True),
        sa.Column("object_key", text(1024), nullable=True),
        sa.Column("file_name", text(255), nullable=True),
        sa.Column("media_type", text(255), nullable=False),
        sa.Column("least", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("blob_id", key(), nullable=True),
        sa.Column("attachment_id", key(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("received_at", moment(), nullable=True),
        sa.Column("claimed_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_upload_attachment_id_attachment", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_upload_blob_id_blob"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name="fk_upload_owner_id_user_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_upload_record_id_record", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.UniqueConstraint("blob_id", name="uq_upload_blob_id"),
        sa.UniqueConstraint("guid", name="uq_upload_guid"),
        sa.UniqueConstraint("object_key", name="uq_upload_object_key"),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index("ix_upload_attachment_id", ["attachment_id"], unique=False)
        batch_op.create_index("ix_upload_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_upload_owner_id", ["owner_id"], unique=False)
        batch_op.create_index("ix_upload_record_id", ["record_id"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index("ix_upload_record_id")
        batch_op.drop_index("ix_upload_owner_id")
        batch_op.drop_index("ix_upload_expires_at")
        batch_op.drop_index("ix_upload_attachment_id")

    op.drop_table("upload")
    op.drop_table("rendition")
    op.drop_table("attachment_version")
    with op.batch_alter_table("job_output", schema=None) as batch_op:
        batch_op.drop_index("ix_job_output_type")
        batch_op.drop_index("ix_job_output_name")
        batch_op.drop_index("ix_job_output_job_id_id_deleted_at")
        batch_op.drop_index("ix_job_output_deleted_at_id")
        batch_op.drop_index("ix_job_output_creator_id")
        batch_op.drop_index("ix_job_output_created_at")

    op.drop_table("job_output")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_state_lease_until")
        batch_op.drop_index("ix_attachment_record_id_folder_file_name_id")
        batch_op.drop_index("ix_attachment_record_id_deleted_at_listed_created_at_id")
        batch_op.drop_index("ix_attachment_deleted_at_id")
        batch_op.drop_index("ix_attachment_author_id_created_at")
        batch_op.drop_index("ix_attachment_activity_id")

    op.drop_table("attachment")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index("ix_action_job_id_index")

    op.drop_table("action")
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.drop_index("ix_share_user_id")
        batch_op.drop_index("ix_share_group_id")

    op.drop_table("share")
    op.drop_table("record_row")
    op.drop_table("spent_number")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_template_id")
        batch_op.drop_index("ix_job_started_at")
        batch_op.drop_index("ix_job_node_id")
        batch_op.drop_index("ix_job_ended_at")
        batch_op.drop_index("ix_job_driver")

    op.drop_table("job")
    op.drop_table("activity")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_index("ix_token_user_id")

    op.drop_table("token")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_user_id")
        batch_op.drop_index("ix_submission_created_at")

    op.drop_table("submission")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_user_id")
        batch_op.drop_index("ix_sign_in_expires_at")

    op.drop_table("sign_in")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("ix_record_record_type_id_deleted_at_updated_at_id")
        batch_op.drop_index("ix_record_record_type_id_deleted_at_title_key_id")
        batch_op.drop_index("ix_record_record_type_id_deleted_at_created_at_id")
        batch_op.drop_index("ix_record_parent_id")
        batch_op.drop_index("ix_record_owner_id_record_type_id")
        batch_op.drop_index("ix_record_deleted_at_id")

    op.drop_table("record")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_user_id")
        batch_op.drop_index("ix_membership_member_group_id")

    op.drop_table("membership")
    op.drop_table("job_template")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_verb_id")
        batch_op.drop_index("ix_audit_event_subject_subject_id")
        batch_op.drop_index("ix_audit_event_record_id_id")
        batch_op.drop_index("ix_audit_event_home_id_id")
        batch_op.drop_index("ix_audit_event_at")
        batch_op.drop_index("ix_audit_event_actor_id")

    op.drop_table("audit_event")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index("ix_user_account_supervisor_id")
        batch_op.drop_index("ix_user_account_email_key")
        batch_op.drop_index("ix_user_account_department_id")

    op.drop_table("user_account")
    with op.batch_alter_table("step_action", schema=None) as batch_op:
        batch_op.drop_index("ix_step_action_record_type_id")

    op.drop_table("step_action")
    op.drop_table("user_group")
    with op.batch_alter_table("removal", schema=None) as batch_op:
        batch_op.drop_index("ix_removal_not_before")

    op.drop_table("removal")
    op.drop_table("record_type")
    op.drop_table("orphan_mark")
    with op.batch_alter_table("node", schema=None) as batch_op:
        batch_op.drop_index("ix_node_current_job_id")

    op.drop_table("node")
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempt_name_key_at")
        batch_op.drop_index("ix_login_attempt_address_at")

    op.drop_table("login_attempt")
    op.drop_table("fact")
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.drop_index("ix_department_parent_id")

    op.drop_table("department")
    op.drop_table("blob")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION addenda_fold(text)")
