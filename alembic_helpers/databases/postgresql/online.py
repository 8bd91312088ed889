"""What PostgreSQL shows of half-done work: new tables, partitions, NOT NULL not yet checked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from ..construct import DeclaredType
from ..keys import KeyPart
from ..objects import Column, Constraint, ConstraintType, Kind, Partition
from .queries import FROM_RELATION, RELATION
from .sessions import PostgreSQLSessions

# A system column has its row from the day the table is made; ALTER TABLE leaves it alone.
_IS_NEW = sa.text(
    f"SELECT a.xmin = CAST(pg_current_xact_id_if_assigned() AS xid) {FROM_RELATION} "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'ctid' "
    f"WHERE {RELATION}"
)
_HIDES_ROWS = sa.text(f"SELECT row_security_active(c.oid) {FROM_RELATION} WHERE {RELATION}")
_IS_PARTITIONED = sa.text(f"SELECT c.relkind = 'p' {FROM_RELATION} WHERE {RELATION}")
_PARTITIONS = sa.text(
    f"""
    SELECT p.relname, pn.nspname, CAST(p.relkind AS text) AS relkind,
           ARRAY(SELECT ARRAY[CAST(ours.relname AS text), CAST(part.relname AS text),
                              CAST(i.indisvalid AS text)]
                 FROM pg_catalog.pg_index i
                 JOIN pg_catalog.pg_class part ON part.oid = i.indexrelid
                 JOIN pg_catalog.pg_inherits attached ON attached.inhrelid = i.indexrelid
                 JOIN pg_catalog.pg_class ours ON ours.oid = attached.inhparent
                 WHERE i.indrelid = p.oid) AS indexes
    {FROM_RELATION}
    JOIN pg_catalog.pg_inherits h ON h.inhparent = c.oid
    JOIN pg_catalog.pg_class p ON p.oid = h.inhrelid
    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
    WHERE {RELATION} ORDER BY pn.nspname, p.relname
    """
)
_NOT_NULL = sa.text(
    "SELECT k.conname, k.convalidated "
    f"{FROM_RELATION} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'n' "
    f"AND k.conkey = ARRAY[a.attnum] WHERE {RELATION} AND a.attname = :column"
)


class PostgreSQLOnline(PostgreSQLSessions):
    compares_rows = True

    def key_part(self, column: ColumnElement[Any], found: Column) -> KeyPart:
        """As text: any type can be written and read back, whatever the driver makes of it."""
        spelling = (found.spelling or "text").partition(" COLLATE ")[0]
        return KeyPart(
            column,
            sa.cast(column, sa.Text),
            lambda value: sa.cast(sa.cast(value, sa.Text), DeclaredType(spelling)),
        )

    def is_new(self, connection: Connection, name: str, schema: str) -> bool:
        return connection.scalar(_IS_NEW, self._relation(name, schema)) is True

    def hides_rows(self, connection: Connection, name: str, schema: str) -> bool:
        return connection.scalar(_HIDES_ROWS, self._relation(name, schema)) is True

    def partitions(
        self, connection: Connection, name: str, schema: str
    ) -> tuple[Partition, ...] | None:
        asked = self._relation(name, schema)
        if not connection.scalar(_IS_PARTITIONED, asked):
            return None
        kinds = {"f": Kind.FOREIGN_TABLE}
        return tuple(
            Partition(
                row.relname,
                row.nspname,
                kinds.get(row.relkind, Kind.TABLE),
                tuple((own, part, valid == "true") for own, part, valid in row.indexes),
            )
            for row in connection.execute(_PARTITIONS, asked)
        )

    @property
    def has_not_null_constraints(self) -> bool:
        """https://www.postgresql.org/docs/release/18.0/"""
        return (self.dialect.server_version_info or ()) >= (18,)

    def not_null(
        self, connection: Connection, name: str, schema: str, column: str
    ) -> Constraint | None:
        asked = {**self._relation(name, schema), "column": self.stored_name(column)}
        row = connection.execute(_NOT_NULL, asked).first()
        if row is None:
            return None
        return Constraint(ConstraintType.CHECK, row.conname, (column,), validated=row.convalidated)

    def _relation(self, name: str, schema: str | None) -> dict[str, str | None]:
        return {"name": self.stored_name(name), "schema": schema}
