"""Online operations under ``alembic upgrade``: they commit what Alembic may commit, and no more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.util import CommandError

TABLE = """
op.create_table(
    "t", sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("a", sa.Integer), sa.Column("b", sa.String(20)),
)
op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a"), sa.column("b")),
               [{"id": 1, "a": 1, "b": "x"}])
"""
ONLINE = """
op.create_table("early", sa.Column("id", sa.Integer, primary_key=True))
op.create_index_online("ix", "t", ["a"])
op.create_unique_constraint_online("uq", "t", ["b"])
op.set_not_null_online("t", "b")
op.drop_index_online("ix", "t")
op.create_index_online("iy", "t", ["a"])
op.create_table("late", sa.Column("id", sa.Integer, primary_key=True))
if os.environ.get("BREAK"):
    raise RuntimeError("broken on purpose")
"""
CONFIGURED = "connection=connection, target_metadata=target_metadata"


def assert_done(look):
    inspector = look()
    assert {"early", "late"} <= set(inspector.get_table_names())
    assert "iy" in {index["name"] for index in inspector.get_indexes("t")}
    assert "ix" not in {index["name"] for index in inspector.get_indexes("t")}
    assert not next(c for c in inspector.get_columns("t") if c["name"] == "b")["nullable"]


@pytest.mark.parametrize("per_migration", ["True", "False"])
def test_with_transaction_per_migration(project, look, monkeypatch, per_migration):
    project.edit_env(CONFIGURED, f"{CONFIGURED}, transaction_per_migration={per_migration}")
    project.revision(TABLE)
    project.revision(ONLINE)
    monkeypatch.setenv("BREAK", "1")
    with pytest.raises(RuntimeError):
        project.upgrade()
    monkeypatch.delenv("BREAK")
    project.upgrade()
    assert_done(look)


def test_under_an_asynchronous_driver(new_project, database, look):
    project = new_project(database.async_url, "async")
    project.revision(TABLE)
    project.revision(ONLINE)
    project.upgrade("r1")
    project.upgrade()
    assert_done(look)


@pytest.mark.capability("has_concurrent_indexes")
def test_a_transaction_that_is_not_alembics_is_not_committed(project, look):
    project.revision(TABLE)
    project.revision('op.create_index_online("ix", "t", ["a"])')
    project.upgrade("r1")
    project.edit_env(
        "        context.configure(", "        connection.begin()\n        context.configure("
    )
    with pytest.raises(CommandError) as caught:
        project.upgrade()
    assert str(caught.value) == (
        "create_index_online t.ix: it cannot be done without blocking writers: it has to commit, "
        "and the transaction that is open is not Alembic's to commit; in env.py, run no statement "
        "on the connection before context.configure(), and use context.begin_transaction(). "
        "Nothing was changed. To have it done all the same, with a warning: online=Online.PREFER."
    )
    assert not look().get_indexes("t")


@pytest.mark.capability("has_concurrent_indexes")
def test_nothing_stays_set_or_locked_after_it(project, database):
    """Nor in the session that a pool keeps."""
    project.edit_env("poolclass=pool.NullPool", "poolclass=pool.StaticPool")
    project.revision(TABLE)
    project.revision(
        ONLINE
        + """
bind = op.get_bind()
timeouts = [bind.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("lock_timeout", "statement_timeout")]
assert timeouts == ["0", "0"], timeouts
locks = bind.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                             "AND pid = pg_backend_pid()").scalar()
assert locks == 0
"""
    )
    project.upgrade("r1")
    project.upgrade()
    with database.engine.connect() as connection:
        query = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert connection.scalar(sa.text(query)) == 0
