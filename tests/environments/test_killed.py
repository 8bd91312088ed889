"""The migrating process is killed at every operation; the next start finishes the work."""

from __future__ import annotations

import pytest
from servers.snapshot import rows, snapshot

SETUP = """
op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "users",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=True),
    sa.Column("old", sa.String(20), nullable=True),
)
op.bulk_insert(
    sa.table("users", sa.column("id"), sa.column("name"), sa.column("old")),
    [{"id": 1, "name": "a", "old": "x"}, {"id": 2, "name": "b", "old": "y"}],
)
"""
STEPS = [
    'op.create_table("audit", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("at", sa.DateTime(), index=True))',
    'op.add_column("users", sa.Column("parent_id", sa.Integer, sa.ForeignKey("parents.id")))',
    'op.alter_column("users", "name", nullable=False, existing_type=sa.String(50))',
    'op.create_unique_constraint("uq_users_name", "users", ["name"])',
    'op.create_check_constraint("ck_users_name", "users", "length(name) > 0")',
    'op.alter_column("users", "old", new_column_name="nick", existing_type=sa.String(20))',
    'op.bulk_insert(sa.table("parents", sa.column("id")), [{"id": 1}, {"id": 2}])',
    'op.create_index("ix_users_name_id", "users", ["name", "id"])',
]


def killed_at(place: int) -> str:
    """The steps, with the process killed before the one at ``place``."""
    lines = []
    for at, step in enumerate(STEPS):
        lines.append(f"if os.environ.get('KILL_AT') == '{at}': os.kill(os.getpid(), 9)")
        lines.append(step)
    lines.append(f"if os.environ.get('KILL_AT') == '{len(STEPS)}': os.kill(os.getpid(), 9)")
    return "\n".join(lines)


@pytest.fixture
def witness(project, database):
    """The schema and rows of a run that nobody killed."""
    project.revision(SETUP)
    project.revision(killed_at(-1))
    project.upgrade()
    return seen(database)


def seen(database):
    """Tables and rows; SQLite's kept text aside, where two ways lead to one table."""
    with database.engine.connect() as connection:
        tables = snapshot(connection)["tables"]
        return tables, rows(connection, "users"), rows(connection, "parents")


@pytest.mark.parametrize("place", range(1, len(STEPS) + 1, 2))
def test_a_killed_revision_is_finished_by_the_next_run(project, database, witness, place) -> None:
    database.wipe()
    project.upgrade("r1")
    killed = project.run("upgrade", "head", KILL_AT=str(place))
    assert killed.returncode == -9, killed.stderr
    with database.engine.connect() as connection:
        assert [tuple(row) for row in rows(connection, "alembic_version")] == [("r1",)]
    project.upgrade()
    assert seen(database) == witness
