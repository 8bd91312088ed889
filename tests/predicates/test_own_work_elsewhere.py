"""What our own operations change beside the name that they are given, and in which schema."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, DependentObjects, op
from alembic_helpers.catalog import names


def column(name="id", *items, **flags):
    return sa.Column(name, sa.Integer, *items, **flags)


@pytest.fixture(params=[1, 4, 100], ids=["all at once", "as it is", "one by one"])
def first(request, monkeypatch):
    """So many names are asked for before all of them are."""
    monkeypatch.setattr(names, "FIRST", request.param)


@pytest.fixture
def schemas(database, migrate):
    """Two that no bare name leads to."""
    third = f"{database.other_schema}_2"
    with migrate():
        op.create_schema(third)
    yield database.other_schema, third
    with migrate():
        for name in "abcdefgh":
            op.drop_table(name, schema=third)
        op.drop_schema(third)


@pytest.mark.capability("has_schemas")
@pytest.mark.usefixtures("first")
def test_all_names_of_a_second_schema_leave_what_is_known_of_the_first(migrate, schemas):
    one, two = schemas
    with migrate():
        for schema in schemas:
            for name in "abcdefgh":
                op.create_table(name, column(primary_key=True), schema=schema)
        for schema in schemas:
            for name in "abcdefgh":
                assert op.table_exists(name, schema=schema), (schema, name)
        for name in "abcdefgh":
            op.drop_table(name, schema=one)
        for name in "abcdefgh":
            assert op.table_exists(name, schema=two)
            assert not op.table_exists(name, schema=one)


@pytest.mark.capability("has_temporary_schema", "has_schemas")
@pytest.mark.usefixtures("first")
class TestTheFirstTableInTheTemporarySchema:
    def test_is_found_there(self, migrate):
        with migrate():
            for _ in range(2):
                op.create_table("t", column(primary_key=True), schema="pg_temp")
                assert op.table_exists("t", schema="pg_temp")
                op.add_column("t", column("a"), schema="pg_temp")
                assert op.column_exists("t", "a", schema="pg_temp")
                op.create_index("ix", "t", ["a"], schema="pg_temp")
            op.drop_table("t", schema="pg_temp")
            assert not op.table_exists("t", schema="pg_temp")

    def test_hides_no_other(self, connection, migrate):
        with migrate():
            op.create_table("t", column(primary_key=True))
            op.create_table("t", column(primary_key=True), schema="pg_temp")
            op.add_column("t", column("a"))
        assert "a" in {each["name"] for each in sa.inspect(connection).get_columns("t", "public")}


@pytest.mark.usefixtures("first")
class TestWhatGoesWithAColumn:
    @pytest.mark.capability("alters_in_place")
    def test_its_index(self, connection, migrate):
        with migrate():
            op.create_table("t", column(primary_key=True), column("a"), column("b"))
            op.create_table("u", column(primary_key=True), column("a"))
            op.create_index("ix", "t", ["a"])
        with migrate():
            op.table_exists("v"), op.table_exists("w")
            op.drop_column("t", "a")
            op.create_index("ix", "u", ["a"])
        assert [each["name"] for each in sa.inspect(connection).get_indexes("u")] == ["ix"]

    @pytest.mark.capability("has_identity_columns")
    def test_its_sequence(self, migrate):
        with migrate():
            op.create_table("t", column(primary_key=True), column("a", nullable=False))
            assert not op.sequence_exists("t_n_seq")
            op.add_column("t", column("n", sa.Identity()))
            assert op.sequence_exists("t_n_seq")
            op.drop_column("t", "n")
            assert not op.sequence_exists("t_n_seq")
            op.alter_column("t", "a", server_default=sa.Identity())
            assert op.sequence_exists("t_a_seq")


@pytest.mark.capability("has_identity_columns")
@pytest.mark.usefixtures("first")
def test_a_name_that_the_server_chose_is_taken(connection, migrate):
    with migrate():
        op.create_table("t", column(primary_key=True), column("a"))
        op.create_table("u", column(primary_key=True), column("a"))
    with migrate():
        for name in ("t_a_key", "v", "w", "x"):
            op.table_exists(name)
        op.create_unique_constraint(None, "t", ["a"])
        with pytest.raises(DefinitionMismatch, match="t_a_key"):
            op.create_index("t_a_key", "u", ["a"])
        with pytest.raises(DefinitionMismatch, match="t_a_key"):
            op.create_table("t_a_key", column(primary_key=True))


@pytest.mark.capability("index_names_are_per_table")
@pytest.mark.usefixtures("first")
def test_an_index_that_came_with_a_foreign_key_is_found_by_its_name(migrate):
    with migrate():
        op.create_table("r", column(primary_key=True))
        op.create_table("t", column(primary_key=True), column("n"))
        op.create_index("ix", "t", ["n"])
        op.drop_index("b")
        key = sa.ForeignKeyConstraint(["b"], ["r.id"])
        op.create_table("u", column(primary_key=True), column("b"), key)
        with pytest.raises(DependentObjects, match="u"):
            op.drop_index("b")


@pytest.mark.capability("is_server")
def test_what_its_other_engines_do_is_seen(connection, migrate, database):
    # Under REPEATABLE READ, MySQL's default, nobody else's change is seen within a transaction.
    other = database.engine.execution_options(isolation_level="READ COMMITTED")
    with other.connect() as of_other, migrate(connection=of_other):
        for engine in (database.engine, database.engine.execution_options(), other):
            assert not op.table_exists("t")
            with engine.begin() as another:
                another.exec_driver_sql("CREATE TABLE t (a int)")
            assert op.table_exists("t"), engine
            with engine.begin() as another:
                another.exec_driver_sql("DROP TABLE t")
            assert not op.table_exists("t"), engine
