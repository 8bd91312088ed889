"""The laws that any revision keeps which can be run again (``strategies`` says which can)."""

from __future__ import annotations

import alembic.op
import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.database import Database
from servers.migration import recorded

from alembic_helpers import op

from laws.runs import assert_same, killed_at, migrated, prepared, state, warnings
from laws.strategies import scenarios


def some_schema(data: st.DataObject, database: Database) -> str | None:
    return data.draw(st.sampled_from([None, database.other_schema]), label="schema")


@pytest.mark.capability("alters_in_place")
@given(data=st.data())
def test_law_1_a_fresh_run_makes_what_alembic_makes(database: Database, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(database.engine.dialect))
    schema = some_schema(data, database)
    with prepared(database, scenario, schema) as connection:
        migrated(connection, scenario, scenario.upgrade, alembic.op, schema)
        expected = state(connection, schema)
    with prepared(database, scenario, schema) as connection:
        migrated(connection, scenario, scenario.upgrade, op, schema)
        assert_same(state(connection, schema), expected)


@given(data=st.data())
def test_law_2_a_second_run_sends_nothing(database: Database, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(database.engine.dialect))
    schema = some_schema(data, database)
    with prepared(database, scenario, schema) as connection, warnings() as warned:
        migrated(connection, scenario, scenario.upgrade, op, schema)
        once = state(connection, schema)
        with recorded(connection) as statements:
            migrated(connection, scenario, scenario.upgrade, op, schema)
        assert not statements.ddl
        assert not statements.writes
        assert_same(state(connection, schema), once)
    assert not warned
