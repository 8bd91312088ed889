"""What the page of comparisons says is what the code reads."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from pages import ROOT
from sqlalchemy.engine import Connection

from alembic_helpers.databases import database_of
from alembic_helpers.databases.definition import Aspect, Definition
from alembic_helpers.databases.objects import ConstraintType


def test_the_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("compared", ROOT / "docs" / "compared.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert (ROOT / "docs" / "compared.md").read_text(encoding="utf-8") == script.page(), (
        "run: python docs/compared.py"
    )


def _read(connection: Connection, current: str) -> Iterator[tuple[str, Definition]]:
    database = database_of(connection.dialect)
    table = database.table(connection, "t", current)
    assert table is not None
    for column in table.columns:
        yield "column", column.definition or {}
    for index in table.indexes:
        if index.name == "ix":
            yield "index", index.definition or {}
    for constraint in table.constraints:
        if constraint.type is not ConstraintType.FOREIGN_KEY:
            yield constraint.type.label, constraint.definition or {}


def test_what_is_read_is_what_the_table_says(connection: Connection, database: Any) -> None:
    made = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.UniqueConstraint("a", name="uq"),
        sa.CheckConstraint("a > 0", name="ck"),
        sa.Index("ix", "a"),
    )
    made.create(connection)
    kind = database_of(connection.dialect)
    where = kind.current_schema(connection) or ""
    for name, definition in _read(connection, where):
        asides = {Aspect.COMMENT}  # read with the column, not with its definition
        assert set(definition) - asides == set(kind.compares[name]) - asides, name


@pytest.mark.parametrize("aspect", Aspect)
def test_no_word_is_made_up(aspect: Aspect) -> None:
    """Each is used somewhere: in a table of a database, or for what is finished."""
    from alembic_helpers.databases import MariaDB, MySQL, PostgreSQL, SQLite

    tables = (database.compares for database in (SQLite, PostgreSQL, MariaDB, MySQL))
    assert aspect in {a for table in tables for aspects in table.values() for a in aspects}
