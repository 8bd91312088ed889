"""What a script refuses in the database, and what cannot be written at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from laws.runs import state
from offline.scripts import cuts, script
from servers.clients import ScriptFailed, run_script
from servers.database import Database

from alembic_helpers import Offline, OfflineError, Settings, UsageError, op
from alembic_helpers.offline.writers import writer_of

REST = "is there, but is not what this revision asks for; drop or rename it first"
DIFFERENT: dict[str, tuple[Callable[[], Any], str]] = {
    "a column is missing": (
        lambda: op.create_table("t", sa.Column("id", sa.Integer), sa.Column("x", sa.Integer)),
        f"table t {REST}",
    ),
    "a column has another type": (
        lambda: op.add_column("t", sa.Column("a", sa.String(9))),
        f"column t.a {REST}",
    ),
    "a column has another length": (
        lambda: op.add_column("t", sa.Column("s", sa.String(9))),
        f"column t.s {REST}",
    ),
    "an index has other columns": (
        lambda: op.create_index("ix", "t", ["b", "a"]),
        f"index ix on t {REST}",
    ),
    "an index is not unique": (
        lambda: op.create_index("ix", "t", ["a", "b"], unique=True),
        f"index ix on t {REST}",
    ),
    "a foreign key has another target": (
        lambda: op.create_foreign_key("fk", "t", "other_p", ["a"], ["id"]),
        f"foreign key fk on t {REST}",
    ),
    "a unique constraint has other columns": (
        lambda: op.create_unique_constraint("uq", "t", ["a"]),
        f"unique constraint uq on t {REST}",
    ),
    "there is another primary key": (
        lambda: op.create_primary_key("pk", "t", ["a"]),
        f"primary key pk on t {REST}",
    ),
    "a column and its new name are both there": (
        lambda: op.alter_column("t", "a", new_column_name="b", existing_type=sa.Integer()),
        "renaming column t.a to b: both are there; drop the one that is not wanted",
    ),
    "a column and its new name are both missing": (
        lambda: op.alter_column("t", "y", new_column_name="z", existing_type=sa.Integer()),
        "renaming column t.y to z: neither is there",
    ),
    "a table and its new name are both there": (
        lambda: op.rename_table("t", "p"),
        "renaming table t to p: both are there; drop the one that is not wanted",
    ),
}


@pytest.fixture
def prepared(database: Database) -> Database:
    metadata = sa.MetaData()
    for name in ("p", "other_p"):
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, nullable=False),
        sa.Column("b", sa.Integer),
        sa.Column("s", sa.String(20)),
        sa.Index("ix", "a", "b"),
        sa.UniqueConstraint("a", "b", name="uq"),
        sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk"),
    )
    with database.engine.begin() as connection:
        metadata.create_all(connection)
    return database


@pytest.mark.capability("is_server")
@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_stops_the_script_with_an_error(prepared: Database, name: str) -> None:
    build, message = DIFFERENT[name]
    with prepared.engine.connect() as connection:
        before = state(connection, None)
    with pytest.raises(ScriptFailed) as failed:
        run_script(prepared, script(prepared.name, build))
    assert message in str(failed.value)
    with prepared.engine.connect() as connection:
        assert state(connection, None) == before


@pytest.mark.capability("has_enums")
def test_an_enum_with_other_values_stops_the_script(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TYPE e AS ENUM ('a', 'b')")
    for build, message in (
        (lambda: op.create_enum("e", ["b", "a"]), f"enum e {REST}"),
        (lambda: op.add_enum_value("e", "b", before="a"), f"value 'b' of enum e {REST}"),
        (lambda: op.rename_enum_value("gone", "a", "b"), "enum gone is not there"),
    ):
        with pytest.raises(ScriptFailed) as failed:
            run_script(database, script(database.name, build))
        assert message in str(failed.value)


@pytest.mark.capability("has_concurrent_indexes")
def test_an_invalid_index_stops_the_script(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 2)")
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (a)")
    text = script(
        "postgresql",
        lambda: op.create_index("ix", "t", ["a"], unique=True, postgresql_concurrently=True),
    )
    with pytest.raises(ScriptFailed, match="the index is not valid, or is not what this revision"):
        run_script(database, text)


# -- what cannot be written ------------------------------------------------------------------------

revision, down_revision = "4f2a", None
"""This module stands for a revision file."""

WAYS_OUT = (
    "so a guard cannot be written with --sql. Run this revision online (alembic upgrade without "
    "--sql), or give the table as it is to a batch, which is then written without a guard: "
    "with op.batch_alter_table(..., copy_from=table)."
)


def in_batch() -> None:
    with op.batch_alter_table("t") as batch_op:
        batch_op.add_column(sa.Column("a", sa.Integer))
        batch_op.alter_column("b", nullable=False)


IMPOSSIBLE: dict[str, tuple[Callable[[], Any], str]] = {
    "add_column t.a": (
        lambda: op.add_column("t", sa.Column("a", sa.Integer)),
        "SQLite can only ask for tables, indexes and views",
    ),
    "drop_column t.a": (
        lambda: op.drop_column("t", "a"),
        "the table would be made anew",
    ),
    "create_unique_constraint t.uq": (
        lambda: op.create_unique_constraint("uq", "t", ["a"]),
        "the table would be made anew",
    ),
    "rename_table t": (
        lambda: op.rename_table("t", "u"),
        "SQLite can only ask for tables, indexes and views",
    ),
    "batch_alter_table t": (in_batch, "the table would be made anew"),
    "create_table t": (
        lambda: [op.drop_table("t"), op.create_table("t", sa.Column("a", sa.Integer))],
        "this script has dropped 't' before; run twice, it would drop what it makes here, with "
        "all its rows",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_sqlite_cannot_ask_is_refused_with_the_ways_out(name: str) -> None:
    build, why = IMPOSSIBLE[name]
    with pytest.raises(OfflineError) as refused:
        script("sqlite", build)
    assert str(refused.value) == f"revision 4f2a, {name}: {why}, {WAYS_OUT}"


def test_a_nameless_check_cannot_be_asked_for() -> None:
    with pytest.raises(OfflineError, match="without a name a check constraint on t"):
        script("postgresql", lambda: op.create_check_constraint(None, "t", "a > 0"))


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_an_index_of_an_unknown_table_cannot_be_asked_for(dialect: str) -> None:
    with pytest.raises(OfflineError, match="revision 4f2a, drop_index ix: an index belongs to its"):
        script(dialect, lambda: op.drop_index("ix"))


def test_rows_without_a_key_need_one() -> None:
    with pytest.raises(OfflineError) as refused:
        script("sqlite", lambda: op.ensure_rows("t", [{"a": 1}]))
    assert str(refused.value) == (
        "ensure_rows t: with --sql there is no database to ask for the primary key; say what "
        'makes a row the same: ensure_rows(table, rows, key=["name"])'
    )


def test_a_batch_that_is_given_its_table_is_written_as_one_transaction(database: Database) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    with database.engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"a": 1, "b": 2}])

    def build() -> None:
        with op.batch_alter_table("t", copy_from=table, recreate="always") as batch_op:
            batch_op.drop_column("b")

    text = script(database.name, build)
    assert text.startswith("-- batch_alter_table t: not guarded, it may run once only\n\nBEGIN;")
    if database.transactional_ddl or not database.is_server:
        for cut in cuts(text, database):
            run_script(database, cut)
    run_script(database, text)
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT * FROM t")).all() == [(1,)]


def test_sqlite_indexes_in_a_batch_are_guarded_one_by_one() -> None:
    def build() -> None:
        with op.batch_alter_table("t") as batch_op:
            batch_op.create_index("ix", ["a"])
            batch_op.drop_index("iy")

    assert "CREATE INDEX IF NOT EXISTS ix ON t (a);" in script("sqlite", build)
    assert "DROP INDEX IF EXISTS iy;" in script("sqlite", build)


def test_unguarded_is_alembics_plain_sql_under_comments() -> None:
    def build(op: Any) -> None:
        op.create_table("t", sa.Column("a", sa.Integer))
        op.add_column("t", sa.Column("b", sa.Integer))
        with op.batch_alter_table("t") as batch_op:
            batch_op.drop_column("b")

    settings = Settings(offline=Offline.UNGUARDED)
    ours = script("postgresql", lambda: build(op), alembic_helpers=settings)
    comments = [line for line in ours.splitlines() if line.startswith("--")]
    assert comments == [
        "-- create_table t: not guarded",
        "-- add_column t.b: not guarded",
        "-- batch_alter_table t: not guarded",
    ]
    for comment in comments:
        ours = ours.replace(f"{comment}\n\n", "")
    assert ours == script("postgresql", lambda: build(alembic.op))


@pytest.mark.parametrize("settings", [Settings(), Settings(offline=Offline.UNGUARDED)])
def test_a_comment_is_one_line_whatever_the_names(settings: Settings) -> None:
    columns = (sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    table = sa.Table("t\nDROP TABLE users; --", sa.MetaData(), *columns)

    def build() -> None:
        op.create_index_online("x\nDROP TABLE users; --", table.name, ["a"])
        with op.batch_alter_table(table.name, copy_from=table, recreate="always") as batch_op:
            batch_op.drop_column("b")

    found = script("sqlite", build, alembic_helpers=settings)
    told = [line for line in found.splitlines() if ": not guarded" in line or "online" in line]
    assert len(told) > 1
    assert all(line.startswith("-- ") for line in told)


def test_offline_is_one_of_two() -> None:
    with pytest.raises(UsageError) as refused:
        Settings(offline="guarded")  # type: ignore[arg-type]
    assert str(refused.value) == (
        "Settings(offline='guarded'): expected Offline.GUARDED or Offline.UNGUARDED; write: "
        "from alembic_helpers import Offline"
    )


def test_a_database_without_guards_says_what_to_do() -> None:
    context = MigrationContext.configure(dialect_name="sqlite")
    context.dialect.name = "duckdb"
    with pytest.raises(OfflineError) as refused:
        writer_of(context)
    assert str(refused.value) == (
        "--sql: no guards are known for duckdb; run the revisions online, or take Alembic's plain "
        "SQL: Settings(offline=Offline.UNGUARDED)"
    )
