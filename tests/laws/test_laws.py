"""The laws that any revision keeps which can be run again (``strategies`` says which can)."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from laws.runs import (
    assert_same,
    described,
    in_autocommit,
    killed_at,
    made_by_alembic,
    meant,
    migrated,
    prepared,
    state,
    warnings,
)
from laws.strategies import Scenario, scenarios
from servers.database import Database
from servers.migration import recorded

from alembic_helpers import op


def some_scenario(database: Database, **options: Any) -> st.SearchStrategy[Scenario]:
    schemas = st.sampled_from([None, database.other_schema])
    dialect = database.engine.dialect
    return schemas.flatmap(lambda schema: scenarios(dialect, schema=schema, **options))


@given(data=st.data())
def test_law_1_a_fresh_run_makes_what_alembic_makes(
    database: Database, data: st.DataObject
) -> None:
    scenario = data.draw(some_scenario(database))
    expected = made_by_alembic(database, scenario)
    with prepared(database, scenario) as connection:
        migrated(connection, scenario, scenario.upgrade, op)
        assert_same(described(connection, scenario.schema), expected)


@given(data=st.data())
def test_law_2_a_second_run_sends_nothing(database: Database, data: st.DataObject) -> None:
    scenario = data.draw(some_scenario(database))
    with prepared(database, scenario) as connection, warnings() as warned:
        migrated(connection, scenario, scenario.upgrade, op)
        once = state(connection, scenario.schema)
        with recorded(connection) as statements:
            migrated(connection, scenario, scenario.upgrade, op)
        assert not statements.ddl
        assert not statements.writes
        assert_same(state(connection, scenario.schema), once)
    assert not warned


@given(data=st.data())
def test_law_3_stopped_anywhere_and_started_again_it_ends_the_same(
    database: Database, data: st.DataObject
) -> None:
    scenario = data.draw(some_scenario(database))
    with prepared(database, scenario) as connection:
        with recorded(connection) as statements:
            migrated(connection, scenario, scenario.upgrade, op)
        uninterrupted = described(connection, scenario.schema)
    done = data.draw(st.integers(0, len(scenario.upgrade)), label="operations done")
    sent = data.draw(st.integers(0, len(statements)), label="statements sent before it is killed")
    with prepared(database, scenario) as connection:
        migrated(connection, scenario, scenario.upgrade[:done], op)
        with in_autocommit(database) as killed, killed_at(killed, sent):
            migrated(killed, scenario, scenario.upgrade, op)
        migrated(connection, scenario, scenario.upgrade, op)
        assert_same(described(connection, scenario.schema), uninterrupted)


@given(data=st.data())
def test_the_downgrade_twice_ends_where_it_began(database: Database, data: st.DataObject) -> None:
    scenario = data.draw(some_scenario(database, reversible=True))
    with prepared(database, scenario) as connection:
        before = meant(connection, scenario.schema)
        migrated(connection, scenario, scenario.upgrade, op)
        migrated(connection, scenario, scenario.downgrade, op)
        assert_same(meant(connection, scenario.schema), before)
        with recorded(connection) as statements:
            migrated(connection, scenario, scenario.downgrade, op)
        assert not statements.ddl
        assert_same(meant(connection, scenario.schema), before)
