from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import MissingObject, NotSupportedError, Outcome, op


@pytest.fixture(autouse=True)
def table(run, schema):
    run(lambda: op.create_table("t", sa.Column("a", sa.Integer), schema=schema))


@pytest.mark.capability("has_comments")
def test_table_comment_twice_changed_and_dropped_twice(twice, schema, connection):
    def comment(text, existing=None):
        return lambda: op.create_table_comment("t", text, existing_comment=existing, schema=schema)

    twice(comment("it's 100% :done"))
    found = sa.inspect(connection).get_table_comment("t", schema=schema)["text"]
    connection.rollback()
    assert found == "it's 100% :done"
    twice(comment("other", "it's 100% :done"))
    twice(lambda: op.drop_table_comment("t", existing_comment="other", schema=schema))


@pytest.mark.capability("has_comments")
def test_of_a_table_that_is_not_there(run, schema):
    with pytest.raises(MissingObject, match="create_table_comment"):
        run(lambda: op.create_table_comment("nope", "x", schema=schema))
    assert run(lambda: op.drop_table_comment("nope", schema=schema)) == [Outcome.SKIPPED]


@pytest.mark.lacks("has_comments")
def test_where_there_are_none(run, database):
    with pytest.raises(NotSupportedError) as caught:
        run(lambda: op.create_table_comment("t", "x"))
    assert str(caught.value) == (
        "create_table_comment: SQLite keeps no comments; leave the call out there: "
        "if op.get_bind().dialect.supports_comments: ..."
    )
    assert run(lambda: op.drop_table_comment("t")) == [Outcome.SKIPPED]
