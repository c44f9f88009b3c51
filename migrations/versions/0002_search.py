"""One table of words for the search, kept in step by triggers and indexed by trigrams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# table, kind, the columns of (name, further words), the column that names the record
_SOURCES = (
    ("record", "record", ("title", "description"), "id"),
    ("attachment", "attachment", ("name", "file_name", "description", "link_target"), "record_id"),
    ("job_output", "output", ("name", "type"), "job_id"),
)
_SEPARATOR = "char(10)"
_SEPARATOR_ON_POSTGRESQL = "chr(10)"


def _words(columns: tuple[str, ...], row: str, separator: str) -> str:
    joined = f" || {separator} || ".join(f"coalesce({row}.{column}, '')" for column in columns)
    return f"addenda_fold({joined})"


def _head(columns: tuple[str, ...], row: str) -> str:
    return f"substr(addenda_fold({row}.{columns[0]}), 1, 64)"


def _on_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5"
        "(words, content='search_entry', content_rowid='id', tokenize='trigram case_sensitive 1', detail='full')"
    )
    entry = "INSERT INTO search_words(rowid, words) VALUES (new.id, new.words)"
    gone = "INSERT INTO search_words(search_words, rowid, words) VALUES ('delete', old.id, old.words)"
    op.execute(f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {entry}; END")
    op.execute(f"CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN {gone}; END")
    op.execute(f"CREATE TRIGGER search_entry_changed AFTER UPDATE OF words ON search_entry BEGIN {gone}; {entry}; END")
    for table, kind, columns, record in _SOURCES:
        words, head = _words(columns, "new", _SEPARATOR), _head(columns, "new")
        op.execute(
            f"CREATE TRIGGER {table}_found AFTER INSERT ON {table} BEGIN "
            "INSERT INTO search_entry(kind, subject_id, record_id, head, words) "
            f"VALUES ('{kind}', new.id, new.{record}, {head}, {words}); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_found_anew AFTER UPDATE OF {', '.join({*columns, record})} ON {table} BEGIN "
            f"UPDATE search_entry SET record_id = new.{record}, head = {head}, words = {words} "
            f"WHERE kind = '{kind}' AND subject_id = new.id; END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_lost AFTER DELETE ON {table} BEGIN "
            f"DELETE FROM search_entry WHERE kind = '{kind}' AND subject_id = old.id; END"
        )


def _on_postgresql() -> None:
    connection = op.get_bind()
    offered = connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"))
    if offered:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_search_entry_words ON search_entry USING gin (words gin_trgm_ops)")
    for table, kind, columns, record in _SOURCES:
        words, head = _words(columns, "new", _SEPARATOR_ON_POSTGRESQL), _head(columns, "new")
        op.execute(
            f"""
            CREATE FUNCTION {table}_found() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    DELETE FROM search_entry WHERE kind = '{kind}' AND subject_id = old.id;
                    RETURN old;
                END IF;
                INSERT INTO search_entry(kind, subject_id, record_id, head, words)
                VALUES ('{kind}', new.id, new.{record}, {head}, {words})
                ON CONFLICT (kind, subject_id) DO UPDATE
                SET record_id = excluded.record_id, head = excluded.head, words = excluded.words;
                RETURN new;
            END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_found AFTER INSERT OR DELETE OR UPDATE OF {', '.join(sorted({*columns, record}))} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_found()"
        )


def upgrade() -> None:
    text = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")
    head = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("head", head, nullable=False),
        sa.Column("words", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_search_entry_kind_subject_id"),
    )
    op.create_index("ix_search_entry_head_id", "search_entry", ["head", "id"])
    op.create_index("ix_search_entry_record_id", "search_entry", ["record_id"])
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, *_ in _SOURCES:
        if is_postgresql:
            op.execute(f"DROP TRIGGER {table}_found ON {table}")
            op.execute(f"DROP FUNCTION {table}_found()")
        else:
            for suffix in ("found", "found_anew", "lost"):
                op.execute(f"DROP TRIGGER {table}_{suffix}")
    if not is_postgresql:
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entry")
