"""Draws the changes of a revision that can be run again, one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

from . import names
from .kinds import NOW
from .model import Check, Column, Constraint, ForeignKey, Index, Table
from .operations import (
    AddColumn,
    AlterColumn,
    BulkInsert,
    Comment,
    CreateConstraint,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Operation,
    RenameTable,
)
from .tables import Tables, are_unique, comments, has_key, is_checked

# Beside the names of columns, what else may be settled about a table: no name has a NUL in it.
RENAMED, COMMENTED = "\0renamed", "\0commented"


class Revision(Tables):
    """What the tables are so far, and what the revision has done to make them so."""

    def __init__(self, draw: st.DrawFn, dialect: Dialect, **options: Any) -> None:
        super().__init__(draw, dialect, **options)
        self.upgrade: list[Operation] = []
        self.downgrade: list[Operation] = []
        self._settled: set[tuple[str, str]] = set()
        """Tables (with "") and columns that the revision made or needs: to be left as they are."""

    def table_before(self) -> Table:
        """Draw one more table that is there before the revision."""
        table = self._some_table()
        self._keep(table)
        return table

    def change(self) -> None:
        """Draw one more change, if it is possible on a drawn table."""
        kind = self.draw(st.sampled_from(self._changes()))
        if kind == self._create_table:
            self._create_table()
        elif self.tables:
            table = self.draw(st.sampled_from(list(self.tables.values())))
            kind(table)

    def _changes(self) -> list[Callable[..., None]]:
        changes: list[Callable[..., None]] = [
            self._create_table,
            self._add_column,
            self._add_column,
            self._create_index,
            self._create_unique,
            self._create_check,
            self._create_foreign_key,
            self._alter_column,
            self._alter_column,
            self._rename_column,
            self._rename_table,
            self._bulk_insert,
        ]
        if self.dialect.supports_comments:
            changes.append(self._comment)
        if not self.reversible:  # a drop loses rows, and its reverse the order of the columns
            changes += [self._drop_column, self._drop_covering, self._drop_table]
        return changes

    # -- changes ---------------------------------------------------------------------------------

    def _did(self, upgrade: Operation, *downgrade: Operation) -> None:
        self.upgrade.append(upgrade)
        self.downgrade += reversed(downgrade)

    def _is_free(self, table: Table, column: str = "") -> bool:
        """Whether the revision neither made it nor leans on it."""
        return (table.name, column) not in self._settled

    def _settle(self, table: Table, *columns: str) -> None:
        """What an operation refers to must stay as it is, or a second run would not find it."""
        self._settled.add((table.name, ""))
        self._settled |= {(table.name, column) for column in columns}

    def _is_referred(self, table: Table) -> bool:
        return any(
            isinstance(c, ForeignKey) and c.target == table.name
            for other in self.tables.values()
            for c in other.constraints
        )

    def _create_table(self) -> None:
        table = replace(self._some_table(), rows=())
        self._did(CreateTable(table), DropTable(table.name))
        self._settle(table, COMMENTED, *(c.name for c in table.columns))
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKey):
                self._settle(self.tables[constraint.target], *constraint.target_columns)
        self._keep(table)

    def _add_column(self, table: Table) -> None:
        column = self._some_column(table.name)
        if self.reversible and not self._is_droppable(column):
            return
        if table.rows:
            if column.default == NOW:  # each row gets its own time
                column = replace(column, default=None)
            if column.default is None:
                column = replace(column, nullable=True)
        value = column.default.value if column.default else None
        rows = tuple({**row, column.name: value} for row in table.rows)
        if column.default is None and column.kind.has_index and self.draw(st.integers(0, 4)) == 0:
            column = self._made_unique(table, column)
        elif column.default is None and column.kind.name == "integer":
            column = self._referring(table, column)
        self._did(AddColumn(table.name, column), DropColumn(table.name, column.name))
        self._settle(table, column.name)
        self._keep(replace(table, columns=(*table.columns, column), rows=rows))

    def _made_unique(self, table: Table, column: Column) -> Column:
        return replace(column, unique=self._take(f"uq_{table.name}_{column.name}"))

    def _referring(self, table: Table, column: Column) -> Column:
        """With ``sa.ForeignKey("table.column")``, where dots are separators."""
        targets = [t for t in self.tables.values() if t.key and "." not in t.name + t.key[0]]
        conventional = [f"fk_{table.name}_{column.name}_{target.name}" for target in targets]
        fits = [
            names.length(name, self.dialect) < names.limit(self.dialect) for name in conventional
        ]
        # On MySQL the column could not be dropped again before its nameless key is.
        if not targets or not all(fits) or self.reversible or not self.draw(st.booleans()):
            return column
        target = self.draw(st.sampled_from(targets))
        self._settle(target, *target.key)
        return replace(column, references=(target.name, target.key[0]))

    def _create_index(self, table: Table) -> None:
        columns = self._some_columns(table, most=3)
        if not columns or self._serves_foreign_key(table, columns):
            return
        name = self._object_name(f"ix_{table.name}_{'_'.join(columns)}")
        if name is None or name.full is None:  # an index without a name is no operation
            return
        index = Index(name, columns, unique=self.draw(st.booleans()))
        if index.unique and not are_unique(table, columns):
            index = replace(index, unique=False)
        self._did(CreateIndex(table.name, index), DropIndex(table.name, index))
        self._settle(table, *columns)
        self._keep(replace(table, indexes=(*table.indexes, index)))

    def _serves_foreign_key(self, table: Table, columns: tuple[str, ...]) -> bool:
        """MySQL makes an index for a foreign key, and drops it for a better one, which it keeps."""
        return self.is_mysql and any(
            isinstance(c, ForeignKey) for name in columns for c in table.covering(name)
        )

    def _create_unique(self, table: Table) -> None:
        unique = self._some_unique(table)
        if unique and not self._serves_foreign_key(table, unique.columns):
            self._add_constraint(table, unique)

    def _create_check(self, table: Table) -> None:
        check = self._some_check(table)
        # Without a name, a check is recognised by its text alone, or refused.
        if check and check.name.full is not None:
            self._add_constraint(table, check)

    def _create_foreign_key(self, table: Table) -> None:
        foreign = self._some_foreign_key(table)
        # Alembic writes the target as "table.column".
        if foreign is None or "." in foreign.target_columns[0]:
            return
        self._add_constraint(table, foreign)
        self._settle(self.tables[foreign.target], *foreign.target_columns)

    def _add_constraint(self, table: Table, constraint: Constraint) -> None:
        changed = replace(table, constraints=(*table.constraints, constraint))
        if not self._holds(changed):
            return
        drops: list[Operation] = [DropConstraint(table.name, constraint)]
        if isinstance(constraint, ForeignKey) and self.is_mysql:
            # The index that MySQL made for the key outlives it.
            drops.append(DropIndex(table.name, Index(constraint.name, constraint.columns)))
        self._did(CreateConstraint(table.name, constraint), *drops)
        self._settle(table, *constraint.columns)
        self._keep(changed)

    def _alter_column(self, table: Table) -> None:
        able = [
            c
            for c in table.columns
            if self._is_free(table, c.name) and c.name not in table.key and not has_key(table, c)
        ]
        if not able or (self.reversible and not self._is_free(table, RENAMED)):
            return
        old = self.draw(st.sampled_from(able))
        new = old
        if self.draw(st.booleans()):
            nullable = None in table.values(old.name) or not old.nullable
            new = replace(new, nullable=nullable)
        if self.draw(st.booleans()) and old.kind.wider and not is_checked(table, old):
            new = replace(new, kind=self.kinds[old.kind.wider])
        if self.draw(st.booleans()):
            defaults = (None, *new.kind.defaults)
            new = replace(new, default=self.draw(st.sampled_from(defaults)))
        elif new.default is not None and new.kind is not old.kind:
            new = replace(new, default=old.default)
        if self.dialect.supports_comments and self.draw(st.booleans()):
            new = replace(new, comment=self.draw(st.one_of(st.none(), comments)))
        if new == old:
            return
        self._did(AlterColumn(table.name, old, new), AlterColumn(table.name, new, old))
        self._settle(table, old.name)
        self._keep(table.with_column(new))

    def _rename_column(self, table: Table) -> None:
        able = [
            c
            for c in table.columns
            if self._is_free(table, c.name)
            # MySQL renames no column that a CHECK names.
            and not (self.is_mysql and is_checked(table, c))
        ]
        if not able or (self.reversible and not self._is_free(table, RENAMED)):
            return
        old = self.draw(st.sampled_from(able))
        new = replace(old, name=self._name())
        self._did(AlterColumn(table.name, old, new), AlterColumn(table.name, new, old))
        self._settle(table, old.name, new.name)
        self._rename_everywhere(table, old, new)

    def _rename_everywhere(self, table: Table, old: Column, new: Column) -> None:
        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new.name if name == old.name else name for name in columns)

        def changed(item: Any) -> Any:
            if isinstance(item, Check):
                return replace(item, column=new) if item.column.name == old.name else item
            return replace(item, columns=renamed(item.columns))

        self._keep(
            replace(
                table.with_column(new, old.name),
                key=renamed(table.key),
                constraints=tuple(map(changed, table.constraints)),
                indexes=tuple(map(changed, table.indexes)),
                rows=tuple(
                    {new.name if k == old.name else k: v for k, v in row.items()}
                    for row in table.rows
                ),
            )
        )
        for other in list(self.tables.values()):
            self._keep(
                replace(
                    other,
                    constraints=tuple(
                        replace(c, target_columns=renamed(c.target_columns))
                        if isinstance(c, ForeignKey) and c.target == table.name
                        else c
                        for c in other.constraints
                    ),
                )
            )

    def _rename_table(self, table: Table) -> None:
        if not self._is_free(table) or any(name == table.name for name, _ in self._settled):
            return
        new = replace(table, name=self._name())
        if self.is_mysql and len(new.name) > 50:
            return  # MySQL renames what it named itself: a_chk_1 becomes new_name_chk_1
        self._did(RenameTable(table.name, new.name), RenameTable(new.name, table.name))
        self._settle(table)
        self._settle(new, RENAMED)
        self.tables = {
            (new.name if name == table.name else name): replace(
                new if name == table.name else other,
                constraints=tuple(
                    replace(c, target=new.name)
                    if isinstance(c, ForeignKey) and c.target == table.name
                    else c
                    for c in other.constraints
                ),
            )
            for name, other in self.tables.items()
        }

    def _bulk_insert(self, table: Table) -> None:
        # The reverse of an insert is not known to a downgrade, but for a table that goes with it.
        if self.reversible and any(t.name == table.name for t in self.tables.values()):
            return
        rows = tuple(self._some_rows(table))
        if rows:
            self._did(BulkInsert(table, rows))
            self._settle(table, *(c.name for c in table.columns))
            self._keep(replace(table, rows=(*table.rows, *rows)))

    def _comment(self, table: Table) -> None:
        if not self._is_free(table, COMMENTED) or not self._is_free(table, RENAMED):
            return
        comment = self.draw(st.one_of(st.none(), comments))
        if comment == table.comment:
            return
        self._did(
            Comment(table.name, comment, table.comment), Comment(table.name, table.comment, comment)
        )
        self._settle(table, COMMENTED)
        self._keep(replace(table, comment=comment))

    # -- drops -----------------------------------------------------------------------------------

    def _drop_column(self, table: Table) -> None:
        able = [
            c
            for c in table.columns
            if self._is_free(table, c.name)
            and not table.covering(c.name)
            and c.name not in table.key
            and self._is_droppable(c)
        ]
        if not able or len(table.columns) < 2:
            return
        column = self.draw(st.sampled_from(able))
        self._did(DropColumn(table.name, column.name))
        self._settle(table, column.name)
        rows = tuple({k: v for k, v in r.items() if k != column.name} for r in table.rows)
        left = tuple(c for c in table.columns if c is not column)
        self._keep(replace(table, columns=left, rows=rows))

    def _is_droppable(self, column: Column) -> bool:
        """MySQL may hide a dropped column under a longer name, and fail: error 3507."""
        return not self.is_mysql or len(column.name.encode()) <= 40

    def _drop_covering(self, table: Table) -> None:
        """An index or a constraint that was there before."""
        able = [
            c
            for c in (*table.indexes, *table.constraints)
            if c.name.full is not None
            and all(self._is_free(table, name) for name in c.columns)
            and (isinstance(c, ForeignKey) or not self._serves_foreign_key(table, c.columns))
        ]
        if not able:
            return
        item = self.draw(st.sampled_from(able))
        if isinstance(item, Index):
            self._did(DropIndex(table.name, item))
        else:
            self._did(DropConstraint(table.name, item))
        self._settle(table, *item.columns)
        self._keep(
            replace(
                table,
                indexes=tuple(i for i in table.indexes if i is not item),
                constraints=tuple(c for c in table.constraints if c is not item),
            )
        )

    def _drop_table(self, table: Table) -> None:
        if not self._is_free(table) or self._is_referred(table) or len(self.tables) < 2:
            return
        self._did(DropTable(table.name))
        self._settle(table)
        del self.tables[table.name]
