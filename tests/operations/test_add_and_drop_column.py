from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, MissingObject, Outcome, op

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
NAMED = {"target_metadata": sa.MetaData(naming_convention=CONVENTION)}


@pytest.fixture
def tables(run, schema):
    """``t`` with a row, and ``u`` to refer to."""

    def create():
        op.create_table("u", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
        t = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            schema=schema,
        )
        op.bulk_insert(t, [{"id": 1, "a": 5}])

    run(create)


@pytest.fixture
def u_id(schema):
    return "u.id" if schema is None else f"{schema}.u.id"


def column(**kwargs):
    return sa.Column("c", sa.Integer, **kwargs)


@pytest.mark.usefixtures("tables")
class TestAddAndDrop:
    def test_add_column_twice_and_drop_column_twice(self, twice, schema):
        twice(lambda: op.add_column("t", column(), schema=schema))
        twice(lambda: op.drop_column("t", "c", schema=schema))

    def test_with_alembics_own_flags(self, twice, schema):
        twice(lambda: op.add_column("t", column(), schema=schema, if_not_exists=True))
        twice(lambda: op.drop_column("t", "c", schema=schema, if_exists=True))

    @pytest.mark.parametrize(
        "default", ["7", sa.text("7"), sa.text("(3 + 4)")], ids=["string", "text", "expression"]
    )
    def test_not_null_with_a_default(self, twice, schema, connection, default):
        twice(
            lambda: op.add_column(
                "t", column(nullable=False, server_default=default), schema=schema
            )
        )
        t = sa.table("t", sa.column("c"), schema=schema)
        assert connection.scalar(sa.select(t.c.c)) == 7

    def test_a_computed_column(self, twice, schema, connection):
        added = lambda: op.add_column(  # noqa: E731
            "t", sa.Column("c", sa.Integer, sa.Computed("a * 2", persisted=True)), schema=schema
        )
        twice(added)
        t = sa.table("t", sa.column("c"), schema=schema)
        assert connection.scalar(sa.select(t.c.c)) == 10

    @pytest.mark.capability("has_identity_columns")
    def test_an_identity_column(self, twice, schema):
        twice(lambda: op.add_column("t", sa.Column("c", sa.Integer, sa.Identity()), schema=schema))

    @pytest.mark.parametrize("opts", [{}, NAMED], ids=["", "convention"])
    def test_with_an_unnamed_unique_constraint_and_index(self, twice, schema, opts):
        twice(lambda: op.add_column("t", column(unique=True), schema=schema), **opts)
        twice(
            lambda: op.add_column("t", sa.Column("d", sa.Integer, index=True), schema=schema),
            **opts,
        )
        twice(
            lambda: op.add_column(
                "t", sa.Column("e", sa.Integer, index=True, unique=True), schema=schema
            ),
            **opts,
        )

    @pytest.mark.parametrize("opts", [{}, NAMED], ids=["", "convention"])
    def test_with_an_unnamed_foreign_key(self, twice, schema, u_id, opts):
        twice(
            lambda: op.add_column(
                "t",
                sa.Column("c", sa.Integer, sa.ForeignKey(u_id, ondelete="SET NULL")),
                schema=schema,
            ),
            **opts,
        )

    def test_with_named_ones(self, twice, schema, u_id):
        twice(
            lambda: op.add_column(
                "t", sa.Column("c", sa.Integer, sa.ForeignKey(u_id, name="fk_c")), schema=schema
            )
        )

    @pytest.mark.parametrize("opts", [{}, NAMED], ids=["", "convention"])
    def test_missing_foreign_key_index_and_unique_are_completed(
        self, run, twice, schema, u_id, opts, snapshot, connection, database, statements
    ):
        def add():
            op.add_column(
                "t",
                sa.Column("c", sa.Integer, sa.ForeignKey(u_id), unique=True, nullable=True),
                schema=schema,
            )
            op.add_column("t", sa.Column("d", sa.Integer, index=True), schema=schema)

        run(
            lambda: op.add_column("t", column(), schema=schema),
            lambda: op.add_column("t", sa.Column("d", sa.Integer), schema=schema),
        )
        assert run(add, **opts) == [Outcome.COMPLETED, Outcome.COMPLETED]
        inspector = sa.inspect(connection)
        (foreign,) = inspector.get_foreign_keys("t", schema=schema)
        assert (foreign["constrained_columns"], foreign["referred_table"]) == (["c"], "u")
        assert [
            u["column_names"] for u in inspector.get_unique_constraints("t", schema=schema)
        ] == [["c"]]
        assert ["d"] in [i["column_names"] for i in inspector.get_indexes("t", schema=schema)]
        statements.clear()
        assert run(add, **opts) == [Outcome.SKIPPED, Outcome.SKIPPED]
        assert not statements.ddl

    def test_a_row_is_kept_throughout(self, twice, schema, connection):
        twice(lambda: op.add_column("t", column(unique=True), schema=schema))
        twice(lambda: op.drop_column("t", "c", schema=schema))
        t = sa.table("t", sa.column("id"), sa.column("a"), schema=schema)
        assert connection.execute(sa.select(t)).all() == [(1, 5)]

    def test_a_name_in_another_case(self, run, schema, connection, database):
        run(lambda: op.add_column("t", column(), schema=schema))
        is_same = database.name != "postgresql"
        for _ in range(2):
            outcome = run(lambda: op.drop_column("t", "C", schema=schema))
        assert outcome == [Outcome.SKIPPED]
        columns = sa.inspect(connection).get_columns("t", schema)
        assert ("c" in {each["name"] for each in columns}) is not is_same

    def test_drop_column_of_an_indexed_one(self, run, twice, schema):
        run(lambda: op.create_index("ix_a", "t", ["a"], schema=schema))
        twice(lambda: op.drop_column("t", "a", schema=schema))

    def test_drop_column_of_a_table_that_is_gone(self, run, schema):
        run(lambda: op.drop_table("t", schema=schema))
        assert run(lambda: op.drop_column("t", "a", schema=schema)) == [Outcome.SKIPPED]

    @pytest.mark.parametrize(
        ("asked", "attribute"),
        [
            (sa.Column("a", sa.BigInteger), "type"),
            (sa.Column("a", sa.Integer, nullable=False), "nullability"),
        ],
        ids=["type", "nullability"],
    )
    def test_another_column_of_that_name_is_a_mismatch(
        self, run, schema, statements, asked, attribute
    ):
        statements.clear()
        with pytest.raises(DefinitionMismatch) as caught:
            run(lambda: op.add_column("t", asked._copy(), schema=schema))
        assert [d.attribute for d in caught.value.differences] == [attribute]
        assert not statements.ddl

    def test_a_foreign_key_to_elsewhere_is_completed_only_when_it_is_missing(
        self, run, schema, u_id, statements
    ):
        run(
            lambda: op.add_column(
                "t", sa.Column("c", sa.Integer, sa.ForeignKey(u_id, name="fk_c")), schema=schema
            )
        )
        statements.clear()
        with pytest.raises(DefinitionMismatch, match="ON DELETE"):
            run(
                lambda: op.add_column(
                    "t",
                    sa.Column(
                        "c", sa.Integer, sa.ForeignKey(u_id, name="fk_c", ondelete="CASCADE")
                    ),
                    schema=schema,
                )
            )
        assert not statements.ddl


def test_the_text_of_a_column_mismatch(run):
    run(lambda: op.create_table("t", sa.Column("a", sa.Integer)))
    with pytest.raises(DefinitionMismatch) as caught:
        run(lambda: op.add_column("t", sa.Column("a", sa.Date, nullable=False)))
    message = str(caught.value)
    for spelled, word in (("integer", "int"), ("INTEGER", "int"), ("DATE", "date")):
        message = message.replace(spelled, word)
    assert message == (
        "add_column: column t.a is there, but differs from the one asked for:\n"
        "  type         int  ->  date\n"
        "  nullability  NULL  ->  NOT NULL\n"
        "A later revision may have changed it: then this one has run, and Alembic is told so with: "
        "alembic stamp REVISION\n"
        "Drop or rename the existing column, or change the revision; to keep what is there: "
        "Settings(on_mismatch=OnMismatch.WARN)."
    )


def test_add_column_to_a_table_that_is_not_there(run):
    with pytest.raises(MissingObject, match=r"add_column nope\.c: there is no such table 'nope'"):
        run(lambda: op.add_column("nope", column()))


def test_add_column_to_a_view(run):
    run(lambda: op.create_view("v", "SELECT 1 AS a"))
    with pytest.raises(MissingObject, match="there is a view of that name, but no table 'v'"):
        run(lambda: op.add_column("v", column()))


@pytest.mark.capability("has_comments")
def test_add_column_completes_its_comment(run, connection):
    run(lambda: op.create_table("t", sa.Column("id", sa.Integer, primary_key=True)))
    run(lambda: op.add_column("t", sa.Column("c", sa.String(5))))
    commented = sa.Column("c", sa.String(5), comment="100% it's")
    assert run(lambda: op.add_column("t", commented)) == [Outcome.COMPLETED]
    assert sa.inspect(connection).get_columns("t")[1]["comment"] == "100% it's"
    assert run(lambda: op.add_column("t", commented)) == [Outcome.SKIPPED]


def test_columns_whose_names_are_hostile(run, twice, schema):
    names = ["a b", "select", 'qu"ote', "pct%s", "co:lon", "ümlaut", "Mixed", "dot.ted", "(par)"]
    run(lambda: op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), schema=schema))
    for name in names:
        twice(lambda name=name: op.add_column("t", sa.Column(name, sa.Integer), schema=schema))
    for name in names:
        twice(lambda name=name: op.drop_column("t", name, schema=schema))


def test_inline_references(run, twice, schema, u_id):
    import inspect

    from alembic.operations import Operations

    if "inline_references" not in inspect.signature(Operations.add_column).parameters:
        pytest.skip("this Alembic has no inline_references")
    run(lambda: op.create_table("u", sa.Column("id", sa.Integer, primary_key=True), schema=schema))
    run(lambda: op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), schema=schema))
    twice(
        lambda: op.add_column(
            "t",
            sa.Column("c", sa.Integer, sa.ForeignKey(u_id)),
            schema=schema,
            inline_references=True,
        )
    )
