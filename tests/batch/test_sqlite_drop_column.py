"""What reads a dropped column on SQLite, where a name in double quotes may turn into a string."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import DependentObjects, op


def texts(connection: Connection) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    return {row.name: row.sql for row in connection.exec_driver_sql(query)}


def made(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


@pytest.mark.parametrize("name", ["Order", "qty", "a b", "end"])
@pytest.mark.parametrize(
    "rest",
    [
        "{0} INTEGER CHECK ({0} > 0))",
        "{0} INTEGER CONSTRAINT ck CHECK ({0} IN (0, 1)))",
        "{0} INTEGER, CHECK ({0} > 0 AND abs({0}) < 9))",
        "{0} INTEGER, CONSTRAINT ck CHECK (t.{0} > 0))",
        "{0} INTEGER, CHECK (CASE WHEN {0} > 1 THEN 1 ELSE 0 END IN (0, 1)))",
    ],
)
def test_a_check_of_the_column_alone_goes_with_it(sqlite: Connection, name: str, rest: str) -> None:
    rest = rest.format(f'"{name}"')
    made(sqlite, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {rest}", "INSERT INTO t VALUES (1, 1)")
    with migration(sqlite):
        op.drop_column("t", name)
    assert "CHECK" not in texts(sqlite)["t"]
    sqlite.exec_driver_sql("INSERT INTO t VALUES (2)")


@pytest.mark.parametrize(
    "type_",
    [
        sa.Boolean(create_constraint=True),
        sa.Boolean(create_constraint=True, name="ck"),
        sa.Enum("x", "y", create_constraint=True, name="ck"),
    ],
    ids=["unnamed", "named", "enum"],
)
def test_the_check_of_a_type_goes_with_its_column(
    sqlite: Connection, type_: sa.types.TypeEngine[object]
) -> None:
    with migration(sqlite):
        op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("Order", type_)
        )
    for _ in range(2):
        with migration(sqlite):
            op.drop_column("t", "Order")
    assert "CHECK" not in texts(sqlite)["t"]
    sqlite.exec_driver_sql("INSERT INTO t VALUES (1)")


@pytest.mark.parametrize(
    "index",
    [
        'CREATE INDEX ix ON t (lower("Name"))',
        'CREATE INDEX ix ON t ("Name" COLLATE NOCASE) WHERE "Name" <> \'b\'',
    ],
)
def test_an_index_that_reads_the_column_alone_goes_with_it(sqlite: Connection, index: str) -> None:
    made(sqlite, 'CREATE TABLE t (id INTEGER PRIMARY KEY, "Name" TEXT, b TEXT)', index)
    with migration(sqlite):
        op.drop_column("t", "Name")
    assert "ix" not in texts(sqlite)


@pytest.mark.parametrize(
    ("rest", "index", "dependent"),
    [
        ('"A" INT, b INT, CHECK ("A" > 0 OR b > 0))', "", r"check constraint \(unnamed\) \(A, b\)"),
        ('"A" INT, b INT CONSTRAINT ck CHECK (b < "a"))', "", "ck"),
        ("A INT, b INT, CONSTRAINT ck CHECK (A > b))", "", "ck"),
        ('"A" INT, b INT)', 'CREATE UNIQUE INDEX ux ON t (b) WHERE "A" = 1', "ux"),
        ('"A" INT, b INT)', 'CREATE INDEX ux ON t ("A" + b)', "ux"),
        ('"A" INT, b INT)', "CREATE INDEX ux ON t (lower(`A`), b DESC)", "ux"),
    ],
)
def test_what_reads_other_columns_too_is_refused(
    sqlite: Connection, rest: str, index: str, dependent: str
) -> None:
    made(sqlite, f"CREATE TABLE t (id INTEGER PRIMARY KEY, {rest}", *filter(None, [index]))
    before = texts(sqlite)
    with pytest.raises(DependentObjects, match=rf"{dependent} covers other columns too"):
        with migration(sqlite):
            op.drop_column("t", "A")
    assert texts(sqlite) == before


def test_a_column_from_which_another_is_computed_is_refused(sqlite: Connection) -> None:
    made(
        sqlite,
        'CREATE TABLE t (id INTEGER PRIMARY KEY, "Qty" INT, b INT AS ("Qty" + 1), c INT AS (id))',
    )
    before = texts(sqlite)
    with pytest.raises(DependentObjects) as caught, migration(sqlite):
        op.drop_column("t", "Qty")
    assert caught.value.dependents == ("b",)
    assert texts(sqlite) == before
    with migration(sqlite), op.batch_alter_table("t") as batch_op:
        batch_op.drop_column("b")
        batch_op.drop_column("Qty")
    assert "Qty" not in texts(sqlite)["t"]


def test_words_that_are_no_columns_hold_nothing_up(sqlite: Connection) -> None:
    made(
        sqlite,
        'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, "text" INT, "lower" INT, "nocase" INT, '
        '"desc" INT, "like" INT, "end" INT, "t" INT, '
        "CONSTRAINT ck CHECK (lower(CAST(a AS text)) COLLATE nocase LIKE 'text' "
        "OR CASE WHEN a THEN 1 END))",
        "CREATE INDEX ix ON t (a DESC)",
    )
    for name in ("text", "lower", "nocase", "desc", "like", "end", "t"):
        with migration(sqlite):
            op.drop_column("t", name)
    assert "CHECK (lower(CAST(a AS text))" in texts(sqlite)["t"]
    with migration(sqlite):
        op.drop_column("t", "a")
    assert "CHECK" not in texts(sqlite)["t"]


def test_a_check_can_be_dropped_before_the_column_in_one_batch(sqlite: Connection) -> None:
    made(
        sqlite,
        'CREATE TABLE t (id INTEGER PRIMARY KEY, "A" INT, b INT, CONSTRAINT ck CHECK ("A" < b))',
    )
    for _ in range(2):
        with migration(sqlite), op.batch_alter_table("t") as batch_op:
            batch_op.drop_constraint("ck", type_="check")
            batch_op.drop_column("A")
    assert "CHECK" not in texts(sqlite)["t"]


def test_the_way_past_an_unnamed_check(sqlite: Connection) -> None:
    made(sqlite, 'CREATE TABLE t (id INTEGER PRIMARY KEY, "A" INT, b INT, CHECK ("A" < b))')
    with pytest.raises(DependentObjects) as caught, migration(sqlite):
        op.drop_column("t", "A")
    assert str(caught.value) == (
        "drop_column t.A: check constraint (unnamed) (A, b) covers other columns too, and would go "
        "or change with it; nothing was dropped. Drop or replace it first: op.drop_index(...) or "
        "op.drop_constraint(...). One without a name goes when the table is made anew without it: "
        "op.batch_alter_table('t', recreate='always', copy_from=sa.Table(...))."
    )
    anew = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("A", sa.Integer),
        sa.Column("b", sa.Integer),
    )
    with migration(sqlite):
        with op.batch_alter_table("t", recreate="always", copy_from=anew):
            pass
        op.drop_column("t", "A")
    assert "CHECK" not in texts(sqlite)["t"]
