from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import (
    AmbiguousMatch,
    DefinitionMismatch,
    MissingObject,
    Outcome,
    UsageError,
    op,
)

CONVENTION = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})


@pytest.fixture
def table(run, schema):
    def create():
        op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer),
            sa.Column("c", sa.String(20)),
            schema=schema,
        )

    run(create)


@pytest.mark.usefixtures("table")
class TestCreateAndDrop:
    @pytest.mark.parametrize("columns", [["a"], ["b", "a"]], ids=["one", "two"])
    @pytest.mark.parametrize("unique", [False, True])
    def test_twice(self, twice, schema, columns, unique):
        twice(lambda: op.create_index("ix", "t", columns, unique=unique, schema=schema))
        twice(lambda: op.drop_index("ix", "t", schema=schema))

    def test_with_alembics_own_flags(self, twice, schema):
        twice(lambda: op.create_index("ix", "t", ["a"], schema=schema, if_not_exists=True))
        twice(lambda: op.drop_index("ix", "t", schema=schema, if_exists=True))

    def test_drop_index_without_its_table(self, run, twice, schema):
        run(lambda: op.create_index("ix", "t", ["a"], schema=schema))
        twice(lambda: op.drop_index("ix", schema=schema))

    def test_named_by_convention(self, twice, schema):
        opts = {"target_metadata": CONVENTION}
        twice(lambda: op.create_index(None, "t", ["a"], schema=schema), **opts)
        twice(lambda: op.drop_index("ix_t_a", "t", schema=schema), **opts)

    def test_descending(self, twice, schema):
        twice(lambda: op.create_index("ix", "t", [sa.text("a DESC"), "b"], schema=schema))
        twice(lambda: op.create_index("ix2", "t", [sa.column("a").desc(), "b"], schema=schema))

    @pytest.mark.capability("has_functional_indexes")
    def test_expression(self, twice, schema):
        twice(lambda: op.create_index("ix", "t", [sa.text("(lower(c))"), "a"], schema=schema))
        twice(lambda: op.create_index("ix2", "t", [sa.func.lower(sa.column("c"))], schema=schema))
        twice(lambda: op.drop_index("ix", "t", schema=schema))

    @pytest.mark.capability("has_partial_indexes")
    def test_partial(self, twice, schema):
        where = {"postgresql_where": sa.text("a > 5"), "sqlite_where": sa.text("a > 5")}
        twice(lambda: op.create_index("ix", "t", ["b"], unique=True, schema=schema, **where))

    @pytest.mark.capability("has_included_columns")
    def test_included_columns(self, twice, schema):
        twice(
            lambda: op.create_index("ix", "t", ["a"], schema=schema, postgresql_include=["b", "c"])
        )

    @pytest.mark.capability("has_inline_enums")
    def test_of_a_length(self, twice, schema):
        twice(
            lambda: op.create_index(
                "ix", "t", ["c"], schema=schema, mysql_length={"c": 5}, mariadb_length={"c": 5}
            )
        )

    def test_hostile_and_long_names(self, twice, schema):
        for name in ("a b", "select", 'qu"ote', "pct%s", "co:lon", "ümlaut", "Mixed", "x" * 60):
            twice(lambda name=name: op.create_index(name, "t", ["a", "b"], schema=schema))
            twice(lambda name=name: op.drop_index(name, "t", schema=schema))

    @pytest.mark.parametrize(
        ("columns", "unique", "attribute"),
        [(["b"], False, "columns"), (["a", "b"], False, "columns"), (["a"], True, "unique")],
    )
    def test_another_definition_is_a_mismatch(
        self, run, schema, statements, columns, unique, attribute
    ):
        run(lambda: op.create_index("ix", "t", ["a"], schema=schema))
        statements.clear()
        with pytest.raises(DefinitionMismatch) as caught:
            run(lambda: op.create_index("ix", "t", columns, unique=unique, schema=schema))
        assert [d.attribute for d in caught.value.differences] == [attribute]
        assert not statements.ddl

    def test_a_constraint_of_that_name_is_a_mismatch(self, run, schema, statements, database):
        run(lambda: op.create_unique_constraint("uq", "t", ["a"], schema=schema))
        statements.clear()
        if database.unique_constraint_is_index:
            assert run(lambda: op.create_index("uq", "t", ["a"], unique=True, schema=schema)) == [
                Outcome.SKIPPED
            ]
        elif database.name == "postgresql":
            with pytest.raises(DefinitionMismatch, match=r"constraint \(uq\)  ->  index"):
                run(lambda: op.create_index("uq", "t", ["a"], unique=True, schema=schema))
            with pytest.raises(DefinitionMismatch, match=r"op.drop_constraint\('uq', 't'"):
                run(lambda: op.drop_index("uq", "t", schema=schema))
        assert not statements.ddl

    def test_drop_index_after_its_table(self, run, schema):
        run(lambda: op.create_index("ix", "t", ["a"], schema=schema))
        run(lambda: op.drop_table("t", schema=schema))
        assert run(lambda: op.drop_index("ix", "t", schema=schema)) == [Outcome.SKIPPED]

    @pytest.mark.capability("has_concurrent_indexes")
    def test_concurrently(self, twice, schema):
        def concurrently(step):
            from alembic import op as alembic_op

            def inner():
                with alembic_op.get_context().autocommit_block():
                    step()

            return inner

        twice(
            concurrently(
                lambda: op.create_index(
                    "ix", "t", ["a"], schema=schema, postgresql_concurrently=True
                )
            )
        )
        twice(
            concurrently(
                lambda: op.drop_index("ix", "t", schema=schema, postgresql_concurrently=True)
            )
        )

    @pytest.mark.capability("has_concurrent_indexes")
    def test_an_invalid_index_is_built_anew(self, run, schema, connection, database, statements):
        t = sa.table("t", sa.column("id"), sa.column("a"), schema=schema)
        connection.execute(t.insert(), [{"id": 1, "a": 1}, {"id": 2, "a": 1}])
        connection.commit()
        with database.engine.connect() as other:
            other = other.execution_options(isolation_level="AUTOCOMMIT")
            with pytest.raises(sa.exc.IntegrityError):
                other.exec_driver_sql(
                    f"CREATE UNIQUE INDEX CONCURRENTLY ix ON {schema or 'public'}.t (a)"
                )
        connection.execute(t.delete().where(t.c.id == 2))
        connection.commit()
        statements.clear()

        def create():
            op.create_index("ix", "t", ["a"], unique=True, schema=schema)

        assert run(create) == [Outcome.COMPLETED]
        assert [sql.split()[0] for sql in statements.ddl] == ["DROP", "CREATE"]
        assert run(create) == [Outcome.SKIPPED]


@pytest.mark.usefixtures("table")
class TestOfAnotherTable:
    @pytest.fixture(autouse=True)
    def other_table(self, run, table, schema):
        run(lambda: op.create_table("u", sa.Column("a", sa.Integer), schema=schema))

    def test_an_index_of_that_name(self, run, schema, statements, database):
        run(lambda: op.create_index("ix", "u", ["a"], schema=schema))
        statements.clear()
        if database.index_names_are_per_table:
            assert run(lambda: op.create_index("ix", "t", ["a"], schema=schema)) == [
                Outcome.APPLIED
            ]
            with pytest.raises(AmbiguousMatch, match=r"op.drop_index\('ix', 't'\)|'u'"):
                run(lambda: op.drop_index("ix", schema=schema))
            assert run(lambda: op.drop_index("ix", "t", schema=schema)) == [Outcome.APPLIED]
            assert run(lambda: op.drop_index("ix", "t", schema=schema)) == [Outcome.SKIPPED]
            return
        with pytest.raises(DefinitionMismatch) as caught:
            run(lambda: op.create_index("ix", "t", ["a"], schema=schema))
        assert [str(d) for d in caught.value.differences] == ["table        u  ->  t"]
        with pytest.raises(DefinitionMismatch, match=r"op.drop_index\('ix', 'u'"):
            run(lambda: op.drop_index("ix", "t", schema=schema))
        assert not statements.ddl

    def test_a_table_of_that_name(self, run, schema, database):
        if database.index_names_are_per_table:
            assert run(lambda: op.create_index("u", "t", ["a"], schema=schema)) == [Outcome.APPLIED]
        else:
            with pytest.raises(DefinitionMismatch, match="table  ->  index"):
                run(lambda: op.create_index("u", "t", ["a"], schema=schema))


def test_create_index_of_a_table_that_is_not_there(run):
    with pytest.raises(MissingObject, match="create_index ix: there is no such table 'nope'"):
        run(lambda: op.create_index("ix", "nope", ["a"]))


def test_an_index_without_a_name(run):
    run(lambda: op.create_table("t", sa.Column("a", sa.Integer)))
    with pytest.raises(UsageError) as caught:
        run(
            lambda: op.create_index(None, "t", ["a"]),
            target_metadata=sa.MetaData(naming_convention={"uq": "uq_%(table_name)s"}),
        )
    assert str(caught.value) == (
        "create_index on t: the index has no name, and no naming convention gives one; write: "
        'op.create_index("ix_...", ...)'
    )
    with pytest.raises(UsageError) as caught:
        run(lambda: op.drop_index(None, "t"))
    assert str(caught.value) == (
        "drop_index: the index has no name; to drop what the database named: "
        "op.drop_index(op.find_index_name(table, columns=[...]), table)"
    )


@pytest.mark.capability("has_included_columns")
def test_partitioned_tables(run, twice, schema):
    dotted = f"{schema}." if schema else ""
    run(
        lambda: op.create_table(
            "t", sa.Column("a", sa.Integer), schema=schema, postgresql_partition_by="RANGE (a)"
        ),
        lambda: op.execute(
            f"CREATE TABLE {dotted}p PARTITION OF {dotted}t FOR VALUES FROM (0) TO (9)"
        ),
    )
    twice(lambda: op.create_index("ix", "t", ["a"], schema=schema))
    twice(lambda: op.add_column("t", sa.Column("b", sa.Integer), schema=schema))
    twice(lambda: op.drop_index("ix", "t", schema=schema))
    twice(lambda: op.drop_table("t", schema=schema))
