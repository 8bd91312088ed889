"""In autocommit the twin has a transaction of its own, which is rolled back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import op as alembic_op
from servers.migration import migration

from alembic_helpers import DefinitionMismatch, Outcome, op
from alembic_helpers.databases import database_of
from alembic_helpers.engine.operations import operations_for

pytestmark = pytest.mark.capability("has_concurrent_indexes")


def check(says):
    return lambda: op.create_check_constraint("ck", "t", says)


def table():
    op.create_table("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0", name="ck"))


def run(connection, *steps):
    with migration(connection) as context:
        for step in steps:
            step()
        return [record.outcome for record in operations_for(context).records]


def assert_no_transaction_and_no_twin(connection):
    with pytest.raises(sa.exc.DBAPIError, match="transaction block"):
        connection.exec_driver_sql("SAVEPOINT s")
    for kind in ("pg_class", "pg_type"):
        column = kind.replace("pg_class", "relname").replace("pg_type", "typname")
        found = connection.exec_driver_sql(f"SELECT {column} FROM {kind} WHERE {column} ~ 'twin'")
        assert found.all() == []


@pytest.fixture
def autocommit(connection):
    """``autocommit(step)`` runs it in an autocommit block, and sees that nothing stays behind."""
    run(connection, table)

    def autocommit(*steps):
        def inside():
            with alembic_op.get_context().autocommit_block():
                for step in steps:
                    try:
                        step()
                    finally:
                        assert_no_transaction_and_no_twin(alembic_op.get_bind())

        return run(connection, inside)

    return autocommit


def test_a_comparison(autocommit):
    assert autocommit(check("a > 0"), check("a > 0")) == [Outcome.SKIPPED] * 2
    with pytest.raises(DefinitionMismatch, match="condition"):
        autocommit(check("a > 1"))


def test_a_refusal(autocommit, caplog):
    caplog.set_level("INFO", "alembic.helpers")
    assert autocommit(check("nope > 0"), check("a > 0")) == [Outcome.SKIPPED] * 2
    assert "not compared: condition (" in caplog.messages[0]


def test_an_interrupt(autocommit, connection, monkeypatch):
    def read_twin(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(database_of(connection.dialect)), "read_twin", read_twin)
        with pytest.raises(KeyboardInterrupt):
            autocommit(check("a > 0"))
    assert autocommit(check("a > 0")) == [Outcome.SKIPPED]


def test_views_and_sequences(autocommit, connection):
    view = lambda says: lambda: op.create_view("v", f"SELECT a FROM t WHERE {says}")  # noqa: E731
    sequence = lambda start: lambda: op.create_sequence("s", start=start)  # noqa: E731
    run(connection, view("a IN (1, 2)"), sequence(3))
    assert autocommit(view("a IN (1, 2)"), sequence(3)) == [Outcome.SKIPPED] * 2
    for step in (view("a IN (1, 3)"), sequence(4)):
        with pytest.raises(DefinitionMismatch):
            autocommit(step)
