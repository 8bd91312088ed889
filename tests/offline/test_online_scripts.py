"""Scripts of the online family: once, twice, cut after each statement and then whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from offline.scripts import script
from offline.trial import Build, Trial, assert_converges
from servers.clients import ScriptFailed, run_script
from servers.database import Database

import alembic_helpers.op
from alembic_helpers import Online, Settings

TABLE, COLUMN = "Order's $guard$ %s", "select"
PREFER = {"online": Online.PREFER}


def before(op: Any, schema: str | None) -> None:
    parent = op.create_table("p", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
    table = op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(COLUMN, sa.String(20)),
        sa.Column("n", sa.Integer),
        schema=schema,
    )
    op.create_index("Ix_n's", TABLE, ["n"], schema=schema)
    op.bulk_insert(parent, [{"id": 1}])
    op.bulk_insert(table, [{"id": 1, COLUMN: "a", "n": 1}, {"id": 2, COLUMN: "b", "n": 1}])


def with_a_check(op: Any, schema: str | None) -> None:
    before(op, schema)
    op.create_check_constraint("Ck's", TABLE, "n > 0", schema=schema, postgresql_not_valid=True)


EVERYWHERE: dict[str, Build] = {}
IN_PLACE: dict[str, Build] = {}


def everywhere(build: Build) -> Build:
    EVERYWHERE[build.__name__] = build
    return build


def in_place(build: Build) -> Build:
    IN_PLACE[build.__name__] = build
    return build


@everywhere
def create_index_online(op: Any, schema: str | None) -> None:
    op.create_index_online("Ix 'a' %s", TABLE, [COLUMN, "n"], unique=True, schema=schema)
    op.create_index_online(None, TABLE, [COLUMN], schema=schema, if_not_exists=True)


@everywhere
def drop_index_online(op: Any, schema: str | None) -> None:
    op.drop_index_online("Ix_n's", TABLE, schema=schema)


@in_place
def create_foreign_key_online(op: Any, schema: str | None) -> None:
    keys = {"source_schema": schema, "referent_schema": schema, "ondelete": "CASCADE"}
    op.create_foreign_key_online("Fk %s", TABLE, "p", ["n"], ["id"], **keys, **PREFER)


@in_place
def create_check_constraint_online(op: Any, schema: str | None) -> None:
    op.create_check_constraint_online("Ck's", TABLE, "n % 2 = 1", schema=schema, **PREFER)


@in_place
def create_unique_constraint_online(op: Any, schema: str | None) -> None:
    op.create_unique_constraint_online("Uq's", TABLE, [COLUMN, "n"], schema=schema, **PREFER)


@in_place
def set_not_null_online(op: Any, schema: str | None) -> None:
    op.set_not_null_online(TABLE, COLUMN, existing_type=sa.String(20), schema=schema, **PREFER)


@in_place
def validate_constraint(op: Any, schema: str | None) -> None:
    op.validate_constraint("Ck's", TABLE, schema=schema)


PREPARED = {"validate_constraint": with_a_check}
ALL = {**EVERYWHERE, **IN_PLACE}


def trial(database: Database, name: str, schema: str | None = None) -> Trial:
    prepare = PREPARED.get(name, before)
    return Trial(database, ALL[name], schema, prepare, online_op=alembic_helpers.op)


def written(dialect: str, name: str, **settings: Any) -> str:
    def build() -> None:
        ALL[name](alembic_helpers.op, None)

    return script(dialect, build, alembic_helpers=Settings(**settings)).strip()


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_script_ends_like_the_online_run(
    database: Database, schema: str | None, name: str
) -> None:
    assert_converges(trial(database, name, schema))


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("name", IN_PLACE)
def test_a_script_that_alters_ends_like_the_online_run(
    database: Database, schema: str | None, name: str
) -> None:
    assert_converges(trial(database, name, schema))


@pytest.mark.capability("has_concurrent_indexes")
def test_a_constraint_that_is_there_is_only_validated(database: Database) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_check_constraint_online("Ck's", TABLE, "n > 0")

    found = replace(trial(database, "validate_constraint"), build=build)
    assert found.run(found.script) == trial(database, "validate_constraint").online()


@pytest.mark.capability("has_concurrent_indexes")
def test_not_null_whose_rows_were_not_checked_is_checked(database: Database) -> None:
    """An online run on 18 that was killed leaves such a column; before, it leaves a CHECK."""
    name = f"{TABLE}_{COLUMN}_not_null"
    says = "NOT NULL {}" if database.version >= (18,) else "CHECK ({} IS NOT NULL)"
    column = f'"{COLUMN}"'

    def prepare(op: Any, schema: str | None) -> None:
        before(op, schema)
        sql = f'ALTER TABLE "{TABLE}" ADD CONSTRAINT "{name}" {says.format(column)} NOT VALID'
        op.get_bind().exec_driver_sql(sql.replace("%", "%%"))

    found = replace(trial(database, "set_not_null_online"), prepare=prepare)
    with found.prepared() as connection:
        run_script(database, found.script)
        query = "SELECT conname FROM pg_constraint WHERE contype = 'n' AND NOT convalidated"
        assert not connection.exec_driver_sql(query).all()
        columns = {c["name"]: c for c in sa.inspect(connection).get_columns(TABLE)}
        assert not columns[COLUMN]["nullable"]


@pytest.mark.capability("has_concurrent_indexes")
def test_what_rows_stop_goes_on_once_they_are_mended(database: Database) -> None:
    text = written("postgresql", "set_not_null_online")
    found = trial(database, "set_not_null_online")
    expected = found.online()
    with found.prepared() as connection:
        table = sa.table(TABLE, sa.column("id"), sa.column(COLUMN))
        for value, works in ((None, False), ("b", True)):
            connection.execute(sa.update(table).where(table.c.id == 2).values({COLUMN: value}))
            connection.commit()
            if works:
                run_script(database, text)
            else:
                with pytest.raises(ScriptFailed, match="is violated by some row"):
                    run_script(database, text)
    assert found.run(text) == expected


@pytest.mark.capability("has_concurrent_indexes")
@pytest.mark.parametrize(
    "build",
    [
        lambda op: op.create_index_online("ix", "t", ["a"], unique=True),
        lambda op: op.create_unique_constraint_online("ix", "t", ["a"]),
    ],
    ids=["index", "unique constraint"],
)
def test_an_index_that_is_not_valid_stops_the_script(
    database: Database, build: Callable[[Any], None]
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t AS SELECT 1 AS a FROM generate_series(1, 2)")
    text = script("postgresql", lambda: build(alembic_helpers.op))
    with pytest.raises(ScriptFailed, match="could not create unique index"):
        run_script(database, text)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM t")
    with pytest.raises(ScriptFailed, match="the index is not valid, or is not what this revision"):
        run_script(database, text)
