"""On MySQL and MariaDB many tables are read by a constant number of questions and one SHOW each."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from servers.database import Database as Server
from servers.migration import Statements
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.base import Database
from alembic_helpers.databases.objects import Kind, Name, Table

# What only MySQL and MariaDB have, and what of the two only MySQL has.
pytestmark = pytest.mark.capability("has_inline_enums")
only_mysql = pytest.mark.capability("has_functional_indexes")
only_mariadb = pytest.mark.capability("has_inline_enums", "has_sequences")

ODD = ["a`b", "50%", "x:y", "q'uo\"te", "MiXed", "mixed", "é", "e", "E", "日本", "TEMPORARY", "/*!"]


def quoted(*names: str) -> str:
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


@pytest.fixture
def schema(connection: Connection) -> str:
    return connection.engine.url.database or ""


@pytest.fixture
def kind(connection: Connection) -> Database:
    return database_of(connection.dialect)


@pytest.fixture
def run(connection: Connection) -> Any:
    return lambda sql: connection.exec_driver_sql(sql.replace("%", "%%"))


@pytest.fixture
def odd(run: Any) -> list[str]:
    """Tables of odd names, with columns and keys of the same names."""
    for n, name in enumerate(ODD):
        q = quoted(name)
        run(
            f"CREATE TABLE {q} (id{n} int PRIMARY KEY AUTO_INCREMENT, {q} varchar(20) NOT NULL "
            f"DEFAULT 'a''b\\\\%:x', UNIQUE KEY {q} ({q}), KEY k (id{n}, {q}(5)), "
            f"CONSTRAINT {quoted(f'{n}{name}')} CHECK ({q} <> 'é%:''')) COMMENT 'c %:é'"
        )
    return ODD


def everything(table: Table | None) -> Any:
    """All of a table: types by what they hold, and the definitions, which == leaves out."""
    if table is None:
        return None
    columns = [(repr(c), vars(c.type).keys(), c.definition) for c in table.columns]
    others = [(repr(o), o.definition) for o in (*table.constraints, *table.indexes)]
    return table.name, table.schema, table.comment, table.collation, columns, others


def assert_as_alone(
    kind: Database, connection: Connection, names: list[str], schema: str
) -> dict[str, Table]:
    found = kind.tables(connection, names, schema)
    for name in names:
        alone = kind.table(connection, name, schema)
        assert everything(found.get(name)) == everything(alone)
    return found


def test_tables_of_odd_names(
    kind: Database, connection: Connection, schema: str, odd: list[str]
) -> None:
    found = assert_as_alone(kind, connection, odd, schema)
    assert [*found] == odd
    for n, name in enumerate(odd):
        table = found[name]
        assert (table.name, table.comment) == (name, "c %:é")
        assert [c.name for c in table.columns] == [f"id{n}", name]
        assert table.primary_key is not None
        assert table.primary_key.columns == (f"id{n}",)
        assert {i.name: i.columns for i in table.indexes} == {
            name: (name,),
            "k": (f"id{n}", name),
        }
        assert [c.name for c in table.constraints if c.sqltext] == [f"{n}{name}"]
        assert None not in [c.definition for c in (*table.columns, *table.constraints)]
        assert isinstance(table.columns[1].type, sa.VARCHAR)


def test_what_is_no_table_is_left_out(
    kind: Database, connection: Connection, schema: str, run: Any
) -> None:
    run("CREATE TABLE t (a int)")
    run("CREATE VIEW v AS SELECT a FROM t")
    found = kind.tables(connection, ["v", "absent", "t", "\U0001f600"], schema)
    assert [*found] == ["t"]
    assert kind.tables(connection, ["v", "absent"], schema) == {}
    assert kind.tables(connection, [], schema) == {}
    assert kind.tables(connection, ["t"], "\U0001f600") == {}


def test_all_sorts_of_columns_and_keys(
    kind: Database, connection: Connection, schema: str, run: Any
) -> None:
    run("CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b)) CHARSET latin1")
    # A key and a foreign key of one name.
    run(
        "CREATE TABLE child (a int, b int, UNIQUE KEY fk (a, b), CONSTRAINT fk FOREIGN KEY (a, b) "
        "REFERENCES parent (a, b) ON DELETE CASCADE)"
    )
    run(
        "CREATE TABLE types (e ENUM('50%', 'a''b', 'c,d', 'é', '\"') DEFAULT 'é', "
        "s SET('x''', 'y%'), n int unsigned, g int GENERATED ALWAYS AS (n + 1) STORED, "
        "v varchar(30) GENERATED ALWAYS AS (concat(n, '%:é')) VIRTUAL, j json, t text, "
        "b bit(3) DEFAULT b'101', l varchar(9) CHARACTER SET latin1 COLLATE latin1_bin, "
        "ck int CHECK (ck > 0), FULLTEXT KEY f (t), KEY p (t(10), l))"
    )
    run(
        "CREATE TABLE parts (id int, UNIQUE KEY (id)) "
        "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (5))"
    )
    found = assert_as_alone(kind, connection, ["parent", "child", "types", "parts"], schema)
    unique, foreign = sorted(found["child"].constraints, key=lambda c: c.type.value, reverse=True)
    assert (unique.columns, unique.reference) == (("a", "b"), None)
    assert foreign.reference is not None
    assert (foreign.reference.table, foreign.reference.ondelete) == ("parent", "CASCADE")
    assert found["parent"].collation == "latin1_swedish_ci"
    assert None not in [c.definition for t in found.values() for c in t.columns]


@only_mysql
def test_keys_of_expressions(kind: Database, connection: Connection, schema: str, run: Any) -> None:
    run(
        "CREATE TABLE t (a varchar(9), b int, UNIQUE KEY u ((lower(a)), b), KEY k ((b + 1) DESC), "
        "CONSTRAINT c CHECK (b > 1) NOT ENFORCED)"
    )
    table = assert_as_alone(kind, connection, ["t"], schema)["t"]
    assert {i.name: i.columns for i in table.indexes} == {"u": (None, "b"), "k": (None,)}
    assert [c.columns for c in table.constraints if c.name == "u"] == [()]


def test_a_temporary_table_hides_one_and_not_the_others(
    kind: Database, connection: Connection, schema: str, run: Any
) -> None:
    for name in ("s", "t", "u"):
        run(f"CREATE TABLE {name} (a int PRIMARY KEY, b varchar(9))")
    run("CREATE TEMPORARY TABLE t (b int, c int)")
    found = assert_as_alone(kind, connection, ["s", "t", "u"], schema)
    shown = {name: [c.definition is not None for c in t.columns] for name, t in found.items()}
    assert shown == {"s": [True, True], "t": [False, False], "u": [True, True]}
    assert [c.name for c in found["t"].columns] == ["a", "b"]


def test_a_table_that_is_not_shown_is_among_those_that_are(
    kind: Database, connection: Connection, database: Server, schema: str, run: Any
) -> None:
    user = f"{schema}_m"[-32:]
    run("CREATE TABLE s (a int)")
    run("CREATE TABLE t (a int, b int, UNIQUE KEY (b))")
    run(f"DROP USER IF EXISTS {user}")
    run(f"CREATE USER {user} IDENTIFIED BY 'x'")
    run(f"GRANT SELECT ON {schema}.s TO {user}")
    run(f"GRANT SELECT (a) ON {schema}.t TO {user}")
    url = sa.make_url(database.url).set(username=user, password="x")
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as other:
            found = assert_as_alone(kind, other, ["s", "t"], schema)
            assert found["s"].columns[0].definition is not None
            assert [(c.name, c.definition) for c in found["t"].columns] == [("a", None)]
    finally:
        run(f"DROP USER {user}")


def test_tables_of_another_schema(
    kind: Database, connection: Connection, database: Server, schema: str, run: Any
) -> None:
    other = database.other_schema
    run("CREATE TABLE t (a int)")
    run(f"CREATE TABLE {quoted(other)}.t (b int)")
    found = assert_as_alone(kind, connection, ["t"], other)["t"]
    assert (found.schema, [c.name for c in found.columns]) == (other, ["b"])


def test_one_statement_for_each_table_and_six_for_all(
    kind: Database, connection: Connection, schema: str, odd: list[str], statements: Statements
) -> None:
    for names in (odd[:1], odd):
        statements.clear()
        kind.tables(connection, names, schema)
        shows = [sql for sql in statements if sql.startswith("SHOW CREATE TABLE")]
        assert (len(shows), len(statements)) == (len(names), len(names) + 6)


def test_the_rows_of_columns_are_those_that_show_full_columns_has(
    kind: Any, connection: Connection, schema: str, odd: list[str]
) -> None:
    asked = {"schema": schema, "names": kind._asked(odd)}
    fields = ("Field", "Type", "Collation", "Null", "Comment")
    rows = connection.execute(kind._questions.columns, asked).all()
    found = {
        name: [tuple(getattr(r, f) for f in fields) for r in rows if r[0] == name] for name in odd
    }
    for name in odd:
        full = connection.exec_driver_sql(f"SHOW FULL COLUMNS FROM {kind.quoted(schema, name)}")
        assert found[name] == [tuple(getattr(row, f) for f in fields) for row in full]


# -- names -----------------------------------------------------------------------------------------


def test_names_are_what_kind_finds(
    kind: Database,
    connection: Connection,
    database: Server,
    schema: str,
    run: Any,
    odd: list[str],
    statements: Statements,
) -> None:
    other = database.other_schema
    run("CREATE VIEW v AS SELECT 1 AS a")
    run(f"CREATE TABLE {quoted(other)}.far (a int)")
    run("CREATE TEMPORARY TABLE temp (a int)")
    statements.clear()
    found = kind.names(connection, [schema, other], len(odd) + 2)
    assert len(statements) == 1
    assert found is not None
    tables = {Name(schema, name, Kind.TABLE) for name in odd}
    assert {*found} == {*tables, Name(schema, "v", Kind.VIEW), Name(other, "far", Kind.TABLE)}
    assert all(kind.kind(connection, n.name, n.schema) is n.kind for n in found)


@only_mariadb
def test_a_sequence_is_a_name(
    kind: Database, connection: Connection, schema: str, run: Any
) -> None:
    run("CREATE SEQUENCE s")
    assert kind.names(connection, [schema], 9) == [Name(schema, "s", Kind.SEQUENCE)]


def test_more_names_than_the_limit_are_not_told(
    kind: Database, connection: Connection, schema: str, odd: list[str]
) -> None:
    found = kind.names(connection, [schema], len(odd))
    assert found is not None
    assert len(found) == len(odd)
    assert kind.names(connection, [schema], len(odd) - 1) is None


def test_no_names_in_no_schema(kind: Database, connection: Connection, schema: str) -> None:
    assert kind.names(connection, [schema], 9) == []
    assert kind.names(connection, ["absent", "\U0001f600"], 9) == []


# -- neighbours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "limit", "expected"),
    [
        ("t03", 3, ["t03", "t04", "t05"]),
        ("t08", 4, ["t08", "t09", "t00", "t01"]),
        ("t00", 1, ["t00"]),
        ("t05", 20, [f"t{n:02}" for n in (*range(5, 10), *range(5))]),
        ("t055", 3, ["t06", "t07", "t08"]),
        ("zz", 2, ["t00", "t01"]),
    ],
)
def test_neighbours_are_the_next_tables_and_then_the_first(
    kind: Database,
    connection: Connection,
    schema: str,
    run: Any,
    statements: Statements,
    name: str,
    limit: int,
    expected: list[str],
) -> None:
    for n in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7):
        run(f"CREATE TABLE t{n:02} (a int)")
    run("CREATE VIEW t035 AS SELECT 1 AS a")
    run("CREATE TEMPORARY TABLE t036 (a int)")
    statements.clear()
    found = kind.neighbours(connection, name, schema, limit)
    assert len(statements) == 1
    assert found == [Name(schema, each, Kind.TABLE) for each in expected]


def test_a_table_of_an_odd_name_is_its_own_neighbour(
    kind: Database, connection: Connection, schema: str, odd: list[str]
) -> None:
    for name in odd:
        found = kind.neighbours(connection, name, schema, 5)
        assert found[0] == Name(schema, name, Kind.TABLE)
        assert len(found) == 5
    assert kind.tables(connection, ["\U0001f600"], schema) == {}
