from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, NotSupportedError, Outcome, op


@pytest.mark.capability("has_schemas")
class TestSchemas:
    @pytest.fixture
    def name(self, database):
        """A schema that the end of the test takes away (on MySQL it is a database)."""
        name = f"{database.other_schema}_2"
        yield name
        with database.engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(name, if_exists=True))

    def test_create_and_drop_twice(self, twice, name):
        twice(lambda: op.create_schema(name))
        twice(lambda: op.drop_schema(name))

    def test_a_schema_that_holds_something_is_not_dropped(self, run, name, statements):
        run(lambda: op.create_schema(name))
        run(lambda: op.create_table("t", sa.Column("a", sa.Integer), schema=name))
        statements.clear()
        with pytest.raises(NotSupportedError) as caught:
            run(lambda: op.drop_schema(name))
        assert str(caught.value) == (
            f"drop_schema {name}: it still holds t; drop them first, nothing was dropped"
        )
        assert not statements.ddl
        run(lambda: op.drop_table("t", schema=name))
        run(lambda: op.create_view("v", "SELECT 1 AS a", schema=name))
        with pytest.raises(NotSupportedError, match="it still holds v; drop them first"):
            run(lambda: op.drop_schema(name))
        run(lambda: op.drop_view("v", schema=name))


@pytest.mark.lacks("has_schemas")
def test_schemas_where_they_are_files(run, database):
    for operation, step in (
        ("create_schema", lambda: op.create_schema("s")),
        ("drop_schema", lambda: op.drop_schema("s")),
    ):
        with pytest.raises(NotSupportedError) as caught:
            run(step)
        assert str(caught.value) == (
            f"{operation}: SQLite has no such thing; attach a database in env.py and pass its "
            "name as schema="
        )


@pytest.mark.capability("has_sequences")
class TestSequences:
    def test_create_and_drop_twice(self, twice, schema, connection):
        twice(lambda: op.create_sequence("s", start=1000, increment=5, schema=schema))
        assert connection.scalar(sa.Sequence("s", schema=schema)) == 1000
        connection.rollback()
        twice(lambda: op.drop_sequence("s", schema=schema))

    def test_hostile_names(self, twice, schema):
        for name in ("a b", "select", 'qu"ote', "pct%s", "co:lon", "Mixed"):
            twice(lambda name=name: op.create_sequence(name, schema=schema))
            twice(lambda name=name: op.drop_sequence(name, schema=schema))

    def test_a_table_of_that_name(self, run, schema):
        run(lambda: op.create_table("s", sa.Column("a", sa.Integer), schema=schema))
        for step in (
            lambda: op.create_sequence("s", schema=schema),
            lambda: op.drop_sequence("s", schema=schema),
        ):
            with pytest.raises(DefinitionMismatch, match="table  ->  sequence"):
                run(step)

    def test_an_unknown_option(self, run):
        with pytest.raises(TypeError):
            run(lambda: op.create_sequence("s", beginning=5))


@pytest.mark.lacks("has_sequences")
def test_sequences_where_there_are_none(run, database):
    title = {"mysql": "MySQL", "sqlite": "SQLite"}[database.name]
    for operation, step in (
        ("create_sequence", lambda: op.create_sequence("s")),
        ("drop_sequence", lambda: op.drop_sequence("s")),
    ):
        with pytest.raises(NotSupportedError) as caught:
            run(step)
        assert str(caught.value) == (
            f"{operation} s: {title} has no sequences; let the primary key count by itself "
            "(autoincrement)"
        )


@pytest.mark.capability("has_extensions")
class TestExtensions:
    def test_one_that_is_there(self, twice):
        twice.unchanged(lambda: op.create_extension("plpgsql"))

    def test_one_that_is_not(self, run):
        assert run(lambda: op.drop_extension("no such extension")) == [Outcome.SKIPPED]

    def test_create_and_drop_twice(self, twice, run, connection, statements, schema):
        available = connection.scalar(
            sa.text("SELECT name FROM pg_available_extensions WHERE installed_version IS NULL")
        )
        connection.rollback()
        if available is None:  # then only plpgsql, which is there: try it the other way round
            run(lambda: op.drop_extension("plpgsql"))
            available = "plpgsql"
        else:
            twice(lambda: op.create_extension(available, schema=schema))
            twice(lambda: op.drop_extension(available))
            return
        twice(lambda: op.create_extension(available))
        run(lambda: op.drop_extension(available), lambda: op.create_extension(available))


@pytest.mark.lacks("has_extensions")
def test_extensions_where_there_are_none(run, database):
    titles = {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
    for operation, step in (
        ("create_extension", lambda: op.create_extension("x")),
        ("drop_extension", lambda: op.drop_extension("x")),
    ):
        with pytest.raises(NotSupportedError) as caught:
            run(step)
        assert str(caught.value) == (
            f"{operation}: {titles[database.name]} has no such thing; leave the call out there"
        )
