"""DDL of the online family that SQLAlchemy has no construct for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler


class CreateIndexOnly(CreateIndex):
    """The index of a partitioned table without those of its partitions."""


class AttachIndex(ExecutableDDLElement):
    def __init__(self, schema: str | None, name: str, part_schema: str | None, part: str) -> None:
        self.schema, self.name = schema, name
        self.part_schema, self.part = part_schema, part


class Reindex(ExecutableDDLElement):
    def __init__(self, schema: str | None, name: str) -> None:
        self.schema, self.name = schema, name


class AddUniqueUsingIndex(ExecutableDDLElement):
    """A unique constraint made of a unique index of its name."""

    def __init__(
        self,
        schema: str | None,
        table: str,
        name: str,
        deferrable: bool | None,
        initially: str | None,
    ) -> None:
        self.schema, self.table, self.name = schema, table, name
        self.deferrable, self.initially = deferrable, initially


class AddNotNull(ExecutableDDLElement):
    """NOT NULL as a constraint whose rows are not checked yet."""

    def __init__(self, schema: str | None, table: str, column: str) -> None:
        self.schema, self.table, self.column = schema, table, column


def _qualified(schema: str | None, name: str, compiler: DDLCompiler) -> str:
    """Under the name of its schema as it is: the preparer would translate that."""
    quote = compiler.preparer.quote
    return f"{quote(schema)}.{quote(name)}" if schema else quote(name)


@compiles(CreateIndexOnly, "postgresql")
def _create_index_only(element: CreateIndexOnly, compiler: DDLCompiler, **kw: Any) -> str:
    text: str = compiler.visit_create_index(element, **kw)  # type: ignore[no-untyped-call]
    name = compiler.preparer.format_index(element.element)
    before, _, after = text.partition(f"{name} ON ")
    return f"{before}{name} ON ONLY {after}"


@compiles(AttachIndex, "postgresql")
def _attach_index(element: AttachIndex, compiler: DDLCompiler, **_: Any) -> str:
    whole = _qualified(element.schema, element.name, compiler)
    part = _qualified(element.part_schema, element.part, compiler)
    return f"ALTER INDEX {whole} ATTACH PARTITION {part}"


@compiles(Reindex, "postgresql")
def _reindex(element: Reindex, compiler: DDLCompiler, **_: Any) -> str:
    return f"REINDEX INDEX CONCURRENTLY {_qualified(element.schema, element.name, compiler)}"


@compiles(AddUniqueUsingIndex, "postgresql")
def _add_unique(element: AddUniqueUsingIndex, compiler: DDLCompiler, **_: Any) -> str:
    name = compiler.preparer.quote(element.name)
    table = _qualified(element.schema, element.table, compiler)
    sql = f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"
    if element.deferrable is not None:
        sql += " DEFERRABLE" if element.deferrable else " NOT DEFERRABLE"
    if element.initially is not None:
        sql += (
            f" INITIALLY {'DEFERRED' if element.initially.upper() == 'DEFERRED' else 'IMMEDIATE'}"
        )
    return sql


@compiles(AddNotNull, "postgresql")
def _add_not_null(element: AddNotNull, compiler: DDLCompiler, **_: Any) -> str:
    table = _qualified(element.schema, element.table, compiler)
    return f"ALTER TABLE {table} ADD NOT NULL {compiler.preparer.quote(element.column)} NOT VALID"
