"""A drop takes what it was asked to take, and nothing that stands on it or beside it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, DependentObjects, Outcome, op


@pytest.fixture
def refused(run, connection, snapshot, statements):
    """``refused(step, error)``: it raises, and nothing was sent; returns the error."""

    def refused(step, error=DefinitionMismatch):
        before = snapshot(connection)
        connection.rollback()
        statements.clear()
        with pytest.raises(error) as caught:
            run(step)
        assert not statements.ddl
        assert snapshot(connection) == before
        connection.rollback()
        return caught.value

    return refused


@pytest.fixture
def table(run):
    def table(*items):
        columns = [sa.Column(name, sa.Integer, nullable=False) for name in "abc"]
        run(lambda: op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), *columns))
        for item in items:
            assert run(item) == [Outcome.APPLIED]

    return table


def index(name, *columns, **options):
    return lambda: op.create_index(name, "t", list(columns), **options)


def unique(name, *columns):
    return lambda: op.create_unique_constraint(name, "t", list(columns))


@pytest.mark.lacks("unique_constraint_is_index")
@pytest.mark.capability("has_enums")
def test_an_index_that_a_constraint_owns(table, refused):
    table(unique("uq", "a"))
    error = refused(lambda: op.drop_index("uq", "t"))
    assert str(error) == (
        "drop_index: index uq is there, but differs from the one asked for:\n"
        "  owner        constraint uq  ->  none\n"
        "It belongs to a constraint; write: op.drop_constraint('uq', 't')"
    )
    refused(lambda: op.drop_index("uq"))
    refused(lambda: op.drop_index("t_pkey", "t"))


@pytest.mark.lacks("index_names_are_per_table")
def test_an_index_of_another_table(run, table, refused):
    table()
    run(
        lambda: op.create_table("u", sa.Column("a", sa.Integer)),
        lambda: op.create_index("ix", "u", ["a"]),
    )
    error = refused(lambda: op.drop_index("ix", "t"))
    assert [str(d) for d in error.differences] == ["table        u  ->  t"]
    assert str(error).endswith(
        "The index of that name is on another table; nothing was dropped. If that one is meant: "
        "op.drop_index('ix', 'u')"
    )


def drop_b():
    op.drop_column("t", "b")


class TestDropColumn:
    @pytest.mark.parametrize(
        ("item", "name"),
        [
            (index("ix", "a", "b"), "ix"),
            (index("ix", "b", "c", unique=True), "ix"),
            (unique("uq", "c", "b"), "uq"),
        ],
        ids=["index", "unique index", "unique constraint"],
    )
    def test_in_a_composite_index_or_key(self, run, table, refused, item, name):
        table(item)
        error = refused(drop_b, DependentObjects)
        assert error.dependents == (name,)
        assert str(error) == (
            f"drop_column t.b: {name} covers other columns too, and would go or change with it; "
            "nothing was dropped. Drop or replace it first: op.drop_index(...) or "
            "op.drop_constraint(...)."
        )

    def test_in_several(self, table, refused):
        table(index("ix", "a", "b"), unique("uq", "b", "c"), index("other", "a", "c"))
        error = refused(drop_b, DependentObjects)
        assert sorted(error.dependents) == ["ix", "uq"]

    def test_in_a_composite_primary_key(self, run, refused):
        columns = [sa.Column(n, sa.Integer, primary_key=True, autoincrement=False) for n in "ab"]
        run(lambda: op.create_table("t", *columns, sa.Column("c", sa.Integer)))
        assert len(refused(drop_b, DependentObjects).dependents) == 1

    def test_in_a_composite_foreign_key(self, run, table, refused):
        run(
            lambda: op.create_table(
                "u",
                sa.Column("x", sa.Integer, primary_key=True, autoincrement=False),
                sa.Column("y", sa.Integer, primary_key=True, autoincrement=False),
            )
        )
        table(lambda: op.create_foreign_key("fk", "t", "u", ["a", "b"], ["x", "y"]))
        assert refused(drop_b, DependentObjects).dependents[0] == "fk"

    @pytest.mark.capability("has_included_columns")
    @pytest.mark.parametrize(
        "item",
        [
            index("ix", sa.text("(a + b)")),
            index("ix", "a", postgresql_where=sa.text("b > 0")),
            index("ix", "a", postgresql_include=["b"]),
            lambda: op.create_check_constraint("ix", "t", "a < b"),
            lambda: op.create_exclude_constraint(
                "ix", "t", (sa.func.int4range(sa.column("a"), sa.column("b")), "&&"), using="gist"
            ),
        ],
        ids=["expression", "predicate", "include", "check", "exclude"],
    )
    def test_read_beside_others(self, table, refused, item):
        table(item)
        assert refused(drop_b, DependentObjects).dependents == ("ix",)

    @pytest.mark.parametrize(
        "item", [index("ix", "b"), unique("uq", "b")], ids=["index", "unique constraint"]
    )
    def test_what_covers_it_alone_goes_along(self, run, table, connection, item):
        table(item)
        assert run(drop_b) == [Outcome.APPLIED]
        assert run(drop_b) == [Outcome.SKIPPED]
        inspector = sa.inspect(connection)
        assert not inspector.get_indexes("t")
        assert not inspector.get_unique_constraints("t")

    @pytest.mark.capability("has_included_columns")
    @pytest.mark.parametrize(
        "item",
        [
            index("ix", sa.text("(b + 1)")),
            index("ix", "b", postgresql_where=sa.text("b > 0")),
            lambda: op.create_check_constraint("ck", "t", "b > 0"),
        ],
        ids=["expression", "predicate", "check"],
    )
    def test_what_reads_it_alone_goes_along(self, run, table, item):
        table(item)
        assert run(drop_b) == [Outcome.APPLIED]
        assert run(drop_b) == [Outcome.SKIPPED]

    @pytest.mark.capability("has_included_columns")
    def test_read_by_a_generated_column(self, table, refused):
        generated = sa.Column("g", sa.Integer, sa.Computed("b + 1", persisted=True))
        table(lambda: op.add_column("t", generated))
        assert refused(drop_b, DependentObjects).dependents == ("g",)


class TestOtherKinds:
    @pytest.fixture(autouse=True)
    def objects(self, run, table):
        table(
            unique("uq", "a"),
            lambda: op.create_check_constraint("ck", "t", "a > 0"),
            lambda: op.create_view("v", "SELECT 1 AS a"),
        )

    def kinds(self, error):
        return [str(difference) for difference in error.differences]

    def test_a_view_is_no_table(self, refused):
        error = refused(lambda: op.drop_table("v"))
        assert self.kinds(error) == ["kind         view  ->  table"]
        assert str(error).endswith(
            "The name is that of a view; rename or drop that, or choose another name."
        )

    def test_a_table_is_no_view(self, refused):
        error = refused(lambda: op.drop_view("t"))
        assert self.kinds(error) == ["kind         table  ->  view"]

    @pytest.mark.capability("has_materialized_views")
    def test_a_view_is_no_materialized_view(self, run, refused):
        run(lambda: op.create_view("m", "SELECT 1 AS a", materialized=True))
        error = refused(lambda: op.drop_view("v", materialized=True))
        assert self.kinds(error) == ["kind         view  ->  materialized view"]
        error = refused(lambda: op.drop_view("m"))
        assert self.kinds(error) == ["kind         materialized view  ->  view"]

    @pytest.mark.capability("has_sequences")
    def test_a_table_is_no_sequence(self, run, refused):
        run(lambda: op.create_sequence("s"))
        error = refused(lambda: op.drop_sequence("t"))
        assert self.kinds(error) == ["kind         table  ->  sequence"]
        error = refused(lambda: op.drop_table("s"))
        assert self.kinds(error) == ["kind         sequence  ->  table"]

    @pytest.mark.parametrize(
        ("name", "asked", "difference"),
        [
            ("uq", "check", "unique constraint  ->  check constraint"),
            ("uq", "foreignkey", "unique constraint  ->  foreign key"),
            ("ck", "unique", "check constraint  ->  unique constraint"),
        ],
    )
    def test_a_constraint_of_another_kind(self, refused, name, asked, difference):
        error = refused(lambda: op.drop_constraint(name, "t", type_=asked))
        assert self.kinds(error) == [f"kind         {difference}"]

    @pytest.mark.capability("has_exclude_constraints")
    def test_an_exclude_constraint_is_no_check(self, run, refused):
        run(lambda: op.create_exclude_constraint("ex", "t", (sa.column("a"), "="), using="btree"))
        error = refused(lambda: op.drop_constraint("ex", "t", type_="check"))
        assert self.kinds(error) == ["kind         exclude constraint  ->  check constraint"]
