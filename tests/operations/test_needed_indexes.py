"""The index that a foreign key of MySQL or MariaDB needs, on either of its ends."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DependentObjects, Outcome, op

pytestmark = pytest.mark.capability("index_names_are_per_table")

FOREIGN_KEY = {"type_": "foreignkey"}


@pytest.fixture
def refused(run, connection, snapshot, statements):
    """``refused(step)``: it raises, and nothing was sent; returns the error."""

    def refused(step):
        before = snapshot(connection)
        connection.rollback()
        statements.clear()
        with pytest.raises(DependentObjects) as caught:
            run(step)
        assert not statements.ddl
        assert snapshot(connection) == before
        connection.rollback()
        return caught.value

    return refused


@pytest.fixture(autouse=True)
def tables(run):
    run(
        lambda: op.create_table(
            "parent",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("code", sa.Integer, nullable=False),
            sa.UniqueConstraint("code", name="uq_code"),
        ),
        lambda: op.create_table(
            "child",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent", sa.Integer),
            sa.Column("other", sa.Integer),
        ),
        lambda: op.create_index("ix_parent", "child", ["parent"]),
        lambda: op.create_foreign_key("fk", "child", "parent", ["parent"], ["code"]),
    )


CHILD = lambda: op.drop_index("ix_parent", "child")  # noqa: E731
PARENT = lambda: op.drop_index("uq_code", "parent")  # noqa: E731
PARENT_UNIQUE = lambda: op.drop_constraint("uq_code", "parent", type_="unique")  # noqa: E731


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (CHILD, "drop_index ix_parent"),
        (PARENT, "drop_index uq_code"),
        (PARENT_UNIQUE, "drop_constraint parent uq_code"),
    ],
    ids=["child", "parent", "unique constraint of the parent"],
)
def test_is_not_dropped(run, refused, step, words):
    error = refused(step)
    assert error.dependents == ("fk",)
    assert str(error) == (
        f"{words}: the foreign key fk of child needs it, and no other index begins with its "
        "columns; nothing was dropped. Create that other index first, or drop the key: "
        "op.drop_constraint('fk', 'child', type_=\"foreignkey\")"
    )
    assert (
        run(lambda: op.drop_constraint("fk", "child", **FOREIGN_KEY), step) == [Outcome.APPLIED] * 2
    )


@pytest.mark.parametrize("columns", [["parent"], ["parent", "other"]], ids=["the same", "longer"])
def test_may_go_when_another_begins_with_its_columns(run, columns):
    another = lambda: op.create_index("ix_other", "child", columns)  # noqa: E731
    assert run(another, CHILD) == [Outcome.APPLIED] * 2
    assert run(CHILD) == [Outcome.SKIPPED]


def test_another_order_is_no_other(run, refused):
    run(lambda: op.create_index("ix_other", "child", ["other", "parent"]))
    assert refused(CHILD).dependents == ("fk",)


@pytest.mark.parametrize("step", [PARENT, PARENT_UNIQUE], ids=["index", "constraint"])
def test_of_the_parent_may_go_when_there_is_another(run, step):
    another = lambda: op.create_unique_constraint("uq_other", "parent", ["code"])  # noqa: E731
    assert run(another, step) == [Outcome.APPLIED] * 2
    assert run(step) == [Outcome.SKIPPED]


def test_one_that_no_foreign_key_needs_may_go(run):
    step = lambda: op.create_index("ix_other", "child", ["other"])  # noqa: E731
    drop = lambda: op.drop_index("ix_other", "child")  # noqa: E731
    assert run(step, drop, drop) == [Outcome.APPLIED, Outcome.APPLIED, Outcome.SKIPPED]
