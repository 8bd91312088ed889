"""On SQLite many tables are read in as few statements as one, and as exactly."""

from __future__ import annotations

from typing import Any

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from compare import drawing_known as known
from compare.drawing_running import run
from sqlalchemy.engine import Connection

from alembic_helpers.catalog import Catalog
from alembic_helpers.databases import SQLite
from alembic_helpers.databases.construct import DeclaredType
from alembic_helpers.databases.objects import ConstraintType, Kind, Name, Table

pytestmark = pytest.mark.lacks("is_server")

ODD = ("we:ird", "Ünï", "a.b", 'q"q', "it's", "100%s", "select")
SPELLINGS = (
    "", "int", "Varchar(20)", "varchar ( 20 )", "double precision", "decimal(10,2)", "foo",
    "foo(1)", "unsigned big int", "json", "blob", "any", "CHARACTER VARYING(255)", "'in quotes'",
    "timestamp with time zone", "généré", "text(3) COLLATE nocase", "INTEGER NOT NULL DEFAULT -1",
    "text DEFAULT 'it''s' NOT NULL", "DEFAULT (1 + 2)", "DATETIME DEFAULT CURRENT_TIMESTAMP",
)  # fmt: skip


@pytest.fixture
def sqlite(connection: Connection) -> SQLite:
    return SQLite(connection.dialect)


@pytest.fixture
def schemas(connection: Connection, sqlite: SQLite) -> list[str]:
    """Every one holds the tables of ``hold``."""
    for name in ODD:
        connection.exec_driver_sql(f"ATTACH ':memory:' AS {sqlite.quoted(name)}")
    found = ["main", "temp", *ODD]
    for schema in found:
        hold(connection, sqlite.quoted(schema))
    return found


def hold(connection: Connection, schema: str) -> None:
    for statement in (
        "TABLE {}.Target (b int, a text COLLATE nocase, PRIMARY KEY (a, b)) WITHOUT ROWID",
        "TABLE {}.counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a text UNIQUE)",
        "TABLE {}.refs (x int, y text, z int REFERENCES COUNTED ON DELETE CASCADE, "
        "m REFERENCES missing, CONSTRAINT fk FOREIGN KEY (y, x) REFERENCES target, "
        'CONSTRAINT "u ,(" UNIQUE (x, y), CHECK (x > 1))',
        'INDEX {}."I x" ON refs (x DESC, lower(y), y COLLATE rtrim) WHERE x > 3',
        "UNIQUE INDEX {}.i2 ON REFS (y)",
        "INDEX {}.i3 ON counted (a)",
        "TABLE {}.computed (a int, b int GENERATED ALWAYS AS (a + 1) STORED, "
        "c text GENERATED ALWAYS AS (a || ':') VIRTUAL)",
        'TABLE {}."odd:na\'me""x" ("a:b" int, "c""d" text)',
        "VIRTUAL TABLE {}.found USING fts5 (a, b UNINDEXED)",
        "VIEW {}.broken AS SELECT * FROM nowhere",
        "TRIGGER {}.tr AFTER INSERT ON refs BEGIN SELECT 1; END",
    ):
        connection.exec_driver_sql("CREATE " + statement.format(schema))


TABLES = ("Target", "counted", "refs", "computed", "odd:na'me\"x", "found", "sqlite_sequence")


def shown(table: Table | None) -> str:
    """All of a table, also what equality leaves out or takes for different (types)."""
    assert table is not None
    return repr([table, [getattr(c.type, "collation", None) for c in table.columns]])


def test_a_table_is_the_same_among_many_and_alone(connection, sqlite, schemas) -> None:
    for schema in schemas:
        many = sqlite.tables(connection, [*TABLES, "broken", "i2", "ghost"], schema)
        assert list(many) == list(TABLES)
        for name, table in many.items():
            assert shown(sqlite.table(connection, name, schema)) == shown(table)
            assert (table.name, table.schema) == (name, schema)


def test_what_is_read_is_the_same_in_every_schema(connection, sqlite, schemas) -> None:
    def columns(schema: str) -> list[str]:
        tables = sqlite.tables(connection, TABLES, schema).values()
        return [repr((t.columns, t.indexes)) for t in tables]

    for schema in schemas:
        assert columns(schema) == columns("main")


def test_the_keys_indexes_and_computed_columns_of_many(connection, sqlite, schemas) -> None:
    for schema in schemas:
        tables = sqlite.tables(connection, TABLES, schema)
        refs = tables["refs"]
        foreign = refs.of_type(ConstraintType.FOREIGN_KEY)
        assert [
            (c.name, c.columns, c.reference and (c.reference.table, c.reference.columns))
            for c in foreign
        ] == [
            (None, ("z",), ("COUNTED", ("id",))),
            (None, ("m",), ("missing", ())),
            ("fk", ("y", "x"), ("target", ("a", "b"))),
        ]
        assert {c.reference and c.reference.schema for c in foreign} == {schema}
        assert [c.name for c in refs.of_type(ConstraintType.UNIQUE)] == ["u ,("]
        assert [c.sqltext for c in refs.of_type(ConstraintType.CHECK)] == ["x > 1"]
        assert [(i.name, i.columns, i.unique) for i in refs.indexes] == [
            ("I x", ("x", None, "y"), False),
            ("i2", ("y",), True),
        ]
        assert [i.name for i in tables["counted"].indexes] == ["i3"]
        assert tables["Target"].indexes == ()
        computed = tables["computed"].columns
        assert [(c.generated, c.stored) for c in computed] == [
            (False, False),
            (True, True),
            (True, False),
        ]


def test_names_are_given_back_as_they_were_given(connection, sqlite, schemas) -> None:
    found = sqlite.tables(connection, ["REFS", "refs", "REFS", "tARGET"], "MAIN")
    assert [(name, t.name, t.schema) for name, t in found.items()] == [
        ("REFS", "REFS", "MAIN"),
        ("refs", "refs", "MAIN"),
        ("tARGET", "tARGET", "MAIN"),
    ]
    assert repr(found["REFS"].columns) == repr(found["refs"].columns)
    assert len(found["REFS"].indexes) == 2


def test_where_there_is_nothing_nothing_is_read(connection, sqlite, statements) -> None:
    assert sqlite.tables(connection, ["t"], "nowhere") == {}
    assert sqlite.table(connection, "t", "nowhere") is None
    assert sqlite.neighbours(connection, "t", "nowhere", 9) == []
    statements.clear()
    assert sqlite.tables(connection, [], "main") == {}
    assert statements == []


def test_a_temporary_table_and_the_one_it_hides_are_two(connection, sqlite) -> None:
    for table in ("main.t (a int UNIQUE)", "temp.T (b text)", "main.u (x REFERENCES t)"):
        connection.exec_driver_sql(f"CREATE TABLE {table}")
    connection.exec_driver_sql("CREATE INDEX main.i ON t (a)")
    both = {"temp": Kind.TABLE, "main": Kind.TABLE}
    assert sqlite.kinds(connection, "t", ["temp", "main"]) == both
    hiding = sqlite.tables(connection, ["t", "u"], "temp")
    hidden = sqlite.tables(connection, ["t", "u"], "main")
    assert (list(hiding), list(hidden)) == (["t"], ["t", "u"])
    assert [c.name for c in hiding["t"].columns] == ["b"]
    assert [c.name for c in hidden["t"].columns] == ["a"]
    assert [len(t.indexes) for t in (hiding["t"], hidden["t"])] == [0, 1]


def make(connection: Connection, names: list[str]) -> None:
    for name in names:
        connection.exec_driver_sql(
            f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, a text UNIQUE, u REFERENCES {names[0]})"
        )
        connection.exec_driver_sql(f"CREATE INDEX ix_{name} ON {name} (a)")


def test_many_tables_take_as_many_statements_as_one(connection, sqlite, statements) -> None:
    names = [f"t{n}" for n in range(40)]
    make(connection, names)
    statements.clear()
    sqlite.table(connection, "t7", "main")
    alone = len(statements)
    statements.clear()
    assert len(sqlite.tables(connection, names, "main")) == 40
    assert len(statements) == alone <= 6
    assert not [s for s in statements if "database_list" in s]


def test_more_tables_than_a_statement_takes_parameters(connection, sqlite) -> None:
    names = [f"t{n}" for n in range(1100)]
    connection.exec_driver_sql("CREATE TABLE t1099 (a int)")
    make(connection, names[:2])
    found = sqlite.tables(connection, names, "main")
    assert list(found) == ["t0", "t1", "t1099"]
    assert [len(t.indexes) for t in found.values()] == [1, 1, 0]


def test_columns_are_those_that_sqlalchemy_reflects(connection, sqlite) -> None:
    codes = [*known.EVERYWHERE, *known.SQLITE]
    for at, code in enumerate(codes):
        key = "sa.Column('id', sa.Integer(), primary_key=True)"
        run(connection, alembic.op, f"op.create_table('k{at}', {key}, sa.Column('c', {code}))")
    spelled = ", ".join(f"c{at} {spelling}" for at, spelling in enumerate(SPELLINGS))
    connection.exec_driver_sql(f"CREATE TABLE spelled ({spelled})")
    hold(connection, "main")
    names = [*(f"k{at}" for at in range(len(codes))), "spelled", *TABLES]
    tables = sqlite.tables(connection, names, "main")
    assert list(tables) == names
    for name, table in tables.items():
        reflected = sa.inspect(connection).get_columns(name, schema="main")
        assert len(table.columns) == len(reflected), name
        for column, other in zip(table.columns, reflected, strict=True):
            plain = sqlite.column(other)
            kept = ("name", "nullable", "default", "autoincrement", "generated")
            assert [getattr(column, k) for k in kept] == [getattr(plain, k) for k in kept]
            # SQLAlchemy reads on to the last parenthesis, be it that of a later column.
            assert (plain.computed or "").startswith(column.computed or "")
            assert (plain.computed is None) is (column.computed is None)
            assert column.stored is plain.stored
            if not isinstance(column.type, DeclaredType):
                other_type: Any = plain.type
                if getattr(column.type, "collation", None) is not None:
                    other_type.collation = column.type.collation  # type: ignore[attr-defined]
                assert repr(column.type) == repr(other_type), (name, column)


def test_names_are_all_that_kind_would_find(connection, sqlite, schemas) -> None:
    found = sqlite.names(connection, [*schemas, "nowhere"], 10_000)
    assert found is not None
    for schema, name, kind, _ in found:
        assert sqlite.kind(connection, name, schema) is kind
        assert sqlite.kind(connection, name.upper(), schema) is kind
    for schema in schemas:
        here = {name.name: name for name in found if name.schema == schema}
        assert {name for name, n in here.items() if n.kind is Kind.TABLE} >= set(TABLES)
        assert here["broken"] == Name(schema, "broken", Kind.VIEW)
        assert here["i2"] == Name(schema, "i2", Kind.INDEX, "refs")
        automatic = here["sqlite_autoindex_refs_1"]
        assert automatic == Name(schema, "sqlite_autoindex_refs_1", Kind.INDEX, "refs")
        assert "tr" not in here


def test_names_are_counted_over_all_schemas(connection, sqlite, statements) -> None:
    for table in ("main.a", "main.b", "temp.c"):
        connection.exec_driver_sql(f"CREATE TABLE {table} (x int)")
    statements.clear()
    expected = [Name(*t, Kind.TABLE) for t in (("main", "a"), ("main", "b"), ("temp", "c"))]
    assert sqlite.names(connection, ["main", "temp"], 3) == expected
    assert len(statements) == 2
    assert sqlite.names(connection, ["main", "temp"], 2) is None
    assert sqlite.names(connection, ["main", "temp"], 1) is None
    assert sqlite.names(connection, [], 0) == []


def test_neighbours_come_in_the_order_of_making(connection, sqlite, statements) -> None:
    for table in "dcab":
        connection.exec_driver_sql(f"CREATE TABLE {table} (x int UNIQUE)")
    connection.exec_driver_sql("CREATE VIEW v AS SELECT 1")

    def neighbours(name: str, limit: int) -> list[str]:
        found = sqlite.neighbours(connection, name, "main", limit)
        assert all((n.schema, n.kind, n.table) == ("main", Kind.TABLE, None) for n in found)
        return [n.name for n in found]

    statements.clear()
    assert neighbours("A", 9) == ["a", "b", "d", "c"]
    assert len(statements) == 1
    assert neighbours("c", 2) == ["c", "a"]
    assert neighbours("b", 1) == ["b"]
    assert neighbours("ghost", 9) == ["d", "c", "a", "b"]


def test_a_virtual_table_without_its_module_is_nobodys_neighbour(connection, sqlite) -> None:
    connection.exec_driver_sql("CREATE TABLE a (x int)")
    connection.exec_driver_sql("CREATE VIRTUAL TABLE f USING fts5 (x)")
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "INSERT INTO sqlite_master VALUES "
        "('table', 'lost', 'lost', 0, 'CREATE VIRTUAL TABLE lost USING no_such_module (x)')"
    )
    connection.commit()
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    assert sqlite.kind(connection, "lost", "main") is Kind.TABLE
    names = [n.name for n in sqlite.neighbours(connection, "a", "main", 99)]
    assert names[0] == "a"
    assert not {"lost", "f"} & set(names)
    assert list(sqlite.tables(connection, names, "main")) == names
    itself = sqlite.neighbours(connection, "f", "main", 1)
    assert itself == [Name("main", "f", Kind.TABLE)]


def test_the_search_path_begins_with_temp_and_main(connection, sqlite, schemas) -> None:
    path = sqlite.search_path(connection)
    assert path == ["temp", "main", *(s for s in path if s not in ("temp", "main"))]
    assert path[-len(ODD) :] == list(ODD)
    connection.exec_driver_sql('CREATE TABLE "we:ird".only (x int)')
    connection.exec_driver_sql('CREATE TABLE "a.b".ONLY (x int)')
    catalog = Catalog(MigrationContext.configure(connection))
    assert catalog.leads_to("Only") == "we:ird"
    assert catalog.leads_to("ghost") is None


@pytest.mark.parametrize("schema", ["main", "temp", "MAIN", "Temp"])
def test_main_and_temp_are_there_unasked(connection, sqlite, statements, schema) -> None:
    statements.clear()
    assert sqlite.kind(connection, "t", schema) is None
    assert sqlite.tables_with_index(connection, "i", schema) == []
    assert sqlite.triggers(connection, "t", schema) == []
    assert sqlite.view_text(connection, "v", schema) is None
    assert sqlite.table(connection, "t", schema) is None
    assert sqlite.names(connection, [schema], 9) == []
    assert len(statements) == 6
    assert not [s for s in statements if "database_list" in s]
    hold(connection, schema)
    assert sqlite.kind(connection, "broken", schema) is Kind.VIEW
    assert sqlite.triggers(connection, "REFS", schema) == ["tr"]
    assert sqlite.tables_with_index(connection, "I3", schema) == ["counted"]
    assert sqlite.view_text(connection, "broken", schema) == "SELECT * FROM nowhere"
