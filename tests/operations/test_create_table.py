from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, OnMismatch, Outcome, Settings, op


def orders(schema=None, **kwargs):
    return op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("note", sa.Text()),
        sa.UniqueConstraint("number", name="uq_orders_number"),
        schema=schema,
        **kwargs,
    )


def test_create_table_twice(twice, schema):
    twice(lambda: orders(schema))


def test_create_table_with_alembics_own_flag(twice, schema):
    twice(lambda: orders(schema, if_not_exists=True))


def test_create_table_with_everything_twice(twice, run, schema, statements):
    run(
        lambda: op.create_table(
            "users", sa.Column("id", sa.Integer, primary_key=True), schema=schema
        )
    )
    users = "users.id" if schema is None else f"{schema}.users.id"

    def create():
        op.create_table(
            "t",
            sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("b", sa.String(10), primary_key=True),
            sa.Column("owner", sa.Integer, sa.ForeignKey(users, ondelete="CASCADE")),
            sa.Column("slug", sa.String(30), unique=True),
            sa.Column("born", sa.Date, index=True, server_default="2020-01-01"),
            sa.Column("kind", sa.String(5)),
            sa.Column("flag", sa.Boolean(create_constraint=True, name="ck_flag")),
            sa.Column("twice", sa.Integer, sa.Computed("a * 2", persisted=True)),
            sa.Index("ix_born_slug", "born", "slug", unique=True),
            sa.ForeignKeyConstraint(["a"], [users], name="fk_a"),
            sa.CheckConstraint("a > 0", name="ck_a"),
            schema=schema,
        )

    twice(create)


def test_create_table_returns_a_table_that_takes_rows_both_times(connection, run):
    def create():
        table = orders()
        op.bulk_insert(table, [{"id": 1, "number": "n1", "note": None}])

    assert run(create) == [Outcome.APPLIED, Outcome.APPLIED]
    assert run(create) == [Outcome.SKIPPED, Outcome.SKIPPED]
    assert connection.execute(sa.text("SELECT id, number FROM orders")).all() == [(1, "n1")]


def test_create_table_makes_its_missing_index(run, statements, snapshot, connection, schema):
    def create():
        op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer, index=True),
            sa.Column("b", sa.Integer),
            sa.Index("ix_b", "b", unique=True),
            schema=schema,
        )

    assert run(create) == [Outcome.APPLIED]
    whole = snapshot(connection, schema)
    run(lambda: op.drop_index("ix_b", "t", schema=schema))
    assert run(create) == [Outcome.COMPLETED]
    assert snapshot(connection, schema) == whole
    statements.clear()
    assert run(create) == [Outcome.SKIPPED]
    assert not statements.ddl


@pytest.mark.capability("has_comments")
def test_create_table_makes_its_missing_comments(run, snapshot, connection, schema):
    def create(comment):
        op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(5), nullable=False, server_default="x", comment=comment),
            comment=comment,
            schema=schema,
        )

    run(lambda: create("it's 100%: done"))
    whole = snapshot(connection, schema)
    run(lambda: op.drop_table("t", schema=schema), lambda: create(None))
    assert run(lambda: create("it's 100%: done")) == [Outcome.COMPLETED]
    assert snapshot(connection, schema) == whole
    assert run(lambda: create("it's 100%: done")) == [Outcome.SKIPPED]


def test_more_columns_than_asked_are_no_difference(twice, run):
    run(orders, lambda: op.add_column("orders", sa.Column("later", sa.Integer)))
    twice.unchanged(orders)


@pytest.mark.parametrize(
    ("columns", "difference"),
    [
        ([sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)], "column b"),
        ([sa.Column("id", sa.BigInteger, primary_key=True)], "id type"),
        (
            [sa.Column("id", sa.Integer), sa.Column("a", sa.Integer, primary_key=True)],
            "primary key columns",
        ),
        (
            [
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer, nullable=False),
            ],
            "a nullability",
        ),
        (
            [
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer, unique=True),
            ],
            "unique constraint (a)",
        ),
        (
            [
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer),
                sa.CheckConstraint("a > 0", name="ck_a"),
            ],
            "check constraint ck_a",
        ),
    ],
    ids=["column", "type", "primary key columns", "nullability", "unique", "check"],
)
def test_another_table_of_that_name_is_a_mismatch(run, statements, columns, difference):
    run(
        lambda: op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)
        )
    )
    statements.clear()
    with pytest.raises(DefinitionMismatch) as caught:
        run(lambda: op.create_table("t", *(column._copy() for column in columns)))
    assert difference in [d.attribute for d in caught.value.differences]
    assert (caught.value.operation, caught.value.kind, caught.value.name) == (
        "create_table",
        "table",
        "t",
    )
    assert not statements.ddl


def test_the_text_of_a_mismatch(run):
    run(orders)
    with pytest.raises(DefinitionMismatch) as caught:
        run(lambda: op.create_table("orders", sa.Column("missing", sa.Integer)))
    assert str(caught.value) == (
        "create_table: table orders is there, but differs from the one asked for:\n"
        "  column missing missing  ->  present\n"
        "  primary key columns (id)  ->  ()\n"
        "A later revision may have changed it: then this one has run, and Alembic is told so with: "
        "alembic stamp REVISION\n"
        "Drop or rename the existing table, or change the revision; to keep what is there: "
        "Settings(on_mismatch=OnMismatch.WARN)."
    )


def test_a_mismatch_is_kept_and_logged_when_the_settings_say_so(run, statements, caplog):
    run(orders)
    statements.clear()
    keep = Settings(on_mismatch=OnMismatch.WARN)

    def create():
        table = op.create_table("orders", sa.Column("missing", sa.Integer))
        assert table.c.keys() == ["missing"]

    assert run(create, alembic_helpers=keep) == [Outcome.KEPT]
    assert not statements.ddl
    assert "create_table: table orders is there, but differs" in caplog.text


def test_a_view_of_that_name_is_a_mismatch(run, statements, schema):
    run(lambda: op.create_view("orders", "SELECT 1 AS id", schema=schema))
    statements.clear()
    with pytest.raises(DefinitionMismatch) as caught:
        run(lambda: orders(schema))
    name = f"{schema}.orders" if schema else "orders"
    assert str(caught.value) == (
        f"create_table: table {name} is there, but differs from the one asked for:\n"
        "  kind         view  ->  table\n"
        "The name is that of a view; rename or drop that, or choose another name."
    )
    assert not statements.ddl


@pytest.mark.capability("has_sequences")
def test_a_sequence_of_that_name_is_a_mismatch(run, schema):
    run(lambda: op.create_sequence("orders", schema=schema))
    with pytest.raises(DefinitionMismatch, match="sequence  ->  table"):
        run(lambda: orders(schema))


@pytest.mark.capability("has_enums")
def test_a_type_of_that_name_is_a_mismatch(run, schema):
    run(lambda: op.create_enum("orders", ["a"], schema=schema))
    with pytest.raises(DefinitionMismatch, match="type  ->  table"):
        run(lambda: orders(schema))


@pytest.mark.capability("has_enums")
class TestEnumTypes:
    def paid(self, *labels, schema=None):
        return op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("state", sa.Enum(*labels, name="state", schema=schema)),
            schema=schema,
        )

    def test_create_table_creates_its_type_once(self, twice, schema):
        twice(lambda: self.paid("new", "paid", schema=schema))

    def test_create_table_uses_a_type_that_is_there(self, run, twice, schema):
        run(lambda: op.create_enum("state", ["new", "paid"], schema=schema))
        twice(lambda: self.paid("new", "paid", schema=schema))

    def test_create_table_after_its_table_was_dropped_and_the_type_stayed(self, run, twice, schema):
        run(
            lambda: self.paid("new", "paid", schema=schema),
            lambda: op.drop_table("t", schema=schema),
        )
        twice(lambda: self.paid("new", "paid", schema=schema))

    def test_create_table_uses_a_type_that_has_more_values(self, run, twice):
        run(lambda: op.create_enum("state", ["new", "sent", "paid"]))
        twice(lambda: self.paid("new", "paid"))

    @pytest.mark.parametrize("table_is_there", [False, True])
    def test_a_type_with_other_values_is_a_mismatch(self, run, statements, table_is_there):
        run(lambda: op.create_enum("state", ["paid", "new"]))
        if table_is_there:
            run(lambda: self.paid("paid", "new"))
        statements.clear()
        with pytest.raises(DefinitionMismatch, match=r"enum state values paid, new  ->  new, paid"):
            run(lambda: self.paid("new", "paid"))
        assert not statements.ddl

    def test_the_callers_type_is_left_as_it_was(self, run):
        type_ = sa.Enum("a", name="state")
        run(lambda: op.create_enum("state", ["a"]))
        for name in ("t", "u"):
            run(lambda name=name: op.create_table(name, sa.Column("c", type_)))
        assert type_.enums == ["a"]

    @pytest.mark.parametrize("inherit_schema", [True, False])
    def test_the_type_of_a_table_in_another_schema(self, run, twice, database, inherit_schema):
        schema = database.other_schema
        run(lambda: op.create_enum("state", ["a"], schema=schema if inherit_schema else None))
        type_ = sa.Enum("a", name="state", inherit_schema=inherit_schema)
        twice(lambda: op.create_table("t", sa.Column("c", type_), schema=schema))

    def test_a_type_that_the_same_migration_dropped_is_made_again(self, run):
        assert (
            run(
                lambda: self.paid("new"),
                lambda: op.drop_table("t"),
                lambda: op.drop_enum("state"),
                lambda: self.paid("new"),
            )
            == [Outcome.APPLIED] * 4
        )

    def test_a_type_whose_schema_is_spelled_out(self, twice):
        type_ = sa.Enum("a", name="state", schema="public")
        twice(lambda: op.create_table("t", sa.Column("c", type_)))
