"""After each operation of our own: all that is there is found, under whatever name it has."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from alembic_helpers import op
from alembic_helpers.catalog import Catalog, names
from alembic_helpers.engine import operations_for


def column(name="c", *constraints, **flags):
    return sa.Column(name, sa.Integer, *constraints, **flags)


OPERATIONS = {
    "table": lambda: op.create_table("u", column(primary_key=True)),
    "table without a key": lambda: op.create_table("u", column()),
    "table, everything named": lambda: op.create_table(
        "u",
        column("id", nullable=False),
        column("a"),
        sa.PrimaryKeyConstraint("id", name="pk_u"),
        sa.UniqueConstraint("a", name="uq_u"),
        sa.CheckConstraint("a > 0", name="ck_u"),
        sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk_u"),
        sa.Index("ix_u", "a"),
    ),
    "table, nothing named": lambda: op.create_table(
        "u",
        column("id", primary_key=True),
        column("a", sa.ForeignKey("t.id"), unique=True, index=False),
        column("b", sa.CheckConstraint("b > 0"), unique=True),
        column("d", index=True),
        sa.UniqueConstraint("a", "b"),
        sa.CheckConstraint("a > 1"),
    ),
    "column": lambda: op.add_column("t", column()),
    "column, unique": lambda: op.add_column("t", column(unique=True)),
    "column, indexed": lambda: op.add_column("t", column(index=True)),
    "table, checked": lambda name: op.create_table(
        "u", column("c", sa.CheckConstraint("c > 0", name=name))
    ),
    "column, checked": lambda name: op.add_column(
        "t", column("c", sa.CheckConstraint("c > 0", name=name))
    ),
    "column with a foreign key": lambda: op.add_column("t", column("c", sa.ForeignKey("t.id"))),
    "index": lambda: op.create_index("ix", "t", ["a"]),
    "unique index": lambda: op.create_index("ix", "t", ["a", "b"], unique=True),
    "unique constraint": lambda: op.create_unique_constraint("uq", "t", ["a"]),
    "nameless unique constraint": lambda: op.create_unique_constraint(None, "t", ["b"]),
    "check": lambda: op.create_check_constraint("ck", "t", "a > 0"),
    "foreign key": lambda: op.create_foreign_key("fk", "t", "t", ["a"], ["id"]),
    "nameless foreign key": lambda: op.create_foreign_key(None, "t", "t", ["a"], ["id"]),
    "altered column": lambda: op.alter_column(
        "t", "a", type_=sa.BigInteger(), existing_type=sa.Integer()
    ),
    "renamed column": lambda: op.alter_column(
        "t", "a", new_column_name="c", existing_type=sa.Integer()
    ),
    "renamed table": lambda: op.rename_table("t", "u"),
    "dropped index": lambda: op.drop_index("ix_t", "t"),
    "dropped constraint": lambda: op.drop_constraint("uq_t", "t", type_="unique"),
    "dropped column": lambda: op.drop_column("t", "d"),
    "dropped table": lambda: op.drop_table("t"),
}
NAMES = ("c", "a", "b", "d", "ix", "uq", "ck", "fk", "ck_c", "ck_u", "ix_t_c", "uq_t")


@pytest.mark.parametrize("first", [1, 100], ids=["all at once", "one by one"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_all_that_is_there_is_found(database, connection, migrate, monkeypatch, operation, first):
    monkeypatch.setattr(names, "FIRST", first)
    with migrate() as context:
        catalog = operations_for(context).catalog
        op.create_table(
            "t", *(column(name, primary_key=name == "id") for name in ("id", "a", "b", "d"))
        )
        op.create_index("ix_t", "t", ["b"])
        op.create_unique_constraint("uq_t", "t", ["a", "b"])
        for name in (*NAMES, "t", "u"):  # what is free, and is taken a line later
            catalog.kind(name, None), catalog.leads_to(name), catalog.tables_with_index(name, None)
        if operation.endswith("checked"):
            # MariaDB has no name for a check that stands within a column.
            OPERATIONS[operation](None if database.name == "mariadb" else "ck_c")
        else:
            OPERATIONS[operation]()
        with catalog.reading():
            true = Catalog(MigrationContext.configure(connection))
            schema = true.schema(None)
            there = database_names(true, connection, schema)
            tables = {name: true.relation(name, None) for name in ("t", "u")}
            leads = {name: true.leads_to(name) for name in there}
        keys = {
            item.name
            for table in tables.values()
            if table
            for item in (*table.constraints, *table.indexes)
            if item.name
        }
        for name, table in tables.items():
            for each in {*keys, *NAMES}:
                # A look of its own each, as a definition that is read answers all that follow.
                found = catalog.relation(name, None)
                assert (found is None) == (table is None)
                if found is None:
                    continue
                assert found.index(each) == table.index(each)
                assert found.constraint(each) == table.constraint(each)
                assert str(found.column(each)) == str(table.column(each))
        for name, kind in there.items():
            assert catalog.kind(name, None) is kind, name
            assert catalog.leads_to(name) == leads[name]
        for name in {*NAMES, "t", "u"} - set(there):
            assert catalog.kind(name, None) is None, name


def database_names(catalog, connection, schema):
    """All names of a schema with their kinds; of a type beside a table the table's."""
    found = catalog.database.names(connection, [schema], 1000)
    kinds = {}
    for name in found:
        kinds.setdefault(name.name, name.kind)
    return kinds
