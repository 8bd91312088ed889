from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import (
    AmbiguousMatch,
    DefinitionMismatch,
    MissingObject,
    NotSupportedError,
    Outcome,
    UsageError,
    op,
)


def labels(connection, schema=None):
    found = connection.scalar(
        sa.text(
            "SELECT array_agg(CAST(enumlabel AS text) ORDER BY enumsortorder) FROM pg_enum e "
            "JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace "
            "WHERE typname = 'state' AND nspname = :schema"
        ),
        {"schema": schema or "public"},
    )
    connection.rollback()
    return found


@pytest.mark.capability("has_enums")
class TestEnums:
    @pytest.fixture
    def state(self, run, schema):
        run(lambda: op.create_enum("state", ["new", "it's 100% :done"], schema=schema))

    def test_create_and_drop_twice(self, twice, schema, connection):
        twice(lambda: op.create_enum("state", ["new", "it's 100% :done"], schema=schema))
        assert labels(connection, schema) == ["new", "it's 100% :done"]
        twice(lambda: op.drop_enum("state", schema=schema))

    def test_hostile_names(self, twice, schema):
        for name in ("a b", "select", 'qu"ote', "pct%s", "co:lon", "Mixed", "x" * 80):
            twice(lambda name=name: op.create_enum(name, ["a"], schema=schema))
            twice(lambda name=name: op.add_enum_value(name, "b", schema=schema))
            twice(lambda name=name: op.rename_enum_value(name, "b", "c", schema=schema))
            twice(lambda name=name: op.drop_enum(name, schema=schema))

    @pytest.mark.usefixtures("state")
    def test_more_values_are_no_difference(self, run, twice, schema):
        run(lambda: op.add_enum_value("state", "mid", before="it's 100% :done", schema=schema))
        twice.unchanged(lambda: op.create_enum("state", ["new", "it's 100% :done"], schema=schema))

    @pytest.mark.usefixtures("state")
    @pytest.mark.parametrize("values", [["new", "other"], ["it's 100% :done", "new"]])
    def test_other_values_are_a_mismatch(self, run, schema, statements, values):
        statements.clear()
        with pytest.raises(DefinitionMismatch) as caught:
            run(lambda: op.create_enum("state", values, schema=schema))
        assert [d.attribute for d in caught.value.differences] == ["values"]
        assert not statements.ddl

    @pytest.mark.usefixtures("state")
    def test_add_value_twice(self, twice, schema, connection):
        last = "it's 100% :done"
        twice(lambda: op.add_enum_value("state", "first 'one'", before="new", schema=schema))
        twice(lambda: op.add_enum_value("state", "mid%", after="new", schema=schema))
        twice(lambda: op.add_enum_value("state", "end", schema=schema))
        assert labels(connection, schema) == ["first 'one'", "new", "mid%", last, "end"]

    @pytest.mark.usefixtures("state")
    def test_a_value_on_the_wrong_side_is_a_mismatch(self, run, schema, statements):
        statements.clear()
        with pytest.raises(DefinitionMismatch, match=r"'new' before .* ->  after"):
            run(lambda: op.add_enum_value("state", "new", after="it's 100% :done", schema=schema))
        with pytest.raises(DefinitionMismatch, match="after 'new'  ->  before 'new'"):
            run(lambda: op.add_enum_value("state", "it's 100% :done", before="new", schema=schema))
        assert not statements.ddl

    @pytest.mark.usefixtures("state")
    def test_rename_value_twice(self, twice, schema, connection):
        twice(lambda: op.rename_enum_value("state", "new", "it's :100%", schema=schema))
        assert labels(connection, schema) == ["it's :100%", "it's 100% :done"]

    def test_a_name_that_is_taken(self, run, schema):
        run(lambda: op.create_table("state", sa.Column("a", sa.Integer), schema=schema))
        with pytest.raises(DefinitionMismatch, match="table  ->  enum"):
            run(lambda: op.create_enum("state", ["a"], schema=schema))
        with pytest.raises(DefinitionMismatch, match="table  ->  enum"):
            run(lambda: op.drop_enum("state", schema=schema))

    def test_a_namesake_in_another_schema_is_another_type(self, run, connection, database):
        run(lambda: op.create_enum("state", ["b"], schema=database.other_schema))
        assert run(lambda: op.create_enum("state", ["a"])) == [Outcome.APPLIED]
        assert run(lambda: op.drop_enum("state"), lambda: op.drop_enum("state")) == [
            Outcome.APPLIED,
            Outcome.SKIPPED,
        ]
        assert labels(connection, database.other_schema) == ["b"]

    @pytest.mark.parametrize("array", [False, True], ids=["", "array"])
    def test_a_column_of_another_schemas_type_is_a_mismatch(self, run, twice, database, array):
        schemas = (None, "public", database.other_schema)

        def column(schema):
            type_ = sa.Enum("a", "b", name="state", schema=schema)
            return sa.Column("c", sa.ARRAY(type_) if array else type_)

        for schema in schemas[1:]:
            run(lambda schema=schema: op.create_enum("state", ["a", "b"], schema=schema))
        run(lambda: op.create_table("t", sa.Column("id", sa.Integer)))
        run(lambda: op.create_table("u", sa.Column("id", sa.Integer)))
        run(lambda: op.add_column("t", column(None)))
        run(lambda: op.add_column("u", column(database.other_schema)))
        for schema in schemas[:2]:
            twice.unchanged(lambda schema=schema: op.add_column("t", column(schema)))
            with pytest.raises(DefinitionMismatch, match=r"type +other.state"):
                run(lambda schema=schema: op.add_column("u", column(schema)))
        twice.unchanged(lambda: op.add_column("u", column(schemas[2])))
        with pytest.raises(DefinitionMismatch, match=r"-> +other.state"):
            run(lambda: op.add_column("t", column(schemas[2])))

    def test_errors(self, run):
        run(lambda: op.create_enum("state", ["a", "b"]))
        for step, error, text in (
            (
                lambda: op.rename_enum_value("state", "a", "b"),
                AmbiguousMatch,
                "rename_enum_value state: both 'a' and 'b' are there; nothing was changed. "
                "PostgreSQL cannot drop a value: update the rows that use the old one and leave "
                "it, or build the type anew.",
            ),
            (
                lambda: op.rename_enum_value("state", "x", "y"),
                MissingObject,
                "rename_enum_value state: neither 'x' nor 'y' is there; it has 'a', 'b'",
            ),
            (
                lambda: op.add_enum_value("state", "c", after="x"),
                MissingObject,
                "add_enum_value state: there is no value 'x' to stand next to; it has 'a', 'b'",
            ),
            (
                lambda: op.add_enum_value("nope", "c"),
                MissingObject,
                "add_enum_value nope: there is no such enum type in schema 'public'; create it "
                "with op.create_enum('nope', [...])",
            ),
            (
                lambda: op.add_enum_value("state", "c", before="a", after="b"),
                UsageError,
                "add_enum_value: give before= or after=, not both",
            ),
            (
                lambda: op.create_enum("other", []),
                UsageError,
                "create_enum other: give at least one value, and none twice",
            ),
            (
                lambda: op.create_enum("other", ["a", "a"]),
                UsageError,
                "create_enum other: give at least one value, and none twice",
            ),
            (
                lambda: op.create_enum("other", "abc"),
                UsageError,
                "create_enum other: values='abc' is one string; give a list",
            ),
        ):
            with pytest.raises(error) as caught:
                run(step)
            assert str(caught.value) == text


STEPS = {
    "create_enum": lambda: op.create_enum("state", ["a"]),
    "add_enum_value": lambda: op.add_enum_value("state", "a"),
    "rename_enum_value": lambda: op.rename_enum_value("state", "a", "b"),
    "drop_enum": lambda: op.drop_enum("state"),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.capability("has_inline_enums")
def test_an_enum_that_lives_in_its_column(run, database, name):
    title = {"mysql": "MySQL", "mariadb": "MariaDB"}[database.name]
    with pytest.raises(NotSupportedError) as caught:
        run(STEPS[name])
    assert str(caught.value) == (
        f"{name}: on {title} an enum lives in its column, there is no type to name; write: "
        'op.alter_column("table", "column", type_=sa.Enum(...), existing_type=sa.Enum(...))'
    )


@pytest.mark.lacks("has_enums", "has_inline_enums")
@pytest.mark.parametrize("name", STEPS)
def test_no_enums_at_all(run, name):
    with pytest.raises(NotSupportedError) as caught:
        run(STEPS[name])
    assert str(caught.value) == (
        f"{name}: SQLite has no such thing; the values of an enum belong to its column there"
    )
