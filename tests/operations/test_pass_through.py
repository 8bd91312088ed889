from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

import alembic_helpers
from alembic_helpers import Outcome, op
from alembic_helpers.engine.operations import operations_for


@pytest.fixture
def registered():
    """An operation as another package registers one, and unregistered again."""

    @Operations.register_operation("shout")
    class ShoutOp(MigrateOperation):
        def __init__(self, word):
            self.word = word

        @classmethod
        def shout(cls, operations, word):
            """Shout."""
            return operations.invoke(cls(word))

    @Operations.implementation_for(ShoutOp)
    def shout(operations, operation):
        return operation.word.upper()

    yield
    del Operations.shout
    vars(op).pop("shout", None)


@pytest.mark.usefixtures("registered")
def test_an_operation_of_another_package(migrate):
    with migrate() as context:
        assert op.shout("hello") == "HELLO"
        assert [str(r) for r in operations_for(context).records] == ["passed    shout"]
    assert op.shout.__doc__ == "Shout."


def test_a_registered_name_that_is_also_ours_is_the_registered_one(migrate):
    """The recipe of Alembic's cookbook registers ``create_view(object)``."""
    assert op.create_view is alembic_helpers.create_view

    @Operations.register_operation("create_view")
    class CreateViewOp(MigrateOperation):
        @classmethod
        def create_view(cls, operations, replaceable):
            return operations.invoke(cls())

    @Operations.implementation_for(CreateViewOp)
    def create_view(operations, operation):
        return "theirs"

    try:
        with migrate():
            assert op.create_view(object()) == "theirs"
            assert alembic_helpers.create_view("v", "SELECT 1 AS one") is Outcome.APPLIED
    finally:
        del Operations.create_view
        vars(op).pop("create_view", None)


def test_execute_runs_each_time(run, connection):
    run(lambda: op.create_table("t", sa.Column("a", sa.Integer)))
    for _ in range(2):
        assert run(lambda: op.execute("INSERT INTO t (a) VALUES (1)")) == [Outcome.PASSED]
    assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 2


def test_execute_keeps_secrets_out_of_the_log(run, caplog):
    caplog.set_level("INFO", "alembic.helpers")
    run(lambda: op.execute("SELECT 'secret'"))
    lines = [r.getMessage() for r in caplog.records if r.name == "alembic.helpers"]
    assert lines == ["passed    execute"]


def test_what_is_no_operation(migrate, connection):
    with migrate() as context:
        assert op.get_bind() is connection
        assert op.get_context() is context
        assert op.f("exact") == "exact"
        assert str(op.inline_literal("it's").compile(connection)) == "'it''s'"
        assert operations_for(context).records == []


def test_what_alembic_does_not_have():
    with pytest.raises(AttributeError, match="has no attribute 'creat_table'"):
        op.creat_table  # noqa: B018


def test_everything_of_alembic_is_listed():
    import alembic.op

    theirs = {n for n in dir(alembic.op) if callable(getattr(Operations, n, None))}
    assert theirs - set(dir(op)) == set()
