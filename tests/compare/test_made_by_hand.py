"""What stands under the name was made by hand, and has what no operation can ask for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from alembic_helpers import DefinitionMismatch, op

TABLES = (
    "CREATE TABLE r (x int, y int, during daterange, PRIMARY KEY (x, y)); "
    "CREATE TABLE t (x int, y int, n text, during daterange); "
)
FOREIGN_KEY = "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (x, y) REFERENCES r (x, y)"


def foreign_key(**asked):
    return op.create_foreign_key("k", "t", "r", ["x", "y"], ["x", "y"], **asked)


@pytest.fixture
def differs(connection, migrate, statements):
    def differs(sql, step, difference):
        with migrate():
            connection.exec_driver_sql(TABLES + sql)
        statements.clear()
        with pytest.raises(DefinitionMismatch, match=difference), migrate():
            step()
        assert not statements.ddl

    return differs


KEYS = {
    "not enforced": (
        f"{FOREIGN_KEY} NOT ENFORCED",
        foreign_key,
        "enforced +no +-> +yes",
    ),
    "unique without overlaps": (
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE (x, during WITHOUT OVERLAPS)",
        lambda: op.create_unique_constraint("k", "t", ["x", "during"]),
        "WITHOUT OVERLAPS +yes +-> +none",
    ),
    "primary key without overlaps": (
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (x, during WITHOUT OVERLAPS)",
        lambda: op.create_primary_key("k", "t", ["x", "during"]),
        "WITHOUT OVERLAPS +yes +-> +none",
    ),
    "period": (
        "ALTER TABLE r ADD UNIQUE (x, during WITHOUT OVERLAPS); ALTER TABLE t ADD CONSTRAINT k "
        "FOREIGN KEY (x, PERIOD during) REFERENCES r (x, PERIOD during)",
        lambda: op.create_foreign_key("k", "t", "r", ["x", "during"], ["x", "during"]),
        "PERIOD +yes +-> +none",
    ),
}


@pytest.mark.capability("has_unenforced_and_temporal_keys")
@pytest.mark.parametrize("key", KEYS)
def test_a_key(differs, key):
    sql, step, difference = KEYS[key]
    differs(f"CREATE EXTENSION btree_gist; {sql}", step, difference)


@pytest.mark.capability("sets_some_columns_on_delete")
class TestOnDeleteOfSomeColumns:
    def test_where_all_are_asked_for(self, differs):
        differs(
            f"{FOREIGN_KEY} ON DELETE SET NULL (y)",
            lambda: foreign_key(ondelete="SET NULL"),
            r"ON DELETE +SET NULL \(Y\) +-> +SET NULL",
        )

    def test_as_it_is_asked_for(self, connection, migrate, statements):
        with migrate():
            connection.exec_driver_sql(f"{TABLES}{FOREIGN_KEY} ON DELETE SET NULL (y)")
        statements.clear()
        with migrate():
            foreign_key(ondelete="SET NULL (y)")
        assert not statements.ddl


@pytest.mark.capability("has_exclude_constraints")
def test_a_default_that_loses_its_space(differs):
    differs(
        "ALTER TABLE t ALTER n SET DEFAULT 'a  '::char(3)",
        lambda: op.add_column("t", sa.Column("n", sa.Text, server_default="a  ")),
        "server default",
    )


@pytest.mark.capability("has_nulls_not_distinct")
def test_what_says_nothing_of_an_index_that_is_not_unique(connection, migrate, statements):
    with migrate():
        connection.exec_driver_sql(f"{TABLES}CREATE INDEX ix ON t (x) NULLS NOT DISTINCT")
    statements.clear()
    with migrate():
        op.create_index("ix", "t", ["x"])
    assert not statements.ddl
