"""``backfill``: all rows, each once, in batches that commit, and taken up where one was cut."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from alembic_helpers import (
    BackfillStalled,
    Online,
    OnlineNotSupported,
    Outcome,
    Settings,
    UsageError,
    op,
)

MANY = 25
SMALL = {"where": "b IS NULL", "batch_size": 10}


@pytest.fixture
def table(connection, migrate):
    return filled(connection, migrate, {"id": sa.Integer()}, numbers(1, MANY))


def numbers(first, last):
    return [(number,) for number in range(first, last + 1)]


def filled(connection, migrate, key, keys, *, name="t", schema=None):
    """A table with a primary key, ``a`` that counts the rows, and ``b`` that is NULL."""
    with migrate():
        table = op.create_table(
            name,
            *(sa.Column(*column, primary_key=True, autoincrement=False) for column in key.items()),
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer),
            schema=schema,
        )
    rows = [{**dict(zip(key, values, strict=True)), "a": at} for at, values in enumerate(keys)]
    connection.execute(table.insert(), rows)
    connection.commit()
    return table


def filled_rows(connection, table):
    """``a`` and ``b`` of all rows."""
    found = connection.execute(sa.select(table.c.a, table.c.b).order_by(table.c.a)).all()
    connection.commit()
    return [tuple(row) for row in found]


def undone(connection):
    found = connection.exec_driver_sql("SELECT count(*) FROM t WHERE b IS NULL").scalar()
    connection.commit()
    return found


@pytest.fixture
def log(caplog):
    caplog.set_level("INFO", "alembic.helpers")
    return caplog


def test_it_is_done_once(connection, migrate, table, statements, log):
    with migrate():
        assert op.backfill("t", {"b": sa.text("a + 1")}, **SMALL) is Outcome.APPLIED
    assert log.messages == ["applied   backfill t: 25 rows in 3 batches"]
    assert filled_rows(connection, table) == [(a, a + 1) for a in range(MANY)]
    statements.clear()
    log.clear()
    with migrate():
        assert op.backfill("t", {"b": 0}, **SMALL) is Outcome.SKIPPED
    assert log.messages == ["skipped   backfill t: no rows to change"]
    assert not statements.writes


def test_each_batch_commits_and_what_was_done_before_it_too(database, connection, migrate, table):
    seen = []

    def look(done, total):
        with database.engine.connect() as other:
            seen.append((done, total, undone(other), sa.inspect(other).has_table("early")))

    with migrate():
        op.create_table("early", sa.Column("id", sa.Integer, primary_key=True))
        op.backfill("t", {"b": 1}, progress=look, **SMALL)
    assert seen == [(10, 25, 15, True), (20, 25, 5, True), (25, 25, 0, True)]


def test_a_run_that_was_cut_off_is_taken_up(connection, migrate, table, log):
    def cut(done, total):
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), migrate():
        op.backfill("t", {"b": 1}, progress=cut, **SMALL)
    connection.rollback()
    assert undone(connection) == 5
    with migrate():
        op.backfill("t", {"b": 2}, **SMALL)
    assert log.messages[-1] == "applied   backfill t: 5 rows in 1 batch"
    assert [b for _, b in filled_rows(connection, table)] == [1] * 20 + [2] * 5


def test_rows_that_are_written_meanwhile_are_done_too(database, connection, migrate, log):
    table = filled(connection, migrate, {"id": sa.Integer()}, numbers(5, 29))

    def write(done, total):
        if done == 20:
            with database.engine.begin() as other:
                other.execute(table.insert(), [{"id": 1, "a": -1}, {"id": 50, "a": -2}])

    with migrate():
        op.backfill("t", {"b": 1}, progress=write, **SMALL)
    assert undone(connection) == 0
    assert log.messages[-1] == "applied   backfill t: 27 rows in 4 batches"


# -- keys ------------------------------------------------------------------------------------------

BYTES = sa.LargeBinary().with_variant(mysql.BINARY(2), "mysql", "mariadb")
DAY = dt.datetime(2026, 1, 31, 23, 59, 58)
KEYS = {
    "integers": ({"x": sa.Integer(), "y": sa.Integer()}, lambda at: (at % 3, at)),
    "three": (
        {"x": sa.Integer(), "y": sa.String(9), "z": sa.Date()},
        lambda at: (at % 2, f"%{at % 3}:x'", DAY.date() + dt.timedelta(at)),
    ),
    "strings": ({"select": sa.String(9)}, lambda at: ("%:\\'\"aZéß漢 "[at % 10] + str(at),)),
    "dates": ({"x": sa.DateTime()}, lambda at: (DAY + dt.timedelta(0, at),)),
    "times": ({"x": sa.Time()}, lambda at: (dt.time(at % 24, at),)),
    "numbers": ({"x": sa.Numeric(9, 3)}, lambda at: (decimal.Decimal(at) / 8,)),
    "floats": ({"x": sa.Float()}, lambda at: (at / 10,)),
    "uuids": ({"x": sa.Uuid()}, lambda at: (uuid.uuid5(uuid.NAMESPACE_DNS, str(at)),)),
    "bytes": ({"x": BYTES}, lambda at: (bytes([at * 10, 255 - at]),)),
    "enums": (
        {"x": sa.Enum("c", "a", "b", name="letters"), "y": sa.Integer()},
        lambda at: ("abc"[at % 3], at),
    ),
    "booleans": ({"x": sa.Boolean(), "y": sa.Integer()}, lambda at: (at % 2 == 1, at)),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_any_type_leads_through_all_rows_once(connection, migrate, log, kind):
    key, value = KEYS[kind]
    table = filled(connection, migrate, key, map(value, range(MANY)))
    with migrate():
        op.backfill("t", {"b": sa.text("a")}, where="b IS NULL", batch_size=4)
    assert filled_rows(connection, table) == [(a, a) for a in range(MANY)]
    assert log.messages[-1] == "applied   backfill t: 25 rows in 7 batches"


# -- expressions -----------------------------------------------------------------------------------


def test_names_and_values_with_signs_in_them(connection, migrate):
    name, column = "Order's 100% %s", "sel ect"
    value = "50% :x %s \\ 'q'"
    with migrate():
        table = op.create_table(
            name,
            sa.Column("group", sa.Integer, primary_key=True),
            sa.Column(column, sa.String(30)),
        )
    connection.execute(table.insert(), [{"group": 1, column: "a:b 5%"}, {"group": 2, column: None}])
    connection.commit()
    quoted = connection.dialect.identifier_preparer.quote(column)
    with migrate():
        assert op.backfill(name, {column: value}, where=f"{quoted} = 'a:b 5%' OR 1 = 0")
        op.backfill(name, {column: sa.text("'a:b'")}, where=sa.column(column).is_(None))
    found = connection.execute(table.select().order_by(table.c.group)).all()
    assert [tuple(row) for row in found] == [(1, value), (2, "a:b")]


def test_the_other_schema_and_its_translation(connection, migrate, schema, log):
    table = filled(connection, migrate, {"id": sa.Integer()}, [(1,), (2,), (3,)], schema=schema)
    with migrate():
        op.backfill("t", {"b": 1}, where="a < 2 AND b IS NULL", schema=schema)
    translated = connection.execution_options(schema_translate_map={"logical": schema})
    with migrate(connection=translated):
        op.backfill("t", {"b": 2}, where="b IS NULL", schema="logical", batch_size=1)
    connection.execution_options(schema_translate_map=None)
    assert filled_rows(connection, table) == [(0, 1), (1, 1), (2, 2)]


CONSTRUCTS = {
    "Table": lambda t: op.backfill(t, {"b": t.c.a + 1}, where=t.c.b.is_(None), batch_size=9),
    "table": lambda t: op.backfill(
        sa.table("t", sa.column("b")), {"b": sa.text("a + 1")}, where="b IS NULL", batch_size=9
    ),
    "its name": lambda t: op.backfill("t", {"b": t.c.a + 1}, where=t.c.b.is_(None), batch_size=9),
    "columns": lambda t: op.backfill(
        "t", {"b": sa.column("a") + 1}, where=sa.or_(sa.column("b").is_(None), sa.false())
    ),
    "other keys": lambda t: op.backfill(
        other := sa.table("t", sa.column("a"), sa.Column("b", sa.Integer, key="bee")),
        {"bee": other.c.a + 1},
        where=other.c.bee.is_(None),
    ),
}


@pytest.mark.parametrize("kind", CONSTRUCTS)
def test_a_table_construct_or_its_name(connection, migrate, table, kind):
    with migrate():
        assert CONSTRUCTS[kind](table) is Outcome.APPLIED
    assert filled_rows(connection, table) == [(a, a + 1) for a in range(MANY)]


def test_values_take_the_types_of_the_columns(connection, migrate):
    values = {"day": dt.date(2026, 2, 28), "doc": {"a": ["%", None]}, "flag": True, "mood": "ok"}
    with migrate():
        table = op.create_table(
            "typed",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("day", sa.Date),
            sa.Column("doc", sa.JSON),
            sa.Column("flag", sa.Boolean),
            sa.Column("mood", sa.Enum("ok", "sad", name="mood")),
        )
    connection.execute(table.insert(), [{"id": 1}])
    connection.commit()
    with migrate():
        assert op.backfill("typed", values, where="day IS NULL") is Outcome.APPLIED
    assert connection.execute(table.select()).one() == (1, *values.values())


# -- no progress -----------------------------------------------------------------------------------


def test_values_that_leave_a_row_to_be_done_are_found_out_in_the_first_batch(
    connection, migrate, table
):
    done = []
    with pytest.raises(BackfillStalled) as caught, migrate():
        told = lambda *numbers: done.append(numbers)  # noqa: E731
        op.backfill("t", {"b": 1}, where="a < 22", batch_size=10, progress=told)
    assert done == [(10, 22)]
    assert str(caught.value) == (
        "backfill t: 22 rows still to be done, and of those that were, none is: with its values, a "
        "row has to be one that `where` does not find. They may not make it so, or a trigger or "
        f"another session undoes them. To see the rows: {caught.value.query} Change the values or "
        "`where`, and run the migration again."
    )
    connection.rollback()
    assert caught.value.rows == len(connection.exec_driver_sql(caught.value.query).all()) == 22


def test_rows_that_some_stay_to_be_done_are_found_out_after_a_pass(connection, migrate, table):
    with pytest.raises(BackfillStalled) as caught, migrate():
        op.backfill("t", {"b": sa.text("nullif(a, 13)")}, **SMALL)
    connection.rollback()
    assert undone(connection) == caught.value.rows == 1


@pytest.mark.lacks("is_server")  # SQLite
@pytest.mark.parametrize("key", ["id", "id, c", "c, id"])
def test_a_row_whose_key_is_null_is_not_gone_past(connection, migrate, key):
    connection.exec_driver_sql(
        f"CREATE TABLE t (id TEXT, c INTEGER DEFAULT 1, b INTEGER, PRIMARY KEY ({key}))"
    )
    connection.exec_driver_sql("INSERT INTO t (id) VALUES ('a'), (NULL), (2)")
    with pytest.raises(UsageError) as caught, migrate():
        op.backfill("t", {"b": 1}, where="b IS NULL", batch_size=1)
    connection.rollback()
    assert str(caught.value) == (
        "backfill t: a row has NULL in its primary key, as SQLite allows, so that the batches, "
        "which go along the key, would never come past it; give it a value, or do it at once: "
        'op.execute("UPDATE ...")'
    )
    assert undone(connection) == 3


@pytest.mark.capability("has_exclude_constraints")  # PostgreSQL
def test_rows_that_row_level_security_may_hide_stop_it(connection, migrate, table, statements):
    here = connection.exec_driver_sql("SELECT current_schema()").scalar()
    for sql in (
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "GRANT ALL ON t TO pg_monitor",
        f"GRANT USAGE ON SCHEMA {here} TO pg_monitor",
        "SET ROLE pg_monitor",
    ):
        connection.exec_driver_sql(sql)
    with pytest.raises(BackfillStalled) as caught, migrate():
        op.backfill("t", {"b": 1}, **SMALL)
    connection.exec_driver_sql("RESET ROLE")
    assert str(caught.value) == (
        "backfill t: row-level security may hide rows of the table from this user, and they would "
        "be left out without a word; nothing was changed. Migrate as a superuser, as a role with "
        "BYPASSRLS, or as the table's owner, whom only FORCE ROW LEVEL SECURITY binds."
    )
    assert not statements.writes


# -- transactions ----------------------------------------------------------------------------------


def test_a_transaction_that_is_not_alembics_is_not_committed(connection, migrate, table):
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with connection.begin():
        with Operations.context(MigrationContext.configure(connection)):
            try:
                op.backfill("t", {"b": 1}, **SMALL)
                refused = None
            except OnlineNotSupported as error:
                refused = error
    assert refused is not None
    assert "the transaction that is open is not Alembic's to commit" in str(refused)
    assert undone(connection) == MANY


@pytest.mark.parametrize("online", [Online.OFF, Online.PREFER])
def test_in_one_transaction_when_that_is_chosen(connection, migrate, table, log, online):
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with connection.begin() as transaction:
        context = MigrationContext.configure(
            connection, opts={"alembic_helpers": Settings(online=online)}
        )
        with Operations.context(context):
            assert op.backfill("t", {"b": 1}, **SMALL) is Outcome.APPLIED
        transaction.rollback()
    assert undone(connection) == MANY
    warned = [m for m in log.messages if m.startswith("backfill t: in one transaction, because ")]
    assert len(warned) == (online is Online.PREFER)


@pytest.mark.capability("transactional_ddl")
def test_a_table_of_the_same_revision_is_filled_within_its_transaction(connection, migrate):
    with pytest.raises(KeyboardInterrupt), migrate():
        table = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("b", sa.Integer),
        )
        op.bulk_insert(table, [{"id": number} for number in range(MANY)])
        assert op.backfill("t", {"b": 1}, **SMALL) is Outcome.APPLIED
        raise KeyboardInterrupt
    assert not sa.inspect(connection).has_table("t")


def test_it_waits_between_batches_as_long_as_it_is_told(migrate, table, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    answers = iter([0, 7, None, 8, 9, False])
    with migrate():
        op.backfill("t", {"b": 1}, pause=0.5, throttle=lambda: next(answers), **SMALL)
    assert slept == [0.5, 7, 0.5, 8, 9]
