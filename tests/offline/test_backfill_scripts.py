"""The script of a ``backfill``: run once, twice, and cut off in the middle and then whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from offline.scripts import cuts, script
from offline.test_whole_scripts import Project
from offline.trial import Trial, assert_converges
from servers.clients import ScriptFailed, run_script
from servers.snapshot import rows

from alembic_helpers import Offline, Settings, op

TABLE, COLUMN = "Order's $backfill$ %s", "sel ect"
NASTY = 'it\'s :x 100% \\ $sql$ "q"'
MANY = 25


def before(op: Any, schema: str | None) -> None:
    table = op.create_table(
        TABLE,
        sa.Column("x", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("k'ey", sa.String(20), primary_key=True),
        sa.Column(COLUMN, sa.String(50)),
        sa.Column("day", sa.Date),
        sa.Column("n", sa.Integer),
        schema=schema,
    )
    op.bulk_insert(
        table,
        [
            {"x": at % 3, "k'ey": f"'%{at}", COLUMN: None, "day": None, "n": at}
            for at in range(MANY)
        ],
    )


def build(op: Any, schema: str | None) -> None:
    values = {COLUMN: NASTY, "day": dt.date(2026, 2, 28), "n": sa.column("n") + 1}
    where = sa.or_(sa.column(COLUMN).is_(None), sa.column(COLUMN) == "a:b %")
    op.backfill(TABLE, values, where=where, batch_size=10, schema=schema)


def build_plainly(plain: Any, schema: str | None) -> None:
    columns = sa.column(COLUMN), sa.column("day", sa.Date), sa.column("n")
    table = sa.table(TABLE, *columns, schema=schema)
    plain.execute(
        table.update().values({COLUMN: NASTY, "day": dt.date(2026, 2, 28), "n": table.c.n + 1})
    )


class Written(Trial):
    """Online, plain Alembic does it as one statement; ``state()`` shows rows too."""

    def online(self) -> Any:
        with self.prepared() as connection:
            return self._after(connection, build_plainly)

    def _after(self, connection: Any, build: Any) -> Any:
        from servers.migration import migration

        with migration(connection):
            build(self.online_op, self.schema)
        return sorted(map(tuple, rows(connection, TABLE, self.schema)))

    def run(self, *scripts: str) -> Any:
        with self.prepared() as connection:
            connection.commit()
            for text in scripts:
                run_script(self.database, text)
            return sorted(map(tuple, rows(connection, TABLE, self.schema)))


def test_a_script_ends_like_one_update(database, schema) -> None:
    assert_converges(Written(database, build, schema, before))


def small(database, where: str, values: dict[str, Any], **opts: Any) -> str:
    return script(
        database.name,
        lambda: op.backfill("t", values, where=where, batch_size=3, **opts),
    )


@pytest.fixture
def table(connection, migrate):
    with migrate():
        table = op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)
        )
        op.bulk_insert(table, [{"id": number} for number in range(1, 9)])
    return table


def done(connection) -> int:
    found = connection.exec_driver_sql("SELECT count(b) FROM t").scalar_one()
    connection.commit()
    return int(found)


@pytest.mark.capability("has_sequences")  # PostgreSQL and MariaDB
def test_each_batch_of_a_script_commits(database, connection, table) -> None:
    """A row that cannot be changed stops the third batch; the first two stay."""
    connection.exec_driver_sql("ALTER TABLE t ADD CONSTRAINT c CHECK (b < 7)")
    connection.commit()
    text = small(database, "b IS NULL", {"b": sa.text("id")})
    with pytest.raises(ScriptFailed):
        run_script(database, text)
    assert done(connection) == 6
    connection.exec_driver_sql("ALTER TABLE t DROP CONSTRAINT c")
    connection.commit()
    run_script(database, text)
    assert done(connection) == 8


@pytest.mark.capability("has_sequences")
def test_a_script_that_makes_no_progress_says_so(database, connection, table) -> None:
    with pytest.raises(ScriptFailed, match="backfill t: no row that was done is: with its values"):
        run_script(database, small(database, "id > 0", {"b": sa.text("coalesce(b, 0) + 1")}))


@pytest.mark.capability("has_exclude_constraints")  # PostgreSQL
def test_a_script_needs_a_primary_key(database, connection, table) -> None:
    connection.exec_driver_sql("ALTER TABLE t DROP CONSTRAINT t_pkey")
    connection.commit()
    with pytest.raises(ScriptFailed, match="backfill t: the table has no primary key"):
        run_script(database, small(database, "b IS NULL", {"b": 1}))


def test_a_pause_is_written(database, connection, table) -> None:
    run_script(database, small(database, "b IS NULL", {"b": 1}, pause=0.01))
    assert done(connection) == 8


@pytest.mark.capability("alters_in_place")
def test_a_whole_script_asks_whether_the_revision_is_still_to_be_run(database, tmp_path) -> None:
    """A later revision drops the column, so that only the version table can tell."""
    project = Project(tmp_path, database)
    project.revision(
        "a",
        None,
        """
        table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
        op.bulk_insert(table, [{"id": number} for number in range(1, 9)])
        """,
    )
    project.revision(
        "b",
        "a",
        """
        op.add_column("t", sa.Column("b", sa.Integer))
        op.backfill("t", {"b": sa.text("id")}, where="b IS NULL", batch_size=3)
        """,
    )
    text = project.script("base:head")
    filled = project.run(text)
    assert project.run(text) == filled
    database.wipe()
    assert project.run(*cuts(text, database), text) == filled
    project.revision("c", "b", 'op.drop_column("t", "b")')
    text = project.script("base:head")
    dropped = project.run(text)
    assert dropped != filled
    assert project.run(text) == dropped


def test_without_guards_it_is_one_update() -> None:
    settings = Settings(offline=Offline.UNGUARDED)
    text = script(
        "postgresql",
        lambda: op.backfill("t", {"b": 1}, where="b IS NULL"),
        alembic_helpers=settings,
    )
    assert text == "-- backfill t: not guarded\n\nUPDATE t SET b=1 WHERE (b IS NULL);\n\n"


@pytest.mark.parametrize("dialect", ["mysql", "sqlite", "mssql", "oracle"])
def test_elsewhere_a_comment_says_that_it_is_one_statement(dialect) -> None:
    text = script(dialect, lambda: op.backfill("t", {"b": "x"}, where="b IS NULL"))
    assert (
        "-- one statement, which locks all its rows; run again, it finds those that are left"
        in text
    )
    assert "UPDATE t SET b='x' WHERE (b IS NULL)" in text
