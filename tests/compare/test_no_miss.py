"""Whatever is asked for otherwise, in one thing, is refused by the name of that thing."""

from __future__ import annotations

import alembic.op
import pytest
from compare.drawing import Kind, Names
from compare.drawing_equal import are_one
from compare.drawing_ground import some_names
from compare.drawing_indexes import Index
from compare.drawing_kinds import Check, Exclude, ForeignKey, PrimaryKey, Unique
from compare.drawing_objects import Enum, Sequence, View
from compare.drawing_operations import Operation, alterations, batches, singles, tables
from compare.drawing_running import (
    asked,
    assert_nothing_sent,
    count,
    everything,
    few,
    mismatch,
    prepared,
    run,
)
from hypothesis import given, note
from hypothesis import strategies as st
from servers.database import Database
from servers.migration import recorded

# The snapshots are taken with SQLAlchemy's reflection.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")


def assert_told_apart(
    data: st.DataObject, database: Database, names: Names, operation: Operation
) -> None:
    before, code = operation.before(database, names), operation.code(names)
    change = data.draw(operation.one_change(database))
    changed = change.operation.code(names)
    note("\n".join([*before, code, "# and then", changed]))
    count(operation.label, change.about)
    with prepared(database, before) as connection:
        asked(connection, code)
        attributes = [d.attribute for d in mismatch(connection, database, changed).differences]
    assert any(
        word in attribute and change.name in attribute
        for attribute in attributes
        for word in change.words
    ), f"{attributes} instead of one of {change.words} of {change.name!r}"


def assert_one_is_told_apart(data: st.DataObject, database: Database, kind: Kind | None) -> None:
    names = data.draw(some_names(database))
    assert_told_apart(data, database, names, data.draw(singles(database, names, kind)))


@given(data=st.data())
def test_a_table(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    drawn = tables(database, names).filter(lambda table: any(table.changes(database)))
    assert_told_apart(data, database, names, data.draw(drawn))


@given(data=st.data())
def test_a_batch(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    assert_told_apart(data, database, names, data.draw(batches(database, names)))


@given(data=st.data())
def test_an_added_column(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, None)


@pytest.mark.parametrize(
    "kind", [Index(), Unique(), Check(), ForeignKey()], ids=lambda kind: kind.label
)
@given(data=st.data())
def test_an_index_or_a_constraint(database: Database, kind: Kind, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, kind)


@few()
@given(data=st.data())
def test_a_primary_key(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, PrimaryKey())


@pytest.mark.capability("has_exclude_constraints")
@few()
@given(data=st.data())
def test_an_exclude_constraint(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, Exclude())


@pytest.mark.capability("has_enums")
@few()
@given(data=st.data())
def test_an_enum(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, Enum())


@pytest.mark.capability("has_sequences")
@few()
@given(data=st.data())
def test_a_sequence(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, Sequence())


@pytest.mark.lacks("unique_constraint_is_index")  # MySQL rewrites a view, and has no temporary one
@few()
@given(data=st.data())
def test_a_view(database: Database, data: st.DataObject) -> None:
    assert_one_is_told_apart(data, database, View())


@few()
@given(data=st.data())
def test_an_unfinished_table_is_finished(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    table = data.draw(tables(database, names).filter(lambda table: any(table.unfinished)))
    unfinished = data.draw(st.sampled_from(list(table.unfinished)))
    before, code = table.before(database, names), table.code(names)
    note("\n".join([*before, unfinished.code(names), "# and then", code]))
    count("unfinished create_table")
    with prepared(database, before) as connection:
        run(connection, alembic.op, code)
        whole = everything(connection, database)
    with prepared(database, before) as connection:
        asked(connection, unfinished.code(names))
        asked(connection, code)
        assert everything(connection, database) == whole
        assert_nothing_sent(connection, code)


@given(data=st.data())
def test_an_altered_column_is_sent_once_and_is_so(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    alter = data.draw(alterations(database, names))
    before, code, added = alter.before(database, names), alter.code(names), alter.as_added(names)
    note("\n".join([*before, code]))
    count(f"{alter.label}: {alter.axis}")
    same = are_one(database, alter.axis, alter.old[alter.axis], alter.new[alter.axis])
    with prepared(database, before) as connection:
        with recorded(connection) as statements:
            asked(connection, code)
        assert statements.ddl or same or alter.axis == "comment"
        assert_nothing_sent(connection, code)
        # With another type, PostgreSQL keeps a default as it was spelled for the old one.
        if alter.axis != "type" or alter.new["filling"] is None:
            assert_nothing_sent(connection, added)
