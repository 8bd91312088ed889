"""What the README says is compared raises; what it says is not compared does not.

When a comparison is added, a test here fails: move its line, and change the README with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from example_database import prepare
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import DefinitionMismatch, op

Call = Callable[[], object]


def column(*args: Any, **kwargs: Any) -> Call:
    return lambda: op.add_column("users", sa.Column("c", *args, **kwargs))


def index(*columns: Any, **kwargs: Any) -> Call:
    return lambda: op.create_index("ix", "users", [*columns], **kwargs)


def foreign_key(target: str = "users", column: str = "id", **kwargs: Any) -> Call:
    return lambda: op.create_foreign_key(
        "fk", "releases", target, ["package_id"], [column], **kwargs
    )  # fmt: skip


def unique(*columns: str) -> Call:
    return lambda: op.create_unique_constraint("uq", "users", [*columns])


def check(sql: str) -> Call:
    return lambda: op.create_check_constraint("ck", "users", sql)


def table(*key: str) -> Call:
    columns = [sa.Column(name, sa.Integer, nullable=False) for name in "ab"]
    return lambda: op.create_table("t", *columns, sa.PrimaryKeyConstraint(*key))


def view(select: str) -> Call:
    return lambda: op.create_view("v", select)


COMPARED = {
    "type": (column(sa.Integer), column(sa.Text)),
    "nullability": (column(sa.Integer), column(sa.Integer, nullable=False, server_default="1")),
    "index columns": (index("login"), index("name")),
    "index uniqueness": (index("login"), index("login", unique=True)),
    "primary key columns": (table("a"), table("a", "b")),
    "unique constraint columns": (unique("login"), unique("login", "name")),
    "foreign key target": (foreign_key(), foreign_key("packages")),
    "foreign key target columns": (foreign_key(), foreign_key(column="login")),
    "ON DELETE": (foreign_key(), foreign_key(ondelete="CASCADE")),
    "ON UPDATE": (foreign_key(), foreign_key(onupdate="CASCADE")),
    "server default": (column(sa.Integer, server_default="1"), column(sa.Integer)),
    "collation": (column(sa.String(9, collation="NOCASE")), column(sa.String(9))),
    "generated expression": (
        column(sa.Integer, sa.Computed("id + 1")),
        column(sa.Integer, sa.Computed("id + 2")),
    ),
    "CHECK text": (check("id > 0"), check("id > 1")),
    "index WHERE": (index("login"), index("login", sqlite_where=sa.text("active"))),
    "index expression": (index(sa.text("lower(login)")), index(sa.text("upper(login)"))),
    "index order": (index("login"), index(sa.text("login DESC"))),
    "DEFERRABLE": (foreign_key(), foreign_key(deferrable=True)),
    "view": (view("SELECT id FROM users"), view("SELECT login FROM users")),
}
NOT_COMPARED = {
    "WITHOUT ROWID": (
        lambda: op.create_table("t", sa.Column("a", sa.Text, primary_key=True)),
        lambda: op.create_table(
            "t", sa.Column("a", sa.Text, primary_key=True), sqlite_with_rowid=False
        ),
    ),
    "columns that nobody asked for": (
        lambda: op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)),
        lambda: op.create_table("t", sa.Column("a", sa.Integer)),
    ),
}


def _one_after_the_other(connection: Connection, calls: tuple[Call, Call]) -> None:
    prepare(connection)
    for call in calls:
        with migration(connection):
            call()


@pytest.mark.parametrize("calls", COMPARED.values(), ids=COMPARED)
def test_it_is_compared(calls: tuple[Call, Call]) -> None:
    with (
        sa.create_engine("sqlite://").connect() as connection,
        pytest.raises(DefinitionMismatch),
    ):
        _one_after_the_other(connection, calls)


@pytest.mark.parametrize("calls", NOT_COMPARED.values(), ids=NOT_COMPARED)
def test_it_is_not_compared(calls: tuple[Call, Call]) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        _one_after_the_other(connection, calls)
