"""Names on PostgreSQL: schemas, the search path, and what stands under a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..objects import Kind, Name, Place
from . import queries
from .online import PostgreSQLOnline

_KINDS = {
    "r": Kind.TABLE,
    "p": Kind.TABLE,  # partitioned
    "v": Kind.VIEW,
    "m": Kind.MATERIALIZED_VIEW,
    "f": Kind.FOREIGN_TABLE,
    "S": Kind.SEQUENCE,
    "i": Kind.INDEX,
    "I": Kind.INDEX,  # of a partitioned table
    "c": Kind.COMPOSITE_TYPE,
    "t": Kind.TYPE,
}

# https://github.com/postgres/postgres/blob/master/src/backend/commands/indexcmds.c:
# ChooseRelationName puts such a word behind the names of table and columns, and a number behind it
# where that name is taken.
_CHOSEN = re.compile(r"_(pkey|key|excl|fkey|check|idx|seq|not_null)\d*$")


class PostgreSQLNames(PostgreSQLOnline):
    def stored_name(self, name: str) -> str:
        """Names are cut at 63 bytes, never inside a character.

        https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
        """
        if len(name) <= 15:  # no character takes more than four bytes
            return name
        # create_engine(max_identifier_length=30) shortens what SQLAlchemy names, not what is sent.
        limit = max(63, self.dialect.max_identifier_length)
        return name.encode()[:limit].decode(errors="ignore")

    name_key = relation_key = schema_key = stored_name

    def chooses(self, name: str) -> bool:
        return _CHOSEN.search(self.stored_name(name)) is not None

    def is_reserved(self, name: str) -> bool:
        return name.startswith("pg_")

    def current_schema(self, connection: Connection) -> str | None:
        # Asked each time: SET search_path may have come after SQLAlchemy's first connect.
        schema: str | None = connection.scalar(sa.text("SELECT CAST(current_schema() AS text)"))
        return schema

    def schema_named(self, connection: Connection, schema: str) -> str:
        if schema == "pg_temp":  # an alias: every session has one of its own
            return connection.scalar(queries.OWN_TEMPORARY_SCHEMA) or schema
        return self.stored_name(schema)

    def schemas(self, connection: Connection) -> list[str]:
        return list(connection.scalars(sa.text("SELECT nspname FROM pg_catalog.pg_namespace")))

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        return self.kinds(connection, name, [schema or ""]).get(schema or "")

    def kinds(
        self, connection: Connection, name: str, schemas: Sequence[str]
    ) -> Mapping[str, Kind]:
        asked = {"name": self.stored_name(name), "schemas": list(schemas)}
        return {
            schema: _KINDS.get(kind, Kind.OTHER)
            for schema, kind, _ in connection.execute(queries.KINDS, asked)
        }

    def place(self, connection: Connection) -> Place:
        return Place(*connection.execute(queries.PLACE).one())

    def names(
        self, connection: Connection, schemas: Sequence[str], limit: int
    ) -> list[Name] | None:
        asked = {"schemas": list(schemas), "limit": limit + 1}
        rows = connection.execute(queries.NAMES, asked).all()
        if len(rows) > limit:
            return None
        # In the order in which they were made, relations before types.
        return [_name(*row[:4]) for row in sorted(rows, key=lambda row: (row.place, row.made))]

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        asked = {**self._relation(name, schema), "limit": limit}
        return [_name(*row) for row in connection.execute(queries.NEIGHBOURS, asked).all()]


def _name(schema: str, name: str, kind: str, table: str | None = None) -> Name:
    return Name(schema, name, _KINDS.get(kind, Kind.OTHER), table)
