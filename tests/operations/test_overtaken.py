"""Another session does the same between our look and our statement."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from alembic_helpers import op
from alembic_helpers.engine import operations_for

TABLE = ("t", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))


@pytest.fixture
def other(database, connection):
    """A session that our engine knows nothing of."""
    engine = sa.create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def unbroken(database, connection):
    """A connection that goes on after an error."""
    options = {"isolation_level": "AUTOCOMMIT"} if database.name == "postgresql" else {}
    with database.engine.connect().execution_options(**options) as connection:
        yield connection


def test_what_is_there_by_then_is_skipped(unbroken, other):
    context = MigrationContext.configure(unbroken)
    with Operations.context(context):
        assert not op.table_exists("t")
        other.exec_driver_sql("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY)")
        table = op.create_table(*TABLE)
        assert operations_for(context).last_outcome.value == "skipped"
        assert table.name == "t"


def test_what_is_another_thing_is_the_servers_error(unbroken, other):
    context = MigrationContext.configure(unbroken)
    with Operations.context(context):
        assert not op.table_exists("t")
        other.exec_driver_sql("CREATE TABLE t (a VARCHAR(5))")
        with pytest.raises(sa.exc.DBAPIError, match="exists"):
            op.create_table(*TABLE)


@pytest.mark.capability("transactional_ddl")
def test_within_a_transaction_the_error_is_raised(connection, migrate, other):
    with migrate():
        assert not op.table_exists("t")
        other.exec_driver_sql("CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY)")
        with pytest.raises(sa.exc.DBAPIError, match="exists"):
            op.create_table(*TABLE)
        connection.rollback()
