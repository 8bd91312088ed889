"""However operations, raw DDL, savepoints and rollbacks interleave: every answer is today's."""

from __future__ import annotations

import alembic.op
import hypothesis.strategies as st
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alembic_helpers import op

TABLES = ("t", "u")
COLUMNS = ("a", "b")
tables = st.sampled_from(TABLES)
columns = st.sampled_from(COLUMNS)


class Migration(RuleBasedStateMachine):
    """One migration on one connection; ``database`` is set by the test."""

    database = None

    @initialize()
    def start(self):
        self.database.wipe()
        self.connection = self.database.engine.connect()
        self.savepoints = []
        self.proxy = Operations.context(MigrationContext.configure(self.connection))
        self.proxy.__enter__()

    def teardown(self):
        self.proxy.__exit__(None, None, None)
        self.connection.close()

    # -- what happens

    def has_table(self, table):
        return self.truth().has_table(table)

    @rule(table=tables)
    def create_table(self, table):
        op.create_table(table, sa.Column("id", sa.Integer))

    @rule(table=tables)
    def create_table_raw(self, table):
        self.connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {table} (id int)")

    @rule(table=tables)
    def drop_table(self, table):
        op.drop_table(table)

    @rule(table=tables)
    def drop_table_through_execute(self, table):
        op.execute(f"DROP TABLE IF EXISTS {table}")

    @rule(table=tables, column=columns)
    def add_column(self, table, column):
        if self.has_table(table):
            op.add_column(table, sa.Column(column, sa.Integer))

    @rule(table=tables, column=columns)
    def add_column_with_alembic(self, table, column):
        if op.table_exists(table) and not op.column_exists(table, column):
            alembic.op.add_column(table, sa.Column(column, sa.Integer))

    @rule(table=tables, column=columns)
    def index(self, table, column):
        if self.has_table(table) and op.column_exists(table, column):
            op.create_index(f"ix_{table}_{column}", table, [column])

    @rule(table=tables, column=columns)
    def drop_index(self, table, column):
        op.drop_index(f"ix_{table}_{column}", table)

    @rule(temporary=st.booleans())
    def temporary_table(self, temporary):
        if temporary:
            self.connection.exec_driver_sql("CREATE TEMPORARY TABLE IF NOT EXISTS v (id int)")
        else:
            self.connection.exec_driver_sql("DROP TABLE IF EXISTS v")

    @precondition(lambda self: self.database.transactional_ddl)
    @rule()
    def savepoint(self):
        self.savepoints.append(self.connection.begin_nested())

    @precondition(lambda self: self.savepoints)
    @rule(keep=st.booleans())
    def end_savepoint(self, keep):
        savepoint = self.savepoints.pop()
        if keep:
            savepoint.commit()
        else:
            savepoint.rollback()

    @precondition(lambda self: not self.savepoints)
    @rule(keep=st.booleans())
    def end_transaction(self, keep):
        if keep:
            self.connection.commit()
        else:
            self.connection.rollback()

    @precondition(lambda self: self.database.transactional_ddl)
    @rule(schema=st.sampled_from(["public", "other", "no_such_schema"]))
    def search_path(self, schema):
        self.connection.exec_driver_sql(f"SET search_path = {schema}, public")

    # -- what must hold

    def truth(self):
        return sa.inspect(self.connection)

    @invariant()
    def every_answer_is_that_of_a_fresh_inspector(self):
        if not hasattr(self, "proxy"):
            return
        # Asked before the inspector sends its statements, which empty the memory.
        answers = {}
        for table in TABLES:
            answers[table] = op.table_exists(table)
            for column in COLUMNS:
                answers[table, column] = op.column_exists(table, column)
                answers[table, column, "ix"] = op.index_exists(f"ix_{table}_{column}", table)
        answers["v"] = op.table_exists("v")
        schema = None
        if self.database.name == "postgresql":
            schema = self.connection.scalar(sa.text("SELECT current_schema()"))
        inspector = self.truth()
        there = inspector.get_table_names(schema)
        expected = {"v": False}
        for table in TABLES:
            expected[table] = table in there
            found = indexes = set()
            if table in there:
                found = {c["name"] for c in inspector.get_columns(table, schema)}
                indexes = {i["name"] for i in inspector.get_indexes(table, schema)}
            for column in COLUMNS:
                expected[table, column] = column in found
                expected[table, column, "ix"] = f"ix_{table}_{column}" in indexes
        assert answers == expected


def test_no_answer_is_stale(database):
    machine = type("Here", (Migration,), {"database": database})
    # The profile decides how many examples there are; a nightly one should still come to an end.
    examples = min(settings().max_examples, 100)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=12)
    )
