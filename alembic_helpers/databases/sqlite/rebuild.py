"""Alembic's "move and copy" on SQLite, made so that nothing of the table is lost.

Alembic builds a new table, copies the rows, drops the old table and renames the new one. Around
that, this module

- does it all in one transaction, which pysqlite by itself does not: a killed process leaves the old
  table, not half of each;
- hands Alembic the table as our catalog read it: unnamed checks, hostile names, collations, and
  AUTOINCREMENT survive, which SQLAlchemy's reflection loses;
- puts indexes and triggers back word for word;
- keeps ``PRAGMA foreign_keys=ON`` from deleting rows of other tables when the old one is dropped
  (https://www.sqlite.org/foreignkeys.html#fk_schemacommands);
- removes what an earlier, interrupted batch left behind, if the original is provably intact;
- compares rows and constraints with what they should be, and undoes everything if they are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alembic.operations import MigrateOperation
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from ... import upstream
from ...errors import AlembicHelpersError
from ..base import Rebuild
from ..definition import Aspect
from ..objects import Constraint, Table
from .attachments import Attachments
from .ddl import conflicts
from .original import Original
from .told import Told

if TYPE_CHECKING:
    from .database import SQLite


class SQLiteRebuild(Rebuild):
    def __init__(
        self,
        database: SQLite,
        context: MigrationContext,
        table: Table,
        expected: Table,
        batch_options: dict[str, Any],
    ) -> None:
        assert context.connection is not None
        self.database, self.context = database, context
        self.connection: Connection = context.connection
        self.expected = expected
        self.original = Original(database, context.connection, table)
        self.table = self.original.table
        batch_options["table_name"] = self.table.name
        self.told = Told(self.original, context, batch_options)

    def operations(self, operations: list[MigrateOperation]) -> list[MigrateOperation]:
        return self.told.operations(operations)

    def __enter__(self) -> SQLiteRebuild:
        self._began = False
        self._foreign_keys_were_on = False
        self._legacy = self.original.pragma("legacy_alter_table")
        self.original.clear_leftover(self.expected)
        self._suspend_foreign_keys()
        self._begin()
        try:
            # A view on the table would make the final rename fail while the table is gone.
            self.original.execute("PRAGMA legacy_alter_table=ON")
            self._sql = self.original.sql()
            self._rows = self.original.count()
            self._without_key = self.original.without_key()
            self._violations = self.original.violations()
            self._attachments = Attachments(self.original, drop_indexes=self.told.of_ours)
        except BaseException:
            self._undo()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self._undo()
            return
        try:
            self._attachments.put_back(self.expected)
            self._verify()
        except BaseException:
            self._undo()
            raise
        if self._began:
            self.original.execute("COMMIT")
        self._restore_pragmas()

    def _undo(self) -> None:
        if self.connection.invalidated:
            return  # Ctrl-C within a statement: SQLAlchemy has closed it, and all is undone
        if self._began and self.original.in_transaction():
            self.original.execute("ROLLBACK")
        self._restore_pragmas()

    def _restore_pragmas(self) -> None:
        self.original.execute(f"PRAGMA legacy_alter_table={self._legacy}")
        if self._foreign_keys_were_on:
            self.original.execute("PRAGMA foreign_keys=ON")

    def _begin(self) -> None:
        """One transaction for everything; within one that is open, SQLite keeps it whole anyway."""
        if not self.original.in_transaction():
            self.original.execute("BEGIN IMMEDIATE")
            self._began = True

    def _suspend_foreign_keys(self) -> None:
        if not self.original.pragma("foreign_keys") or not self.original.referring():
            return
        if self.original.in_transaction():
            # The pragma is a no-op within a transaction.
            name = self.table.name
            if self.context.impl.transactional_ddl or upstream.in_external_transaction(
                self.context
            ):
                raise AlembicHelpersError(
                    f"{name}: SQLite can only change this by replacing the table, other tables "
                    "refer to it, and PRAGMA foreign_keys is ON within an open transaction: "
                    "dropping the old table would delete or block their rows. Nothing was changed. "
                    "Run the migration on a connection with PRAGMA foreign_keys=OFF."
                )
            # As Alembic announces for SQLite: "Will assume non-transactional DDL".
            self.original.execute("COMMIT")
        self.original.execute("PRAGMA foreign_keys=OFF")
        self._foreign_keys_were_on = True

    def _verify(self) -> None:
        """Every row, and every constraint that should be there; else nothing has happened."""
        found = self.database.table(self.connection, self.table.name, self.table.schema)
        problems = []
        if found is None or self.original.count() != self._rows:
            problems.append("not every row was copied")
        elif self.told.of_ours:
            have = {_shape(c, self.database) for c in found.constraints}
            problems += [
                f"the {c} would be lost"
                for c in self.expected.constraints
                if _shape(c, self.database) not in have
            ]
            problems += [
                f"the COLLATE of the {c} would be lost"
                for c in self.expected.constraints
                if (c.definition or {}).get(Aspect.COLLATIONS)
            ]
            if conflicts(self._sql) > conflicts(self.original.sql()):
                problems.append("an ON CONFLICT clause would be lost")
            if self._without_key and self._numbers(found):
                problems.append("rows whose key is NULL would get numbers")
        problems += self._foreign_key_problems()
        if problems:
            raise AlembicHelpersError(
                f"{self.table.name}: SQLite can only change this by replacing the table, and "
                f"{'; '.join(problems)}. Everything was undone. Say how the new table shall look: "
                "op.batch_alter_table(..., copy_from=sa.Table(...))."
            )

    def _numbers(self, found: Table) -> bool:
        """Whether the key has become the row number, as INT PRIMARY KEY does, which was none.

        https://www.sqlite.org/lang_createtable.html#rowid
        """
        key = self.table.primary_key
        stays = key is not None and found.column(key.columns[0]) is not None
        return stays and not self.original.without_key()

    def _foreign_key_problems(self) -> Iterator[str]:
        """What could be checked before has to be as good as it was."""
        after = self.original.violations()
        for table, before in self._violations.items():
            now = after.get(table, 0)
            if before is None:
                continue
            if now is None:
                yield f"a foreign key of {table!r} would refer to columns without a unique key"
            elif now > before:
                yield f"rows of a foreign key of {table!r} would point nowhere"


def _shape(constraint: Constraint, database: SQLite) -> tuple[object, ...]:
    key = database.name_key
    reference = constraint.reference
    return (
        constraint.type,
        key(constraint.name) if constraint.name else None,
        tuple(map(key, constraint.columns)) if constraint.sqltext is None else (),
        reference
        and (
            key(reference.table),
            tuple(map(key, reference.columns)),
            reference.onupdate,
            reference.ondelete,
            reference.deferrable,
        ),
        database.plain_expression(constraint.sqltext) if constraint.sqltext else None,
    )
