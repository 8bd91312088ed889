"""``alter_column`` of a type that makes a CHECK, and to one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import op


def checked(*values):
    return sa.Enum(*values, native_enum=False, create_constraint=True, name="ck", length=5)


FEW, MORE = ("x", "y"), ("x", "y", "zz")


@pytest.fixture
def made(run, connection):
    def made(type_, name="a"):
        run(
            lambda: op.create_table(
                "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column(name, type_)
            )
        )
        connection.execute(sa.text(f"INSERT INTO t (id, {name}) VALUES (1, 'x')"))
        connection.commit()

    return made


@pytest.fixture
def accepts(connection):
    """Whether the column takes a value."""

    def accepts(value, name="a"):
        insert = sa.text(f"INSERT INTO t (id, {name}) VALUES (2, :value)")
        try:
            connection.execute(insert, {"value": value})
        except sa.exc.DBAPIError:
            return False
        finally:
            connection.rollback()
        return True

    return accepts


def test_a_check_comes_and_goes(twice, made, accepts):
    made(sa.String(3))
    twice(lambda: op.alter_column("t", "a", type_=checked(*FEW), existing_type=sa.String(3)))
    assert [accepts(value) for value in ("y", "zz")] == [True, False]


@pytest.mark.capability("transactional_ddl")
def test_one_for_another(twice, made, accepts):
    made(checked(*FEW))
    twice(lambda: op.alter_column("t", "a", type_=checked(*MORE), existing_type=checked(*FEW)))
    assert [accepts(value) for value in ("zz", "q")] == [True, False]
    twice(lambda: op.alter_column("t", "a", type_=sa.String(9), existing_type=checked(*MORE)))
    assert accepts("q")


@pytest.mark.lacks("is_server")
@pytest.mark.parametrize("told", [FEW, None])
def test_one_for_another_in_a_new_table(twice, made, accepts, told):
    made(checked(*FEW))
    existing = {"existing_type": checked(*told)} if told else {}
    twice(lambda: op.alter_column("t", "a", type_=checked(*MORE), **existing))
    assert [accepts(value) for value in ("zz", "q")] == [True, False]


def test_one_that_a_killed_run_left_out_is_made_under_the_new_name(run, twice, made, accepts):
    made(sa.String(5), name="b")  # renamed and of the new type already
    step = lambda: op.alter_column("t", "a", new_column_name="b", type_=checked(*MORE))  # noqa: E731
    run(step)
    assert [accepts(value, "b") for value in ("zz", "q")] == [True, False]
    twice.unchanged(step)
