from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic_helpers import (
    DefinitionMismatch,
    MissingObject,
    Outcome,
    UsageError,
    op,
)

CONVENTION = {
    "target_metadata": sa.MetaData(
        naming_convention={
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
}


@pytest.fixture
def tables(run, schema):
    def create():
        op.create_table(
            "u",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.Integer, nullable=False),
            sa.Column("y", sa.Integer, nullable=False),
            sa.UniqueConstraint("x", "y", name="uq_u"),
            sa.UniqueConstraint("y", name="uq_y"),
            schema=schema,
        )
        t = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer),
            schema=schema,
        )
        op.bulk_insert(t, [{"id": 1, "a": None, "b": 2}])

    run(create)


@pytest.fixture
def foreign_key(schema):
    def foreign_key(name="fk", columns=("a",), target="u", referred=("id",), **kwargs):
        return lambda: op.create_foreign_key(
            name,
            "t",
            target,
            list(columns),
            list(referred),
            source_schema=schema,
            referent_schema=schema,
            **kwargs,
        )

    return foreign_key


@pytest.fixture
def drop(schema):
    return lambda name, type_=None: (
        lambda: op.drop_constraint(name, "t", **({"type_": type_} if type_ else {}), schema=schema)
    )


@pytest.fixture
def mismatch(run, statements):
    """The attributes in which an operation differs; nothing may have been sent."""

    def mismatch(step):
        statements.clear()
        with pytest.raises(DefinitionMismatch) as caught:
            run(step)
        assert not statements.ddl
        return [d.attribute for d in caught.value.differences]

    return mismatch


@pytest.mark.usefixtures("tables")
class TestUnique:
    def unique(self, schema, name="uq", columns=("a",), **kwargs):
        return lambda: op.create_unique_constraint(
            name, "t", list(columns), schema=schema, **kwargs
        )

    @pytest.mark.parametrize("type_", ["unique", None])
    def test_twice_and_dropped_twice(self, twice, schema, drop, type_):
        twice(self.unique(schema))
        twice(drop("uq", type_))

    def test_unnamed(self, twice, schema):
        twice(self.unique(schema, None, ["a", "b"]))

    def test_named_by_convention(self, twice, schema, drop):
        twice(self.unique(schema, None, ["a", "b"]), **CONVENTION)
        twice(drop("uq_t_a", "unique"), **CONVENTION)

    def test_other_columns(self, run, schema, mismatch):
        run(self.unique(schema))
        assert mismatch(self.unique(schema, columns=["b"])) == ["columns"]

    @pytest.mark.capability("has_deferrable_constraints")
    @pytest.mark.capability("alters_in_place")
    def test_deferrable(self, twice, schema):
        twice(self.unique(schema, deferrable=True, initially="DEFERRED"))

    def test_an_index_of_that_name(self, run, schema, mismatch, database):
        run(lambda: op.create_index("uq", "t", ["a"], unique=True, schema=schema))
        if database.unique_constraint_is_index:
            assert run(self.unique(schema)) == [Outcome.SKIPPED]
        else:
            assert mismatch(self.unique(schema)) == ["kind"]


@pytest.mark.usefixtures("tables")
class TestForeignKey:
    @pytest.mark.parametrize("type_", ["foreignkey", None])
    def test_twice_and_dropped_twice(self, twice, foreign_key, drop, type_):
        twice(foreign_key())
        twice(drop("fk", type_))

    @pytest.mark.parametrize("onupdate", [None, "CASCADE", "NO ACTION", "RESTRICT"])
    @pytest.mark.parametrize("ondelete", [None, "SET NULL", "RESTRICT", "cascade", "NO ACTION"])
    def test_actions(self, twice, foreign_key, ondelete, onupdate):
        twice(foreign_key(onupdate=onupdate, ondelete=ondelete))

    def test_unnamed(self, twice, foreign_key):
        twice(foreign_key(None, ["a", "b"], referred=["x", "y"]))

    def test_named_by_convention(self, twice, foreign_key, drop):
        twice(foreign_key(None), **CONVENTION)
        twice(drop("fk_t_a_u", "foreignkey"), **CONVENTION)

    @pytest.mark.capability("has_deferrable_constraints")
    def test_deferrable(self, twice, foreign_key):
        twice(foreign_key(deferrable=True, initially="DEFERRED"))

    @pytest.mark.parametrize(
        ("change", "attributes"),
        [
            ({"columns": ["b"]}, ["columns"]),
            ({"referred": ["y"]}, ["target columns"]),
            ({"target": "t"}, ["target"]),
            ({"ondelete": "CASCADE"}, ["ON DELETE"]),
            ({"onupdate": "SET NULL"}, ["ON UPDATE"]),
            ({"onupdate": "SET NULL", "ondelete": "CASCADE"}, ["ON UPDATE", "ON DELETE"]),
        ],
        ids=lambda value: str(value) if isinstance(value, dict) else "",
    )
    def test_another_definition_is_a_mismatch(self, run, foreign_key, mismatch, change, attributes):
        run(foreign_key())
        assert mismatch(foreign_key(**change)) == attributes

    def test_restrict_is_what_it_is_on_each_database(self, run, foreign_key, mismatch, database):
        """InnoDB checks at once: RESTRICT, NO ACTION and nothing are one there."""
        run(foreign_key(ondelete="RESTRICT"))
        if database.name in ("mysql", "mariadb"):
            assert run(foreign_key()) == [Outcome.SKIPPED]
        else:
            assert mismatch(foreign_key()) == ["ON DELETE"]

    def test_the_table_itself(self, twice, foreign_key):
        twice(foreign_key(target="t"))

    def test_a_target_that_is_not_there(self, run, foreign_key):
        run(foreign_key())
        with pytest.raises(DefinitionMismatch, match="target "):
            run(foreign_key(target="nope"))


@pytest.mark.capability("has_cross_schema_foreign_keys")
def test_a_foreign_key_into_another_schema(run, twice, database):
    other = database.other_schema
    for name, schema in (("u", other), ("t", None)):
        run(
            lambda name=name, schema=schema: op.create_table(
                name, sa.Column("id", sa.Integer, primary_key=True), schema=schema
            )
        )
    run(lambda: op.create_table("u", sa.Column("id", sa.Integer, primary_key=True)))
    twice(lambda: op.create_foreign_key("fk", "t", "u", ["id"], ["id"], referent_schema=other))
    with pytest.raises(DefinitionMismatch, match="target "):
        run(lambda: op.create_foreign_key("fk", "t", "u", ["id"], ["id"]))


@pytest.mark.usefixtures("tables")
class TestCheck:
    def check(self, schema, name="ck", condition="a > 0", **kwargs):
        return lambda: op.create_check_constraint(name, "t", condition, schema=schema, **kwargs)

    @pytest.mark.parametrize("type_", ["check", None])
    def test_twice_and_dropped_twice(self, twice, schema, drop, type_):
        twice(self.check(schema))
        twice(drop("ck", type_))

    def test_of_an_expression(self, twice, schema):
        twice(self.check(schema, condition=sa.and_(sa.column("a") > 0, sa.column("b") != 7)))

    def test_of_strings_and_percent_signs(self, twice, schema):
        run_on = sa.text("a % 2 = 0 or 'it''s 100% :x' <> 'y'".replace(":", "\\:"))
        twice(self.check(schema, condition=run_on))

    def test_unnamed(self, twice, schema):
        twice(self.check(schema, None))

    def test_unnamed_beside_one_that_says_something_else(self, run, twice, schema):
        run(self.check(schema, "ck_other", "b > 0"))
        twice(self.check(schema, None))

    def test_named_by_convention(self, twice, schema, drop):
        twice(self.check(schema, "positive"), **CONVENTION)
        twice(drop("positive", "check"), **CONVENTION)
        exact = sa.schema.conv("ck_exact")  # what op.f() makes of a name
        twice(self.check(schema, exact), **CONVENTION)
        twice(drop(exact, "check"), **CONVENTION)

    @pytest.mark.capability("has_unvalidated_constraints")
    def test_not_valid_is_validated(self, run, twice, schema, statements):
        twice(self.check(schema, postgresql_not_valid=True))
        statements.clear()
        assert run(self.check(schema)) == [Outcome.COMPLETED]
        assert [sql.split()[-3:-1] for sql in statements.ddl] == [["VALIDATE", "CONSTRAINT"]]
        assert run(self.check(schema)) == [Outcome.SKIPPED]


class TestPrimaryKey:
    @pytest.fixture(autouse=True)
    def table(self, run, schema):
        run(
            lambda: op.create_table(
                "t",
                sa.Column("a", sa.Integer, nullable=False),
                sa.Column("b", sa.Integer, nullable=False),
                schema=schema,
            )
        )

    def key(self, schema, name="pk", columns=("a", "b")):
        return lambda: op.create_primary_key(name, "t", list(columns), schema=schema)

    def test_twice_and_dropped_twice(self, twice, schema, drop):
        twice(self.key(schema))
        twice(drop("pk", "primary"))

    def test_unnamed(self, twice, schema):
        twice(self.key(schema, None))

    def test_named_by_convention(self, twice, schema, drop):
        twice(self.key(schema, None), **CONVENTION)
        twice(drop("pk_t", "primary"), **CONVENTION)

    def test_other_columns(self, run, schema, mismatch):
        run(self.key(schema))
        assert mismatch(self.key(schema, columns=["a"])) == ["columns"]
        assert mismatch(self.key(schema, columns=["b", "a"])) == ["columns"]

    def test_another_name(self, run, schema, mismatch, database):
        run(self.key(schema))
        if database.keeps_primary_key_name:
            assert mismatch(self.key(schema, "other")) == ["name"]
        else:
            assert run(self.key(schema, "other")) == [Outcome.SKIPPED]


@pytest.mark.capability("has_exclude_constraints")
class TestExclude:
    @pytest.fixture(autouse=True)
    def table(self, run, schema):
        run(lambda: op.create_table("t", sa.Column("r", postgresql.INT4RANGE()), schema=schema))

    def test_twice_and_dropped_twice(self, twice, schema, drop):
        exclude = lambda: op.create_exclude_constraint(  # noqa: E731
            "ex", "t", ("r", "&&"), using="gist", schema=schema
        )
        twice(exclude)
        twice(drop("ex"))

    def test_a_check_of_that_name(self, run, schema, mismatch):
        run(lambda: op.create_check_constraint("ex", "t", "r IS NOT NULL", schema=schema))
        assert mismatch(
            lambda: op.create_exclude_constraint(
                "ex", "t", ("r", "&&"), using="gist", schema=schema
            )
        ) == ["kind"]


@pytest.mark.usefixtures("tables")
class TestDrop:
    def test_what_is_not_there(self, run, drop):
        assert (
            run(drop("nope"), drop("nope", "unique"), drop("nope", "check"))
            == [Outcome.SKIPPED] * 3
        )

    def test_of_a_table_that_is_not_there(self, run, schema):
        assert run(lambda: op.drop_constraint("x", "nope", type_="check", schema=schema)) == [
            Outcome.SKIPPED
        ]

    def test_of_another_kind(self, run, drop, mismatch, schema):
        run(lambda: op.create_unique_constraint("uq", "t", ["a"], schema=schema))
        assert mismatch(drop("uq", "check")) == ["kind"]

    def test_create_over_another_kind(self, run, mismatch, schema):
        run(lambda: op.create_check_constraint("x", "t", "a > 0", schema=schema))
        assert mismatch(lambda: op.create_unique_constraint("x", "t", ["a"], schema=schema)) == [
            "kind"
        ]

    def test_without_a_name(self, run, drop):
        with pytest.raises(UsageError) as caught:
            run(drop(None, "unique"))
        assert str(caught.value) == (
            "drop_constraint on t: the constraint has no name; to drop what the database named: "
            "op.drop_constraint(op.find_constraint_name('t', columns=[...]), 't', type_=\"...\")"
        )

    def test_with_a_kind_that_is_none(self, run, drop):
        with pytest.raises(UsageError) as caught:
            run(drop("x", "uniq"))
        assert str(caught.value) == (
            "drop_constraint x: type_='uniq'; expected one of "
            '"foreignkey", "primary", "unique", "check"'
        )

    @pytest.mark.capability("is_server")  # SQLite gives no names: see batch's naming_convention
    def test_what_the_database_named(self, run, schema):
        run(lambda: op.create_unique_constraint(None, "t", ["b"], schema=schema))

        def drop_found():
            op.drop_constraint(
                op.find_constraint_name("t", columns=["b"], schema=schema),
                "t",
                type_="unique",
                schema=schema,
            )

        assert run(drop_found) == [Outcome.APPLIED]

    def test_no_row_is_lost(self, run, drop, schema, connection):
        run(
            lambda: op.create_unique_constraint("uq", "t", ["a"], schema=schema),
            drop("uq", "unique"),
        )
        t = sa.table("t", sa.column("id"), sa.column("a"), sa.column("b"), schema=schema)
        assert connection.execute(sa.select(t)).all() == [(1, None, 2)]


def test_a_constraint_of_a_table_that_is_not_there(run):
    for step in (
        lambda: op.create_unique_constraint("x", "nope", ["a"]),
        lambda: op.create_check_constraint("x", "nope", "a > 0"),
        lambda: op.create_primary_key("x", "nope", ["a"]),
        lambda: op.create_foreign_key("x", "nope", "u", ["a"], ["a"]),
    ):
        with pytest.raises(MissingObject, match="there is no such table 'nope'"):
            run(step)
