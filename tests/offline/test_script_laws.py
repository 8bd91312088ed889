"""Drawn revisions as scripts: whole, twice, and cut anywhere, they end as the online run ends."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st
from laws.runs import assert_same, described, made_by_alembic, prepared
from laws.strategies import Scenario, scenarios
from offline.scripts import cuts, script
from servers.clients import run_script
from servers.database import Database

from alembic_helpers import OfflineError, op


def some_scenario(database: Database, **options: Any) -> st.SearchStrategy[Scenario]:
    schemas = st.sampled_from([None, database.other_schema])
    dialect = database.engine.dialect
    return schemas.flatmap(lambda schema: scenarios(dialect, schema=schema, **options))


def written(database: Database, scenario: Scenario) -> str:
    """A script is written for the newest server: MariaDB before 10.7 knows no UUID."""
    is_old = database.name == "mariadb" and not database.has_native_uuid
    assume(not is_old or "uuid" not in repr(scenario))

    def build() -> None:
        for operation in scenario.upgrade:
            operation.run(op, scenario.schema)

    return script(database.name, build, **scenario.options)


@pytest.mark.capability("alters_in_place")
@given(data=st.data())
def test_a_script_run_once_and_twice_makes_what_alembic_makes(
    database: Database, data: st.DataObject
) -> None:
    scenario = data.draw(some_scenario(database))
    expected = made_by_alembic(database, scenario)
    text = written(database, scenario)
    with prepared(database, scenario) as connection:
        for _ in range(2):
            run_script(database, text)
            assert_same(described(connection, scenario.schema), expected)
            connection.rollback()


@pytest.mark.capability("alters_in_place")
@given(data=st.data())
def test_a_script_cut_anywhere_and_run_again_makes_what_alembic_makes(
    database: Database, data: st.DataObject
) -> None:
    scenario = data.draw(some_scenario(database))
    text = written(database, scenario)
    cut = data.draw(st.sampled_from(["", *cuts(text, database)]), label="cut")
    expected = made_by_alembic(database, scenario)
    with prepared(database, scenario) as connection:
        run_script(database, cut)
        run_script(database, text)
        assert_same(described(connection, scenario.schema), expected)


@pytest.mark.lacks("alters_in_place")
@given(data=st.data())
def test_a_script_where_tables_are_made_anew_is_right_or_refused(
    database: Database, data: st.DataObject
) -> None:
    scenario = data.draw(some_scenario(database))
    try:
        text = written(database, scenario)
    except OfflineError:
        return
    expected = made_by_alembic(database, scenario)
    cut = data.draw(st.sampled_from(["", *cuts(text, database)]), label="cut")
    with prepared(database, scenario) as connection:
        for part in (cut, text, text):
            run_script(database, part)
        assert_same(described(connection, scenario.schema), expected)


@pytest.mark.parametrize("value", [{"a'%": [1, None]}, [], "it's"])
def test_a_row_of_json_is_found_again(database: Database, value: Any) -> None:
    target = sa.table("t", sa.column("a", sa.JSON), sa.column("b", sa.Integer))
    text = script(database.name, lambda: op.bulk_insert(target, [{"a": value, "b": 1}]))
    with database.fresh() as connection, connection.begin():
        sa.Table("t", sa.MetaData(), sa.Column("a", sa.JSON), sa.Column("b", sa.Integer)).create(
            connection
        )
    run_script(database, text)
    run_script(database, text)
    with database.engine.connect() as connection:
        assert connection.execute(sa.select(target)).all() == [(value, 1)]
