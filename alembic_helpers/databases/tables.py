"""Definitions of tables, as exact as SQLAlchemy's reflection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import ReflectedColumn

from .names import Names
from .objects import (
    TABLE_LIKE,
    Column,
    Constraint,
    ConstraintType,
    Index,
    Name,
    Reference,
    Table,
)


class Tables(Names):
    """As of a database whose tables are read through SQLAlchemy's inspector."""

    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        """A snapshot of what has columns of its own; ``None`` when nothing of that name has."""
        if self.kind(connection, name, schema) not in TABLE_LIKE:
            return None
        return Table(
            name=name,
            schema=schema,
            columns=tuple(self.columns(connection, name, schema)),
            constraints=tuple(self.constraints(connection, name, schema)),
            indexes=tuple(self.indexes(connection, name, schema)),
            comment=self.comment(connection, name, schema),
            key=self.name_key,
        )

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        """Snapshots of many, by the names as they were given; of what has no columns there is none.

        A database that can be asked about many tables at once answers here, and :meth:`table` asks
        for one. What is better read alone may be left out, where it is not the only one.
        """
        found = {name: self.table(connection, name, schema) for name in names}
        return {name: table for name, table in found.items() if table is not None}

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        """Up to ``limit`` tables that a migration may well ask for next, that one among them.

        None, where to find them takes longer than to read one by one.
        """
        return []

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        for column in sa.inspect(connection).get_columns(name, schema=schema):
            yield self.column(column)

    def column(self, column: ReflectedColumn, **known: Any) -> Column:
        """A column out of SQLAlchemy's reflection, and what else is known of it."""
        computed = column.get("computed")
        reflected: dict[str, Any] = {
            "name": column["name"],
            "type": column["type"],
            "nullable": column["nullable"],
            "default": column.get("default"),
            "comment": column.get("comment"),
            "autoincrement": column.get("autoincrement") is True,
            "generated": bool(computed or column.get("identity")),
            "computed": computed["sqltext"] if computed else None,
            "stored": bool(computed and computed.get("persisted")),
        }
        return Column(**{**reflected, **known})

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        inspector = sa.inspect(connection)
        key = inspector.get_pk_constraint(name, schema=schema)
        if key["constrained_columns"]:
            yield Constraint(ConstraintType.PRIMARY, key["name"], tuple(key["constrained_columns"]))
        for unique in inspector.get_unique_constraints(name, schema=schema):
            yield Constraint(ConstraintType.UNIQUE, unique["name"], tuple(unique["column_names"]))
        for check in inspector.get_check_constraints(name, schema=schema):
            yield Constraint(ConstraintType.CHECK, check["name"], sqltext=check["sqltext"])
        for foreign in inspector.get_foreign_keys(name, schema=schema):
            options = foreign.get("options", {})
            yield Constraint(
                ConstraintType.FOREIGN_KEY,
                foreign["name"],
                tuple(foreign["constrained_columns"]),
                Reference(
                    foreign["referred_schema"] or schema,
                    foreign["referred_table"],
                    tuple(foreign["referred_columns"]),
                    self.action(options.get("onupdate")),
                    self.action(options.get("ondelete")),
                ),
            )

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        for index in sa.inspect(connection).get_indexes(name, schema=schema):
            if index["name"]:
                yield Index(
                    index["name"],
                    tuple(index["column_names"]),
                    bool(index["unique"]),
                    constraint=index.get("duplicates_constraint"),
                )

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        if not self.dialect.supports_comments:
            return None
        return sa.inspect(connection).get_table_comment(name, schema=schema)["text"]

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        """The tables of a schema that have an index of that name."""
        inspector = sa.inspect(connection)
        return [
            table
            for (_, table), indexes in inspector.get_multi_indexes(schema=schema).items()
            if any(i["name"] and self.name_key(i["name"]) == self.name_key(name) for i in indexes)
        ]

    def action(self, action: str | None) -> str | None:
        """A foreign key's action; the default one, however it is spelled, is ``None``."""
        action = action.upper() if action else None
        return None if action == "NO ACTION" else action
