"""DDL that SQLAlchemy and Alembic have no construct for, quoted by the dialect."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.selectable import SelectBase

from ..databases.construct import verbatim


class AddEnumValue(ExecutableDDLElement):
    def __init__(
        self, schema: str | None, name: str, value: str, before: str | None, after: str | None
    ) -> None:
        self.schema, self.name = schema, name
        self.value, self.before, self.after = value, before, after


class RenameEnumValue(ExecutableDDLElement):
    def __init__(self, schema: str | None, name: str, old: str, new: str) -> None:
        self.schema, self.name, self.old, self.new = schema, name, old, new


class CreateView(ExecutableDDLElement):
    def __init__(
        self,
        schema: str | None,
        name: str,
        select: str | SelectBase,
        *,
        materialized: bool = False,
        replace: bool = False,
        if_not_exists: bool = False,
    ) -> None:
        self.schema, self.name, self.select = schema, name, select
        self.materialized, self.replace = materialized, replace
        self.if_not_exists = if_not_exists


class DropView(ExecutableDDLElement):
    def __init__(
        self,
        schema: str | None,
        name: str,
        *,
        materialized: bool = False,
        if_exists: bool = False,
    ) -> None:
        self.schema, self.name = schema, name
        self.materialized, self.if_exists = materialized, if_exists


class ValidateConstraint(ExecutableDDLElement):
    def __init__(self, schema: str | None, table: str, name: str) -> None:
        self.schema, self.table, self.name = schema, table, name


class CreateExtension(ExecutableDDLElement):
    def __init__(self, name: str, schema: str | None) -> None:
        self.name, self.schema = name, schema


class DropExtension(ExecutableDDLElement):
    def __init__(self, name: str) -> None:
        self.name = name


def _name(element: Any, compiler: DDLCompiler) -> str:
    quote = compiler.preparer.quote
    schema = f"{compiler.preparer.quote_schema(element.schema)}." if element.schema else ""
    return schema + quote(element.name)


def _literal(value: str, compiler: DDLCompiler) -> str:
    return compiler.sql_compiler.render_literal_value(value, sa.String())


def select_sql(select: str | SelectBase, compiler: DDLCompiler) -> str:
    construct = verbatim(select.strip().rstrip(";")) if isinstance(select, str) else select
    return compiler.sql_compiler.process(construct, literal_binds=True)


@compiles(AddEnumValue, "postgresql")
def _add_enum_value(element: AddEnumValue, compiler: DDLCompiler, **_: Any) -> str:
    sql = f"ALTER TYPE {_name(element, compiler)} ADD VALUE {_literal(element.value, compiler)}"
    for word, neighbour in (("BEFORE", element.before), ("AFTER", element.after)):
        if neighbour is not None:
            sql += f" {word} {_literal(neighbour, compiler)}"
    return sql


@compiles(RenameEnumValue, "postgresql")
def _rename_enum_value(element: RenameEnumValue, compiler: DDLCompiler, **_: Any) -> str:
    old, new = _literal(element.old, compiler), _literal(element.new, compiler)
    return f"ALTER TYPE {_name(element, compiler)} RENAME VALUE {old} TO {new}"


@compiles(CreateView)
def _create_view(element: CreateView, compiler: DDLCompiler, **_: Any) -> str:
    words = ["CREATE"]
    words += ["OR REPLACE"] if element.replace else []
    words += ["MATERIALIZED"] if element.materialized else []
    words += ["VIEW"]
    words += ["IF NOT EXISTS"] if element.if_not_exists else []
    return f"{' '.join(words)} {_name(element, compiler)} AS " + select_sql(
        element.select, compiler
    )


@compiles(DropView)
def _drop_view(element: DropView, compiler: DDLCompiler, **_: Any) -> str:
    materialized = "MATERIALIZED " if element.materialized else ""
    condition = "IF EXISTS " if element.if_exists else ""
    return f"DROP {materialized}VIEW {condition}{_name(element, compiler)}"


@compiles(ValidateConstraint, "postgresql")
def _validate_constraint(element: ValidateConstraint, compiler: DDLCompiler, **_: Any) -> str:
    table = sa.Table(element.table, sa.MetaData(), schema=element.schema)
    name = compiler.preparer.quote(element.name)
    return f"ALTER TABLE {compiler.preparer.format_table(table)} VALIDATE CONSTRAINT {name}"


@compiles(CreateExtension, "postgresql")
def _create_extension(element: CreateExtension, compiler: DDLCompiler, **_: Any) -> str:
    sql = f"CREATE EXTENSION {compiler.preparer.quote(element.name)}"
    if element.schema:
        sql += f" WITH SCHEMA {compiler.preparer.quote_schema(element.schema)}"
    return sql


@compiles(DropExtension, "postgresql")
def _drop_extension(element: DropExtension, compiler: DDLCompiler, **_: Any) -> str:
    return f"DROP EXTENSION {compiler.preparer.quote(element.name)}"
