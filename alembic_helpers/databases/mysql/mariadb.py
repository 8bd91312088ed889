"""MariaDB, where it is not as MySQL."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from ..definition import SEQUENCE, Aspect, Definition
from ..objects import Column, Kind, Name
from . import many, sessions
from .database import MySQL

_SMALL = 1000
"""A schema of so many names is small."""

_DROP_INDEX = re.compile(
    r"\s*DROP\s+INDEX\s+(`(?:[^`]|``)+`|[\w$]+)\s+ON\s+(.*)", re.IGNORECASE | re.DOTALL
)


class MariaDB(MySQL):
    title = "MariaDB"
    compares: ClassVar[Mapping[str, Sequence[Aspect]]] = {**MySQL.compares, "sequence": SEQUENCE}

    @property
    def has_sequences(self) -> bool:
        """SQLAlchemy knows it only of a server that it has met, which --sql has none of."""
        return super().has_sequences or not getattr(self.dialect, "server_version_info", None)

    def online_sql(self, statement: str) -> str:
        """DROP INDEX has no words for it there, ALTER TABLE has.

        https://mariadb.com/docs/server/reference/sql-statements/data-definition/drop/drop-index
        """
        dropped = _DROP_INDEX.fullmatch(statement)
        if dropped is not None:
            statement = f"ALTER TABLE {dropped[2]} DROP INDEX {dropped[1]}"
        return super().online_sql(statement)

    def equals(self, column: ColumnElement[Any], value: Any, stored: Column) -> ColumnElement[bool]:
        """JSON is text there, stored as it was sent."""
        if isinstance(stored.type, sa.JSON):
            return column.is_not_distinct_from(value)
        return super().equals(column, value, stored)

    @property
    def keeps_inline_references(self) -> bool:
        return True

    _questions = many.MARIADB_QUESTIONS
    _holders = sessions.TRANSACTIONS
    _progress = sessions.PROGRESS

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        """In a big schema any question about many names takes longer than to read one table."""
        found = self.names(connection, [schema], _SMALL) or []
        tables = sorted(each for each in found if each.kind is Kind.TABLE)
        start = bisect_left(tables, (schema, name))
        return [*tables[start:], *tables[:start]][:limit]

    def _asked(self, names: Sequence[str]) -> Any:
        return list(names)

    def _clause(self, kept: str) -> str:
        return kept

    def sequence_definitions(
        self, connection: Connection, name: str, schema: str, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        """What is not said is by rule: to make a TEMPORARY SEQUENCE would commit.

        https://mariadb.com/docs/server/reference/sql-structure/sequences/create-sequence
        """
        increment = options.get("increment") or 1
        minimum, maximum = (1, 2**63 - 2) if increment > 0 else (1 - 2**63, -1)
        minimum = minimum if options.get("minvalue") is None else options["minvalue"]
        maximum = maximum if options.get("maxvalue") is None else options["maxvalue"]
        first = minimum if increment > 0 else maximum
        start = first if options.get("start") is None else options["start"]
        cache = 1000 if options.get("cache") is None else options["cache"]
        sequence = sa.table(name, schema=schema)
        row = connection.execute(sa.select(sa.text("*")).select_from(sequence)).one()
        found = (
            row.start_value,
            row.increment,
            row.minimum_value,
            row.maximum_value,
            row.cache_size,
            row.cycle_option,
        )
        asked = (start, increment, minimum, maximum, cache, bool(options.get("cycle")))
        return _sequence(*found), _sequence(*asked)

    def trigger_key(self, name: str) -> str:
        """A trigger is a file of that name here, which on MySQL it no longer is."""
        return self.relation_key(name)


def _sequence(
    start: int, increment: int, minimum: int, maximum: int, cache: int, cycle: bool
) -> Definition:
    return {
        Aspect.START: str(start),
        Aspect.INCREMENT: str(increment),
        Aspect.MINIMUM: str(minimum),
        Aspect.MAXIMUM: str(maximum),
        Aspect.CACHE: str(cache),
        Aspect.CYCLE: "yes" if cycle else "no",
    }
