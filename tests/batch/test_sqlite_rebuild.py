"""On SQLite a change of a table is a new table: nothing of the old one may be lost on the way."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from servers.migration import migration
from sqlalchemy import event
from sqlalchemy.engine import Connection

from alembic_helpers import AlembicHelpersError, LeftoverTable, op

RICH = '''
CREATE TABLE "my table" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT COLLATE NOCASE NOT NULL DEFAULT 'it''s: 100%',
    price NUMERIC(10, 2) CHECK (price > 0),
    "a, (b" INTEGER,
    parent INTEGER CONSTRAINT "fk ""q""" REFERENCES parent (id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED,
    made TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    total NUMERIC GENERATED ALWAYS AS (price * 2) VIRTUAL,
    CHECK (name <> 'x, CHECK (y)'),
    CONSTRAINT "ck: %" CHECK ("a, (b" < 100),
    UNIQUE (name, price)
)
'''


def rich(connection: Connection) -> None:
    run = connection.exec_driver_sql
    run("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    run(RICH)
    run('CREATE INDEX ix_lower ON "my table" (lower(name), price DESC)')
    run('CREATE UNIQUE INDEX "ix part" ON "my table" (name COLLATE BINARY) WHERE price > 5')
    run("CREATE TABLE seen (name TEXT)")
    run(
        'CREATE TRIGGER noticed AFTER INSERT ON "my table" '
        "BEGIN INSERT INTO seen VALUES (new.name); END"
    )
    run('CREATE VIEW cheap AS SELECT name FROM "my table" WHERE price < 5')
    run("INSERT INTO parent VALUES (1)")
    run("""INSERT INTO "my table" (name, price, "a, (b", parent) VALUES ('A', 1, 1, 1)""")
    run("""INSERT INTO "my table" (name, price, "a, (b", parent) VALUES ('B', 9, NULL, NULL)""")
    connection.commit()


def texts(connection: Connection, kind: str) -> set[str]:
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = :kind AND sql IS NOT NULL")
    return set(connection.scalars(query, {"kind": kind}))


def values(connection: Connection) -> list[tuple[object, ...]]:
    query = 'SELECT id, name, price, "a, (b", parent, total FROM "my table" ORDER BY id'
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def change() -> None:
    op.alter_column("my table", "price", nullable=False, existing_type=sa.Numeric(10, 2))


def test_nothing_of_a_rich_table_is_lost(sqlite: Connection) -> None:
    rich(sqlite)
    kinds = ("index", "trigger", "view")
    before = {kind: texts(sqlite, kind) for kind in kinds}
    rows = values(sqlite)
    with migration(sqlite):
        change()
    assert {kind: texts(sqlite, kind) for kind in kinds} == before
    assert values(sqlite) == rows
    (sql,) = (s for s in texts(sqlite, "table") if "my table" in s)
    for kept in ("AUTOINCREMENT", "NOCASE", "DEFERRABLE", "ON DELETE CASCADE", 'fk ""q""'):
        assert kept in sql
    with migration(sqlite):
        assert op.check_constraint_exists("ck: %", "my table")
        assert op.foreign_key_exists('fk "q"', "my table", referred_table="parent")
        assert op.unique_constraint_exists(None, "my table", columns=["name", "price"])
    run = sqlite.exec_driver_sql
    for refused in (
        """INSERT INTO "my table" (name, price) VALUES ('x, CHECK (y)', 1)""",
        """INSERT INTO "my table" (name, price) VALUES ('n', -1)""",
        """INSERT INTO "my table" (name, price) VALUES ('n', NULL)""",
        """INSERT INTO "my table" (name, price, "a, (b") VALUES ('n', 1, 100)""",
        """INSERT INTO "my table" (name, price) VALUES ('a', 1)""",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            run(refused)
    run('INSERT INTO "my table" (price) VALUES (3)')
    assert run('SELECT name FROM "my table" WHERE price = 3').scalar() == "it's: 100%"
    assert run("SELECT count(*) FROM seen").scalar() == 3
    assert run("SELECT name FROM cheap ORDER BY name").scalars().all() == ["A", "it's: 100%"]


def test_a_second_run_sends_nothing(sqlite: Connection) -> None:
    rich(sqlite)
    with migration(sqlite):
        change()
    before = texts(sqlite, "table")
    version = sqlite.exec_driver_sql("PRAGMA schema_version").scalar()
    with migration(sqlite):
        change()
    assert texts(sqlite, "table") == before
    assert sqlite.exec_driver_sql("PRAGMA schema_version").scalar() == version


def test_a_crash_after_any_statement_leaves_the_old_table_or_the_new(
    sqlite: Connection, path: Path, tmp_path: Path
) -> None:
    """The file and its journal, copied after each statement, are what a killed process leaves."""
    rich(sqlite)
    rows = values(sqlite)
    sqlite.rollback()
    copies: list[Path] = []

    def crash(*_: object) -> None:
        copy = tmp_path / f"crash{len(copies)}"
        copy.mkdir()
        for part in path.parent.glob("main.db*"):
            shutil.copy(part, copy / part.name)
        copies.append(copy / path.name)

    event.listen(sqlite, "after_cursor_execute", crash)
    with migration(sqlite):
        change()
    event.remove(sqlite, "after_cursor_execute", crash)
    wanted = everything(sqlite)
    assert len(copies) > 10
    for copy in copies:
        engine = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.NullPool)
        with engine.connect() as again:
            assert values(again) == rows
            assert "_alembic_tmp" not in str(texts(again, "table"))
            again.rollback()
            with migration(again):
                change()
            assert everything(again) == wanted
            assert values(again) == rows


def everything(connection: Connection) -> set[str]:
    """Every object's text, its lines in one order: Alembic's batch keeps constraints in a set."""
    kinds = ("table", "index", "trigger", "view")
    found = set().union(*(texts(connection, kind) for kind in kinds))
    return {str(sorted(line.strip(" ,\t") for line in sql.splitlines())) for sql in found}


def test_autoincrement_never_gives_a_number_again(sqlite: Connection) -> None:
    rich(sqlite)
    sqlite.exec_driver_sql('DELETE FROM "my table" WHERE id = 2')
    sqlite.commit()
    with migration(sqlite):
        change()
    sqlite.exec_driver_sql("INSERT INTO \"my table\" (name, price) VALUES ('C', 2)")
    assert [row[0] for row in values(sqlite)] == [1, 3]


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"])
def test_rows_of_other_tables_survive_foreign_keys_on(sqlite: Connection, action: str) -> None:
    """DROP TABLE deletes the rows first, and ON DELETE CASCADE would follow them."""
    run = sqlite.exec_driver_sql
    run("PRAGMA foreign_keys=ON")
    run("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)")
    run(f"CREATE TABLE child (id INTEGER, p INTEGER REFERENCES parent (id) ON DELETE {action})")
    run("INSERT INTO parent VALUES (1, 'a')")
    run("INSERT INTO child VALUES (7, 1)")
    sqlite.commit()
    with migration(sqlite):
        op.execute("INSERT INTO child VALUES (8, 1)")  # opens a transaction within SQLite
        op.alter_column("parent", "name", nullable=False, existing_type=sa.Text())
    assert run("SELECT id, p FROM child ORDER BY id").all() == [(7, 1), (8, 1)]
    assert run("PRAGMA foreign_keys").scalar() == 1
    assert run("PRAGMA legacy_alter_table").scalar() == 0


def test_in_the_callers_own_transaction_foreign_keys_on_is_refused(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}", isolation_level=None)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA foreign_keys=ON"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql("CREATE TABLE child (p INTEGER REFERENCES parent (id))")
    with engine.begin() as connection:
        before = texts(connection, "table")
        context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
        with running(context), pytest.raises(AlembicHelpersError) as caught:
            op.alter_column("parent", "name", nullable=False, existing_type=sa.Text())
        assert texts(connection, "table") == before
    assert "PRAGMA foreign_keys=OFF" in str(caught.value)


@contextlib.contextmanager
def running(context: MigrationContext) -> Iterator[None]:
    with Operations.context(context):
        yield


def test_within_a_transaction_of_its_own_a_rollback_takes_the_rebuild_back(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}", isolation_level=None)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    with engine.connect() as connection:
        before = texts(connection, "table")
        connection.rollback()
        context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
        with running(context):
            transaction = connection.begin()
            op.alter_column("t", "name", nullable=False, existing_type=sa.Text())
            assert texts(connection, "table") != before
            transaction.rollback()
        assert texts(connection, "table") == before


def left_behind(connection: Connection, rows: str) -> None:
    run = connection.exec_driver_sql
    run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    run("INSERT INTO t VALUES (1, 'a'), (2, NULL)")
    run("CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    if rows:
        run(f"INSERT INTO _alembic_tmp_t VALUES {rows}")
    connection.commit()


@pytest.mark.parametrize("rows", ["", "(1, 'a')"])
def test_a_leftover_is_removed_when_the_original_has_its_rows(
    sqlite: Connection, rows: str
) -> None:
    left_behind(sqlite, rows)
    with migration(sqlite):
        op.alter_column("t", "name", type_=sa.String(9), existing_type=sa.Text())
    assert not [s for s in texts(sqlite, "table") if "_alembic_tmp" in s]
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1, "a"), (2, None)]


def test_a_leftover_with_rows_of_its_own_is_never_removed(sqlite: Connection) -> None:
    left_behind(sqlite, "(1, 'a'), (3, 'only here')")
    with pytest.raises(LeftoverTable) as caught, migration(sqlite):
        op.alter_column("t", "name", type_=sa.String(9), existing_type=sa.Text())
    assert str(caught.value) == (
        "t: an interrupted batch left '_alembic_tmp_t' with 2 rows, and not all of them are in "
        "'t'; nothing was changed. Compare the two. If the original is complete: DROP TABLE "
        "main._alembic_tmp_t; if it is not, the leftover holds the rows: DROP TABLE main.t; "
        "ALTER TABLE main._alembic_tmp_t RENAME TO t."
    )
    query = "SELECT name FROM _alembic_tmp_t WHERE id = 3"
    assert sqlite.exec_driver_sql(query).scalar() == "only here"


def test_a_leftover_without_its_original_is_named(sqlite: Connection) -> None:
    sqlite.exec_driver_sql("CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, name TEXT)")
    sqlite.exec_driver_sql("INSERT INTO _alembic_tmp_t VALUES (1, 'only here')")
    sqlite.commit()
    with pytest.raises(LeftoverTable, match="ALTER TABLE _alembic_tmp_t RENAME TO t"):
        with migration(sqlite):
            op.alter_column("t", "name", nullable=False, existing_type=sa.Text())
    assert sqlite.exec_driver_sql("SELECT count(*) FROM _alembic_tmp_t").scalar() == 1


def test_what_cannot_be_kept_is_refused_and_undone(sqlite: Connection) -> None:
    sqlite.exec_driver_sql("CREATE TABLE t (id INTEGER, name TEXT UNIQUE ON CONFLICT REPLACE)")
    sqlite.commit()
    before = texts(sqlite, "table")
    with pytest.raises(AlembicHelpersError, match="an ON CONFLICT clause would be lost"):
        with migration(sqlite):
            op.alter_column("t", "id", nullable=False, existing_type=sa.Integer())
    assert texts(sqlite, "table") == before


@pytest.mark.parametrize("tail", ["WITHOUT ROWID"])
def test_table_options_are_kept(sqlite: Connection, tail: str) -> None:
    sqlite.exec_driver_sql(f"CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) {tail}")
    sqlite.commit()
    with migration(sqlite):
        op.alter_column("t", "name", nullable=False, existing_type=sa.Text())
    (sql,) = texts(sqlite, "table")
    assert sql.strip().endswith(tail)


def test_an_unnamed_constraint_is_dropped_by_the_name_a_convention_gives_it(
    sqlite: Connection,
) -> None:
    convention = {"uq": "uq_%(table_name)s_%(column_0_name)s", "fk": "fk_%(column_0_name)s"}
    run = sqlite.exec_driver_sql
    run("CREATE TABLE p (id INTEGER PRIMARY KEY)")
    run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, p INTEGER REFERENCES p (id))")
    sqlite.commit()
    for _ in range(2):
        with migration(sqlite):
            with op.batch_alter_table("t", naming_convention=convention) as batch_op:
                batch_op.drop_constraint("uq_t_name", type_="unique")
                batch_op.drop_constraint("fk_p", type_="foreignkey")
        with migration(sqlite):
            assert not op.unique_constraint_exists(None, "t", columns=["name"])
            assert not op.foreign_key_exists(None, "t", columns=["p"])


def test_the_users_own_copy_from_is_respected(sqlite: Connection) -> None:
    sqlite.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    sqlite.exec_driver_sql("INSERT INTO t VALUES (1, 'a')")
    sqlite.commit()
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(30)),
        sa.CheckConstraint("id > 0", name="ck_id"),
    )
    with migration(sqlite):
        with op.batch_alter_table("t", copy_from=table) as batch_op:
            batch_op.alter_column("name", nullable=False)
    (sql,) = texts(sqlite, "table")
    assert "ck_id" in sql
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1, "a")]


def test_a_column_in_an_index_with_others_is_not_dropped(sqlite: Connection) -> None:
    sqlite.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
    sqlite.exec_driver_sql("CREATE INDEX ix_a ON t (a)")
    sqlite.exec_driver_sql("CREATE INDEX ix_ab ON t (a, b)")
    sqlite.commit()
    before = texts(sqlite, "index")
    with pytest.raises(AlembicHelpersError, match="ix_ab"), migration(sqlite):
        op.drop_column("t", "a")
    assert texts(sqlite, "index") == before
    with migration(sqlite):
        op.drop_index("ix_ab", "t")
        op.drop_column("t", "a")
    assert texts(sqlite, "index") == set()


def test_columns_can_be_reordered_and_are_not_reordered_twice(sqlite: Connection) -> None:
    sqlite.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
    sqlite.exec_driver_sql("INSERT INTO t VALUES (1, 'a', 'b')")
    sqlite.commit()
    versions = []
    for _ in range(2):
        with migration(sqlite):
            with op.batch_alter_table(
                "t", recreate="always", partial_reordering=[("b", "a")]
            ) as batch_op:
                batch_op.drop_column("never")
        versions.append(sqlite.exec_driver_sql("PRAGMA schema_version").scalar())
    assert sqlite.exec_driver_sql("SELECT * FROM t").mappings().one() == {
        "id": 1,
        "b": "b",
        "a": "a",
    }
    assert list(sqlite.exec_driver_sql("SELECT * FROM t").keys()).index("b") == 1
    assert versions[0] == versions[1]
