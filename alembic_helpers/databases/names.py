"""Names, and what stands under them: answered here through SQLAlchemy's inspector alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from .objects import Kind, Name, Place


class Names:
    """As of a database that keeps a name as it is given."""

    dialect: Dialect

    def stored_name(self, name: str) -> str:
        """The name as the server keeps it (PostgreSQL cuts it)."""
        return name

    def name_key(self, name: str) -> str:
        """Columns, constraints and indexes with equal keys are one to this database."""
        return self.stored_name(name)

    def relation_key(self, name: str) -> str:
        """The same for tables, views and sequences."""
        return self.stored_name(name)

    def schema_key(self, name: str) -> str:
        """The same for schemas."""
        return self.stored_name(name)

    def trigger_key(self, name: str) -> str:
        """The same for triggers."""
        return self.name_key(name)

    def quoted(self, *names: str | None) -> str:
        """``schema.table`` as it is written in SQL."""
        quote = self.dialect.identifier_preparer.quote
        return ".".join(quote(name) for name in names if name)

    # -- what stands under them ------------------------------------------------------------------

    def current_schema(self, connection: Connection) -> str | None:
        """Where an unqualified CREATE TABLE lands."""
        return sa.inspect(connection).default_schema_name

    def schema_named(self, connection: Connection, schema: str) -> str:
        """A given schema as the server keeps its name; one that is not there, as it was given."""
        return schema

    def schemas(self, connection: Connection) -> list[str]:
        return sa.inspect(connection).get_schema_names()

    def held_by(self, connection: Connection, schema: str) -> list[str]:
        """What a schema holds, so that it must not be dropped."""
        inspector = sa.inspect(connection)
        return [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        """What stands under that name in exactly that schema."""
        inspector = sa.inspect(connection)
        for kind, names in (
            (Kind.TABLE, inspector.get_table_names),
            (Kind.VIEW, inspector.get_view_names),
        ):
            if self.relation_key(name) in map(self.relation_key, names(schema)):
                return kind
        return Kind.SEQUENCE if self.sequence_exists(connection, name, schema) else None

    def kinds(
        self, connection: Connection, name: str, schemas: Sequence[str]
    ) -> Mapping[str, Kind | None]:
        """The same in each of some schemas; those in which there is nothing may be left out."""
        return {schema: self.kind(connection, name, schema) for schema in schemas}

    def chooses(self, name: str) -> bool:
        """Whether the server might give a relation or an index that name by itself."""
        return True

    def chooses_key(self, name: str) -> bool:
        """The same for a constraint, and for the index that comes with one."""
        return self.chooses(name)

    def is_reserved(self, name: str) -> bool:
        """Whether a relation of that name may be one of the server's own."""
        return False

    def place(self, connection: Connection) -> Place:
        """Where the session is; of the server's own schemas :meth:`is_reserved` tells the names."""
        schema = self.current_schema(connection)
        return Place(schema, [schema] if schema else [])

    def names(
        self, connection: Connection, schemas: Sequence[str], limit: int
    ) -> list[Name] | None:
        """All that has a name in some schemas, which is what :meth:`kind` would find there.

        ``None`` when there are more than ``limit``, or when it cannot be asked at once.
        """
        return None

    def sequence_exists(self, connection: Connection, name: str, schema: str | None) -> bool:
        if not self.dialect.supports_sequences:
            return False
        found = sa.inspect(connection).get_sequence_names(schema)
        return self.relation_key(name) in map(self.relation_key, found)
