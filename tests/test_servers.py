"""The tests' own servers: each answers, no test sees what another left, none is missed silently."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.runtime.migration import MigrationContext
from servers.database import Database
from servers.found import DRIVERS_VARIABLE, Server, UnreachableError, drivers, identify, with_ids
from servers.migration import Statements
from servers.session import REQUIRE_VARIABLE, URLS_VARIABLE, Servers
from servers.snapshot import Snapshot, rows
from sqlalchemy.engine import Connection, make_url

Migrate = Callable[..., AbstractContextManager[MigrationContext]]
TakeSnapshot = Callable[..., Snapshot]
HERE = Path(__file__).parent
NOWHERE = "mysql+pymysql://somebody:secret@127.0.0.1:1/nowhere"


# -- which server is which -------------------------------------------------------------------------


@pytest.mark.capability("is_server")
def test_a_server_is_what_it_says_it_is(database: Database, connection: Connection) -> None:
    found = identify(database.url, "given")
    assert (found.kind, found.version) == (database.name, database.version)
    assert database.id.startswith(database.name)


@pytest.mark.capability("has_inline_enums")
def test_mariadb_is_recognised_behind_a_mysql_url(database: Database) -> None:
    url = make_url(database.url).set(drivername="mysql+pymysql")
    assert identify(url.render_as_string(hide_password=False), "given").kind == database.name


def test_each_url_gets_a_driver_of_both_kinds_and_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(DRIVERS_VARIABLE, raising=False)

    def names(url: str) -> list[str]:
        return [each.drivername for each in drivers(make_url(url))]

    assert names("postgresql://h/d") == ["postgresql+psycopg", "postgresql+asyncpg"]
    assert names("postgresql+pg8000://h/d") == ["postgresql+pg8000", "postgresql+asyncpg"]
    assert names("mysql+asyncmy://h/d") == ["mysql+pymysql", "mysql+asyncmy"]
    assert names("mariadb+pymysql://h/d") == ["mariadb+pymysql", "mariadb+aiomysql"]
    monkeypatch.setenv(DRIVERS_VARIABLE, "psycopg2 asyncmy")
    assert names("postgresql+psycopg://h/d") == ["postgresql+psycopg2", "postgresql+asyncpg"]
    assert names("mysql+pymysql://h/d") == ["mysql+pymysql", "mysql+asyncmy"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mssql+pyodbc://h/d", "no tests for 'mssql'"),
        ("not a url", "not a usable SQLAlchemy URL"),
        ("postgresql+nodriver://h/d", "not a usable SQLAlchemy URL"),
        ("postgresql+psycopg://postgres@127.0.0.1:1/d", "refused"),
    ],
)
def test_a_url_that_does_not_work_says_why(
    url: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DRIVERS_VARIABLE, raising=False)
    with pytest.raises(UnreachableError, match=reason):
        identify(url, "given")


def test_an_id_holds_the_version_where_there_are_several_of_a_kind() -> None:
    def server(kind: str, *version: int) -> Server:
        return Server(kind, version, "", "", "given")

    found = [server("postgresql", 13, 23), server("postgresql", 18, 4), server("mysql", 9, 7, 4)]
    assert [s.id for s in with_ids(found)] == ["postgresql-13", "postgresql-18", "mysql"]
    found = [server("mariadb", 10, 11, 2), server("mariadb", 10, 11, 6)]
    assert [s.id for s in with_ids(found)] == ["mariadb-10.11", "mariadb-10.11-no2"]


def test_a_password_is_not_shown() -> None:
    servers = Servers([NOWHERE])
    servers.find()
    servers.stop()
    assert servers.missing[0].startswith("mysql+pymysql://somebody@127.0.0.1:1/nowhere: ")
    assert "secret" not in " ".join(servers.missing)


# -- an empty database for each test ---------------------------------------------------------------


def _leave_a_mess(connection: Connection, database: Database) -> None:
    execute = connection.exec_driver_sql
    default, other = connection.dialect.default_schema_name, database.other_schema
    for schema in (default, other):
        execute(f"CREATE TABLE {schema}.parent (id int PRIMARY KEY)")
    if database.has_cross_schema_foreign_keys:
        for here, there in ((default, other), (other, default)):
            refers = f"FOREIGN KEY (id) REFERENCES {there}.parent (id)"
            execute(f"CREATE TABLE {here}.child (id int, {refers})")
    execute("CREATE VIEW seen AS SELECT id FROM parent")
    if database.has_sequences:
        connection.execute(sa.schema.CreateSequence(sa.Sequence("counted", schema=other)))
    if database.has_enums:
        execute("CREATE TYPE mood AS ENUM ('a')")
        execute('CREATE SCHEMA "a third"')
        execute('CREATE TABLE "a third"."a table" (id int)')
    if database.has_extensions:
        for name in execute(
            "SELECT name FROM pg_available_extensions WHERE name = 'citext'"
        ).scalars():
            execute(f"CREATE EXTENSION {name}")
    connection.commit()


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_starts_empty(
    database: Database, connection: Connection, snapshot: TakeSnapshot, time: str
) -> None:
    empty = snapshot(connection)
    assert (empty["tables"], empty["views"], empty["sequences"]) == ({}, {}, [])
    assert snapshot(connection, database.other_schema)["tables"] == {}
    _leave_a_mess(connection, database)
    assert "parent" in snapshot(connection)["tables"]


def test_a_wipe_removes_everything_and_ends_whoever_holds_a_lock(
    database: Database, connection: Connection, snapshot: TakeSnapshot
) -> None:
    def both() -> list[Snapshot]:
        with database.engine.connect() as fresh:
            return [snapshot(fresh), snapshot(fresh, database.other_schema)]

    empty = both()
    _leave_a_mess(connection, database)
    assert both() != empty
    connection.exec_driver_sql("INSERT INTO parent VALUES (1)")  # and no commit
    database.wipe()
    assert both() == empty
    connection.invalidate()


def test_a_connection_begins_without_a_transaction(connection: Connection) -> None:
    assert not connection.in_transaction()


def test_the_schema_fixture_names_an_empty_schema(
    connection: Connection, schema: str | None
) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer), schema=schema)
    table.create(connection)
    assert sa.inspect(connection).get_table_names(schema) == ["t"]


@pytest.mark.parametrize("example", [1, 2])
def test_fresh_is_empty_each_time(database: Database, example: int) -> None:
    for _ in range(2):
        with database.fresh() as connection:
            sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer)).create(connection)
            connection.commit()


@pytest.mark.capability("has_enums")
def test_a_capability_keeps_a_test_to_the_databases_that_have_it(database: Database) -> None:
    assert database.has_enums


# -- a migration -----------------------------------------------------------------------------------


def _create(schema: str | None = None, name: str = "t") -> None:
    op.create_table(name, sa.Column("id", sa.Integer), schema=schema)


def test_what_a_migration_did_is_committed(
    database: Database, migrate: Migrate, schema: str | None
) -> None:
    with migrate():
        _create(schema)
    with database.engine.connect() as another:
        assert sa.inspect(another).has_table("t", schema)


def test_a_failed_migration_leaves_no_context_and_what_the_database_cannot_undo(
    database: Database, connection: Connection, migrate: Migrate
) -> None:
    def fail() -> None:
        with migrate():
            _create()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not connection.in_transaction()
    assert sa.inspect(connection).has_table("t") is not database.transactional_ddl
    with pytest.raises((NameError, AttributeError)):  # by whether Alembic has cached its proxy
        _create()


def test_the_options_reach_the_migration_context(migrate: Migrate) -> None:
    metadata = sa.MetaData()
    with migrate(target_metadata=metadata, alembic_helpers="settings") as context:
        assert context.opts["target_metadata"] is metadata
        assert context.opts["alembic_helpers"] == "settings"


def test_an_autocommit_block_works_as_in_a_real_migration(
    connection: Connection, migrate: Migrate
) -> None:
    with migrate() as context:
        _create()
        with context.autocommit_block():
            _create(name="u")
        _create(name="v")
    assert sorted(sa.inspect(connection).get_table_names()) == ["t", "u", "v"]


# -- what was sent, and what is there --------------------------------------------------------------


def test_statements_are_recorded_and_sorted(
    connection: Connection, migrate: Migrate, statements: Statements
) -> None:
    with migrate():
        _create()
        op.execute("  -- why\n  INSERT INTO t VALUES (1)")
        op.execute("CREATE TEMPORARY TABLE aside (id int)")
        op.execute("/* why */ DROP TABLE t")
    assert [statement.split()[0] for statement in statements.ddl] == ["CREATE", "/*"]
    assert len(statements.writes) == 1
    assert len(statements) >= 4
    statements.clear()
    assert not statements.ddl


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE another (id int)",
        "CREATE INDEX ix ON t (x)",
        "CREATE UNIQUE INDEX ix ON t (x)",
        "ALTER TABLE t ADD COLUMN y int",
        "ALTER TABLE t ADD COLUMN y int DEFAULT 7 NOT NULL",
        "ALTER TABLE t RENAME TO u",
        "CREATE VIEW v AS SELECT x FROM t",
        "DROP TABLE t",
    ],
)
def test_a_snapshot_sees_every_change_and_nothing_else(
    connection: Connection, snapshot: TakeSnapshot, change: str
) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x int)")
    connection.commit()
    before = snapshot(connection)
    assert not connection.in_transaction()
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    connection.commit()
    assert snapshot(connection) == before
    connection.exec_driver_sql(change)
    assert snapshot(connection) != before
    assert connection.in_transaction()


def test_rows_are_in_a_stable_order(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x int)")
    connection.exec_driver_sql("INSERT INTO t VALUES (2), (1), (2)")
    assert [tuple(row) for row in rows(connection, "t")] == [(1,), (2,), (2,)]


# -- the end of a run ------------------------------------------------------------------------------

_OTHER_TESTS = """
import pytest

def test_one(database):
    pass

@pytest.mark.capability("has_enums", "has_inline_enums")
def test_on_no_database_there_is(database):
    raise AssertionError
"""


def _run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run other tests with this conftest, where one more database is wanted than is there."""
    (folder / "test_other.py").write_text(_OTHER_TESTS)
    not_for_them = (REQUIRE_VARIABLE, "PYTEST_ADDOPTS")
    environment = {k: v for k, v in os.environ.items() if k not in not_for_them}
    environment["PYTHONPATH"] = str(HERE)
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [*command, "--database-url", NOWHERE, *arguments, "test_other.py"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_missing_database_is_named_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URLS_VARIABLE, f"{os.environ.get(URLS_VARIABLE, '')} mssql://h/gone")
    status, output = _run(tmp_path)
    assert status == 0, output
    assert "NOT TESTED: mysql+pymysql://somebody@127.0.0.1:1/nowhere" in output
    assert "NOT TESTED: mssql://h/gone" in output
    assert "1 deselected" in output
    assert "skipped" not in output


@pytest.mark.parametrize("parallel", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_a_missing_database_fails_the_run_when_it_is_required(
    tmp_path: Path, parallel: list[str]
) -> None:
    status, output = _run(tmp_path, "--require-databases", *parallel)
    assert status == 1, output
    assert "FAILED: --require-databases: mysql+pymysql://somebody@127.0.0.1:1/nowhere" in output
