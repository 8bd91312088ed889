"""On an empty database the drop-in makes the schema that ``alembic.op`` makes."""

from __future__ import annotations

import alembic.op
import pytest
import sqlalchemy as sa
from servers.migration import migration
from servers.snapshot import snapshot

import alembic_helpers.op
from alembic_helpers import Outcome
from alembic_helpers.engine.operations import operations_for


def tables(op, schema):
    users = op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True, comment="number"),
        sa.Column("name", sa.String(30), nullable=False, server_default="nobody"),
        sa.Column("email", sa.String(60), unique=True),
        sa.Column("born", sa.DateTime, server_default=sa.func.now()),
        sa.Column("active", sa.Boolean(create_constraint=True, name="ck_active")),
        sa.Column("state", sa.Enum("a", "b", name="state", schema=schema)),
        sa.Column("amount", sa.Numeric(10, 2)),
        sa.Index("ix_users_name_email", "name", "email"),
        comment="people: 100%",
        schema=schema,
    )
    op.bulk_insert(users, [{"id": 1, "name": "Ada"}])
    target = f"{schema}.users.id" if schema else "users.id"
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author", sa.Integer, sa.ForeignKey(target, ondelete="CASCADE")),
        sa.Column("title", sa.String(10)),
        sa.Column("score", sa.Integer),
        sa.CheckConstraint("score <> 7", name="ck_score"),
        schema=schema,
    )


def columns(op, schema):
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
    op.add_column(
        "t", sa.Column("a", sa.Integer, server_default="5", nullable=False), schema=schema
    )
    op.add_column("t", sa.Column("b", sa.String(20), comment="it's"), schema=schema)
    op.add_column("t", sa.Column("c", sa.Text(), nullable=True), schema=schema)
    op.drop_column("t", "c", schema=schema)
    op.rename_table("t", "renamed", schema=schema)


def in_place(op, schema):
    tables(op, schema)
    more = {"schema": schema}
    op.create_unique_constraint("uq", "posts", ["title", "author"], **more)
    op.create_unique_constraint(None, "posts", ["title"], **more)
    op.create_foreign_key(
        "fk",
        "posts",
        "posts",
        ["author"],
        ["id"],
        source_schema=schema,
        referent_schema=schema,
        onupdate="RESTRICT",
    )
    op.create_check_constraint("ck", "posts", "author % 2 = 0", **more)
    op.create_index("ix", "posts", [sa.text("title DESC"), "author"], unique=True, **more)
    op.add_column(
        "users",
        sa.Column(
            "boss",
            sa.Integer,
            sa.ForeignKey(f"{schema}.users.id" if schema else "users.id", name="fk_boss"),
        ),
        **more,
    )
    op.alter_column(
        "users",
        "name",
        type_=sa.String(50),
        existing_type=sa.String(30),
        existing_nullable=False,
        existing_server_default="nobody",
        **more,
    )
    op.alter_column(
        "users",
        "name",
        nullable=True,
        existing_type=sa.String(50),
        existing_server_default="nobody",
        **more,
    )
    op.alter_column("users", "name", server_default="it's", existing_type=sa.String(50), **more)
    op.alter_column(
        "posts", "title", new_column_name="headline", existing_type=sa.String(10), **more
    )
    op.drop_constraint("ck", "posts", type_="check", **more)
    op.drop_constraint("uq", "posts", type_="unique", **more)
    op.create_table_comment("posts", "texts", **more)
    op.drop_table_comment("users", existing_comment="people: 100%", **more)


def _made(database, op, build, schema):
    with database.fresh() as connection:
        with migration(connection) as context:
            build(op, schema)
            outcomes = {r.outcome for r in operations_for(context).records}
        return _in_one_line(snapshot(connection, schema)), outcomes


def _in_one_line(found):
    """SQLite keeps the text of a statement, line breaks and all."""
    if isinstance(found, dict):
        return {key: _in_one_line(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [_in_one_line(value) for value in found]
    return " ".join(found.split()) if isinstance(found, str) else found


@pytest.mark.parametrize("build", [tables, columns], ids=lambda build: build.__name__)
def test_on_every_database(database, schema, build):
    theirs, _ = _made(database, alembic.op, build, schema)
    ours, outcomes = _made(database, alembic_helpers.op, build, schema)
    assert ours == theirs
    assert outcomes == {Outcome.APPLIED}


@pytest.mark.capability("alters_in_place", "has_comments")
def test_without_batch(database, schema):
    theirs, _ = _made(database, alembic.op, in_place, schema)
    ours, outcomes = _made(database, alembic_helpers.op, in_place, schema)
    assert ours == theirs
    assert outcomes == {Outcome.APPLIED}
