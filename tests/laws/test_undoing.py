"""A revision that undoes its own work is warned of; one that can be run again never is."""

from __future__ import annotations

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.operations import ops
from hypothesis import assume, given
from laws.operations import AddColumn, CreateTable, RenameTable
from laws.runs import migrated, warnings
from laws.strategies import Scenario, scenarios
from servers.migration import migration
from sqlalchemy.dialects import sqlite

from alembic_helpers import op
from alembic_helpers.engine.undoing import Line, Undoing

C = sa.Column("c", sa.Integer)
T = sa.table("t", sa.column("c"))

UNDOING = {
    "drop and add a column": [ops.DropColumnOp("t", "c"), ops.AddColumnOp("t", C)],
    "add and drop a column": [ops.AddColumnOp("t", C), ops.DropColumnOp("t", "c")],
    "rename a column there and back": [
        ops.AlterColumnOp("t", "c", modify_name="d"),
        ops.AlterColumnOp("t", "d", modify_name="c"),
    ],
    "add a column and make it NOT NULL": [
        ops.AddColumnOp("t", C),
        ops.AlterColumnOp("t", "c", modify_nullable=False),
    ],
    "create and drop a table": [ops.CreateTableOp("t", [C]), ops.DropTableOp("t")],
    "drop and create a table": [ops.DropTableOp("t"), ops.CreateTableOp("t", [C])],
    "create a table and drop its column": [
        ops.CreateTableOp("t", [C]),
        ops.DropColumnOp("t", "c"),
    ],
    "rename a table there and back": [ops.RenameTableOp("t", "u"), ops.RenameTableOp("u", "t")],
    "index a column and rename it": [
        ops.CreateIndexOp("ix", "t", ["c"]),
        ops.AlterColumnOp("t", "c", modify_name="d"),
    ],
    "make a column unique and drop it": [
        ops.CreateUniqueConstraintOp("uq", "t", ["c"]),
        ops.DropColumnOp("t", "c"),
    ],
    "alter a column and drop it": [
        ops.AlterColumnOp("t", "c", modify_nullable=True),
        ops.DropColumnOp("t", "c"),
    ],
    "refer to a table and rename it": [
        ops.CreateForeignKeyOp("fk", "s", "t", ["t_id"], ["c"]),
        ops.RenameTableOp("t", "u"),
    ],
    "fill a table and drop it": [ops.BulkInsertOp(T, [{"c": 1}]), ops.DropTableOp("t")],
    "add a column and rename its table": [ops.AddColumnOp("t", C), ops.RenameTableOp("t", "u")],
    "comment on a table and rename it": [
        ops.CreateTableCommentOp("t", "x"),
        ops.RenameTableOp("t", "u"),
    ],
}
HARMLESS = {
    "drop from the inside out": [
        ops.DropIndexOp("ix", "t"),
        ops.DropConstraintOp("uq", "t"),
        ops.DropColumnOp("t", "c"),
        ops.DropTableOp("t"),
    ],
    "rename, then use the new name": [
        ops.AlterColumnOp("t", "c", modify_name="d"),
        ops.CreateIndexOp("ix", "t", ["d"]),
        ops.RenameTableOp("s", "r"),
        ops.AddColumnOp("r", C),
    ],
    "the same names in two schemas": [
        ops.CreateTableOp("t", [C], schema="a"),
        ops.DropTableOp("t", schema="b"),
    ],
    "dots that are no separators": [
        ops.AddColumnOp("a", sa.Column("b.c", sa.Integer)),
        ops.DropColumnOp("a.b", "c"),
    ],
}


def warnings_of(operations: list[ops.MigrateOperation]) -> list[str]:
    undoing = Undoing()
    revision = compile("line()\n" * len(operations), "revision.py", "exec")
    starts = {number: start for start, _, number in revision.co_lines()}
    lines = (Line(revision, starts[at], "line") for at in range(1, len(operations) + 1))
    found = map(
        lambda operation, line: undoing.warning(operation, line, sent=True), operations, lines
    )
    return [warning for warning in found if warning is not None]


@pytest.mark.parametrize("operations", UNDOING.values(), ids=UNDOING)
def test_the_warning_names_the_two_lines_and_the_way_out(
    operations: list[ops.MigrateOperation],
) -> None:
    assert warnings_of(operations) == [
        "this revision undoes its own work: line (revision.py:1) and line (revision.py:2). "
        "It cannot be run again safely after a crash, because the database does not show whether "
        "both have run. Put the second into a revision of its own (alembic revision -m ...)."
    ]


@pytest.mark.parametrize("operations", HARMLESS.values(), ids=HARMLESS)
def test_no_warning_of_what_can_be_run_again(operations: list[ops.MigrateOperation]) -> None:
    assert warnings_of(operations) == []


def test_the_line_is_that_of_the_caller_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Line] = []
    monkeypatch.setattr(Undoing, "warning", lambda _, operation, line, sent: lines.append(line))

    def one(name: str) -> None:
        op.add_column("t", sa.Column(name, sa.Integer))

    def other(name: str) -> None:
        op.add_column("t", sa.Column(name, sa.Integer))
        op.create_index(f"ix_{name}", "t", [name])

    def deeper(name: str) -> None:
        one(name)

    def invoked(name: str) -> None:
        op.invoke(ops.AddColumnOp("t", sa.Column(name, sa.Integer)))

    def inner(name: str) -> None:
        invoked(name)

    with sa.create_engine("sqlite://").connect() as connection, migration(connection):
        op.create_table("t", sa.Column("id", sa.Integer))
        for call, name in ((one, "a"), (one, "b"), (other, "c"), (deeper, "d"), (one, "e")):
            call(name)
        op.add_column("t", sa.Column("g", sa.Integer))
        inner("h")  # at its depth now stands this function
        with op.batch_alter_table("t") as batch_op:
            batch_op.add_column(sa.Column("f", sa.Integer))
    here = "test_the_line_is_that_of_the_caller_wherever_it_is"
    assert [line.code.co_name for line in lines] == [
        here, *("one", "one", "other", "other", "one", "one"), here, "invoked", here
    ]  # fmt: skip
    first = one.__code__.co_firstlineno
    assert {line.number for line in lines if line.code is one.__code__} == {first + 1}


@given(scenario=scenarios(sqlite.dialect(), reversible=True))
def test_an_upgrade_and_its_downgrade_in_one_revision_are_warned_of(scenario: Scenario) -> None:
    makes = (CreateTable, AddColumn, RenameTable)
    assume(any(isinstance(o, makes) for o in scenario.flat_upgrade))
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, warnings() as warned:
        migrated(connection, scenario, scenario.creation, alembic.op)
        migrated(connection, scenario, scenario.upgrade, op)
        assert warned == []
        migrated(connection, scenario, (*scenario.upgrade, *scenario.downgrade), op)
        (warning,) = warned
        assert warning.startswith("this revision undoes its own work: ")
