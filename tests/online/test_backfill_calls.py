"""What ``backfill`` refuses, before anything has changed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import MissingObject, UsageError, op

DONE = {"where": "b IS NULL"}
CALLS = {
    "batch_size": (
        lambda: op.backfill("t", {"b": 1}, batch_size=0, **DONE),
        "backfill: batch_size=0: expected 1 row or more",
    ),
    "batch_size is a bool": (
        lambda: op.backfill("t", {"b": 1}, batch_size=True, **DONE),
        "backfill: batch_size=True: expected 1 row or more",
    ),
    "pause": (
        lambda: op.backfill("t", {"b": 1}, pause=-1, **DONE),
        "backfill: pause=-1: expected seconds, as a number",
    ),
    "throttle": (
        lambda: op.backfill("t", {"b": 1}, throttle=3, **DONE),
        "backfill: throttle=3: expected a function",
    ),
    "progress": (
        lambda: op.backfill("t", {"b": 1}, progress=True, **DONE),
        "backfill: progress=True: expected a function",
    ),
    "values": (
        lambda: op.backfill("t", {}, **DONE),
        "backfill: values={}: expected a dictionary of columns and values; write: "
        '{"license": "MIT"}',
    ),
    "keys": (
        lambda: op.backfill("t", {1: 2}, **DONE),
        "backfill: values={1: 2}: expected the names of columns as keys",
    ),
    "where": (
        lambda: op.backfill("t", {"b": 1}, where=" "),
        "backfill: where=' ': expected the condition of the rows that are still to be done; write: "
        'where="license IS NULL"',
    ),
    "where is a bool": (
        lambda: op.backfill("t", {"b": 1}, where=True),
        "backfill: where=True: expected the condition of the rows that are still to be done; "
        'write: where="license IS NULL"',
    ),
    "table": (
        lambda: op.backfill(3, {"b": 1}, **DONE),
        "backfill: table=3: expected a name, sa.table() or sa.Table; of a mapped class: "
        "Class.__table__",
    ),
    "schema": (
        lambda: op.backfill(sa.table("t"), {"b": 1}, schema="s", **DONE),
        "backfill: schema='s': a table construct has its own schema; leave it out",
    ),
    "unknown column": (
        lambda: op.backfill("t", {"b": 1, "c": 2}, **DONE),
        "backfill t: the table has no column c; it has id, a, b",
    ),
    "column of the construct": (
        lambda: op.backfill(sa.table("t", sa.column("a")), {"b": 1}, **DONE),
        "backfill t: the table that was given has no column b; give it one: sa.column(...), or "
        "give the table's name",
    ),
    "key": (
        lambda: op.backfill("t", {"id": sa.text("id + 1")}, **DONE),
        "backfill t: id is of the primary key, along which the batches go; change it at once: "
        'op.execute("UPDATE ...")',
    ),
    "no key": (
        lambda: op.backfill("bare", {"b": 1}, **DONE),
        "backfill bare: the table has no primary key, along which it could be done in batches; "
        'give it one (op.create_primary_key), or do it at once: op.execute("UPDATE ...")',
    ),
}


@pytest.fixture
def tables(connection, migrate):
    columns = ("a", "b")
    with migrate():
        key = sa.Column("id", sa.Integer, primary_key=True)
        op.create_table("t", key, *(sa.Column(name, sa.Integer) for name in columns))
        op.create_table("bare", *(sa.Column(name, sa.Integer) for name in columns))
    for name in ("t (id, a)", "bare (a, b)"):
        connection.exec_driver_sql(f"INSERT INTO {name} VALUES (1, NULL)")
    connection.commit()


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_that_is_wrong_changes_nothing(migrate, tables, statements, kind):
    call, message = CALLS[kind]
    with pytest.raises(UsageError) as caught, migrate():
        call()
    assert str(caught.value) == message
    assert not statements.writes


def test_a_table_that_is_not_there(migrate):
    with pytest.raises(MissingObject, match="backfill t: there is no such table 't' in schema "):
        with migrate():
            op.backfill("t", {"b": 1}, **DONE)
