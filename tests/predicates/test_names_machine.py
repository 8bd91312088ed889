"""However our own operations and everybody else's statements interleave: no name goes stale.

The truth is asked behind the catalog's back, so that what it remembers lives through many steps.
"""

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
    precondition,
    rule,
    run_state_machine_as_test,
)

from alembic_helpers import AlembicHelpersError, op
from alembic_helpers.catalog import Catalog, names
from alembic_helpers.databases.objects import ConstraintType
from alembic_helpers.engine import operations_for

TABLES = ("t", "u", "T")
COLUMNS = ("id", "a", "b", "A")
# The last ones are what servers call things that were given no name.
KEYS = ("k", "K", "ix_t_a", "t_pkey", "t_a_key", "t_a_fkey", "t_a_seq", "t_ibfk_1", "a", "a_2")
tables = st.sampled_from(TABLES)
columns = st.sampled_from(COLUMNS)
keys = st.sampled_from(KEYS)
# Made by another connection, and by that alone: it would wait for us.
OTHERS = ("y", "z")
anything = st.sampled_from([*TABLES, *COLUMNS, *KEYS, *OTHERS])
schemas = st.sampled_from(["", "", "", "other", "third", "pg_temp"])


class Names(RuleBasedStateMachine):
    """One migration on one connection; ``database`` is set by the test."""

    database = None

    @initialize()
    def start(self):
        self.database.wipe()
        self.connection = self.database.engine.connect()
        self.savepoints = []
        self.second = self.database.engine.connect() if self.database.is_server else None
        if self.database.name == "postgresql":
            self.connection.exec_driver_sql("CREATE SCHEMA third")
            self.connection.commit()
        context = MigrationContext.configure(self.connection)
        self.proxy = Operations.context(context)
        self.proxy.__enter__()
        self.catalog = operations_for(context).catalog

    def teardown(self):
        self.proxy.__exit__(None, None, None)
        self.connection.close()
        if self.second is not None:
            self.second.close()

    def truth(self, ask):
        with self.catalog.reading():
            return ask(Catalog(MigrationContext.configure(self.connection)))

    def where(self, schema):
        """A schema that is there; ``None``: that in which a bare name lands."""
        if self.database.name == "postgresql":
            return schema or None
        return self.database.other_schema if schema == "other" else None

    def there(self, table, *columns, schema=None):
        found = self.truth(lambda c: c.table(table, schema))
        there = {column.name for column in found.columns} if found else set()
        return found is not None and there.issuperset(columns)

    def send(self, ask):
        """An operation may be refused, by us, by SQLAlchemy or by the server: then nothing has come
        of it.

        SQLAlchemy does where a batch on SQLite is told of a column in another case than it has.
        """
        try:
            ask()
        except AlembicHelpersError:
            pass
        except (sa.exc.SQLAlchemyError, NotImplementedError):
            self.savepoints.clear()
            self.connection.rollback()

    # -- what we do ourselves

    @rule(table=tables, unique=st.booleans(), name=st.none() | keys, schema=schemas)
    def create_table(self, table, unique, name, schema):
        constraints = [sa.UniqueConstraint("a", name=name)] if unique else []
        self.send(
            lambda: op.create_table(
                table,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer, nullable=False),
                *constraints,
                schema=self.where(schema),
            )
        )

    @rule(
        table=tables,
        column=columns,
        more=st.sampled_from(["", "unique", "index", "check", "identity"]),
        schema=schemas,
    )
    def add_column(self, table, column, more, schema):
        flags = {more: True} if more in ("unique", "index") else {}
        items = [sa.CheckConstraint(f"{column} > 0", name="k")] if more == "check" else []
        items += [sa.Identity()] if more == "identity" else []
        where = self.where(schema)
        if self.there(table, schema=where):
            made = sa.Column(column, sa.Integer, *items, **flags)
            self.send(lambda: op.add_column(table, made, schema=where))

    @rule(table=tables, key=keys, column=columns, unique=st.booleans(), schema=schemas)
    def create_index(self, table, key, column, unique, schema):
        where = self.where(schema)
        if self.there(table, column, schema=where):
            self.send(lambda: op.create_index(key, table, [column], unique=unique, schema=where))

    @rule(table=tables, key=st.none() | keys, column=columns)
    def create_unique_constraint(self, table, key, column):
        if self.there(table, column):
            self.send(lambda: op.create_unique_constraint(key, table, [column]))

    @rule(table=tables, key=st.none() | keys, column=columns, other=tables)
    def create_foreign_key(self, table, key, column, other):
        if self.there(table, column) and self.there(other, "id"):
            self.send(lambda: op.create_foreign_key(key, table, other, [column], ["id"]))

    @rule(table=tables, key=keys, column=columns)
    def create_check_constraint(self, table, key, column):
        if self.there(table, column):
            self.send(lambda: op.create_check_constraint(key, table, f"{column} > 1"))

    @rule(table=tables, column=columns, nullable=st.booleans())
    def alter_column(self, table, column, nullable):
        if self.there(table, column):
            self.send(
                lambda: op.alter_column(
                    table, column, nullable=nullable, existing_type=sa.Integer()
                )
            )

    @precondition(lambda self: self.database.has_identity_columns)
    @rule(table=tables, column=columns, identity=st.booleans())
    def alter_identity(self, table, column, identity):
        if self.there(table, column):
            default = sa.Identity() if identity else None
            self.send(lambda: op.alter_column(table, column, server_default=default))

    @rule(table=tables, column=columns, new=columns)
    def rename_column(self, table, column, new):
        if self.there(table, column):
            self.send(
                lambda: op.alter_column(
                    table, column, new_column_name=new, existing_type=sa.Integer()
                )
            )

    @rule(table=tables, new=tables)
    def rename_table(self, table, new):
        self.send(lambda: op.rename_table(table, new))

    @rule(table=tables, schema=schemas)
    def drop_table(self, table, schema):
        self.send(lambda: op.drop_table(table, schema=self.where(schema)))

    @rule(table=tables, column=columns, schema=schemas)
    def drop_column(self, table, column, schema):
        where = self.where(schema)
        if self.there(table, column, schema=where):
            self.send(lambda: op.drop_column(table, column, schema=where))

    @rule(table=tables, key=keys)
    def drop_index(self, table, key):
        self.send(lambda: op.drop_index(key, table))

    @rule(table=tables, key=keys)
    def drop_constraint(self, table, key):
        self.send(lambda: op.drop_constraint(key, table))

    @rule(table=tables)
    def comment(self, table):
        if self.there(table):
            self.send(lambda: op.create_table_comment(table, "said"))

    @rule(table=tables, column=columns)
    def batch(self, table, column):
        def send():
            with op.batch_alter_table(table) as batch:
                batch.add_column(sa.Column(column, sa.Integer))

        if self.there(table):
            self.send(send)

    # -- what others do

    @rule(table=tables)
    def create_table_raw(self, table):
        self.send(lambda: self.connection.exec_driver_sql(f"CREATE TABLE {table} (id int, a int)"))

    @rule(table=tables, column=columns)
    def add_column_with_alembic(self, table, column):
        if self.there(table) and not self.there(table, column):
            self.send(lambda: alembic.op.add_column(table, sa.Column(column, sa.Integer)))

    @rule(table=tables, key=keys)
    def create_index_through_execute(self, table, key):
        if self.there(table, "a"):
            self.send(lambda: op.execute(f"CREATE INDEX {key} ON {table} (a)"))

    @rule(table=tables)
    def drop_table_through_execute(self, table):
        self.send(lambda: op.execute(f"DROP TABLE {table}"))

    @precondition(lambda self: self.database.name != "sqlite")
    @rule(table=tables)
    def temporary_table(self, table):
        if not self.there(table):
            return
        statement = f"CREATE TEMPORARY TABLE {table} (z int)"
        self.send(lambda: self.connection.exec_driver_sql(statement))
        drop = f"DROP {'' if self.database.name == 'postgresql' else 'TEMPORARY '}TABLE {table}"
        if self.database.name != "postgresql":
            self.send(lambda: self.connection.exec_driver_sql(drop))

    @precondition(lambda self: self.database.name == "postgresql")
    @rule(table=tables, other=tables)
    def inherit(self, table, other):
        if self.there(table) and not self.there(other):
            self.send(
                lambda: op.create_table(
                    other, sa.Column("z", sa.Integer), postgresql_inherits=table
                )
            )

    @precondition(lambda self: self.database.name == "postgresql")
    @rule(schema=st.sampled_from(["public", "other", "no_such_schema"]))
    def search_path(self, schema):
        self.connection.exec_driver_sql(f"SET search_path = {schema}, public")

    @precondition(lambda self: self.second)
    @rule(name=st.sampled_from(OTHERS), drop=st.booleans())
    def another_connection(self, name, drop):
        there = f"IF EXISTS {name}" if drop else f"IF NOT EXISTS {name} (a int)"
        self.second.exec_driver_sql(f"{'DROP' if drop else 'CREATE'} TABLE {there}")

    @precondition(lambda self: self.second)
    @rule(keep=st.booleans())
    def end_of_another_transaction(self, keep):
        if keep:
            self.second.commit()
        else:
            self.second.rollback()

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

    # -- what must hold

    def same(self, ask):
        assert ask(self.catalog) == self.truth(ask)

    @rule(name=anything, schema=schemas)
    def the_kind_is_the_true_one(self, name, schema):
        self.same(lambda c: c.kind(name, self.where(schema)))

    @rule(name=anything)
    def it_leads_where_the_server_finds_it(self, name):
        self.same(lambda c: c.leads_to(name))

    @rule(name=keys)
    def the_index_is_on_its_tables(self, name):
        self.same(lambda c: sorted(c.tables_with_index(name, None)))

    @rule(table=tables, name=columns, schema=schemas)
    def the_column_is_there_or_not(self, table, name, schema):
        where = self.where(schema)
        self.same(lambda c: (found := c.relation(table, where)) and found.column(name) is not None)

    @rule(table=tables, name=keys, schema=schemas)
    def the_index_is_there_or_not(self, table, name, schema):
        where = self.where(schema)
        self.same(lambda c: (found := c.relation(table, where)) and found.index(name))

    @rule(table=tables, name=keys, type_=st.none() | st.sampled_from(ConstraintType))
    def the_constraint_is_there_or_not(self, table, name, type_):
        self.same(lambda c: (found := c.relation(table, None)) and found.constraint(name, type_))

    @rule(table=tables)
    def the_definition_is_the_true_one(self, table):
        def shown(catalog):
            found = catalog.relation(table, None)
            return found and [
                *((c.name, str(c.type), c.nullable, c.comment) for c in found.columns),
                *sorted(map(repr, found.constraints)),
                *sorted(map(repr, found.indexes)),
                found.comment,
            ]

        self.same(shown)


def test_no_name_is_stale(database, monkeypatch):
    monkeypatch.setattr(names, "FIRST", 3)  # so that all are asked for at once soon
    machine = type("Here", (Names,), {"database": database})
    examples = min(settings().max_examples, 200)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=20)
    )
