"""Constraints of partitioned tables, and keys that lead to them."""

from __future__ import annotations

import pytest
from parted import ddl, send
from stopping import Stopped, stopped_after

from alembic_helpers import ConstraintViolation, Online, OnlineNotSupported, Outcome, op
from alembic_helpers.databases import database_of

pytestmark = pytest.mark.capability("has_unvalidated_constraints")


@pytest.fixture(autouse=True)
def tables(connection):
    send(
        connection,
        "CREATE TABLE u (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, a int)",
        "INSERT INTO u VALUES (1)",
        "INSERT INTO t VALUES (1, 1)",
    )


def named(connection, table):
    """The names of a table's constraints, and whether they are valid."""
    found = connection.exec_driver_sql(
        "SELECT conname, convalidated FROM pg_constraint "
        f"WHERE conrelid = CAST('{table}' AS regclass) AND contype IN ('f', 'c', 'u')"
    ).all()
    connection.rollback()
    return [tuple(row) for row in found]


PARTED = [
    "CREATE TABLE p (id int, a int) PARTITION BY LIST (id)",
    "CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (id)",
    "CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1)",
    "CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2)",
    "INSERT INTO p VALUES (1, 1), (2, 1)",
]


def of_partitioned():
    return op.create_foreign_key_online("fk", "p", "u", ["a"], ["id"])


def test_the_key_of_a_partitioned_table(connection, migrate, statements):
    """Where the server takes no NOT VALID for it, its partitions' keys are validated first."""
    send(connection, *PARTED)
    statements.clear()
    with migrate():
        assert of_partitioned() is Outcome.APPLIED
    key = "ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES u (id)"
    if database_of(connection.dialect).has_not_null_constraints:
        expected = [f"ALTER TABLE p {key} NOT VALID", "ALTER TABLE p VALIDATE CONSTRAINT fk"]
    else:
        expected = [
            f"ALTER TABLE public.p_1_1 {key} NOT VALID",
            "ALTER TABLE public.p_1_1 VALIDATE CONSTRAINT fk",
            f"ALTER TABLE public.p_1 {key}",
            f"ALTER TABLE public.p_2 {key} NOT VALID",
            "ALTER TABLE public.p_2 VALIDATE CONSTRAINT fk",
            f"ALTER TABLE p {key}",
        ]
    assert ddl(statements) == expected
    for table in ("p", "p_1", "p_1_1", "p_2"):
        assert named(connection, table) == [("fk", True)], table
    send(connection, "ALTER TABLE p DROP CONSTRAINT fk")
    for number in range(len(expected)):
        with pytest.raises(Stopped), stopped_after(connection, number > 0), migrate():
            of_partitioned()
    with migrate():
        assert of_partitioned() is not Outcome.SKIPPED
    for table in ("p", "p_1", "p_1_1", "p_2"):
        assert named(connection, table) == [("fk", True)], table


def test_rows_of_a_partition_in_the_way_leave_nothing(connection, migrate):
    send(connection, *PARTED, "INSERT INTO p VALUES (2, 9)")
    with pytest.raises(ConstraintViolation) as caught, migrate():
        of_partitioned()
    connection.rollback()
    assert connection.exec_driver_sql(caught.value.query).all() == [(2, 9)]
    for table in ("p", "p_1", "p_1_1", "p_2"):
        assert named(connection, table) == [], table


def test_the_check_of_a_partitioned_table(connection, migrate, statements):
    send(connection, *PARTED)
    statements.clear()
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.create_check_constraint_online("ck", "p", "a > 0") is outcome
    assert ddl(statements) == [
        "ALTER TABLE p ADD CONSTRAINT ck CHECK (a > 0) NOT VALID",
        "ALTER TABLE p VALIDATE CONSTRAINT ck",
    ]


def test_a_key_to_a_partitioned_table(connection, migrate):
    send(
        connection,
        "CREATE TABLE w (id int PRIMARY KEY) PARTITION BY LIST (id)",
        "CREATE TABLE w_1 PARTITION OF w FOR VALUES IN (1)",
        "INSERT INTO w VALUES (1)",
    )
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.create_foreign_key_online("fk", "t", "w", ["a"], ["id"]) is outcome


def test_a_partitioned_table_makes_no_constraint_of_an_index(connection, migrate, statements):
    send(connection, *PARTED)
    statements.clear()
    step = lambda **kw: op.create_unique_constraint_online("uq", "p", ["id", "a"], **kw)  # noqa: E731
    with pytest.raises(OnlineNotSupported, match="makes no constraint of an index"), migrate():
        step()
    assert not statements.ddl
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert step(online=Online.PREFER) is outcome
