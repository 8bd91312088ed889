"""What is asked for, in the database's own terms: names as it stores them, SQL as it is sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ClauseElement, ColumnClause, UnaryExpression

from .. import upstream
from ..catalog import Site
from ..databases.construct import ddl_compiler
from ..databases.objects import ConstraintType

_TYPES = {
    "primary_key_constraint": ConstraintType.PRIMARY,
    "unique_constraint": ConstraintType.UNIQUE,
    "foreign_key_constraint": ConstraintType.FOREIGN_KEY,
    "check_constraint": ConstraintType.CHECK,
    "column_check_constraint": ConstraintType.CHECK,
    "table_or_column_check_constraint": ConstraintType.CHECK,
    "exclude_constraint": ConstraintType.EXCLUDE,
}


def type_of(constraint: sa.Constraint) -> ConstraintType:
    return _TYPES[constraint.__visit_name__]


def is_of_a_type(constraint: sa.Constraint) -> bool:
    """Not so of one that is to be dropped by its name alone."""
    return constraint.__visit_name__ in _TYPES


def constraint_name(constraint: sa.Constraint, site: Site) -> str | None:
    """The name as it will stand in the database; ``None`` when the database will choose it."""
    name = upstream.final_name(constraint, site.context.dialect)
    return None if name is None else site.database.stored_name(name)


def column_names(constraint: sa.Constraint) -> tuple[str, ...]:
    if isinstance(constraint, sa.ForeignKeyConstraint):
        return tuple(constraint.column_keys)
    if isinstance(constraint, sa.schema.ColumnCollectionConstraint):
        return tuple(column.name for column in constraint.columns)
    return ()


def index_name(index: sa.Index, site: Site) -> str | None:
    """The name as it will stand in the database: convention, shortening, the server's own cut."""
    name = upstream.final_name(index, site.context.dialect)
    return None if name is None else site.database.stored_name(name)


def default_sql(default: Any, site: Site) -> str | None:
    """A server default as it is written in DDL."""
    if default is None or default is False:
        return None
    said = getattr(default, "arg", default)
    if isinstance(said, str):
        return as_kept(site.literals.render_default_string(said), site)
    column: sa.Column[Any] = sa.Column("c", sa.Integer, server_default=default)
    sa.Table("t", sa.MetaData(), column)  # an expression may ask where its column is
    text = ddl_compiler(site.context.dialect).get_column_default_string(column)
    return None if text is None else as_kept(text, site)


def check_sql(check: sa.CheckConstraint, site: Site) -> str:
    compiler = site.context.dialect.statement_compiler(site.context.dialect, None)
    text: ClauseElement = check.sqltext
    return as_kept(compiler.process(text, include_table=False, literal_binds=True), site)


def as_kept(sql: str, site: Site) -> str:
    """Compiled SQL as the server reads it: without the percent signs doubled for the driver."""
    doubled = site.context.dialect.paramstyle in ("format", "pyformat")
    return sql.replace("%%", "%") if doubled else sql


def plain_name(expression: ClauseElement | str) -> str | None:
    """The column that an index expression is, below ``desc()`` and the like, or ``None``."""
    if isinstance(expression, str):
        return expression
    while isinstance(expression, UnaryExpression):
        expression = expression.element
    if isinstance(expression, ColumnClause) and not expression.is_literal:
        return expression.name
    return None
