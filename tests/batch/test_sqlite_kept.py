"""Tables whose own ways a rebuild on SQLite has to keep, or else to leave alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import AlembicHelpersError, DefinitionMismatch, LeftoverTable, op


def made(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


def text(connection: Connection, name: str) -> str:
    query = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
    return str(connection.scalar(query, {"name": name}))


def not_null(table: str, column: str) -> None:
    op.alter_column(table, column, nullable=False, existing_type=sa.Integer())


# -- a table under the name of the temporary one ---------------------------------------------------


def test_a_table_with_columns_of_its_own_is_no_leftover(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, precious TEXT)",
        "INSERT INTO _alembic_tmp_t VALUES (1, 'mine')",
    )
    with pytest.raises(LeftoverTable) as caught, migration(sqlite):
        not_null("t", "n")
    assert str(caught.value) == (
        "t: the new table would be built as '_alembic_tmp_t', and there is one of that name with 1 "
        "rows and with columns that neither 't' nor this change has: precious; nothing was "
        "changed. If it is needed, give it another name: ALTER TABLE main._alembic_tmp_t RENAME TO "
        "...; if it is not: DROP TABLE main._alembic_tmp_t."
    )
    assert sqlite.exec_driver_sql("SELECT precious FROM _alembic_tmp_t").scalar() == "mine"


def test_a_leftover_with_a_column_that_the_batch_adds_is_removed(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "CREATE TABLE _alembic_tmp_t (id INTEGER PRIMARY KEY, n INTEGER, x INTEGER DEFAULT 7)",
        "INSERT INTO _alembic_tmp_t VALUES (1, 1, 7)",
    )
    with migration(sqlite), op.batch_alter_table("t", recreate="always") as batch_op:
        batch_op.add_column(sa.Column("x", sa.Integer, server_default="7"))
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1, 1, 7), (2, 2, 7)]


# -- columns in another case -----------------------------------------------------------------------


def test_a_constraint_may_call_its_columns_in_another_case(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE o (id INTEGER PRIMARY KEY)",
        "CREATE TABLE t (Id INTEGER, Oid INTEGER, Was INTEGER)",
        "INSERT INTO t VALUES (1, NULL, 2)",
    )
    for _ in range(2):
        with migration(sqlite):
            op.create_foreign_key("fk", "t", "o", ["OID"], ["ID"])
            op.create_unique_constraint("uq", "t", ["oid", "ID"])
            op.create_primary_key("pk", "t", ["ID"])
            with op.batch_alter_table("t") as batch_op:
                batch_op.add_column(sa.Column("New", sa.Integer))
                batch_op.alter_column("was", new_column_name="Is")
                batch_op.create_unique_constraint("uq_new", ["NEW", "IS"])
    made_of = text(sqlite, "t")
    assert 'FOREIGN KEY("Oid")' in made_of
    assert 'UNIQUE ("Oid", "Id")' in made_of
    assert 'PRIMARY KEY ("Id")' in made_of
    assert 'UNIQUE ("New", "Is")' in made_of
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1, None, 2, None)]


# -- keys that hold NULL ---------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["TEXT", "BIGINT"])
def test_a_key_that_holds_null_keeps_it(sqlite: Connection, declared: str) -> None:
    made(
        sqlite,
        f"CREATE TABLE t (id {declared} PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (NULL, 1), (NULL, 2)",
    )
    with migration(sqlite):
        not_null("t", "n")
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(None, 1), (None, 2)]


def test_a_key_that_would_become_the_row_number_is_refused_where_it_holds_null(
    sqlite: Connection,
) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INT PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (NULL, 1), (7, 2)",
    )
    with migration(sqlite), pytest.raises(AlembicHelpersError) as caught:
        not_null("t", "n")
    assert "rows whose key is NULL would get numbers. Everything was undone." in str(caught.value)
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(None, 1), (7, 2)]
    sqlite.exec_driver_sql("DELETE FROM t WHERE id IS NULL")
    with migration(sqlite):
        not_null("t", "n")
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(7, 2)]


def test_a_key_that_holds_null_may_be_dropped(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INT PRIMARY KEY, n INTEGER)",
        "INSERT INTO t VALUES (NULL, 1), (7, 2)",
    )
    with migration(sqlite), op.batch_alter_table("t") as batch_op:
        batch_op.drop_column("id")
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1,), (2,)]


# -- generated columns -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "generated",
    [
        "GENERATED ALWAYS AS (n * 2) STORED CHECK (g > 0)",
        "GENERATED ALWAYS AS (n * 2) VIRTUAL CONSTRAINT ck CHECK ((g) > (0)) NOT NULL",
        "CHECK (g > 0) AS (n * 2) STORED",
        'AS ("N" * 2 /* twice) */)',
    ],
)
def test_a_generated_column_keeps_its_expression_and_its_check(
    sqlite: Connection, generated: str
) -> None:
    made(
        sqlite,
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, g INTEGER {generated})",
        "INSERT INTO t (n) VALUES (1)",
    )
    with migration(sqlite):
        not_null("t", "n")
    sqlite.exec_driver_sql("INSERT INTO t (n) VALUES (2)")
    assert sqlite.exec_driver_sql("SELECT g FROM t").scalars().all() == [2, 4]
    after = text(sqlite, "t")
    for word in ("STORED", "CHECK"):
        assert after.count(word) == generated.count(word)
    if "CHECK" in generated:
        with pytest.raises(sa.exc.IntegrityError):
            sqlite.exec_driver_sql("INSERT INTO t (n) VALUES (-1)")


# -- a key's own COLLATE ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "CONSTRAINT u UNIQUE (a COLLATE NOCASE)",
        "CONSTRAINT u UNIQUE (n, [a] COLLATE [NoCase] DESC)",
        "PRIMARY KEY (a COLLATE RTRIM, n)",
    ],
)
def test_a_rebuild_that_would_lose_the_collate_of_a_key_is_undone(
    sqlite: Connection, key: str
) -> None:
    made(
        sqlite,
        f"CREATE TABLE t (id INTEGER, a TEXT, n INTEGER, {key})",
        "INSERT INTO t VALUES (1, 'x', 1)",
    )
    before = text(sqlite, "t")
    with pytest.raises(AlembicHelpersError, match=r"the COLLATE of the .* would be lost"):
        with migration(sqlite):
            not_null("t", "id")
    assert text(sqlite, "t") == before
    assert sqlite.exec_driver_sql("SELECT * FROM t").all() == [(1, "x", 1)]


def test_a_key_with_the_collation_of_its_column_is_no_obstacle(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT, n INTEGER, "
        "UNIQUE (a COLLATE nocase), UNIQUE (b COLLATE binary))",
    )
    with migration(sqlite):
        not_null("t", "n")
    assert text(sqlite, "t").count("UNIQUE") == 2


def test_a_key_of_another_collation_is_another_one(sqlite: Connection) -> None:
    made(sqlite, "CREATE TABLE t (a TEXT, n INTEGER, CONSTRAINT u UNIQUE (a COLLATE NOCASE))")
    with pytest.raises(DefinitionMismatch) as caught, migration(sqlite):
        op.create_unique_constraint("u", "t", ["a"])
    (difference,) = caught.value.differences
    assert (difference.attribute, difference.found) == ("collations", "(NOCASE)")
    with migration(sqlite), op.batch_alter_table("t") as batch_op:
        batch_op.drop_constraint("u", type_="unique")
        batch_op.create_unique_constraint("u", ["a"])
        batch_op.alter_column("n", nullable=False, existing_type=sa.Integer())
    assert "NOCASE" not in text(sqlite, "t")


# -- the table's name in another case --------------------------------------------------------------


@pytest.mark.parametrize("rows", [2, 0])
@pytest.mark.parametrize("described", [False, True])
def test_a_table_keeps_its_spelling_and_its_counter(
    sqlite: Connection, rows: int, described: bool
) -> None:
    made(
        sqlite,
        "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER)",
        "CREATE INDEX ix ON items (n DESC)",
        "INSERT INTO items (n) VALUES (1), (2), (3)",
        f"DELETE FROM items WHERE id > {rows}",
    )
    as_described = sa.Table(
        "Items",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.Integer),
        sqlite_autoincrement=True,
    )
    options = {"copy_from": as_described} if described else {}
    with migration(sqlite), op.batch_alter_table("ITEMS", **options) as batch_op:
        batch_op.alter_column("n", nullable=False, existing_type=sa.Integer())
    run = sqlite.exec_driver_sql
    if not described:
        assert set(
            run("SELECT tbl_name FROM sqlite_master WHERE sql LIKE '%items%'").scalars()
        ) == {"items"}
    run("INSERT INTO items (n) VALUES (9)")
    assert run("SELECT max(id) FROM items").scalar() == 4


def test_a_single_operation_finds_the_spelling_too(sqlite: Connection) -> None:
    made(sqlite, "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER)")
    with migration(sqlite):
        not_null("Items", "n")
    assert "items" in text(sqlite, "items")
    assert "NOT NULL" in text(sqlite, "items")


# -- foreign keys that cannot be checked -----------------------------------------------------------


def test_a_foreign_key_without_a_key_elsewhere_is_no_obstacle(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE par (x INTEGER)",
        "CREATE TABLE ch (x INTEGER REFERENCES par (x))",
        "INSERT INTO ch VALUES (1)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "CREATE TABLE u (x INTEGER REFERENCES t (n))",
        "INSERT INTO t VALUES (1, 1)",
        "INSERT INTO u VALUES (1)",
    )
    for table, column in (("t", "n"), ("ch", "x"), ("u", "x")):
        with migration(sqlite):
            not_null(table, column)
        assert "NOT NULL" in text(sqlite, table)


def test_a_key_that_a_foreign_key_refers_to_is_not_dropped(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, CONSTRAINT uc UNIQUE (code))",
        "CREATE TABLE ch (x TEXT REFERENCES t (code))",
        "INSERT INTO t VALUES (1, 'a')",
        "INSERT INTO ch VALUES ('a')",
    )
    before = text(sqlite, "t")
    refused = "a foreign key of 'ch' would refer to columns without a unique key. Everything was"
    with pytest.raises(AlembicHelpersError, match=refused), migration(sqlite):
        op.drop_constraint("uc", "t", type_="unique")
    assert text(sqlite, "t") == before


@pytest.mark.parametrize("table", ["t", "ch"])
def test_a_foreign_key_whose_rows_point_nowhere_is_not_made(sqlite: Connection, table: str) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "CREATE TABLE ch (id INTEGER PRIMARY KEY, n INTEGER REFERENCES t (id))",
        "INSERT INTO ch VALUES (8, 1)",
        "INSERT INTO t VALUES (1, 7)",
    )
    before = text(sqlite, table)
    refused = f"rows of a foreign key of '{table}' would point nowhere"
    with pytest.raises(AlembicHelpersError, match=refused), migration(sqlite):
        op.create_foreign_key("fk", table, "ch", ["n"], ["id"])
    assert text(sqlite, table) == before


def test_a_virtual_table_without_its_module_is_no_obstacle(sqlite: Connection) -> None:
    made(
        sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)",
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_master VALUES "
        "('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING unheard_of (a)')",
        "PRAGMA writable_schema=RESET",
    )
    with migration(sqlite):
        not_null("t", "n")
    assert "NOT NULL" in text(sqlite, "t")
