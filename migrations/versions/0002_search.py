"""One table of words for the search, kept in step by triggers and indexed by trigrams.

On SQLite each kind has an index of its own, and what else narrows a search is indexed along with the words, as marks of
three characters each, which is one trigram: so a common word among rare things is found without a look at every place of
the word. core/search_entries.py reads them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TYPE_OF_RECORD = (
    "(SELECT coalesce(above.record_type_id, held.record_type_id) FROM record AS held "
    "LEFT JOIN record AS above ON held.kind = 'action' AND above.id = held.parent_id WHERE held.id = {row}.{record})"
)
# table, kind, the columns of (name, further words), the columns that name the record, its type and whoever made it
_WORDS_OF_ATTACHMENT = ("name", "file_name", "description", "link_target")
_SOURCES = (
    ("record", "record", ("title", "description"), "id", "{row}.record_type_id", "owner_id"),
    ("attachment", "attachment", _WORDS_OF_ATTACHMENT, "record_id", _TYPE_OF_RECORD, "author_id"),
    ("job_output", "output", ("name", "type"), "job_id", _TYPE_OF_RECORD, "creator_id"),
)
# Actions have no words of their own in the search: they are shown with their job.
_WANTED = {"record": "{row}.kind <> 'action'"}

# A mark: a sign of its class, then a number in two digits of base 6000, all out of Unicode's private use area.
_SIGN, _DIGIT, _BASE = 0xE000, 0xE010, 6000
_MARKED = (
    "coalesce({row}.type_id, 0)",
    "coalesce({row}.maker_id, 0)",
    "coalesce({row}.record_id, 0)",
    "CAST(strftime('%s', {row}.at) AS INTEGER) / 86400",
    "CAST(strftime('%Y', {row}.at) AS INTEGER) * 12 + CAST(strftime('%m', {row}.at) AS INTEGER)",
    "CAST(strftime('%Y', {row}.at) AS INTEGER)",
)
_HEADS = "char({one}) || substr({row}.head, 1, 1) || char({one}) || char({two}) || substr({row}.head, 1, 2)"


def _joined(columns: tuple[str, ...], separator: str) -> str:
    return f" || {separator} || ".join(f"coalesce(new.{column}, '')" for column in columns)


def _folded_on_sqlite(text: str) -> str:
    # Only what is not ASCII needs the function, which is slow to call: it waits for Python.
    return f"CASE length({text}) WHEN length(CAST({text} AS BLOB)) THEN lower({text}) ELSE addenda_fold({text}) END"


def _marks(row: str) -> str:
    numbers = (expression.format(row=row) for expression in _MARKED)
    marks = (
        f"char({_SIGN + place}, {_DIGIT} + ({number}) / {_BASE} % {_BASE}, {_DIGIT} + ({number}) % {_BASE})"
        for place, number in enumerate(numbers)
    )
    first = _SIGN + len(_MARKED)
    return " || ".join((*marks, _HEADS.format(row=row, one=first, two=first + 1)))


def _on_sqlite() -> None:
    for _, kind, *_ in _SOURCES:
        _index_on_sqlite(kind)
    for table, kind, columns, record, of_type, maker in _SOURCES:
        words, type_id = _folded_on_sqlite(_joined(columns, "char(10)")), _type(of_type, "new", record)
        head = f"substr({_folded_on_sqlite(f'new.{columns[0]}')}, 1, 64)"
        when = f"WHEN {_WANTED[table].format(row='new')}" if table in _WANTED else ""
        op.execute(
            f"CREATE TRIGGER {table}_found AFTER INSERT ON {table} {when} BEGIN "
            "INSERT INTO search_entry(kind, subject_id, record_id, type_id, maker_id, at, head, words) "
            f"VALUES ('{kind}', new.id, new.{record}, {type_id}, new.{maker}, new.created_at, {head}, {words}); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_found_anew AFTER UPDATE OF {_watched(columns, record, maker)} ON {table} BEGIN "
            f"UPDATE search_entry SET record_id = new.{record}, type_id = {type_id}, maker_id = new.{maker}, "
            f"at = new.created_at, head = {head}, words = {words} WHERE kind = '{kind}' AND subject_id = new.id; END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_lost AFTER DELETE ON {table} BEGIN "
            f"DELETE FROM search_entry WHERE kind = '{kind}' AND subject_id = old.id; END"
        )


def _index_on_sqlite(kind: str) -> None:
    index, text = f"search_words_{kind}", f"search_text_{kind}"
    marks = _marks("search_entry")
    op.execute(f"CREATE VIEW {text} AS SELECT id, words, {marks} AS marks FROM search_entry WHERE kind = '{kind}'")
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5(words, marks, content='{text}', content_rowid='id', "
        "tokenize='trigram case_sensitive 1', detail='full')"
    )
    entry = f"INSERT INTO {index}(rowid, words, marks) VALUES (new.id, new.words, {_marks('new')})"
    gone = f"INSERT INTO {index}({index}, rowid, words, marks) VALUES ('delete', old.id, old.words, {_marks('old')})"
    for name, when, row, acts in (
        ("added", "INSERT", "new", entry),
        ("gone", "DELETE", "old", gone),
        ("changed", "UPDATE", "new", f"{gone}; {entry}"),
    ):
        trigger = f"CREATE TRIGGER search_{kind}_{name} AFTER {when} ON search_entry WHEN {row}.kind = '{kind}'"
        op.execute(f"{trigger} BEGIN {acts}; END")


def _on_postgresql() -> None:
    connection = op.get_bind()
    offered = connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"))
    if offered:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_search_entry_words ON search_entry USING gin (words gin_trgm_ops)")
    for column in ("kind", "type_id", "maker_id", "record_id"):
        op.execute(f"CREATE INDEX ix_search_entry_{column} ON search_entry ({column}, id)")
    op.execute("CREATE INDEX ix_search_entry_at ON search_entry (at)")
    for length in (1, 2):
        op.execute(f"CREATE INDEX ix_search_entry_head{length} ON search_entry (substr(head, 1, {length}), id)")
    for table, kind, columns, record, of_type, maker in _SOURCES:
        words = f"addenda_fold({_joined(columns, 'chr(10)')})"
        head = f"substr(addenda_fold(new.{columns[0]}), 1, 64)"
        wanted = _WANTED.get(table, "true").format(row="new")
        op.execute(
            f"""
            CREATE FUNCTION {table}_found() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    DELETE FROM search_entry WHERE kind = '{kind}' AND subject_id = old.id;
                    RETURN old;
                END IF;
                IF {wanted} THEN
                    INSERT INTO search_entry(kind, subject_id, record_id, type_id, maker_id, at, head, words)
                    VALUES ('{kind}', new.id, new.{record}, {_type(of_type, "new", record)}, new.{maker}, new.created_at,
                        {head}, {words})
                    ON CONFLICT (kind, subject_id) DO UPDATE
                    SET record_id = excluded.record_id, type_id = excluded.type_id, maker_id = excluded.maker_id,
                        at = excluded.at, head = excluded.head, words = excluded.words;
                END IF;
                RETURN new;
            END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_found AFTER INSERT OR DELETE OR UPDATE OF {_watched(columns, record, maker)} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_found()"
        )


def _type(expression: str, row: str, record: str) -> str:
    return expression.format(row=row, record=record)


def _watched(columns: tuple[str, ...], record: str, maker: str) -> str:
    return ", ".join(sorted({*columns, record, maker, "created_at"}))


def upgrade() -> None:
    text = sa.String(12).with_variant(sa.String(12, collation="C"), "postgresql")
    head = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("type_id", sa.BigInteger(), nullable=True),
        sa.Column("maker_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("head", head, nullable=False),
        sa.Column("words", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_search_entry_kind_subject_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql()
    else:
        _on_sqlite()


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, kind, *_ in _SOURCES:
        if is_postgresql:
            op.execute(f"DROP TRIGGER {table}_found ON {table}")
            op.execute(f"DROP FUNCTION {table}_found()")
        else:
            for suffix in ("found", "found_anew", "lost"):
                op.execute(f"DROP TRIGGER {table}_{suffix}")
            op.execute(f"DROP TABLE search_words_{kind}")
            op.execute(f"DROP VIEW search_text_{kind}")
    op.drop_table("search_entry")
