"""Whatever is asked for, asked for again it is already so: nothing raises, nothing is sent."""

from __future__ import annotations

import pytest
from compare.drawing import Kind, Names
from compare.drawing_ground import some_names
from compare.drawing_indexes import Index
from compare.drawing_kinds import Check, Exclude, ForeignKey, PrimaryKey, Unique
from compare.drawing_objects import Enum, Sequence, View
from compare.drawing_operations import Operation, batches, singles, tables
from compare.drawing_running import asked, assert_nothing_sent, count, few, prepared
from hypothesis import given, note
from hypothesis import strategies as st
from servers.database import Database

# The snapshots are taken with SQLAlchemy's reflection.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")


def assert_converges(database: Database, names: Names, operation: Operation) -> None:
    before, code = operation.before(database, names), operation.code(names)
    note("\n".join([*before, code]))
    count(operation.label)
    with prepared(database, before) as connection:
        asked(connection, code)
        assert_nothing_sent(connection, code)


def assert_one_converges(data: st.DataObject, database: Database, kind: Kind | None) -> None:
    names = data.draw(some_names(database))
    assert_converges(database, names, data.draw(singles(database, names, kind)))


@given(data=st.data())
def test_a_table(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    assert_converges(database, names, data.draw(tables(database, names)))


@given(data=st.data())
def test_a_batch(database: Database, data: st.DataObject) -> None:
    names = data.draw(some_names(database))
    assert_converges(database, names, data.draw(batches(database, names)))


@given(data=st.data())
def test_an_added_column(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, None)


@pytest.mark.parametrize(
    "kind", [Index(), Unique(), Check(), ForeignKey()], ids=lambda kind: kind.label
)
@given(data=st.data())
def test_an_index_or_a_constraint(database: Database, kind: Kind, data: st.DataObject) -> None:
    assert_one_converges(data, database, kind)


@few()
@given(data=st.data())
def test_a_primary_key(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, PrimaryKey())


@pytest.mark.capability("has_exclude_constraints")
@few()
@given(data=st.data())
def test_an_exclude_constraint(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, Exclude())


@pytest.mark.capability("has_enums")
@few()
@given(data=st.data())
def test_an_enum(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, Enum())


@pytest.mark.capability("has_sequences")
@few()
@given(data=st.data())
def test_a_sequence(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, Sequence())


@few()
@given(data=st.data())
def test_a_view(database: Database, data: st.DataObject) -> None:
    assert_one_converges(data, database, View())
