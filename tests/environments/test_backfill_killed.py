"""The process is killed in the middle of a ``backfill``; the next run does the rest."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

SETUP = """
table = op.create_table(
    "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)
)
op.bulk_insert(table, [{"id": number} for number in range(1, 26)])
"""
FILL = """
def kill(done, total):
    if os.environ.get("KILL_AT") == str(done):
        os.kill(os.getpid(), 9)

op.create_index("ix_t_b", "t", ["b"])
op.backfill("t", {"b": 1}, where="b IS NULL", batch_size=10, progress=kill)
"""


@pytest.mark.parametrize("killed_at", [10, 25])
def test_a_backfill_that_was_killed_is_taken_up(project, database, killed_at) -> None:
    project.revision(SETUP)
    project.upgrade()
    project.revision(FILL)
    killed = project.run("upgrade", "head", KILL_AT=str(killed_at))
    assert killed.returncode == -9, killed.stderr
    assert done(database) == killed_at
    finished = project.run("upgrade", "head")
    assert finished.returncode == 0, finished.stderr
    assert "skipped   create_index ix_t_b: already there" in finished.stderr
    left = {10: "15 rows in 2 batches"}.get(killed_at)
    said = f"applied   backfill t: {left}" if left else "skipped   backfill t: no rows to change"
    assert said in finished.stderr
    assert done(database) == 25


def done(database) -> int:
    with database.engine.connect() as connection:
        return connection.scalar(sa.text("SELECT count(b) FROM t")) or 0
