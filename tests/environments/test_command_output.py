"""What ``alembic upgrade`` prints with its stock logging, and how a mismatch ends it."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def lite(new_project, tmp_path):
    return new_project(f"sqlite:///{tmp_path / 'app.db'}")


def test_one_line_for_each_operation_and_one_at_the_end(lite) -> None:
    lite.revision(
        """
        op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))
        op.add_column("users", sa.Column("email", sa.Text(), nullable=True))
        op.execute("UPDATE users SET email = 'secret'")
        """
    )
    done = lite.run("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "[alembic.helpers]" in line] == [
        "INFO  [alembic.helpers] applied   create_table users",
        "INFO  [alembic.helpers] applied   add_column users.email",
        "INFO  [alembic.helpers] passed    execute",
        "INFO  [alembic.helpers] 2 applied, 1 passed through",
    ]


def test_a_mismatch_fails_without_a_traceback_and_without_a_change(lite) -> None:
    lite.revision(
        'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("name", sa.Integer))\n'
        'op.create_index("ix_users_name", "users", ["name"])'
    )
    assert lite.run("upgrade", "head").returncode == 0
    lite.revision('op.create_index("ix_users_name", "users", ["id"], unique=True)')
    done = lite.run("upgrade", "head")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    printed = done.stderr + done.stdout
    assert "FAILED: create_index: index ix_users_name is there, but differs" in printed
    assert re.search(r"columns +\(name\)  ->  \(id\)", printed)
    assert re.search(r"unique +no  ->  yes", printed)
    assert "r1" in lite.run("current").stdout


def test_a_revision_that_undoes_its_own_work_is_warned_about_once(lite) -> None:
    lite.revision('op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), '
                  'sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))')  # fmt: skip
    lite.revision(
        """
        op.drop_column("t", "a")
        op.add_column("t", sa.Column("a", sa.Text()))
        op.alter_column("t", "b", new_column_name="c")
        op.alter_column("t", "c", new_column_name="b")
        """
    )
    done = lite.run("upgrade", "head")
    assert done.returncode == 0, done.stderr
    (warning,) = [line for line in done.stderr.splitlines() if "undoes its own work" in line]
    assert warning.startswith("WARNI [alembic.helpers]") or "WARN" in warning
    assert re.search(r"drop_column \(.*r2\.py:11\) and add_column \(.*r2\.py:12\)", warning)
    assert "alembic revision -m" in warning


UNGUARDED = """\
from alembic_helpers import Offline, Settings

unguarded = Settings(offline=Offline.UNGUARDED)"""


def test_sql_mode_unguarded_prints_what_alembic_prints_under_comments(lite) -> None:
    body = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'
    name = lite.revision(body)
    guarded = lite.run("upgrade", "head", "--sql").stdout
    assert "CREATE TABLE IF NOT EXISTS t" in guarded
    assert "-- the version table is not guarded: call guard_script() in env.py" in guarded
    lite.edit_env("from alembic import context", "from alembic import context\n" + UNGUARDED)
    lite.edit_env("literal_binds=True,", "literal_binds=True, alembic_helpers=unguarded,")
    ours = lite.run("upgrade", "head", "--sql").stdout
    path = lite.folder / "migrations" / "versions" / f"{name}.py"
    path.write_text(
        path.read_text().replace("from alembic_helpers import op", "from alembic import op")
    )
    theirs = lite.run("upgrade", "head", "--sql").stdout
    assert ours.replace("-- create_table t: not guarded\n\n", "") == theirs
    assert "CREATE TABLE t" in theirs
