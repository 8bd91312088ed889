"""Types and defaults that servers are known to show otherwise than they were told of them."""

from __future__ import annotations

import alembic.op
import pytest
from compare import drawing_known as known
from compare.drawing_running import asked, assert_nothing_sent, mismatch, run
from servers.database import Database
from sqlalchemy.engine import Connection

# What a column may refer to: a domain, a sequence.
_BEFORE = {
    "email": "op.execute(\"CREATE DOMAIN email AS text CHECK (VALUE ~ '@')\")",
    "numbers": "op.execute('CREATE SEQUENCE numbers')",
}


def in_words(pair: known.Pair) -> str:
    return " against ".join(pair[:2])


def table(column: str) -> str:
    return f"op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True), {column})"


def prepare(connection: Connection, *columns: str) -> None:
    said = " ".join(columns)
    calls = [call for name, call in _BEFORE.items() if f"'{name}'" in said]
    if calls:
        run(connection, alembic.op, "\n".join(calls))


def assert_known_again(connection: Connection, code: str) -> None:
    column = f"sa.Column('c', {code})"
    prepare(connection, code)
    asked(connection, table(column))
    assert_nothing_sent(connection, table(column))
    assert_nothing_sent(connection, f"op.add_column('t', {column})")


def assert_told_apart(connection: Connection, database: Database, pair: known.Pair) -> None:
    found, wanted, word = pair
    prepare(connection, found, wanted)
    asked(connection, table(f"sa.Column('c', {found})"))
    error = mismatch(connection, database, table(f"sa.Column('c', {wanted})"))
    assert [d.attribute for d in error.differences if word in d.attribute], error
    error = mismatch(connection, database, f"op.add_column('t', sa.Column('c', {wanted}))")
    assert [d.attribute for d in error.differences if word in d.attribute], error


@pytest.mark.parametrize("code", known.EVERYWHERE)
def test_a_common_column_is_known_again(connection: Connection, code: str) -> None:
    assert_known_again(connection, code)


@pytest.mark.parametrize("pair", known.both_ways(known.DIFFERENT_EVERYWHERE), ids=in_words)
def test_common_columns_are_told_apart(
    connection: Connection, database: Database, pair: known.Pair
) -> None:
    assert_told_apart(connection, database, pair)


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("code", known.POSTGRESQL)
def test_a_column_of_postgresql_is_known_again(connection: Connection, code: str) -> None:
    assert_known_again(connection, code)


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("pair", known.both_ways(known.DIFFERENT_ON_POSTGRESQL), ids=in_words)
def test_columns_of_postgresql_are_told_apart(
    connection: Connection, database: Database, pair: known.Pair
) -> None:
    assert_told_apart(connection, database, pair)


@pytest.mark.capability("has_inline_enums")
@pytest.mark.parametrize("code", known.MYSQL)
def test_a_column_of_mysql_is_known_again(connection: Connection, code: str) -> None:
    assert_known_again(connection, code)


@pytest.mark.capability("has_inline_enums")
@pytest.mark.parametrize("pair", known.both_ways(known.DIFFERENT_ON_MYSQL), ids=in_words)
def test_columns_of_mysql_are_told_apart(
    connection: Connection, database: Database, pair: known.Pair
) -> None:
    assert_told_apart(connection, database, pair)


@pytest.mark.lacks("is_server")
@pytest.mark.parametrize("code", known.SQLITE)
def test_a_column_of_sqlite_is_known_again(connection: Connection, code: str) -> None:
    assert_known_again(connection, code)


@pytest.mark.lacks("is_server")
@pytest.mark.parametrize("pair", known.both_ways(known.DIFFERENT_ON_SQLITE), ids=in_words)
def test_columns_of_sqlite_are_told_apart(
    connection: Connection, database: Database, pair: known.Pair
) -> None:
    assert_told_apart(connection, database, pair)
