"""SQLAlchemy constructs made of catalog values: the way back from what was found to DDL."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import DDLCompiler

from .objects import Column, Constraint, ConstraintType, Table

# Parentheses around these would change the text that the server keeps.
_LITERAL = re.compile(
    r"[-+]?[\d.]+(e[-+]?\d+)?|x?'(?:[^']|'')*'|null|true|false|current_(timestamp|date|time)|\(.*\)",
    re.IGNORECASE | re.DOTALL,
)


def ddl_compiler(dialect: Dialect) -> DDLCompiler:
    """A compiler for parts of a statement."""
    return dialect.ddl_compiler(dialect, sa.DDL(""))  # type: ignore[no-untyped-call]


def verbatim(sql: str) -> sa.TextClause:
    """SQL as it is: a colon is a colon, not a bind parameter."""
    return sa.text(sql.replace(":", "\\:"))


class DeclaredType(sa.types.UserDefinedType[Any]):
    """A type that SQLAlchemy does not know, as the server spells it."""

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **_: Any) -> str:
        return self.spelling


def table_of(table: Table, schema: str | None, **kwargs: Any) -> sa.Table:
    """The table as it was found, without its indexes; ``schema`` as it is to be written."""
    made = sa.Table(
        table.name,
        sa.MetaData(),
        *(column_of(column) for column in table.columns),
        schema=schema,
        **kwargs,
    )
    for constraint in table.constraints:
        made.append_constraint(detached(constraint, schema))
    return made


def column_of(column: Column) -> sa.Column[Any]:
    generated = []
    if column.computed is not None:
        generated.append(sa.Computed(verbatim(column.computed), persisted=column.stored))
    default = None
    if column.default is not None and not generated:
        literal = _LITERAL.fullmatch(column.default.strip())
        default = verbatim(column.default if literal else f"({column.default})")
    return sa.Column(
        column.name,
        column.type,
        *generated,
        nullable=column.nullable,
        server_default=default,
        comment=column.comment,
    )


def detached(constraint: Constraint, schema: str | None = None) -> sa.Constraint:
    """A constraint that belongs to no table yet and finds its columns by name.

    ``schema`` is that of a foreign key's target, as it is to be written.
    """
    # A found name is final: no naming convention may touch it.
    name = None if constraint.name is None else sa.schema.conv(constraint.name)
    match constraint.type:
        case ConstraintType.PRIMARY:
            return sa.PrimaryKeyConstraint(*constraint.columns, name=name)
        case ConstraintType.UNIQUE:
            return sa.UniqueConstraint(*constraint.columns, name=name)
        case ConstraintType.CHECK:
            return sa.CheckConstraint(verbatim(constraint.sqltext or ""), name=name)
    reference = constraint.reference
    assert reference is not None, constraint
    # Column objects instead of "table.column": a dot in a name stays a dot.
    target = sa.Table(
        reference.table,
        sa.MetaData(),
        *(sa.Column(name, sa.types.NullType()) for name in dict.fromkeys(reference.columns)),
        schema=schema,
    )
    return sa.ForeignKeyConstraint(
        list(constraint.columns),
        [target.c[name] for name in reference.columns],
        name=name,
        onupdate=reference.onupdate,
        ondelete=reference.ondelete,
        deferrable=reference.deferrable,
        initially=reference.initially,
    )
