"""The online family, each operation once, twice, and against rows that it does not allow."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import ConstraintViolation, Online, OnlineNotSupported, Outcome, op

PREFER = {"online": Online.PREFER}
ALLOWED = {
    "index": lambda: op.create_index_online("ix", "t", ["a"]),
    "unique index": lambda: op.create_index_online("ix", "t", ["b"], unique=True),
    "unique constraint": lambda: op.create_unique_constraint_online("uq", "t", ["b"]),
    "foreign key": lambda: op.create_foreign_key_online("fk", "t", "u", ["a"], ["id"], **PREFER),
    "check": lambda: op.create_check_constraint_online("ck", "t", "a > 0", **PREFER),
    "not null": lambda: op.set_not_null_online("t", "b"),
}
VIOLATED = {
    "unique index": lambda: op.create_index_online("ix", "t", ["a"], unique=True),
    "unique constraint": lambda: op.create_unique_constraint_online("uq", "t", ["a"]),
    "foreign key": lambda: op.create_foreign_key_online("fk", "t", "u", ["id"], ["id"], **PREFER),
    "check": lambda: op.create_check_constraint_online("ck", "t", "a > 1", **PREFER),
    "not null": lambda: op.set_not_null_online("t", "b"),
}


pytestmark = pytest.mark.usefixtures("tables")


@pytest.mark.parametrize("step", ALLOWED.values(), ids=ALLOWED)
def test_it_is_done_once(migrate, statements, step):
    with migrate():
        assert step() is Outcome.APPLIED
    statements.clear()
    with migrate():
        assert step() is Outcome.SKIPPED
    assert not statements.ddl


@pytest.mark.parametrize("step", ALLOWED.values(), ids=ALLOWED)
def test_online_off_is_the_plain_operation(migrate, snapshot, connection, statements, step):
    with migrate(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(PREFER, "online", Online.OFF)
        assert step() is Outcome.APPLIED
    statements.clear()
    with migrate():
        assert step() is Outcome.SKIPPED
    assert not statements.ddl


@pytest.mark.capability("is_server")
@pytest.mark.parametrize("step", VIOLATED.values(), ids=VIOLATED)
def test_rows_in_the_way_are_found_and_nothing_is_left(migrate, connection, snapshot, step):
    connection.exec_driver_sql("INSERT INTO t VALUES (3, 1, NULL)")
    connection.commit()
    before = snapshot(connection)
    with pytest.raises(ConstraintViolation) as caught, migrate():
        step()
    connection.rollback()
    assert snapshot(connection) == before
    assert connection.execute(sa.text(caught.value.query)).all()
    assert caught.value.query in str(caught.value)


@pytest.mark.capability("unique_constraint_is_index")  # MySQL and MariaDB
@pytest.mark.parametrize("step", ["foreign key", "check"])
def test_what_the_server_refuses_is_not_done_the_blocking_way(
    migrate, connection, snapshot, monkeypatch, step
):
    monkeypatch.setitem(PREFER, "online", None)
    before = snapshot(connection)
    with pytest.raises(OnlineNotSupported, match="ALGORITHM=INPLACE is not supported"), migrate():
        ALLOWED[step]()
    assert snapshot(connection) == before


def test_a_revision_that_undoes_its_own_work_is_warned_of(migrate, caplog):
    with migrate():
        op.add_column("t", sa.Column("c", sa.String(20), server_default="x"))
        op.set_not_null_online("t", "c")
    (warning,) = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert warning.startswith("this revision undoes its own work: add_column")
