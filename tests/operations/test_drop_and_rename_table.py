from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import AmbiguousMatch, DefinitionMismatch, MissingObject, Outcome, op


def create(name, schema=None):
    op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), schema=schema)


def test_drop_table_twice(run, twice, schema):
    run(lambda: create("t", schema))
    twice(lambda: op.drop_table("t", schema=schema))


def test_drop_table_with_alembics_own_flag(run, twice, schema):
    run(lambda: create("t", schema))
    twice(lambda: op.drop_table("t", schema=schema, if_exists=True))


def test_drop_table_leaves_the_other_schemas_table(run, snapshot, connection, database):
    run(lambda: create("t"), lambda: create("t", database.other_schema))
    run(lambda: op.drop_table("t"))
    assert run(lambda: op.drop_table("t")) == [Outcome.SKIPPED]
    assert list(snapshot(connection, database.other_schema)["tables"]) == ["t"]


def test_drop_table_of_a_view_is_a_mismatch(run, statements, schema):
    run(lambda: op.create_view("v", "SELECT 1 AS a", schema=schema))
    statements.clear()
    with pytest.raises(DefinitionMismatch, match="view  ->  table"):
        run(lambda: op.drop_table("v", schema=schema))
    assert not statements.ddl


def test_rename_table_twice_and_back_twice(run, twice, schema):
    run(lambda: create("old", schema))
    twice(lambda: op.rename_table("old", "new", schema=schema))
    twice(lambda: op.rename_table("new", "old", schema=schema))


def test_rename_table_in_hostile_names(run, twice, schema):
    run(lambda: create("My Old", schema))
    twice(lambda: op.rename_table("My Old", "order", schema=schema))


def test_rename_table_when_both_are_there(run, statements):
    run(lambda: create("old"), lambda: create("new"))
    statements.clear()
    with pytest.raises(AmbiguousMatch) as caught:
        run(lambda: op.rename_table("old", "new"))
    assert str(caught.value) == (
        "rename_table old to new: both tables are there; nothing was changed. Move the rows that "
        "are needed from one to the other, then drop the one that is not wanted."
    )
    assert caught.value.candidates == ("old", "new")
    assert not statements.ddl


def test_rename_table_when_neither_is_there(run, database):
    with pytest.raises(MissingObject) as caught:
        run(lambda: op.rename_table("old", "new"))
    where = {"postgresql": "public", "sqlite": "main"}.get(
        database.name, database.engine.url.database
    )
    assert str(caught.value) == (
        f"rename_table old to new: there is no such table 'old' in schema {where!r}. Create it "
        "earlier in the migrations, pass schema= if it is in another schema, or check that the "
        "name is not that of a later revision."
    )


def test_rename_table_to_the_name_of_a_view(run):
    run(lambda: create("old"), lambda: op.create_view("new", "SELECT 1 AS a"))
    with pytest.raises(DefinitionMismatch, match="view  ->  table"):
        run(lambda: op.rename_table("old", "new"))


def test_rename_table_to_the_same_name(run):
    run(lambda: create("t"))
    assert run(lambda: op.rename_table("t", "t")) == [Outcome.SKIPPED]


@pytest.mark.capability("is_server")  # SQLite refuses: to it the name is the same
def test_rename_table_to_another_case(run, connection):
    run(lambda: create("things"))
    assert run(lambda: op.rename_table("things", "Things")) == [Outcome.APPLIED]
    assert run(lambda: op.rename_table("things", "Things")) == [Outcome.SKIPPED]
    assert sa.inspect(connection).get_table_names() == ["Things"]
