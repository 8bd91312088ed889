"""However an operation ends, its session is left as it was, and nobody's turn is taken."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from online.sessions import holding
from sqlalchemy.pool import QueuePool

from alembic_helpers import LockNotAvailable, Outcome, Settings, op
from alembic_helpers.engine import IdempotentOperations
from alembic_helpers.online import patience

IMPATIENT = Settings(lock_timeout=0.1, lock_budget=0.0)


pytestmark = pytest.mark.usefixtures("tables", "short_pauses")


WRITE = "UPDATE t SET a = 1 WHERE id = 1"
SHOWN = {
    "postgresql": [
        "SELECT name, setting FROM pg_settings WHERE name IN "
        "('lock_timeout', 'statement_timeout', 'transaction_timeout') ORDER BY name",
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
        "WHERE locktype = 'advisory' AND datname = current_database()",
    ],
    "mysql": [
        "SELECT @@SESSION.lock_wait_timeout, @@SESSION.innodb_lock_wait_timeout",
    ],
    "sqlite": ["PRAGMA busy_timeout"],
}
OWN = {
    "postgresql": ["SET lock_timeout = '7s'", "SET statement_timeout = '77s'"],
    "mysql": ["SET SESSION lock_wait_timeout = 7, SESSION innodb_lock_wait_timeout = 77"],
    "sqlite": ["PRAGMA busy_timeout = 7000"],
}


@pytest.fixture
def pooled(database):
    """One connection in a pool."""
    engine = sa.create_engine(database.url, poolclass=QueuePool, pool_size=1, max_overflow=1)
    yield engine
    engine.dispose()


@pytest.fixture(params=["own", "default"])
def settings_of(request, pooled):
    """``look()``: what is set in the pool's session; it had values of its own, or none."""
    name = pooled.dialect.name

    def look():
        with pooled.connect() as connection:
            return [list(connection.exec_driver_sql(sql)) for sql in SHOWN[name]]

    if request.param == "own":
        with pooled.connect() as connection:
            for sql in OWN[name]:
                connection.exec_driver_sql(sql)
            connection.commit()
    return look


def interrupt(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("ending", ["success", "lock", "violation", "interrupt"])
def test_the_session_is_left_as_it_was(
    database, pooled, migrate, settings_of, step, ending, monkeypatch
):
    before = settings_of()

    def run(step):
        with (
            pooled.connect() as connection,
            migrate(connection=connection, alembic_helpers=IMPATIENT),
        ):
            return step()

    if ending == "success":
        assert run(step) is Outcome.APPLIED
    elif ending == "lock":
        with holding(database, WRITE), pytest.raises(LockNotAvailable):
            run(step)
    elif ending == "violation":
        with pytest.raises(Exception, match=r"(?i)unique|duplicate|rows that it does not allow"):
            run(lambda: op.create_index_online("ix", "t", ["a"], unique=True))
    else:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(IdempotentOperations, "send", interrupt)
            run(step)
    assert settings_of() == before
    assert run(step) in (Outcome.APPLIED, Outcome.SKIPPED)


@pytest.mark.parametrize("where", ["its pause", "its statement"])
def test_an_interrupt_leaves_no_turn_taken(database, pooled, migrate, step, monkeypatch, where):
    if where == "its pause":
        monkeypatch.setattr(patience.time, "sleep", interrupt)
    with holding(database, WRITE), pooled.connect() as connection:
        if where == "its statement":
            sa.event.listen(connection, "after_cursor_execute", interrupt)
        with pytest.raises(KeyboardInterrupt):
            with migrate(
                connection=connection,
                alembic_helpers=Settings(lock_timeout=0.1, lock_budget=5.0),
            ):
                step()
        monkeypatch.undo()
    with migrate(alembic_helpers=Settings(build_timeout=0.0)):
        assert step() is Outcome.APPLIED
