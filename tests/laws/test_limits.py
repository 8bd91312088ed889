"""What the strategies keep away from: plain Alembic, SQLAlchemy or the server refuses it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from alembic import op
from laws import names
from servers.database import Database
from servers.migration import migration
from sqlalchemy.exc import SQLAlchemyError

EVERYWHERE = ("sqlite", "postgresql", "mariadb", "mysql")
SERVERS = EVERYWHERE[1:]


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def number(name: str, *items: sa.SchemaItem, **options: bool) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, *items, **options)


def dot_in_target_column() -> None:
    """``op.create_foreign_key`` writes "table.column", and SQLAlchemy splits it at every dot."""
    op.create_table("parents", sa.Column("a.b", sa.Integer, primary_key=True))
    op.create_table("children", number("x"))
    op.create_foreign_key("fk", "children", "parents", ["x"], ["a.b"])  # SQLite: in a batch only


def dot_in_inline_target() -> None:
    """``ForeignKey("a.b.id")`` is the table b of the schema a."""
    op.create_table("a.b", key())
    op.create_table("children", number("x", sa.ForeignKey("a.b.id")))


def reference_to_itself_with_a_dot() -> None:
    """Alembic's batch takes the table "a.b" for the table b of the schema a."""
    op.create_table("a.b", key(), number("x"))
    with op.batch_alter_table("a.b") as batch_op:
        batch_op.create_foreign_key("fk", "a.b", ["x"], ["id"])


def space_at_the_end() -> None:
    op.create_table("t", sa.Column("id ", sa.Integer))


def check_on_a_counting_column() -> None:
    op.create_table("t", key(), sa.CheckConstraint("id > 0", name="ck"))


def rename_of_a_checked_column() -> None:
    op.create_table("t", number("a"), sa.CheckConstraint("a > 0", name="ck"))
    op.alter_column("t", "a", new_column_name="b", existing_type=sa.Integer())


def nameless_check_on_a_long_table() -> None:
    op.create_table("t" * 64, number("a"), sa.CheckConstraint("a > 0"))


def check_beside_an_action() -> None:
    op.create_table("parents", key())
    op.create_table("children", number("x"), sa.CheckConstraint("x > 0", name="ck"))
    with op.batch_alter_table("children") as batch_op:
        batch_op.create_foreign_key("fk", "parents", ["x"], ["id"], ondelete="SET NULL")


def set_null_where_null_is_not_allowed() -> None:
    op.create_table("parents", key())
    op.create_table("children", number("x", nullable=False))
    with op.batch_alter_table("children") as batch_op:
        batch_op.create_foreign_key("fk", "parents", ["x"], ["id"], ondelete="SET NULL")


def names_that_only_bytes_make_too_long() -> None:
    """SQLAlchemy shortens by characters, PostgreSQL cuts by bytes: both indexes have one name."""
    op.create_table("é" * 31, number("a", index=True), number("b", index=True))


def drop_of_a_long_column() -> None:
    """Error 3507: MySQL only hides the column, under a name that it cuts within a character."""
    for name in ("é" * 64, "x" + "é" * 63):
        op.create_table(name, number("a"), number(name))
        op.bulk_insert(sa.table(name, sa.column("a")), [{"a": 1}])
        op.drop_column(name, name)


@dataclass(frozen=True)
class Limit:
    migrate: Callable[[], None]
    refused_by: tuple[str, ...]


LIMITS = [
    Limit(dot_in_target_column, EVERYWHERE),
    Limit(dot_in_inline_target, SERVERS),
    Limit(reference_to_itself_with_a_dot, ("sqlite",)),
    Limit(space_at_the_end, ("mariadb", "mysql")),
    Limit(check_on_a_counting_column, ("mariadb", "mysql")),
    Limit(rename_of_a_checked_column, ("mysql",)),
    Limit(nameless_check_on_a_long_table, ("mysql",)),
    Limit(check_beside_an_action, ("mariadb", "mysql")),
    Limit(set_null_where_null_is_not_allowed, ("mariadb", "mysql")),
    Limit(names_that_only_bytes_make_too_long, ("postgresql",)),
    Limit(drop_of_a_long_column, ("mysql",)),
]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.migrate.__name__)
def test_plain_alembic_is_refused_there_and_nowhere_else(limit: Limit, database: Database) -> None:
    is_refused = database.name in limit.refused_by
    with (
        database.engine.connect() as connection,
        pytest.raises((SQLAlchemyError, NotImplementedError)) if is_refused else nullcontext(),
        migration(connection),
    ):
        limit.migrate()


def test_a_name_is_drawn_where_an_insert_keeps_it(database: Database) -> None:
    survives = names.survives("%(x)s", database.engine.dialect)
    with (
        database.engine.connect() as connection,
        nullcontext() if survives else pytest.raises(SQLAlchemyError),
        migration(connection),
    ):
        op.create_table("t", number("%(x)s"))
        op.bulk_insert(sa.table("t", sa.column("%(x)s")), [{"%(x)s": 1}])


def test_a_convention_finds_no_table_with_a_dot_in_its_name() -> None:
    """SQLAlchemy 2.0 fails, 2.1 leaves the name out."""
    metadata = sa.MetaData(naming_convention={"fk": "fk_%(referred_table_name)s"})
    sa.Table("a.", metadata, key(), schema="other")
    to_it = sa.ForeignKeyConstraint(["x"], ["other.a..id"])
    with pytest.raises(ValueError, match="unpack") if sa.__version__ < "2.1" else nullcontext():
        sa.Table("t", metadata, number("x"), to_it, schema="other")
    assert to_it.name != "fk_a."
