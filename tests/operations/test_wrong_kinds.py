"""A name that belongs to something else: refused before anything is sent."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, op

NAME = "taken"

MAKERS = {
    "table": "CREATE TABLE taken (a integer)",
    "view": "CREATE VIEW taken AS SELECT 1 AS a",
    "sequence": "CREATE SEQUENCE taken",
    "materialized view": "CREATE MATERIALIZED VIEW taken AS SELECT 1 AS a",
    "foreign table": "CREATE FOREIGN TABLE taken (a integer) SERVER elsewhere",
    "index": "CREATE INDEX taken ON t (a)",
    "enum": "CREATE TYPE taken AS ENUM ('x')",
    "domain": "CREATE DOMAIN taken AS integer",
    "composite type": "CREATE TYPE taken AS (a integer)",
}
WORDS = {"enum": "type", "domain": "type"}
"""What a difference calls them."""

OPERATIONS = {
    "create_table": ("table", lambda: op.create_table(NAME, sa.Column("a", sa.Integer))),
    "create_view": ("view", lambda: op.create_view(NAME, "SELECT 1 AS a")),
    "create_index": ("index", lambda: op.create_index(NAME, "t", ["a"])),
    "create_sequence": ("sequence", lambda: op.create_sequence(NAME)),
    "create_enum": ("enum", lambda: op.create_enum(NAME, ["x"])),
    "create materialized view": (
        "materialized view",
        lambda: op.create_view(NAME, "SELECT 1 AS a", materialized=True),
    ),
}
EVERYWHERE = [("create_table", "view"), ("create_view", "table")]
# An index has no name of its own in the schema there.
WHERE_INDEXES_SHARE_NAMES = [("create_index", "table"), ("create_index", "view")]
WITH_SEQUENCES = [
    ("create_table", "sequence"),
    ("create_view", "sequence"),
    ("create_sequence", "table"),
    ("create_sequence", "view"),
]
# PostgreSQL: an index has no row type, and of late a sequence has none, so that either may stand
# beside a type; only a composite type is a relation, too.
BESIDE = [
    {"create_index", "enum"},
    {"create_index", "domain"},
    *({"create_enum", there} for there in ("index", "sequence")),
]
WITH_TYPES = [
    (operation, there)
    for operation, (asked, _) in OPERATIONS.items()
    for there in MAKERS
    if there != asked
    and (operation, there) not in (*EVERYWHERE, *WHERE_INDEXES_SHARE_NAMES, *WITH_SEQUENCES)
    and {operation, there} not in BESIDE
]


@pytest.fixture
def refused(run, connection, statements, snapshot):
    """``refused(operation, there)``: nothing was sent; the differences that were found."""
    run(lambda: op.create_table("t", sa.Column("a", sa.Integer)))

    def refused(operation, there):
        run(lambda: op.execute(MAKERS[there]))
        before = snapshot(connection)
        connection.rollback()
        statements.clear()
        with pytest.raises(DefinitionMismatch) as caught:
            run(OPERATIONS[operation][1])
        assert not statements.ddl
        assert snapshot(connection) == before
        connection.rollback()
        return [str(difference) for difference in caught.value.differences]

    return refused


def named(operation, there):
    return [f"kind         {WORDS.get(there, there)}  ->  {OPERATIONS[operation][0]}"]


@pytest.mark.parametrize(("operation", "there"), EVERYWHERE)
def test_everywhere(refused, operation, there):
    assert refused(operation, there) == named(operation, there)


@pytest.mark.lacks("index_names_are_per_table")
@pytest.mark.parametrize(("operation", "there"), WHERE_INDEXES_SHARE_NAMES)
def test_an_index_beside_relations(refused, operation, there):
    assert refused(operation, there) == named(operation, there)


@pytest.mark.lacks("index_names_are_per_table")
def test_relations_beside_an_index(refused):
    assert refused("create_table", "index") == named("create_table", "index")


@pytest.mark.capability("has_sequences")
@pytest.mark.parametrize(("operation", "there"), WITH_SEQUENCES)
def test_sequences(refused, operation, there):
    assert refused(operation, there) == named(operation, there)


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize(("operation", "there"), WITH_TYPES)
def test_among_many_kinds(refused, foreign_server, operation, there):
    assert refused(operation, there) == named(operation, there)


@pytest.fixture
def foreign_server(connection):
    """A server for a foreign table; no schema holds it, so that nobody else drops it."""
    for sql in ("FOREIGN DATA WRAPPER nowhere", "SERVER elsewhere FOREIGN DATA WRAPPER nowhere"):
        connection.exec_driver_sql(f"CREATE {sql}")
    connection.commit()
    yield
    connection.rollback()
    connection.exec_driver_sql("DROP FOREIGN DATA WRAPPER nowhere CASCADE")
    connection.commit()


@pytest.mark.lacks("index_names_are_per_table")
@pytest.mark.parametrize("unique", [False, True])
def test_an_index_of_another_table(run, connection, statements, unique):
    run(
        lambda: op.create_table("t", sa.Column("a", sa.Integer)),
        lambda: op.create_table("u", sa.Column("a", sa.Integer)),
        lambda: op.create_index(NAME, "u", ["a"], unique=unique),
    )
    statements.clear()
    with pytest.raises(DefinitionMismatch) as caught:
        run(lambda: op.create_index(NAME, "t", ["a"], unique=unique))
    assert [str(difference) for difference in caught.value.differences] == ["table        u  ->  t"]
    assert not statements.ddl


def test_the_message(run):
    run(lambda: op.execute(MAKERS["view"]))
    with pytest.raises(DefinitionMismatch) as caught:
        run(OPERATIONS["create_table"][1])
    assert str(caught.value) == (
        "create_table: table taken is there, but differs from the one asked for:\n"
        "  kind         view  ->  table\n"
        "The name is that of a view; rename or drop that, or choose another name."
    )


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("there", ["enum", "domain"])
def test_an_index_may_stand_beside_a_type(run, twice, there):
    run(
        lambda: op.create_table("t", sa.Column("a", sa.Integer)),
        lambda: op.execute(MAKERS[there]),
    )
    twice(OPERATIONS["create_index"][1])


@pytest.mark.capability("has_enums")
def test_a_type_may_stand_beside_an_index(run, twice):
    run(
        lambda: op.create_table("t", sa.Column("a", sa.Integer)),
        lambda: op.execute(MAKERS["index"]),
    )
    twice(OPERATIONS["create_enum"][1])
