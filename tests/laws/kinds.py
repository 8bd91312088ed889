"""Kinds of columns: a type, values that it holds, and server defaults that it may have."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from .shown import Shown


@dataclass(frozen=True, repr=False)
class Default(Shown):
    """A server default, and the value that a row gets from it (``None``: not known beforehand)."""

    sql: str
    value: Any = None
    is_text: bool = False
    """Is it SQL, not a string that SQLAlchemy writes as a literal?"""

    def build(self) -> Any:
        return sa.text(self.sql) if self.is_text else self.sql


@dataclass(frozen=True, repr=False)
class Kind(Shown):
    """One type of column, with no value twice in ``values`` whatever the collation."""

    name: str
    make: Callable[[], TypeEngine[Any]]
    values: tuple[Any, ...]
    defaults: tuple[Default, ...] = ()
    has_index: bool = True
    """Can it be indexed, made unique and compared as it is?"""
    wider: str | None = None
    """The name of a kind that holds all of its values."""

    def __repr__(self) -> str:
        return self.name


STRINGS = ("", "a", "it's", "100%", ":b", "back\\slash", "%(c)s", '"q"', "\u00df\u6f22", "x, (y);")
NOW = Default("CURRENT_TIMESTAMP", is_text=True)

_COMMON = (
    Kind(
        "integer",
        sa.Integer,
        (0, 1, 2, 3, 70000),
        (Default("7", 7), Default("5", 5, is_text=True)),
        wider="bigint",
    ),
    Kind("smallint", sa.SmallInteger, (0, 1, 2, 3), (Default("2", 2),), wider="integer"),
    Kind("bigint", sa.BigInteger, (0, 1, 2**40), (Default("0", 0),)),
    Kind(
        "string",
        lambda: sa.String(20),
        STRINGS,
        tuple(Default(value, value) for value in STRINGS),
        wider="long string",
    ),
    Kind(
        "long string", lambda: sa.String(50), STRINGS, (Default("it's 100%: \\", "it's 100%: \\"),)
    ),
    Kind(
        "numeric",
        lambda: sa.Numeric(6, 2),
        (decimal.Decimal("0.00"), decimal.Decimal("1.50"), decimal.Decimal("9999.99")),
        (Default("1.50", decimal.Decimal("1.50"), is_text=True),),
        wider="long numeric",
    ),
    Kind("long numeric", lambda: sa.Numeric(10, 2), (decimal.Decimal("1.50"),)),
    Kind("boolean", sa.Boolean, (True, False), (Default("true", True, is_text=True),)),
    Kind("date", sa.Date, (dt.date(1970, 1, 1), dt.date(2024, 2, 29))),
    Kind("datetime", sa.DateTime, (dt.datetime(2024, 2, 29, 23, 59, 59),), (NOW,)),
    Kind("double", sa.Double, (0.0, 0.5, -2.25)),
    Kind("binary", sa.LargeBinary, (b"", b"\x00%'\\"), has_index=False),
    Kind(
        "json",
        lambda: sa.JSON(none_as_null=True),
        ({"a'%": [1, None]}, [], "it's"),
        has_index=False,
    ),
    Kind("uuid", sa.Uuid, (uuid.UUID(int=0), uuid.UUID(int=2**100 + 7))),
)
_TEXT = Kind("text", sa.Text, STRINGS, tuple(Default(v, v) for v in STRINGS))


def kinds(dialect: Dialect) -> dict[str, Kind]:
    """The kinds of columns that a database has, by name."""
    found = {kind.name: kind for kind in (*_COMMON, _TEXT)}
    if dialect.name in ("mysql", "mariadb"):
        found = {name: _for_mysql(kind) for name, kind in found.items()}
    return found


def _for_mysql(kind: Kind) -> Kind:
    if kind is _TEXT:  # no literal default, and an index needs a length
        return replace(kind, defaults=(), has_index=False)
    # SQLAlchemy creates an expression default, and Alembic's CHANGE makes a literal of it again.
    literal = tuple(d for d in kind.defaults if not d.is_text or d is NOW)
    return replace(kind, defaults=literal)
