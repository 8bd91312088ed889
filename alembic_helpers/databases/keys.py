"""A primary key as a way through a table: its values are read, and taken back to the server later,
where they have to be what they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from .objects import Column


class KeyPart(NamedTuple):
    """One column of a key."""

    order: ColumnElement[Any]
    """By what its values are ordered and compared."""
    read: ColumnElement[Any]
    """As what one is read."""
    bound: Callable[[Any], ColumnElement[Any]]
    """What was read, as SQL that is equal to ``order``."""


class Keys:
    """As of a database whose driver gives back each value as it was."""

    compares_rows = False
    """Is ``(a, b) >= (1, 2)`` found through an index?"""

    def key_part(self, column: ColumnElement[Any], found: Column) -> KeyPart:
        return KeyPart(column, column, lambda value: sa.literal(value, found.type))
