"""Tables of MySQL and MariaDB, made and as a twin, and what is between their definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.definition import TWIN, Aspect
from alembic_helpers.databases.objects import Table

Items = Callable[[], Iterable[Any]]


def table(items: Items, name: str, **options: Any) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *items(), **options)


def real(connection: Connection, items: Items, **options: Any) -> Table:
    made = table(items, "t", **options)
    made.create(connection)
    connection.commit()
    return read(connection, "t")


def read(connection: Connection, name: str) -> Table:
    database = database_of(connection.dialect)
    found = database.table(connection, name, connection.engine.url.database or "")
    assert found is not None
    return found


def twin(connection: Connection, items: Items, **options: Any) -> Table:
    made = table(items, TWIN, prefixes=["TEMPORARY"], **options)
    database = database_of(connection.dialect)
    with database.scratch(connection, made) as where:
        return database.read_twin(where, made)


def everything(table: Table) -> dict[tuple[str, str], Any]:
    """The definition of each thing, by what it is and is called."""
    found: dict[tuple[str, str], Any] = {("column", c.name): c.definition for c in table.columns}
    found |= {(c.type.value, c.name or ""): c.definition for c in table.constraints}
    return found | {("index", i.name): i.definition for i in table.indexes}


def differences(one: Table, other: Table) -> set[Aspect]:
    """The aspects in which what has the same name in both tables differs."""
    ones, others = everything(one), everything(other)
    assert None not in (*ones.values(), *others.values())
    return {
        aspect
        for key in ones.keys() & others.keys()
        for aspect in ones[key].keys() | others[key].keys()
        if ones[key].get(aspect) != others[key].get(aspect)
    }


def assert_same(one: Table, other: Table) -> None:
    assert everything(one).keys() == everything(other).keys()
    assert not differences(one, other)


def column(*args: Any, **options: Any) -> Items:
    return lambda: [sa.Column("a", sa.Integer), sa.Column("c", *args, **options)]


def default(type_: Any, sql: str) -> Items:
    return column(type_, server_default=sa.text(sql))


def check(sql: str, name: str = "k") -> Items:
    return lambda: [sa.Column("c", sa.String(40)), sa.CheckConstraint(sa.text(sql), name=name)]


def index(*columns: Any, **options: Any) -> Items:
    return lambda: [
        sa.Column("a", sa.String(40), nullable=False),
        sa.Column("n", sa.Integer),
        sa.Column("b", sa.Text),
        sa.Column("p", Point(), nullable=False),
        sa.Index("i", *columns, **options),
    ]


class Point(sa.types.UserDefinedType[Any]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "point"


def both(**options: Any) -> dict[str, Any]:
    """Options of the dialect, which is mysql or mariadb by the URL."""
    return {f"{name}_{k}": v for name in ("mysql", "mariadb") for k, v in options.items()}
