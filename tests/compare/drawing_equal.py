"""What a database does not keep apart: a change from one to the other is no change there.

Read top to bottom as a table: on these databases, of this axis, these choices are one, because.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servers.database import Database

EVERYWHERE = ("sqlite", "postgresql", "mariadb", "mysql")
POSTGRESQL = ("postgresql",)
MARIADB = ("mariadb",)
MYSQL = ("mariadb", "mysql")
SQLITE = ("sqlite",)


@dataclass(frozen=True)
class One:
    on: tuple[str, ...]
    axis: str
    choices: tuple[Any, ...]
    because: str
    before: tuple[int, ...] = (999,)
    """Only on versions older than this one."""


ONE = [
    # -- types
    One(MYSQL, "type", ("sa.Boolean()", "my.TINYINT()", "my.TINYINT(1)"), "a width is no type"),
    One(MYSQL, "type", ("sa.Numeric(10)", "sa.Numeric()"), "10 digits unless said otherwise"),
    One(MYSQL, "type", ("sa.Double()", "sa.REAL()", "sa.Float(53)"), "REAL is DOUBLE"),
    One(MYSQL, "type", ("sa.Float()", "sa.Float(24)"), "up to 24 bits it is FLOAT"),
    One(MYSQL, "type", ("sa.Text()", "sa.Text(200)"), "TEXT is the least that holds both"),
    One(MYSQL, "type", ("sa.String(20, collation='latin1_swedish_ci')",
        "my.VARCHAR(20, charset='latin1')"), "the collation of that character set"),
    One(POSTGRESQL, "type", ("sa.Double()", "sa.Float()", "sa.Float(53)"), "double precision"),
    One(POSTGRESQL, "type", ("sa.DateTime()", "sa.TIMESTAMP()"), "timestamp without time zone"),
    One(POSTGRESQL, "type", ("sa.REAL()", "sa.Float(24)"), "real"),
    One(POSTGRESQL, "type", ("pg.ARRAY(sa.Integer())", "pg.ARRAY(sa.Integer(), dimensions=2)"),
        "the dimensions of an array are not kept"),
    # -- defaults
    One(EVERYWHERE, "filling", ("server_default='7'", "server_default=sa.text('7')"),
        "a quoted number is that number"),
    One(EVERYWHERE, "filling", ("server_default='1.50'", "server_default=sa.text('1.5')"),
        "a quoted number is that number"),
    One(EVERYWHERE, "filling", ("server_default=sa.func.now()", "server_default=sa.text('now()')",
        "server_default=sa.text('CURRENT_TIMESTAMP')"), "one function"),
    One(EVERYWHERE, "filling", ("server_default=sa.true()", "server_default=sa.text('true')"),
        "one word"),
    # -- identity
    One(POSTGRESQL, "filling", ("sa.Identity()", "sa.Identity(start=1, increment=1)"),
        "what is said is what is so by itself"),
    # -- keys
    One(SQLITE, "autoincrement", (None, "False"), "AUTOINCREMENT is an option of the table"),
    One(MYSQL, "ondelete", (None, "'RESTRICT'", "'NO ACTION'"), "nothing is deferred there"),
    One(MYSQL, "onupdate", (None, "'RESTRICT'", "'NO ACTION'"), "nothing is deferred there"),
    One(EVERYWHERE, "ondelete", (None, "'NO ACTION'"), "said or not"),
    One(EVERYWHERE, "onupdate", (None, "'NO ACTION'"), "said or not"),
    One(EVERYWHERE, "deferrable", (None, "False", "False, initially='IMMEDIATE'"), "said or not"),
    One(EVERYWHERE, "deferrable", ("True", "True, initially='IMMEDIATE'"), "said or not"),
    One(EVERYWHERE, "match", (None, "'SIMPLE'"), "said or not"),
    # -- indexes
    One(EVERYWHERE, "order", ("", ".asc()"), "said or not"),
    One(POSTGRESQL, "order", ("", ".asc()", ".asc().nulls_last()"), "nulls come last"),
    One(POSTGRESQL, "order", (".desc()", ".desc().nulls_first()"), "nulls come last, backwards"),
    One(MARIADB, "order", ("", ".asc()", ".desc()"), "DESC is read and forgotten", before=(10, 8)),
    One(POSTGRESQL, "method", (None, "'btree'"), "said or not"),
    # -- sequences
    One(EVERYWHERE, "start", (None, "1"), "said or not"),
    One(EVERYWHERE, "increment", (None, "1"), "said or not"),
    One(EVERYWHERE, "minvalue", (None, "1"), "said or not"),
    One(POSTGRESQL, "cache", (None, "1"), "said or not"),
    One(EVERYWHERE, "cycle", (None, "False"), "said or not"),
]  # fmt: skip


def _extends(found: Any, asked: Any) -> bool:
    """A later revision added labels, at the end or between."""
    rest = iter(found)
    return all(label in rest for label in asked)


def _is_said(found: Any, asked: Any) -> bool:
    """A later revision commented on it, or nobody did yet: then it is commented on."""
    return asked is None or found is None


FURTHER: list[tuple[str, Callable[[Any, Any], bool]]] = [
    ("labels", _extends),
    ("comment", _is_said),
]


def are_one(database: Database, axis: str, found: Any, asked: Any) -> bool:
    """Whether it is no difference when ``asked`` is asked for where ``found`` is."""
    if found == asked:
        return True
    if any(axis == name and is_no_difference(found, asked) for name, is_no_difference in FURTHER):
        return True
    return any(
        axis == one.axis
        and found in one.choices
        and asked in one.choices
        and database.name in one.on
        and database.version < one.before
        for one in ONE
    )
