"""The SELECT that finds the rows in the way, to be shown with an error and sent as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement, TextClause, UnaryExpression

from .. import upstream
from ..catalog import Site
from ..compare.asked import as_kept, check_sql, plain_name
from ..databases.construct import verbatim

# What may follow an expression in an index, and nowhere else.
_ORDER = re.compile(r"\s+(?:ASC|DESC)?(?:\s*NULLS\s+(?:FIRST|LAST))?\s*\Z", re.IGNORECASE)


def duplicates(unique: sa.Index | sa.UniqueConstraint, site: Site) -> str:
    """The values that are there more than once, and how often."""
    expressions = list(_expressions(unique, site))
    table = unique.table
    assert table is not None
    options = unique.dialect_options[site.context.dialect.name]
    select = (
        sa.select(*expressions, sa.func.count().label("times"))
        .select_from(table)
        .group_by(*expressions)
        .having(sa.func.count() > 1)
    )
    if not options.get("nulls_not_distinct"):
        select = select.where(*(expression.is_not(None) for expression in expressions))
    predicate = options.get("where")
    if predicate is not None:
        select = select.where(verbatim(predicate) if isinstance(predicate, str) else predicate)
    return _sql(select, site)


def _expressions(
    unique: sa.Index | sa.UniqueConstraint, site: Site
) -> Iterator[ColumnElement[Any]]:
    """What has to be unique, without the order in which an index keeps it."""
    if isinstance(unique, sa.UniqueConstraint):
        yield from unique.columns
        return
    lengths = unique.dialect_options[site.context.dialect.name].get("length")
    for expression in unique.expressions:
        expression = upstream.index_expression(expression)
        while isinstance(expression, UnaryExpression) and plain_name(expression) is not None:
            expression = expression.element
        if isinstance(expression, TextClause):
            expression = sa.literal_column(_ORDER.sub("", expression.text))
        length = lengths.get(plain_name(expression)) if isinstance(lengths, dict) else lengths
        yield sa.func.left(expression, length) if length else expression


def orphans(key: sa.ForeignKeyConstraint, site: Site) -> str:
    """The rows whose foreign key leads nowhere."""
    columns = list(key.columns)
    referred = [element.column for element in key.elements]
    source = key.table
    target = referred[0].table.alias(f"referred_by_{source.name}"[:60])
    there = sa.exists().where(
        *(target.c[r.name] == c for c, r in zip(columns, referred, strict=True))
    )
    # Otherwise one NULL is enough for a row to refer to nothing.
    refers = sa.or_ if (key.match or "").upper() == "FULL" else sa.and_
    select = (
        sa.select(sa.text("*"))
        .select_from(source)
        .where(refers(*(column.is_not(None) for column in columns)), ~there.correlate(source))
    )
    return _sql(select, site)


def failing(check: sa.CheckConstraint, site: Site) -> str:
    """The rows for which a condition is false."""
    where = verbatim(f"NOT ({check_sql(check, site)})")
    return _sql(sa.select(sa.text("*")).select_from(check.table).where(where), site)


def nulls(table: str, schema: str | None, column: str, site: Site) -> str:
    """The rows that have no value in a column."""
    source = sa.Table(table, sa.MetaData(), sa.Column(column), schema=schema)
    where = source.c[column].is_(None)
    return _sql(sa.select(sa.text("*")).select_from(source).where(where), site)


def matching(table: sa.TableClause, condition: ColumnElement[bool], site: Site) -> str:
    """The rows for which a condition is true."""
    return _sql(sa.select(sa.text("*")).select_from(table).where(condition), site)


def _sql(select: sa.Select[Any], site: Site) -> str:
    connection = site.context.connection
    assert connection is not None
    mapping = connection.get_execution_options().get("schema_translate_map")
    options: dict[str, Any] = {"schema_translate_map": mapping, "render_schema_translate": True}
    compiled = select.compile(
        dialect=site.context.dialect,
        compile_kwargs={"literal_binds": True},
        **(options if mapping else {}),
    )
    return as_kept(str(compiled), site) + ";"
