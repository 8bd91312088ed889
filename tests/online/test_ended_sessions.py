"""A session is ended before each of its statements, or waiting for one; the next run goes on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from online.sessions import (
    SECONDS,
    Run,
    is_lost,
    is_waiting,
    session_id,
    until,
)
from servers.migration import Statements, migration, recorded
from servers.snapshot import snapshot

from alembic_helpers import Outcome, op

OPERATIONS = {
    "index": lambda: op.create_index_online("ix", "t", ["a"]),
    "unique constraint": lambda: op.create_unique_constraint_online("uq", "t", ["b"]),
    "not null": lambda: op.set_not_null_online("t", "b"),
    "drop index": lambda: op.drop_index_online("there", "t"),
}
ON_POSTGRESQL = {
    "foreign key": lambda: op.create_foreign_key_online("fk", "t", "u", ["a"], ["id"]),
    "check": lambda: op.create_check_constraint_online("ck", "t", "a > 0"),
}


def assert_finished_wherever_it_is_ended(database, end, step):
    with database.fresh() as connection:
        made(connection)
        with migration(connection):
            step()
        witness = snapshot(connection)
    place = 0
    while True:
        with database.fresh() as connection:
            made(connection)
            place += 1
            number, reached = session_id(connection), []
            known = {"place": place, "number": number, "reached": reached}

            def count(_connection, _cursor, statement, *_rest, known=known):
                if Statements([statement]).ddl:
                    known["reached"].append(statement)
                    if len(known["reached"]) == known["place"]:
                        end(known["number"])

            connection.commit()
            sa.event.listen(connection, "before_cursor_execute", count)
            try:
                with migration(connection):
                    step()
            except sa.exc.DBAPIError as error:
                lost = error.connection_invalidated
            else:
                return place
        assert lost
        with database.engine.connect() as connection:
            with recorded(connection) as statements, migration(connection):
                assert step() in (Outcome.APPLIED, Outcome.COMPLETED), reached
            assert snapshot(connection) == witness, reached
            connection.rollback()
            statements.clear()
            with migration(connection):
                assert step() is Outcome.SKIPPED
            assert not statements.ddl


def made(connection):
    for sql in (
        "CREATE TABLE u (id integer NOT NULL PRIMARY KEY)",
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, a integer, b varchar(20))",
        "CREATE INDEX there ON t (a, b)",
        "INSERT INTO u VALUES (1)",
        "INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'y')",
    ):
        connection.exec_driver_sql(sql)
    connection.commit()


@pytest.mark.capability("is_server")
@pytest.mark.parametrize("step", OPERATIONS.values(), ids=OPERATIONS)
def test_a_session_that_is_ended_before_a_statement(database, end, step):
    assert assert_finished_wherever_it_is_ended(database, end, step) > 1


@pytest.mark.capability("has_unvalidated_constraints")
@pytest.mark.parametrize("step", ON_POSTGRESQL.values(), ids=ON_POSTGRESQL)
def test_a_session_that_is_ended_between_adding_and_validating(database, end, step):
    assert assert_finished_wherever_it_is_ended(database, end, step) > 2


@pytest.mark.capability("has_unvalidated_constraints")
@pytest.mark.parametrize(
    ("step", "lock", "statement"),
    [
        ("foreign key", "ROW EXCLUSIVE", "ADD CONSTRAINT"),
        ("foreign key", "SHARE UPDATE EXCLUSIVE", "VALIDATE"),
        ("check", "SHARE UPDATE EXCLUSIVE", "VALIDATE"),
        ("not null", "SHARE UPDATE EXCLUSIVE", "VALIDATE"),
        ("unique constraint", "ACCESS SHARE", "ADD CONSTRAINT"),
    ],
)
def test_a_session_that_is_ended_while_it_waits(
    database, look, end, migrate, step, lock, statement
):
    """The lock is taken between two statements of the run, just before that one."""
    step = {**OPERATIONS, **ON_POSTGRESQL}[step]
    with database.engine.connect() as connection:
        made(connection)
    run = Run(database, step, lock_timeout=SECONDS)
    with database.engine.connect() as holder:

        @sa.event.listens_for(database.engine, "before_cursor_execute")
        def take(connection, _cursor, sql, *_):
            if connection.info.get("seen") is None and statement in sql:
                connection.info["seen"] = True
                holder.exec_driver_sql(f"LOCK TABLE t IN {lock} MODE")

        try:
            run.start()
            until(lambda: run.session and is_waiting(look, run.session))
            end(run.session)
            assert is_lost(run.ended().error)
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", take)
            holder.rollback()
    with migrate():
        assert step() in (Outcome.APPLIED, Outcome.COMPLETED)
    with migrate():
        assert step() is Outcome.SKIPPED
