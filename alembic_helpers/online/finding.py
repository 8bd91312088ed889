"""The SELECT that finds the rows in the way, to be shown with an error."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from ..catalog import Site
from ..databases.construct import verbatim


def duplicates(index: sa.Index | sa.UniqueConstraint, site: Site) -> str:
    """The values that are there more than once, and how often; NULL is not equal to NULL."""
    expressions: list[Any] = list(
        index.expressions if isinstance(index, sa.Index) else index.columns
    )
    table = index.table
    assert table is not None
    select = (
        sa.select(*expressions, sa.func.count().label("times"))
        .select_from(table)
        .where(*(e.is_not(None) for e in expressions if isinstance(e, ColumnElement)))
        .group_by(*expressions)
        .having(sa.func.count() > 1)
    )
    if isinstance(index, sa.Index):
        predicate = index.dialect_options[site.context.dialect.name].get("where")
        if predicate is not None:
            select = select.where(verbatim(predicate) if isinstance(predicate, str) else predicate)
    return _sql(select, site)


def orphans(key: sa.ForeignKeyConstraint, site: Site) -> str:
    """The rows whose foreign key leads nowhere."""
    columns = list(key.columns)
    referred = [element.column for element in key.elements]
    source, target = key.table, referred[0].table.alias("referred")
    there = sa.exists().where(
        *(target.c[r.name] == c for c, r in zip(columns, referred, strict=True))
    )
    select = (
        sa.select(sa.text("*"))
        .select_from(source)
        .where(*(c.is_not(None) for c in columns), ~there.correlate(source))
    )
    return _sql(select, site)


def failing(check: sa.CheckConstraint, site: Site) -> str:
    """The rows for which a condition is false."""
    compiler = site.context.dialect.statement_compiler(site.context.dialect, None)
    said = compiler.process(check.sqltext, literal_binds=True)
    where = verbatim(f"NOT ({said})")
    return _sql(sa.select(sa.text("*")).select_from(check.table).where(where), site)


def nulls(table: str, schema: str | None, column: str, site: Site) -> str:
    """The rows that have no value in a column."""
    where = sa.column(column).is_(None)
    source = sa.table(table, schema=schema)
    return _sql(sa.select(sa.text("*")).select_from(source).where(where), site)


def _sql(select: sa.Select[Any], site: Site) -> str:
    compiled = select.compile(dialect=site.context.dialect, compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split()) + ";"
