"""set_not_null_online: what it sends, and where it goes on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration
from stopping import Stopped, stopped_after

from alembic_helpers import ConstraintViolation, Online, Outcome, op
from alembic_helpers.databases import database_of
from alembic_helpers.online.not_null import own_name

SERVER = pytest.mark.capability("is_server")
POSTGRESQL = pytest.mark.capability("has_unvalidated_constraints")


def send(connection, *sqls):
    for sql in sqls:
        connection.exec_driver_sql(sql)
    connection.commit()


def nullable(connection, table="t", column="a", schema=None):
    found = {c["name"]: c["nullable"] for c in sa.inspect(connection).get_columns(table, schema)}
    connection.rollback()
    return found[column]


def steps(connection, table="t", column="a", name="a"):
    """What is sent for a column that has no proof yet."""
    if database_of(connection.dialect).has_not_null_constraints:
        return [
            f"ALTER TABLE {table} ADD NOT NULL {column} NOT VALID",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_{name}_not_null",
        ]
    check = own_name(table, name)
    return [
        f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}",
        f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL",
        f"ALTER TABLE {table} DROP CONSTRAINT {check}",
    ]


@pytest.fixture
def table(connection):
    send(connection, "CREATE TABLE t (id int, a int)", "INSERT INTO t VALUES (1, 1), (2, 2)")


@POSTGRESQL
@pytest.mark.usefixtures("table")
def test_each_step_is_sent_by_itself(connection, migrate, statements):
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.APPLIED
    assert statements.ddl == steps(connection)
    assert not nullable(connection)
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.SKIPPED
    assert not statements.ddl


@POSTGRESQL
@pytest.mark.usefixtures("table")
def test_a_run_that_was_stopped_is_taken_up_where_it_was(connection, migrate, statements, snapshot):
    expected = steps(connection)
    for number in range(len(expected)):
        with pytest.raises(Stopped), stopped_after(connection, number > 0), migrate():
            op.set_not_null_online("t", "a")
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.COMPLETED
    sent = list(dict.fromkeys(statements.ddl))
    assert sent == expected
    resumed = snapshot(connection)
    send(connection, "DROP TABLE t", "CREATE TABLE t (id int, a int)")
    with migrate():
        op.set_not_null_online("t", "a")
    assert snapshot(connection) == resumed


@SERVER
@pytest.mark.usefixtures("table")
def test_what_is_not_null_already_is_left_alone(connection, migrate, statements):
    with migrate():
        op.alter_column("t", "a", existing_type=sa.Integer, nullable=False)
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.SKIPPED
    assert not statements.ddl


@POSTGRESQL
@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("proof", ["a IS NOT NULL", "(((a) IS NOT NULL))"])
def test_a_check_of_the_users_that_says_so_is_used_and_stays(
    connection, migrate, statements, proof
):
    send(connection, f"ALTER TABLE t ADD CONSTRAINT mine CHECK ({proof})")
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.APPLIED
    if not database_of(connection.dialect).has_not_null_constraints:
        assert statements.ddl == ["ALTER TABLE t ALTER COLUMN a SET NOT NULL"]
    assert [c["name"] for c in sa.inspect(connection).get_check_constraints("t")] == ["mine"]


@POSTGRESQL
@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    "sql",
    [
        "ADD CONSTRAINT mine CHECK (a IS NOT NULL) NOT VALID",
        "ADD CONSTRAINT mine CHECK (a IS NOT NULL OR id > 0)",
        "ADD CONSTRAINT mine CHECK (id IS NOT NULL)",
        "ADD CONSTRAINT mine CHECK (abs(a) IS NOT NULL)",
        'ADD COLUMN "a""" int DEFAULT 1, ADD CONSTRAINT mine CHECK ("a""" IS NOT NULL)',
    ],
)
def test_a_check_that_does_not_prove_it_is_not_used(connection, migrate, statements, sql):
    send(connection, f"ALTER TABLE t {sql}")
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.APPLIED
    assert statements.ddl == steps(connection)
    assert [c["name"] for c in sa.inspect(connection).get_check_constraints("t")] == ["mine"]


@POSTGRESQL
@pytest.mark.usefixtures("table")
def test_the_check_that_an_earlier_run_left_is_dropped(connection, migrate, statements):
    name = own_name("t", "a")
    send(
        connection,
        f"ALTER TABLE t ADD CONSTRAINT {name} CHECK (a IS NOT NULL)",
        "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    )
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.COMPLETED
    assert statements.ddl == [f"ALTER TABLE t DROP CONSTRAINT {name}"]


@POSTGRESQL
@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("earlier", [0, 1])
def test_rows_without_a_value_are_found_and_nothing_is_left(connection, migrate, snapshot, earlier):
    before = snapshot(connection)
    send(connection, "INSERT INTO t VALUES (3, NULL)")
    if earlier and not database_of(connection.dialect).has_not_null_constraints:
        with pytest.raises(Stopped), stopped_after(connection, earlier), migrate():
            op.set_not_null_online("t", "a")
    with pytest.raises(ConstraintViolation) as caught, migrate():
        op.set_not_null_online("t", "a")
    connection.rollback()
    assert connection.exec_driver_sql(caught.value.query).all() == [(3, None)]
    assert snapshot(connection) == before


@pytest.mark.capability("has_unvalidated_not_null")
@pytest.mark.usefixtures("table")
def test_a_not_null_that_is_not_valid_is_validated_and_kept(connection, migrate, statements):
    send(connection, "ALTER TABLE t ADD CONSTRAINT mine NOT NULL a NOT VALID")
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.COMPLETED
    assert statements.ddl == ["ALTER TABLE t VALIDATE CONSTRAINT mine"]
    send(
        connection,
        "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
        "INSERT INTO t VALUES (3, NULL)",
        "ALTER TABLE t ADD CONSTRAINT mine NOT NULL a NOT VALID",
    )
    with pytest.raises(ConstraintViolation), migrate():
        op.set_not_null_online("t", "a")
    connection.rollback()
    assert not nullable(connection)


@POSTGRESQL
@pytest.mark.parametrize("name", ['q"q', "a.b", "two words", "select", "ü" * 31, "n" * 63])
def test_odd_names(database, connection, schema, name):
    made = sa.Table(name, sa.MetaData(), sa.Column(name, sa.Integer), schema=schema)
    made.create(connection)
    connection.commit()
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migration(connection):
            assert op.set_not_null_online(name, name, schema=schema) is outcome
    assert not nullable(connection, name, name, schema)
    assert not sa.inspect(connection).get_check_constraints(name, schema)


@POSTGRESQL
def test_a_logical_schema_is_the_one_that_it_stands_for(database, connection):
    other = database.other_schema
    send(connection, f"CREATE TABLE {other}.t (a int)")
    connection = connection.execution_options(schema_translate_map={"logical": other})
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migration(connection):
            assert op.set_not_null_online("t", "a", schema="logical") is outcome
    assert not nullable(connection, schema=other)


@POSTGRESQL
def test_the_partitions_of_a_table_too(connection, migrate, statements):
    send(
        connection,
        "CREATE TABLE t (id int, a int) PARTITION BY LIST (id)",
        "CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1) PARTITION BY LIST (id)",
        "CREATE TABLE t_1_1 PARTITION OF t_1 FOR VALUES IN (1)",
        "INSERT INTO t VALUES (1, 1)",
    )
    statements.clear()
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.APPLIED
    assert statements.ddl == steps(connection)
    assert not any(nullable(connection, table) for table in ("t", "t_1", "t_1_1"))
    assert not sa.inspect(connection).get_check_constraints("t_1_1")
    with migrate():
        assert op.set_not_null_online("t", "a") is Outcome.SKIPPED


@pytest.mark.capability("unique_constraint_is_index")  # MySQL and MariaDB
@pytest.mark.parametrize(
    "definition",
    [
        "int DEFAULT 5 COMMENT 'what''s 50%%'",
        "varchar(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x' COMMENT 'a:b'",
        "enum('a','b') DEFAULT 'b'",
        "int unsigned",
    ],
)
def test_the_rest_of_the_column_stays_as_it_is(connection, migrate, snapshot, definition):
    quoted = "CREATE TABLE t (id int, `select` {} {}, z int)"
    column, comment = (*definition.split(" COMMENT"), "")[:2]
    comment = f"COMMENT{comment}" if comment else ""
    with connection.connection.cursor() as cursor:
        cursor.execute(quoted.format(column, f"NOT NULL {comment}".replace("%%", "%")))
    expected = snapshot(connection)
    send(connection, "DROP TABLE t")
    with connection.connection.cursor() as cursor:
        cursor.execute(quoted.format(column, f"NULL {comment}".replace("%%", "%")))
    sent = []
    sa.event.listen(connection, "after_cursor_execute", lambda *a: sent.append(a[2]))
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            assert op.set_not_null_online("t", "select") is outcome
    (alter,) = [sql for sql in sent if sql.startswith("ALTER")]
    assert alter.endswith(", ALGORITHM=INPLACE, LOCK=NONE")
    assert snapshot(connection) == expected


@pytest.mark.usefixtures("table")
def test_off_is_the_plain_alteration(connection, migrate):
    for outcome in (Outcome.APPLIED, Outcome.SKIPPED):
        with migrate():
            step = op.set_not_null_online("t", "a", existing_type=sa.Integer, online=Online.OFF)
            assert step is outcome
    assert not nullable(connection)
