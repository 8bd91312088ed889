from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, NotSupportedError, Outcome, op

TEXT = "SELECT id, name, '100% it''s :x' AS note FROM t WHERE name <> 'a:b%'"


@pytest.fixture
def in_schema(schema):
    """SQL in which ``t`` is the table of the schema that is tested."""
    return lambda sql: sql.replace(" t ", f" {schema}.t ") if schema else sql


@pytest.fixture(autouse=True)
def table(run, schema):
    def create():
        t = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(20)),
            schema=schema,
        )
        op.bulk_insert(t, [{"id": 1, "name": "Ada"}])

    run(create)


@pytest.fixture
def seen(connection, schema):
    def seen(name="v"):
        view = sa.table(name, schema=schema)
        found = connection.execute(sa.select(sa.text("*")).select_from(view)).all()
        connection.rollback()
        return found

    return seen


def test_create_view_of_text_and_drop_it_twice(twice, schema, in_schema, seen):
    twice(lambda: op.create_view("v", in_schema(TEXT), schema=schema))
    assert seen() == [(1, "Ada", "100% it's :x")]
    twice(lambda: op.drop_view("v", schema=schema))


def test_create_view_of_text_with_a_semicolon(twice, schema, in_schema):
    twice(lambda: op.create_view("v", in_schema(f"  {TEXT} ;\n"), schema=schema))


def test_create_view_of_a_select(twice, schema, seen):
    t = sa.table("t", sa.column("id"), sa.column("name"), schema=schema)
    note = sa.literal("100% it's :x").label("note")
    select = sa.select(t.c.id, t.c.name, note).where(t.c.name != "a:b%")
    twice(lambda: op.create_view("v", select, schema=schema))
    assert seen() == [(1, "Ada", "100% it's :x")]


def test_several_views_with_names_that_sqlalchemy_makes_up(
    run, migrate, schema, statements, database
):
    t = sa.table("t", sa.column("id"), sa.column("name"), schema=schema)

    def of_a_subquery(at):
        within = sa.select(t.c.id).where(t.c.id > at).subquery()
        return sa.select(within.c.id)

    def of_a_cte(at):
        within = sa.select(t.c.id).where(t.c.id > at).cte("within")
        return sa.select(within.c.id)

    def views():
        for at in (1, 2):
            op.create_view(f"subquery_{at}", of_a_subquery(at), schema=schema)
            op.create_view(f"cte_{at}", of_a_cte(at), schema=schema)
            op.create_view(f"count_{at}", sa.select(sa.func.count(t.c.id)), schema=schema)

    assert set(run(views)) == {Outcome.APPLIED}
    statements.clear()
    assert set(run(views)) == {Outcome.SKIPPED}
    assert not statements.ddl
    with migrate():
        for at in (1, 2):
            op.replace_view(f"cte_{at}", of_a_cte(at), schema=schema)
    # MariaDB and MySQL keep a view in words of their own, which cannot be compared.
    assert bool(statements.ddl) == (database.name in ("mariadb", "mysql"))


def test_hostile_names(twice, schema):
    for name in ("a b", "select", 'qu"ote', "pct%s", "co:lon", "ümlaut", "Mixed"):
        twice(lambda name=name: op.create_view(name, "SELECT 1 AS a", schema=schema))
        twice(lambda name=name: op.replace_view(name, "SELECT 2 AS a", schema=schema))
        twice(lambda name=name: op.drop_view(name, schema=schema))


def test_replace_view_twice(twice, schema, in_schema, seen):
    twice(lambda: op.replace_view("v", in_schema(TEXT), schema=schema))
    twice(
        lambda: op.replace_view(
            "v", in_schema("SELECT id, name, 'n' AS note FROM t "), schema=schema
        )
    )
    assert seen() == [(1, "Ada", "n")]


def test_another_definition_is_a_mismatch_where_it_can_be_told(
    run, schema, in_schema, statements, database, caplog
):
    caplog.set_level("INFO", "alembic.helpers")
    run(lambda: op.create_view("v", in_schema(TEXT), schema=schema))
    other = in_schema("SELECT id FROM t ")
    statements.clear()
    if database.name in ("mysql", "mariadb"):  # they rewrite it
        assert run(lambda: op.create_view("v", other, schema=schema)) == [Outcome.SKIPPED]
        assert "already there; definition not compared" in caplog.text
    else:
        with pytest.raises(DefinitionMismatch) as caught:
            run(lambda: op.create_view("v", other, schema=schema))
        assert [d.attribute for d in caught.value.differences] == ["definition"]
        assert str(caught.value).endswith(
            "To give the view a new definition: op.replace_view(...)."
        )
    assert not statements.ddl


def test_a_table_of_that_name(run, schema, statements):
    statements.clear()
    for step in (
        lambda: op.create_view("t", "SELECT 1 AS a", schema=schema),
        lambda: op.replace_view("t", "SELECT 1 AS a", schema=schema),
        lambda: op.drop_view("t", schema=schema),
    ):
        with pytest.raises(DefinitionMismatch, match="table  ->  view"):
            run(step)
    assert not statements.ddl


@pytest.mark.capability("has_materialized_views")
class TestMaterialized:
    def test_twice(self, twice, schema, in_schema, seen):
        twice(lambda: op.create_view("v", in_schema(TEXT), schema=schema, materialized=True))
        assert seen() == [(1, "Ada", "100% it's :x")]
        twice(lambda: op.drop_view("v", schema=schema, materialized=True))

    def test_the_kinds_are_two(self, run, schema):
        run(lambda: op.create_view("v", "SELECT 1 AS a", schema=schema, materialized=True))
        with pytest.raises(DefinitionMismatch, match="materialized view  ->  view"):
            run(lambda: op.create_view("v", "SELECT 1 AS a", schema=schema))
        with pytest.raises(DefinitionMismatch, match="materialized view  ->  view"):
            run(lambda: op.drop_view("v", schema=schema))


@pytest.mark.lacks("has_materialized_views")
def test_materialized_where_there_are_none(run, database):
    titles = {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
    for name, step in (
        ("create_view", lambda: op.create_view("v", "SELECT 1", materialized=True)),
        ("drop_view", lambda: op.drop_view("v", materialized=True)),
    ):
        with pytest.raises(NotSupportedError) as caught:
            run(step)
        assert str(caught.value) == (
            f"{name}(materialized=True): {titles[database.name]} has no such thing; "
            f"{'create' if name == 'create_view' else 'drop'} a table instead"
        )
