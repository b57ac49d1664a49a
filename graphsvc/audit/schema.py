"""The tables of the log, and the triggers that let them only grow; made once, and compared with what they must be by `verify`.

Triggers stop mistakes, and whoever has only a connection. Who owns the file can drop them; `schema_problems` then sees it.
Imports nothing of graphsvc.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
_Size = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # in SQLite only an INTEGER key is the row's own number

head = sa.Table(  # one row: what the next entry is chained to
    "audit_head",
    metadata,
    sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    sa.Column("size", _Size, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    sa.Column("time", sa.Text, nullable=False),
)
entries = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("entry_index", _Size, primary_key=True, autoincrement=False),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("inquiry", sa.Text, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    sa.Index("audit_entry_time", "time"),
    sa.Index("audit_entry_inquiry", "inquiry"),
)
personal = sa.Table(
    "audit_personal",
    metadata,
    sa.Column("entry_index", _Size, sa.ForeignKey("audit_entry.entry_index"), primary_key=True, autoincrement=False),
    sa.Column("case", sa.Text),
    sa.Column("case_salt", sa.LargeBinary),
    sa.Column("detail", sa.Text),
    sa.Column("detail_salt", sa.LargeBinary),
    sa.Column("parameters", sa.Text),
    sa.Column("parameters_salt", sa.LargeBinary),
    sa.Column("user", sa.Text),
    sa.Column("user_salt", sa.LargeBinary),
    sa.Index("audit_personal_user", "user"),
    sa.Index("audit_personal_case", "case"),
)
tiles = sa.Table(  # the hash of every complete subtree of 256 leaves
    "audit_tile",
    metadata,
    sa.Column("tile_index", _Size, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
checkpoints = sa.Table(
    "audit_checkpoint",
    metadata,
    sa.Column("size", _Size, primary_key=True, autoincrement=False),
    sa.Column("time", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
keys = sa.Table(  # which key signs trees larger than `since`
    "audit_key",
    metadata,
    sa.Column("since", _Size, primary_key=True, autoincrement=False),
    sa.Column("vkey", sa.Text, nullable=False),
)

_SAYS = "the audit log is append-only"
_KEYED = {table.name: next(iter(table.primary_key)).name for table in metadata.sorted_tables}
# Deleting a row of personal values is the one lawful deletion: a purge. The head is updated, but only ever grows.
_MAY_DELETE = frozenset({"audit_personal"})
_MAY_UPDATE = frozenset({"audit_head"})
# PostgreSQL's lock for making the tables, so that two processes that start at once don't both do it; the number means nothing.
_MAKING = 7_203_914_558


def ensure_schema(connection: sa.Connection) -> bool:
    """Make tables and triggers in this transaction if the log has none; whether it did."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))
    if sa.inspect(connection).has_table(head.name):
        return False
    metadata.create_all(connection, checkfirst=False)
    for statement in _triggers(connection.dialect.name):
        connection.exec_driver_sql(statement)
    return True


def schema_problems(connection: sa.Connection) -> list[str]:
    """What differs from the schema as it must be, in sentences; empty if nothing does."""
    if connection.dialect.name == "postgresql":
        return _compare(_postgresql_expected(connection), _postgresql_found(connection))
    scratch = sa.create_engine("sqlite://")
    try:
        with scratch.begin() as empty:
            ensure_schema(empty)
            expected = _sqlite_found(empty)
    finally:
        scratch.dispose()
    return _compare(expected, _sqlite_found(connection))


def _triggers(dialect: str) -> list[str]:
    return _postgresql_triggers() if dialect == "postgresql" else _sqlite_triggers()


def _sqlite_triggers() -> list[str]:
    statements = []
    for table, key in _KEYED.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
        update = "WHEN NEW.size <= OLD.size OR NEW.one <> OLD.one " if table in _MAY_UPDATE else ""
        statements.append(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {update}{refuse}")
        # INSERT OR REPLACE deletes without asking the triggers for DELETE.
        exists = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        statements.append(f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} {exists}{refuse}")
        if table not in _MAY_DELETE:
            statements.append(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}")
    return statements


def _sqlite_found(connection: sa.Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE tbl_name LIKE 'audit\\_%' ESCAPE '\\'")
    return {f"{kind} {name}": str(text) for kind, name, text in rows}


_BODY = f"BEGIN RAISE EXCEPTION '{_SAYS}'; END"
_BODY_HEAD = f"BEGIN IF NEW.size <= OLD.size OR NEW.one <> OLD.one THEN RAISE EXCEPTION '{_SAYS}'; END IF; RETURN NEW; END"


def _postgresql_triggers() -> list[str]:
    statements = [
        f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$",
        f"CREATE FUNCTION audit_grow() RETURNS trigger LANGUAGE plpgsql AS $${_BODY_HEAD}$$",
    ]
    return statements + [text for table in _KEYED for text in _postgresql_triggers_of(table).values()]


def _postgresql_triggers_of(table: str) -> dict[str, str]:
    """By name, each written as PostgreSQL writes it back."""
    each, refuse = f"ON {table} FOR EACH ROW EXECUTE FUNCTION", "audit_refuse()"
    texts = {
        f"{table}_update": f"CREATE TRIGGER {table}_update BEFORE UPDATE {each} {'audit_grow()' if table in _MAY_UPDATE else refuse}",
        f"{table}_truncate": f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {refuse}",
    }
    if table not in _MAY_DELETE:
        texts[f"{table}_delete"] = f"CREATE TRIGGER {table}_delete BEFORE DELETE {each} {refuse}"
    return texts


def _postgresql_expected(connection: sa.Connection) -> dict[str, str]:
    expected = {"function audit_refuse": _BODY, "function audit_grow": _BODY_HEAD}
    for table in metadata.sorted_tables:
        for column in table.columns:
            kind = column.type.compile(connection.dialect).lower()
            expected[f"column {table.name}.{column.name}"] = kind + (" null" if column.nullable else "")
        expected |= {f"trigger {name}": f"{text} O" for name, text in _postgresql_triggers_of(table.name).items()}
        expected[f"key {table.name}"] = f"PRIMARY KEY ({_KEYED[table.name]})"
    return expected


def _postgresql_found(connection: sa.Connection) -> dict[str, str]:
    found: dict[str, str] = {}
    here = "n.nspname = current_schema() AND c.relname LIKE 'audit\\_%%'"
    joined = "JOIN pg_class c ON c.oid = {} JOIN pg_namespace n ON n.oid = c.relnamespace"
    for name, text in connection.exec_driver_sql("SELECT proname, prosrc FROM pg_proc WHERE proname IN ('audit_refuse', 'audit_grow')"):
        found[f"function {name}"] = text
    for table, column, kind, null in connection.exec_driver_sql(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name LIKE 'audit\\_%%'"
    ):
        found[f"column {table}.{column}"] = kind + (" null" if null == "YES" else "")
    for name, text, enabled in connection.exec_driver_sql(
        f"SELECT tgname, pg_get_triggerdef(t.oid, true), tgenabled::text FROM pg_trigger t {joined.format('t.tgrelid')} "
        f"WHERE NOT tgisinternal AND {here}"
    ):
        found[f"trigger {name}"] = f"{text} {enabled}"
    for table, text in connection.exec_driver_sql(
        f"SELECT c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k {joined.format('k.conrelid')} WHERE k.contype = 'p' AND {here}"
    ):
        found[f"key {table}"] = text
    return found


def _compare(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    problems = [f"The {name} is missing." for name in sorted(expected.keys() - found.keys())]
    problems += [f"There is a {name} that does not belong to the log." for name in sorted(found.keys() - expected.keys())]
    problems += [f"The {name} is not as it must be." for name in sorted(expected.keys() & found.keys()) if expected[name] != found[name]]
    return problems
