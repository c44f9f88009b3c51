"""Outputs are looked at by the background worker as attachments are, and have smaller pictures of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ONE_OWNER = "(attachment_id is null) <> (output_id is null)"


def upgrade() -> None:
    def text(length: int) -> sa.types.TypeEngine[str]:
        return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")

    # Plain columns, not a table made anew: there may be a million rows, and the search hangs on them by triggers.
    for column in (
        sa.Column("state", text(15), server_default="stored", nullable=False),
        sa.Column("state_detail", text(500), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts", sa.JSON(), server_default="{}", nullable=False),
    ):
        op.add_column("job_output", column)
    with op.batch_alter_table("rendition") as batch_op:
        batch_op.alter_column("attachment_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.add_column(sa.Column("output_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_foreign_key(
            "fk_rendition_output_id_job_output", "job_output", ["output_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_unique_constraint("uq_rendition_output_id_style", ["output_id", "style"])
        batch_op.create_check_constraint("one_owner", _ONE_OWNER)


def downgrade() -> None:
    op.execute("DELETE FROM rendition WHERE attachment_id IS NULL")
    with op.batch_alter_table("rendition") as batch_op:
        batch_op.drop_constraint("one_owner", type_="check")
        batch_op.drop_constraint("uq_rendition_output_id_style", type_="unique")
        batch_op.drop_constraint("fk_rendition_output_id_job_output", type_="foreignkey")
        batch_op.drop_column("output_id")
        batch_op.alter_column("attachment_id", existing_type=sa.BigInteger(), nullable=False)
    for name in ("facts", "tries", "lease_until", "state_detail", "state"):
        op.drop_column("job_output", name)
