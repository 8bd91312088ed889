"""Indexes of partitioned tables: of any shape, under any name, in any schema."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa
from parted import LEVELS, create, ddl, send, tree
from servers.migration import migration, recorded
from stopping import Stopped, stopped_after

from alembic_helpers import Online, OnlineNotSupported, Outcome, op

pytestmark = pytest.mark.capability("has_concurrent_indexes")


@pytest.fixture
def levels(connection):
    send(connection, *LEVELS)


SHAPES = {
    "expression": ([sa.text("lower(region)")], {}),
    "two expressions": ([sa.text("(id + n)"), sa.func.upper(sa.column("region"))], {}),
    "partial": (["n"], {"postgresql_where": sa.text("region <> '%:eu'")}),
    "operator class": (["region"], {"postgresql_ops": {"region": "text_pattern_ops"}}),
    "included": (["id", "n"], {"unique": True, "postgresql_include": ["n"]}),
    "descending": ([sa.text("n DESC NULLS LAST"), "id"], {}),
    "method": (["n"], {"postgresql_using": "hash"}),
}


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize(("columns", "kw"), SHAPES.values(), ids=SHAPES)
def test_the_parts_are_what_the_server_would_have_made(database, connection, columns, kw):
    def definitions():
        found = connection.exec_driver_sql(
            "SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid "
            "FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
            "WHERE c.relnamespace = 'public'::regnamespace"
        ).all()
        connection.rollback()
        parts = [(t, sql.split(" USING ")[1], valid) for t, sql, valid in found]
        return sorted(parts)

    if kw.get("unique"):  # a unique index has the columns of the key by which tables are parted
        send(connection, "DROP TABLE t_a, t_c")
    with migration(connection):
        op.create_index("ix", "t", columns, **kw)
    plain = definitions()
    send(connection, "DROP INDEX ix")
    with migration(connection):
        assert op.create_index_online("ix", "t", columns, **kw) is Outcome.APPLIED
    assert definitions() == plain
    with recorded(connection) as statements, migration(connection):
        assert op.create_index_online("ix", "t", columns, **kw) is Outcome.SKIPPED
    assert not statements.ddl


NAMES = [
    'q"uo"te',
    "a.b",
    "two words",
    "x ON y",
    "50%",
    "colon:ed",
    "Select",
    "it's",
    "ü" * 31,
    "l" * 63,
    "x ON " + "ä" * 29,
]


def odd(connection, name, part, where, there):
    def quote(name):
        return '"' + name.replace('"', '""') + '"'

    whole, parts = f"{where}.{quote(name)}", [f"{there}.{quote(f'{part}{n}')}" for n in range(5)]
    column = quote(name)
    sqls = [f"CREATE TABLE {whole} ({column} int) PARTITION BY LIST ({column})"]
    sqls += [
        f"CREATE TABLE {made} PARTITION OF {whole} FOR VALUES IN ({n})"
        for n, made in enumerate(parts)
    ]
    with connection.connection.cursor() as cursor:
        for sql in sqls:
            cursor.execute(sql)
    connection.connection.commit()


@pytest.mark.parametrize("name", NAMES)
def test_odd_and_long_names_are_the_same_in_every_run(database, connection, migrate, name):
    odd(connection, name, name.encode()[:61].decode(errors="ignore"), "public", "public")
    index = name.encode()[:60].decode(errors="ignore") + "_ix"
    for number in itertools.count():
        try:
            with stopped_after(connection, number), migrate():
                outcome = op.create_index_online(index, name, [name])
            break
        except Stopped:
            # one step a run: each finds what the one before it has made
            connection.rollback()
            with stopped_after(connection, 1), pytest.raises(Stopped), migrate():
                op.create_index_online(index, name, [name])
    assert outcome in (Outcome.SKIPPED, Outcome.COMPLETED)
    found = tree(connection)
    assert len(found) == 6
    assert all(valid and whole in (None, index) for _, whole, valid in found)
    assert all(part.startswith(index[:20]) for part, _, _ in found)


@pytest.mark.parametrize("translated", [False, True])
def test_partitions_may_be_in_another_schema(database, connection, migrate, translated):
    other = database.other_schema
    odd(connection, "t", "t", other, "public")
    odd(connection, "u", "u", "public", other)
    if translated:
        mapping = {"logical": other, None: "public"}
        connection = connection.execution_options(schema_translate_map=mapping)
    schemas = ("logical", None) if translated else (other, "public")
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migration(connection):
            assert op.create_index_online("i", "t", ["t"], schema=schemas[0]) is outcome
            assert op.create_index_online("i", "u", ["u"], schema=schemas[1]) is outcome
    found = tree(connection)
    assert len(found) == 12
    assert all(valid for _, _, valid in found)


def test_a_naming_convention_names_the_whole(connection, migrate):
    odd(connection, "t", "p", "public", "public")
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate(target_metadata=metadata):
            assert op.create_index_online(None, "t", ["t"]) is outcome
    assert [name for name, whole, _ in tree(connection) if whole is None] == ["ix_t_t"]
    assert ("ix_t_t_p0", "ix_t_t", True) in tree(connection)


def foreign(connection, below=""):
    send(connection, "CREATE FOREIGN DATA WRAPPER w", "CREATE SERVER s FOREIGN DATA WRAPPER w")
    send(
        connection,
        f"CREATE FOREIGN TABLE f PARTITION OF t{below} DEFAULT SERVER s",
    )


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("below", ["", "_c"])
def test_a_foreign_partition_can_have_no_part(connection, migrate, statements, below):
    foreign(connection, below)
    statements.clear()
    try:
        with pytest.raises(OnlineNotSupported, match=r"the partition public\.f is a foreign table"):
            with migrate():
                create()
        connection.rollback()
        assert not statements.ddl
        with migrate():
            assert create(online=Online.PREFER) is Outcome.APPLIED
        assert ddl(statements) == ["CREATE INDEX ix ON t (n)"]
    finally:
        connection.rollback()
        send(connection, "DROP FOREIGN DATA WRAPPER w CASCADE")
