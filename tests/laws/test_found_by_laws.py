"""What the laws found wrong, each as the smallest revision that shows it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration

from alembic_helpers import (
    Outcome,
    create_table_if_not_exists,
    create_unique_constraint_if_not_exists,
    op,
)

BACKSLASH = r"back\slash: \:x, 100%"


def table(*items: sa.SchemaItem, schema: str | None = None) -> None:
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), *items, schema=schema)


def test_a_backslash_in_a_default_and_in_a_check_survives_other_changes(
    connection, migrate, schema
) -> None:
    with migrate():
        table(
            sa.Column("a", sa.String(30), server_default=BACKSLASH),
            sa.CheckConstraint(sa.column("a") != BACKSLASH + "!", name="ck"),
            sa.Column("b", sa.Integer),
            schema=schema,
        )
    with migrate():
        op.alter_column("t", "b", nullable=False, existing_type=sa.Integer(), schema=schema)
    t = sa.table("t", sa.column("a"), sa.column("b"), schema=schema)
    connection.execute(sa.insert(t).values(b=1))
    assert connection.scalar(sa.select(t.c.a)) == BACKSLASH
    with pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.insert(t).values(a=BACKSLASH + "!", b=2))


def test_a_column_added_with_an_index_gets_that_index_alone(
    connection, migrate, schema, snapshot
) -> None:
    with migrate():
        table(schema=schema)
    for _ in range(2):
        with migrate():
            column = sa.Column("a", sa.Integer, nullable=False, index=True)
            op.add_column("t", column, schema=schema)
        found = snapshot(connection, schema)["tables"]["t"]["indexes"]
        assert [index["name"] for index in found] == [f"ix_{schema}_t_a" if schema else "ix_t_a"]


def test_a_column_added_with_named_companions_gets_each_once(
    connection, migrate, schema, snapshot
) -> None:
    convention = {"uq": "uq_%(table_name)s_%(column_0_name)s", "fk": "fk_%(column_0_name)s"}
    metadata = sa.MetaData(naming_convention=convention)
    with migrate():
        table(schema=schema)
    target = f"{schema}.t.id" if schema else "t.id"
    for _ in range(2):
        with migrate(target_metadata=metadata):
            column = sa.Column("a", sa.Integer, sa.ForeignKey(target), unique=True)
            op.add_column("t", column, schema=schema)
        found = snapshot(connection, schema)["tables"]["t"]
        assert [u["name"] for u in found["unique"]] == ["uq_t_a"]
        assert [f["name"] for f in found["foreign keys"]] == ["fk_a"]


def test_a_default_survives_where_the_name_has_a_backtick(connection, migrate, schema) -> None:
    with migrate():
        table(sa.Column("a`b", sa.Integer, server_default="7"), schema=schema)
    with migrate():
        op.alter_column(
            "t",
            "a`b",
            nullable=False,
            existing_type=sa.Integer(),
            existing_server_default="7",
            schema=schema,
        )
    t = sa.table("t", sa.column("id"), sa.column("a`b"), schema=schema)
    connection.execute(sa.insert(t).values(id=1))
    assert connection.scalar(sa.select(t.c["a`b"])) == 7


@pytest.mark.parametrize("name", [None, "uq_t_id"])
def test_a_unique_constraint_that_repeats_the_primary_key_is_no_difference(
    migrate, schema, name, statements
) -> None:
    outcomes = []
    for _ in range(2):
        statements.clear()
        with migrate():
            outcomes.append(
                create_table_if_not_exists(
                    "t",
                    sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("a", sa.Integer, unique=True),
                    sa.UniqueConstraint("id", name=name),
                    sa.UniqueConstraint("a", name="uq_t_a"),
                    schema=schema,
                )
            )
    assert outcomes == [Outcome.APPLIED, Outcome.SKIPPED]
    assert not statements.ddl


@pytest.mark.parametrize("value", [0, "it's", BACKSLASH, "%(x)s", '"é" ß漢'])
def test_a_nameless_check_is_known_again_however_the_server_writes_it(
    migrate, schema, value, statements
) -> None:
    kind = sa.Integer() if value == 0 else sa.String(30)
    outcomes = []
    for _ in range(2):
        statements.clear()
        with migrate():
            outcomes.append(
                create_table_if_not_exists(
                    "t",
                    sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("é;", kind),
                    sa.CheckConstraint(sa.column("é;") != value),
                    schema=schema,
                )
            )
    assert outcomes == [Outcome.APPLIED, Outcome.SKIPPED]
    assert not statements.ddl


def test_asked_for_by_itself_it_is_made_beside_the_primary_key(migrate, schema) -> None:
    with migrate():
        table(schema=schema)
    outcomes = []
    for _ in range(2):
        with migrate():
            outcomes.append(
                create_unique_constraint_if_not_exists("uq_t_id", "t", ["id"], schema=schema)
            )
            assert op.unique_constraint_exists("uq_t_id", "t", schema=schema)
    assert outcomes == [Outcome.APPLIED, Outcome.SKIPPED]


@pytest.mark.parametrize("dropped", ["constraint", "index"])
def test_a_batch_drops_what_covers_a_column_and_then_the_column(
    migrate, schema, statements, dropped
) -> None:
    with migrate():
        table(sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), schema=schema)
        with op.batch_alter_table("t", schema=schema) as batch_op:
            if dropped == "index":
                batch_op.create_index("both", ["a", "b"], unique=True)
            else:
                batch_op.create_unique_constraint("both", ["a", "b"])
    for _ in range(2):
        statements.clear()
        with migrate(), op.batch_alter_table("t", schema=schema) as batch_op:
            if dropped == "index":
                batch_op.drop_index("both")
            else:
                batch_op.drop_constraint("both", type_="unique")
            batch_op.drop_column("b")
    assert not statements.ddl


def test_ctrl_c_within_a_rebuild_is_ctrl_c(database, snapshot) -> None:
    """SQLAlchemy closes the connection then: there is nothing left to clean up on it."""
    with database.engine.connect() as connection:
        with migration(connection):
            table(sa.Column("b", sa.Integer))
        before = snapshot(connection)

        @sa.event.listens_for(connection, "before_cursor_execute")
        def interrupt(_c, _cursor, statement: str, *_: object) -> None:
            if statement.lstrip().startswith(("CREATE TABLE", "ALTER TABLE")):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), migration(connection):
            op.alter_column("t", "b", nullable=False, existing_type=sa.Integer())
    with database.engine.connect() as connection:
        assert snapshot(connection)["tables"] == before["tables"]
