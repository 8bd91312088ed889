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

import copy
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from ... import upstream
from ...errors import AlembicHelpersError, LeftoverTable
from ..base import Rebuild
from ..construct import column_of, detached, table_of
from ..objects import Constraint, ConstraintType, Table
from .ddl import conflicts, options

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
        self.database, self.context, self.table = database, context, table
        self.connection: Connection = context.connection
        self.expected = expected
        self.batch_options = batch_options
        self._own_source = (
            not any(batch_options.get(name) for name in ("reflect_args", "reflect_kwargs"))
            and batch_options.get("copy_from") is None
        )
        self._unnamed: list[sa.Constraint] = []

    # -- what Alembic is told ------------------------------------------------------------------

    def operations(self, operations: list[MigrateOperation]) -> list[MigrateOperation]:
        """The operations as a batch takes them; what it refuses goes along as ``table_args``."""
        source = self.table
        kept: list[MigrateOperation] = []
        if self._own_source:
            source, kept, operations = self._without_computed(operations)
        for operation in operations:
            if isinstance(operation, ops.AddConstraintOp):
                asked = operation.to_constraint(self.context)
                if isinstance(asked, sa.PrimaryKeyConstraint) and self._own_source:
                    # Alembic's batch would put the empty key of the old table in its place.
                    name = upstream.final_name(asked, self.context.dialect)
                    columns = tuple(column.name for column in asked.columns)
                    source = source.with_(Constraint(ConstraintType.PRIMARY, name, columns))
                    continue
                if self._take_unnamed(asked):
                    continue
            elif isinstance(operation, ops.AddColumnOp):
                kept += self._apart(operation)
                continue
            kept.append(operation)
        options = self.batch_options
        options["recreate"] = "always"
        options["table_args"] = (*options.get("table_args", ()), *self._unnamed)
        if self._own_source:
            options["copy_from"] = table_of(source, self._schema, **self._table_options())
            options.pop("naming_convention", None)
        return kept

    def _without_computed(
        self, operations: list[MigrateOperation]
    ) -> tuple[Table, list[MigrateOperation], list[MigrateOperation]]:
        """Computed columns are added anew: a batch would copy their values; SQLite refuses that."""
        key = self.table.key
        computed = {key(c.name): c for c in self.table.columns if c.computed is not None}
        if not computed:
            return self.table, [], operations
        dropped = {key(o.column_name) for o in operations if isinstance(o, ops.DropColumnOp)}
        added: list[MigrateOperation] = []
        for before, column in itertools.pairwise((None, *self.table.columns)):
            if column is not None and key(column.name) in computed.keys() - dropped:
                place: dict[str, Any] = {"insert_after": before.name} if before else {}
                added.append(ops.AddColumnOp(self.table.name, column_of(column), **place))
        columns = tuple(c for c in self.table.columns if key(c.name) not in computed)
        on_computed = [
            c for c in self.table.constraints if computed.keys() & set(map(key, c.columns))
        ]
        stays = [c for c in on_computed if not dropped & set(map(key, c.columns))]
        self._unnamed += [detached(c, self._schema) for c in stays]
        constraints = tuple(c for c in self.table.constraints if c not in on_computed)
        rest = [
            o
            for o in operations
            if not (isinstance(o, ops.DropColumnOp) and key(o.column_name) in computed)
        ]
        return replace(self.table, columns=columns, constraints=constraints), added, rest

    def _take_unnamed(self, constraint: sa.Constraint) -> bool:
        if upstream.final_name(constraint, self.context.dialect) is not None:
            return False
        if upstream.is_type_bound(constraint):
            return False
        self._unnamed.append(_by_names(constraint, self._schema))
        return True

    def _apart(self, operation: ops.AddColumnOp) -> list[MigrateOperation]:
        """The column alone, then what comes with it, each under the name that it is to have.

        Alembic's batch would make the constraints and indexes of the column's flags once more,
        named after the temporary table.
        """
        shell = upstream.schema_objects(self.context).table(
            operation.table_name, upstream.copied(operation.column), schema=operation.schema
        )
        bare = copy.copy(operation)
        bare.column = _alone(operation.column)
        named = [
            constraint
            for constraint in shell.constraints
            if not isinstance(constraint, sa.PrimaryKeyConstraint)
            and not upstream.is_type_bound(constraint)
            and not self._take_unnamed(constraint)
        ]
        return [
            bare,
            *map(ops.AddConstraintOp.from_constraint, named),
            *map(ops.CreateIndexOp.from_index, shell.indexes),
        ]

    def _table_options(self) -> dict[str, Any]:
        words = options(self._sql())
        return {
            option: value
            for word, option, value in (
                ("AUTOINCREMENT", "sqlite_autoincrement", True),
                ("ROWID", "sqlite_with_rowid", False),
                ("STRICT", "sqlite_strict", True),
            )
            if word in words
        }

    @property
    def _schema(self) -> str | None:
        """The schema as Alembic is told it: the main database needs no name."""
        main = self.database.name_key(self.table.schema) == "main"
        return None if main else self.table.schema

    # -- around it -----------------------------------------------------------------------------

    def __enter__(self) -> SQLiteRebuild:
        self._began = False
        self._foreign_keys_were_on = False
        self._legacy = self._pragma("legacy_alter_table")
        self._clear_leftover()
        self._suspend_foreign_keys()
        self._begin()
        try:
            # A view on the table would make the final rename fail while the table is gone.
            self._execute("PRAGMA legacy_alter_table=ON")
            self._rows = self._count()
            self._violations = self._foreign_key_violations()
            self._saved = self._take_off()
            self._counter = self._autoincrement_counter()
        except BaseException:
            self._undo()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is not None:
            self._undo()
            return
        try:
            self._put_back()
            self._verify()
        except BaseException:
            self._undo()
            raise
        if self._began:
            self._execute("COMMIT")
        self._restore_pragmas()

    def _undo(self) -> None:
        if self.connection.invalidated:
            return  # Ctrl-C within a statement: SQLAlchemy has closed it, and all is undone
        if self._began and self._in_transaction():
            self._execute("ROLLBACK")
        self._restore_pragmas()

    def _restore_pragmas(self) -> None:
        self._execute(f"PRAGMA legacy_alter_table={self._legacy}")
        if self._foreign_keys_were_on:
            self._execute("PRAGMA foreign_keys=ON")

    def _begin(self) -> None:
        """One transaction for everything; within one that is open, SQLite keeps it whole anyway."""
        if not self._in_transaction():
            self._execute("BEGIN IMMEDIATE")
            self._began = True

    def _in_transaction(self) -> bool:
        # pysqlite begins by itself only before DML; SQLAlchemy's own idea of it is no help.
        return bool(self.connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]

    def _suspend_foreign_keys(self) -> None:
        if not self._pragma("foreign_keys") or not self._is_referenced():
            return
        if self._in_transaction():
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
            self._execute("COMMIT")
        self._execute("PRAGMA foreign_keys=OFF")
        self._foreign_keys_were_on = True

    def _is_referenced(self) -> bool:
        query = sa.text(
            f"SELECT 1 FROM {self._master()} m, pragma_foreign_key_list(m.name, :schema) f "
            "WHERE m.type = 'table' AND f.\"table\" = :name COLLATE NOCASE LIMIT 1"
        )
        return self.connection.scalar(query, self._names()) is not None

    # -- indexes and triggers --------------------------------------------------------------------

    def _take_off(self) -> list[tuple[str, str, str]]:
        """Type, name and text of the indexes and triggers; the indexes are dropped for now."""
        query = sa.text(
            f"SELECT type, name, sql FROM {self._master()} WHERE sql IS NOT NULL "
            "AND type IN ('index', 'trigger') AND tbl_name = :name COLLATE NOCASE"
        )
        saved = [(row[0], row[1], row[2]) for row in self.connection.execute(query, self._names())]
        for type_, name, _ in saved:
            if type_ == "index" and self._own_source:
                self._execute(f"DROP INDEX {self.database.quoted(self.table.schema, name)}")
        return saved

    def _put_back(self) -> None:
        query = sa.text(
            f"SELECT type, name FROM {self._master()} WHERE tbl_name = :name COLLATE NOCASE"
        )
        present = {tuple(row) for row in self.connection.execute(query, self._names())}
        for type_, name, sql in self._saved:
            if (type_, name) in present:
                continue
            if type_ == "index" and self.expected.index(name) is None:
                continue  # it went with its column
            self._execute(self._in_schema(sql))
        if self._counter is not None:
            # AUTOINCREMENT promises never to give a deleted row's number again.
            statement = sa.text(f"UPDATE {self._sequences()} SET seq = :seq WHERE name = :name")
            names = {"seq": self._counter, "name": self.table.name}
            if not self.connection.execute(statement, names).rowcount:
                statement = sa.text(f"INSERT INTO {self._sequences()} VALUES (:name, :seq)")
                self.connection.execute(statement, names)

    def _autoincrement_counter(self) -> int | None:
        if "AUTOINCREMENT" not in options(self._sql()):
            return None
        query = sa.text(f"SELECT seq FROM {self._sequences()} WHERE name = :name")
        counter: int | None = self.connection.scalar(query, {"name": self.table.name})
        return counter

    def _sequences(self) -> str:
        return self.database.quoted(self.table.schema, "sqlite_sequence")

    def _in_schema(self, sql: str) -> str:
        """SQLite keeps the text without the schema's name; in an attached database it needs one."""
        if self.database.name_key(self.table.schema) == "main":
            return sql
        head, word = sql.split(None, 1)
        words = [head]
        while word.split(None, 1)[0].upper() in ("UNIQUE", "INDEX", "TRIGGER", "TEMP"):
            part, word = word.split(None, 1)
            words.append(part)
        return f"{' '.join(words)} {self.database.quoted(self.table.schema)}.{word}"

    # -- what an earlier batch left ----------------------------------------------------------------

    def _clear_leftover(self) -> None:
        """Drop the temporary table of an interrupted batch, if the original has all its rows."""
        name = upstream.batch_temporary_name(self.table.name)
        leftover = self.database.table(self.connection, name, self.table.schema)
        if leftover is None:
            return
        quoted = self.database.quoted(self.table.schema, name)
        original = self.database.quoted(self.table.schema, self.table.name)
        quote = self.database.quoted
        shared = [quote(c.name) for c in leftover.columns if self.table.column(c.name)]
        rows = self._scalar(f"SELECT count(*) FROM {quoted}")
        lost = rows
        if shared and rows:
            columns = ", ".join(shared)
            lost = self._scalar(
                f"SELECT count(*) FROM (SELECT {columns} FROM {quoted} "
                f"EXCEPT SELECT {columns} FROM {original})"
            )
        if lost or rows > self._count():
            raise LeftoverTable(
                f"{self.table.name}: an interrupted batch left {name!r} with {rows} rows, and not "
                f"all of them are in {self.table.name!r}; nothing was changed. Compare the two. If "
                f"the original is complete: DROP TABLE {quoted}; if it is not, the leftover holds "
                f"the rows: DROP TABLE {original}; ALTER TABLE {quoted} RENAME TO "
                f"{quote(self.table.name)}."
            )
        self._execute(f"DROP TABLE {quoted}")

    # -- proof ---------------------------------------------------------------------------------

    def _verify(self) -> None:
        """Every row, and every constraint that should be there; else nothing has happened."""
        found = self.database.table(self.connection, self.table.name, self.table.schema)
        problems = []
        if found is None or self._count() != self._rows:
            problems.append("not every row was copied")
        elif self._own_source:
            have = {_shape(c, self.database) for c in found.constraints}
            problems += [
                f"the {c} would be lost"
                for c in self.expected.constraints
                if _shape(c, self.database) not in have
            ]
            if conflicts(self._original_sql) > conflicts(self._sql()):
                problems.append("an ON CONFLICT clause would be lost")
        if self._foreign_key_violations() > self._violations:
            problems.append("rows of a foreign key would point nowhere")
        if problems:
            raise AlembicHelpersError(
                f"{self.table.name}: SQLite can only change this by replacing the table, and "
                f"{'; '.join(problems)}. Everything was undone. Say how the new table shall look: "
                "op.batch_alter_table(..., copy_from=sa.Table(...))."
            )

    def _foreign_key_violations(self) -> int:
        self._original_sql = getattr(self, "_original_sql", None) or self._sql()
        return len(self._execute("PRAGMA foreign_key_check").fetchall())

    # -- small things ------------------------------------------------------------------------------

    def _count(self) -> int:
        quoted = self.database.quoted(self.table.schema, self.table.name)
        return self._scalar(f"SELECT count(*) FROM {quoted}")

    def _sql(self) -> str:
        query = sa.text(
            f"SELECT sql FROM {self._master()} WHERE type = 'table' AND name = :name COLLATE NOCASE"
        )
        return self.connection.scalar(query, self._names()) or ""

    def _master(self) -> str:
        return self.database.quoted(self.table.schema, "sqlite_master")

    def _names(self) -> dict[str, str]:
        return {"name": self.table.name, "schema": self.table.schema}

    def _pragma(self, name: str) -> int:
        return self._scalar(f"PRAGMA {name}") or 0

    def _scalar(self, sql: str) -> int:
        value: int = self._execute(sql).scalar()  # type: ignore[assignment]
        return value

    def _execute(self, sql: str) -> sa.CursorResult[Any]:
        return self.connection.exec_driver_sql(sql)


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


def _by_names(constraint: sa.Constraint, schema: str | None) -> sa.Constraint:
    """A copy that belongs to no table and finds its columns by name."""
    if isinstance(constraint, sa.CheckConstraint):
        return sa.CheckConstraint(constraint.sqltext)
    names = [column.name for column in constraint.columns]  # type: ignore[attr-defined]
    if not isinstance(constraint, sa.ForeignKeyConstraint):
        return sa.UniqueConstraint(*names)
    referred = [element.column for element in constraint.elements]
    # SQLAlchemy leaves a foreign key out when the schemas of its two tables are not spelled alike.
    target = sa.Table(
        referred[0].table.name,
        sa.MetaData(),
        *(sa.Column(name, sa.types.NullType()) for name in dict.fromkeys(c.name for c in referred)),
        schema=schema,
    )
    return sa.ForeignKeyConstraint(
        names,
        [target.c[column.name] for column in referred],
        onupdate=constraint.onupdate,
        ondelete=constraint.ondelete,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        use_alter=False,
    )


def _alone(column: sa.Column[Any]) -> sa.Column[Any]:
    """The column without constraints and indexes; those of its type stay with the type."""
    generated = [g for g in (column.computed, column.identity) if g is not None]
    return sa.Column(
        column.name,
        column.type,
        *(copy.copy(g) for g in generated),
        primary_key=column.primary_key,
        nullable=column.nullable,
        server_default=None if generated else column.server_default,
        comment=column.comment,
    )
