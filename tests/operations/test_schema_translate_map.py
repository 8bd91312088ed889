from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import Outcome, op


def everything(schema):
    """Steps that all work on what the first one made, and their undoing."""
    return [
        lambda: op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            sa.Column("s", sa.String(9)),
            schema=schema,
        ),
        lambda: op.create_table("u", sa.Column("id", sa.Integer, primary_key=True), schema=schema),
        lambda: op.add_column("t", sa.Column("b", sa.Integer, index=True), schema=schema),
        lambda: op.alter_column("t", "s", type_=sa.String(20), schema=schema),
        lambda: op.alter_column(
            "t", "s", new_column_name="z", existing_type=sa.String(20), schema=schema
        ),
        lambda: op.create_index("ix", "t", ["a"], schema=schema),
        lambda: op.create_unique_constraint("uq", "t", ["b"], schema=schema),
        lambda: op.create_check_constraint("ck", "t", "a > 0", schema=schema),
        lambda: op.create_foreign_key(
            "fk", "t", "u", ["a"], ["id"], source_schema=schema, referent_schema=schema
        ),
        lambda: op.bulk_insert(
            sa.Table("u", sa.MetaData(), sa.Column("id", sa.Integer), schema=schema), [{"id": 1}]
        ),
        lambda: op.ensure_rows("u", [{"id": 2}], schema=schema),
        lambda: op.create_view("v", "SELECT 1 AS a", schema=schema),
    ], [
        lambda: op.drop_view("v", schema=schema),
        lambda: op.drop_constraint("fk", "t", type_="foreignkey", schema=schema),
        lambda: op.drop_constraint("ck", "t", type_="check", schema=schema),
        lambda: op.drop_constraint("uq", "t", type_="unique", schema=schema),
        lambda: op.drop_index("ix", "t", schema=schema),
        lambda: op.drop_column("t", "z", schema=schema),
        lambda: op.rename_table("u", "w", schema=schema),
        lambda: op.drop_table("t", schema=schema),
        lambda: op.drop_table("w", schema=schema),
    ]


@pytest.mark.parametrize("mapped", [None, "logical"])
def test_everything_lands_in_the_mapped_schema(
    database, connection, run, snapshot, statements, mapped
):
    here, there = snapshot(connection), snapshot(connection, database.other_schema)
    connection = connection.execution_options(schema_translate_map={mapped: database.other_schema})
    make, unmake = everything(mapped)
    for steps in (make, unmake):
        for step in steps:
            assert run(step, connection=connection) == [Outcome.APPLIED], steps.index(step)
            statements.clear()
            assert run(step, connection=connection) == [Outcome.SKIPPED], steps.index(step)
            assert not statements.ddl
        if steps is make:
            assert sorted(snapshot(connection, database.other_schema)["tables"]) == ["t", "u"]
        connection.commit()
    plain = connection.execution_options(schema_translate_map=None)
    assert (snapshot(plain), snapshot(plain, database.other_schema)) == (here, there)


@pytest.mark.capability("has_enums")
def test_enums_and_sequences(database, connection, run):
    connection = connection.execution_options(schema_translate_map={None: database.other_schema})
    for step in (
        lambda: op.create_enum("state", ["a"]),
        lambda: op.add_enum_value("state", "b"),
        lambda: op.rename_enum_value("state", "b", "c"),
        lambda: op.create_table("t", sa.Column("c", sa.Enum("a", "c", name="state"))),
        lambda: op.create_table("u", sa.Column("c", sa.Enum("x", name="fresh"))),
        lambda: op.create_sequence("s"),
        lambda: op.drop_sequence("s"),
        lambda: op.drop_table("t"),
        lambda: op.drop_enum("state"),
    ):
        assert run(step, connection=connection) == [Outcome.APPLIED]
        assert run(step, connection=connection) == [Outcome.SKIPPED]
    connection.rollback()
    plain = connection.execution_options(schema_translate_map=None)
    assert sa.inspect(plain).get_enums("public") == []
