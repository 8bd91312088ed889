"""Two tables that refer to each other, and how the online tests wait."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from online.sessions import WAITING, end_session, looking

from alembic_helpers import op
from alembic_helpers.online import patience


@pytest.fixture
def tables(connection, migrate):
    """Two rows of ``t`` that refer to the one of ``u``."""
    with migrate():
        op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))
        op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.String(20)),
        )
    for sql in ("INSERT INTO u VALUES (1)", "INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'y')"):
        connection.exec_driver_sql(sql)
    connection.commit()


@pytest.fixture
def short_pauses(monkeypatch):
    monkeypatch.setattr(patience, "_FIRST", 0.1)


@pytest.fixture
def step(database):
    """An operation that has to wait for whoever writes to ``t``."""
    return WAITING[database.engine.dialect.name]


@pytest.fixture
def look(database):
    """Asks the database from another session."""
    with looking(database) as look:
        yield look


@pytest.fixture
def end(database):
    """Ends a session by its number."""
    return lambda number: end_session(database, number)
