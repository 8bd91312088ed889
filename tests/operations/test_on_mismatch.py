"""``on_mismatch`` says for a block what ``Settings(on_mismatch=...)`` says for all."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, OnMismatch, Outcome, Settings, UsageError, op
from alembic_helpers import on_mismatch as block

WARNING = Settings(on_mismatch=OnMismatch.WARN)


@pytest.fixture(autouse=True)
def table(run):
    run(
        lambda: op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)
        ),
        lambda: op.create_index("ix", "t", ["a"]),
    )


def unique():
    """The index that is there is not this one."""
    op.create_index("ix", "t", ["a"], unique=True)


def within(choice, *steps):
    def step():
        with block(choice):
            for inner in steps:
                inner()

    return step


def test_what_differs_is_kept_and_the_log_says_so(run, statements, caplog):
    caplog.set_level("INFO", "alembic.helpers")
    statements.clear()
    assert run(within(OnMismatch.WARN, unique)) == [Outcome.KEPT]
    assert not statements.ddl
    warning, line = caplog.records
    assert warning.levelname == "WARNING"
    assert warning.message == (
        "create_index: index ix is there, but differs from the one asked for:\n"
        "  unique       no  ->  yes\n"
        "Drop or rename the existing index, or change the revision; to keep what is there: "
        "Settings(on_mismatch=OnMismatch.WARN)."
    )
    assert line.message == "kept      create_index ix"


def test_overrides_the_settings_both_ways(run):
    with pytest.raises(DefinitionMismatch):
        run(unique)
    assert run(within(OnMismatch.WARN, unique)) == [Outcome.KEPT]
    assert run(unique, alembic_helpers=WARNING) == [Outcome.KEPT]
    with pytest.raises(DefinitionMismatch):
        run(within(OnMismatch.RAISE, unique), alembic_helpers=WARNING)


def test_the_innermost_block_counts(run):
    raising = within(OnMismatch.RAISE, unique)

    def refused():
        with pytest.raises(DefinitionMismatch):
            raising()

    assert run(within(OnMismatch.WARN, unique, refused, unique)) == [Outcome.KEPT] * 2
    with pytest.raises(DefinitionMismatch):
        run(within(OnMismatch.RAISE, within(OnMismatch.WARN, unique), unique))


def test_ends_with_the_block_also_after_an_error(run):
    def failing():
        raise ZeroDivisionError

    def step():
        with pytest.raises(ZeroDivisionError):
            within(OnMismatch.WARN, failing)()
        with pytest.raises(DefinitionMismatch):
            unique()
        with block(OnMismatch.WARN):
            with pytest.raises(ZeroDivisionError):
                within(OnMismatch.RAISE, failing)()
            unique()

    assert run(step) == [Outcome.KEPT]
    with pytest.raises(DefinitionMismatch):
        run(unique)


def test_what_is_missing_is_still_sent(run):
    steps = (unique, lambda: op.create_index("ix2", "t", ["a"]))
    assert run(within(OnMismatch.WARN, *steps)) == [Outcome.KEPT, Outcome.APPLIED]


@pytest.mark.parametrize("choice", ["warn", None, True])
def test_another_choice_is_an_error(run, choice):
    with pytest.raises(UsageError) as caught:
        run(within(choice, unique))
    assert str(caught.value) == (
        f"on_mismatch({choice!r}): expected OnMismatch.RAISE or OnMismatch.WARN; write: "
        "with on_mismatch(OnMismatch.WARN): ..."
    )


class TestInABatch:
    def batch(self):
        with op.batch_alter_table("t") as batch_op:
            batch_op.create_index("ix", ["a"], unique=True)
            batch_op.add_column(sa.Column("b", sa.Integer))
            batch_op.create_unique_constraint("uq", ["b"])

    def test_what_differs_is_kept_and_the_rest_is_sent(self, run, connection, statements):
        with pytest.raises(DefinitionMismatch):
            run(self.batch)
        assert not op_columns(connection) - {"id", "a"}
        outcomes = [Outcome.KEPT, Outcome.APPLIED, Outcome.APPLIED]
        assert run(within(OnMismatch.WARN, self.batch)) == outcomes
        assert op_columns(connection) == {"id", "a", "b"}
        (index,) = [i for i in sa.inspect(connection).get_indexes("t") if i["name"] == "ix"]
        assert not index["unique"]
        connection.rollback()
        statements.clear()
        outcomes = [Outcome.KEPT, Outcome.SKIPPED, Outcome.SKIPPED]
        assert run(within(OnMismatch.WARN, self.batch)) == outcomes
        assert not statements.ddl

    def test_around_the_end_of_the_batch(self, run):
        """A batch is judged where its block ends."""

        def step():
            with block(OnMismatch.WARN), op.batch_alter_table("t") as batch_op:
                batch_op.create_index("ix", ["a"], unique=True)

        assert run(step) == [Outcome.KEPT]


def op_columns(connection):
    names = {column["name"] for column in sa.inspect(connection).get_columns("t")}
    connection.rollback()
    return names


def test_two_tasks_do_not_share_it():
    choices = []

    async def task(choice, mine, other):
        with block(choice):
            mine.set()
            await other.wait()
            choices.append((choice, Settings().mismatch))

    async def both():
        first, second = asyncio.Event(), asyncio.Event()
        await asyncio.gather(
            task(OnMismatch.WARN, first, second), task(OnMismatch.RAISE, second, first)
        )
        choices.append((OnMismatch.RAISE, Settings().mismatch))

    asyncio.run(both())
    assert len(choices) == 3
    assert all(asked is found for asked, found in choices)
