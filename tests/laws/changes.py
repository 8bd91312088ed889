"""Draws tables, and the changes of a revision that can be run again, one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

from . import names
from .kinds import NOW, STRINGS, kinds
from .model import UNNAMED, Check, Column, Constraint, ForeignKey, Index, Name, Row, Table, Unique
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

# Beside the names of columns, what else may be settled about a table: no name has a NUL in it.
RENAMED, COMMENTED = "\0renamed", "\0commented"


class Revision:
    """What the tables are so far, and what the revision has done to make them so."""

    def __init__(
        self,
        draw: st.DrawFn,
        dialect: Dialect,
        *,
        schema: str | None,
        has_convention: bool,
        reversible: bool,
        hostile: bool,
    ) -> None:
        self.draw, self.dialect, self.schema = draw, dialect, schema
        self.has_convention, self.reversible = has_convention, reversible
        self.kinds = kinds(dialect)
        self.names = names.identifiers(dialect) if hostile else names.plain_identifiers()
        self.is_mysql = dialect.name in ("mysql", "mariadb")
        self.tables: dict[str, Table] = {}
        self.upgrade: list[Operation] = []
        self.downgrade: list[Operation] = []
        self._taken: set[str] = set()
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

    # -- names ---------------------------------------------------------------------------------

    def _name(self) -> str:
        name = names.distinct(self.draw(self.names), self._taken, self.dialect)
        self._taken.add(names.key(name))
        return name

    def _take(self, name: str) -> bool:
        """Whether a name that is put together is free; then it is no longer.

        SQLAlchemy shortens names that have too many characters, but PostgreSQL counts bytes, and
        cuts off what would tell two names apart.
        """
        key = names.key(names.cut(name, self.dialect))
        is_free = key not in self._taken
        self._taken.add(key)
        return is_free

    def _object_name(self, conventional: str, check: bool = False) -> Name | None:
        """A name of its own, one too long that is shortened, or none; ``None``: it is taken."""
        given = self.draw(st.sampled_from(["plain", "plain", "shortened", "none"]))
        if given == "none" and not check and self.has_convention:
            return Name(None, conventional) if self._take(conventional) else None
        if given == "none" and not self.has_convention and not self.reversible:
            # MySQL puts "_chk_1" or "_ibfk_1" after the table's name, if that is not too long.
            fits = names.length(conventional, self.dialect) <= names.limit(self.dialect)
            return UNNAMED if fits else None
        name = self._name()
        if given == "shortened":
            name += "_too_long" * 9
            return Name(name, name, shortened=True)
        if check and self.has_convention:
            return Name(name, conventional + name) if self._take(conventional + name) else None
        return Name(name, name)

    # -- tables --------------------------------------------------------------------------------

    def _some_table(self) -> Table:
        name = self._name()
        columns = [self._some_column(name) for _ in range(self.draw(st.integers(1, 3)))]
        key: tuple[str, ...] = ()
        if self.draw(st.integers(0, 3)):
            column = Column(
                self._name(), self.kinds["integer"], nullable=False, counts=self.is_mysql
            )
            columns.insert(0, column)
            key = (column.name,)
        table = Table(name, tuple(columns), key)
        if key:
            conventional = f"pk_{name}" if self.has_convention else None
            table = replace(table, key_name=Name(None, conventional))
        if self.dialect.supports_comments and self.draw(st.booleans()):
            table = replace(table, comment=self.draw(comments))
        table = self._with_constraints(table)
        return replace(table, rows=tuple(self._some_rows(table)))

    def _with_constraints(self, table: Table) -> Table:
        for some in (self._some_unique, self._some_check, self._some_foreign_key):
            constraint = some(table) if self.draw(st.booleans()) else None
            if isinstance(constraint, Unique) and set(constraint.columns) == set(table.key):
                continue  # PostgreSQL makes one of the two, of either name
            if constraint:
                table = replace(table, constraints=(*table.constraints, constraint))
        return table

    def _some_column(self, table: str) -> Column:
        # Often an integer, which can refer to a key.
        kind = self.draw(st.sampled_from([self.kinds["integer"]] * 5 + list(self.kinds.values())))
        column = Column(self._name(), kind, nullable=self.draw(st.booleans()))
        if kind.defaults and self.draw(st.booleans()):
            column = replace(column, default=self.draw(st.sampled_from(kind.defaults)))
        if kind.has_index and self.draw(st.integers(0, 4)) == 0:
            column = self._indexed(table, column)
        if self.dialect.supports_comments and self.draw(st.integers(0, 4)) == 0:
            column = replace(column, comment=self.draw(comments))
        return column

    def _indexed(self, table: str, column: Column) -> Column:
        """``index=True``: SQLAlchemy's own convention names it, the schema set aside."""
        return replace(column, index=self._take(self._index_name(table, column.name)))

    def _index_name(self, table: str, column: str) -> str:
        parts = (table, column) if self.has_convention else (self.schema, table, column)
        return "_".join(["ix", *(part for part in parts if part)])

    def _some_rows(self, table: Table, most: int = 3) -> list[Row]:
        rows: list[Row] = list(table.rows)
        for _ in range(self.draw(st.integers(0, most))):
            row: dict[str, Any] = {}
            for column in table.columns:
                if column.name in table.key:
                    row[column.name] = len(rows) + 1
                else:
                    row[column.name] = self.draw(self._value(column, table))
            if row not in rows and self._holds(replace(table, rows=(*rows, row))):
                rows.append(row)
        return rows[len(table.rows) :]

    def _value(self, column: Column, table: Table) -> st.SearchStrategy[Any]:
        values = list(column.kind.values)
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKey) and column.name in constraint.columns:
                target = self.tables.get(constraint.target)
                values = target.values(target.key[0]) if target else []
            if isinstance(constraint, Check) and constraint.value in values:
                if column.name == constraint.column.name:
                    values.remove(constraint.value)
        if column.nullable:
            values.append(None)
        return st.sampled_from(values or [None])

    def _holds(self, table: Table) -> bool:
        """Whether the rows stand against no constraint."""
        for column in table.columns:
            if not column.nullable and None in table.values(column.name):
                return False
        for item in (*table.constraints, *table.indexes):
            if isinstance(item, Check) and item.value in table.values(item.column.name):
                return False
            is_unique = item.unique if isinstance(item, Index) else isinstance(item, Unique)
            if is_unique and not _are_unique(table, item.columns):
                return False
            if isinstance(item, ForeignKey):
                target = table if item.target == table.name else self.tables[item.target]
                there = {*target.values(item.target_columns[0]), None}
                if not there.issuperset(table.values(item.columns[0])):
                    return False
        return True

    # -- parts of tables -------------------------------------------------------------------------

    def _some_columns(self, table: Table, most: int = 2) -> tuple[str, ...]:
        able = [c.name for c in table.columns if c.kind.has_index]
        if not able:
            return ()
        strategy = st.lists(st.sampled_from(able), min_size=1, max_size=most, unique=True)
        return tuple(self.draw(strategy))

    def _some_unique(self, table: Table) -> Unique | None:
        columns = self._some_columns(table)
        if not columns or any(
            isinstance(c, Unique) and set(c.columns) == set(columns) for c in table.constraints
        ):
            return None  # without a name it would be the one that is there
        name = self._object_name(f"uq_{table.name}_{'_'.join(columns)}")
        return name and Unique(name, columns)

    def _some_check(self, table: Table) -> Check | None:
        able = [
            c
            for c in table.columns
            # MySQL has no CHECK on a column that counts by itself.
            if c.kind.name in ("integer", "string", "smallint")
            and c.name not in table.key
            and not _has_key(table, c)
        ]
        if not able:
            return None
        column = self.draw(st.sampled_from(able))
        value = self.draw(st.sampled_from([v for v in column.kind.values if v != ""]))
        name = self._object_name(f"ck_{table.name}_", check=True)
        return name and Check(name, column, value)

    def _some_foreign_key(self, table: Table) -> ForeignKey | None:
        targets = [
            t
            for t in self.tables.values()
            # Alembic's batch, which SQLite needs, takes "a.b" for a table b in a schema a.
            if t.key
            and not (t.name == table.name and self.dialect.name == "sqlite" and "." in t.name)
        ]
        # On MySQL no column has both a CHECK and a foreign key with an action.
        able = [
            c
            for c in table.columns
            if c.kind.name == "integer" and not table.covering(c.name) and c.name not in table.key
        ]
        if not targets or not able:
            return None
        target, column = self.draw(st.sampled_from(targets)), self.draw(st.sampled_from(able))
        conventional = f"fk_{table.name}_{column.name}_{target.name}"
        name = self._object_name(conventional)
        actions = [None, "CASCADE", "RESTRICT", *(["SET NULL"] if column.nullable else [])]
        ondelete = self.draw(st.sampled_from(actions))
        return name and ForeignKey(name, (column.name,), target.name, target.key, ondelete)

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

    def _keep(self, table: Table) -> None:
        self.tables[table.name] = self._spelled_out(table)

    def _spelled_out(self, table: Table) -> Table:
        """``index=True`` and ``unique=True`` as the index and constraint that come of them."""
        indexes = [
            # With both flags, the index is what is unique.
            Index(Name(None, self._index_name(table.name, c.name)), (c.name,), c.unique)
            for c in table.columns
            if c.index
        ]
        uniques = [
            Unique(
                Name(None, f"uq_{table.name}_{c.name}" if self.has_convention else None), (c.name,)
            )
            for c in table.columns
            if c.unique and not c.index
        ]
        foreign = [
            ForeignKey(
                Name(None, f"fk_{table.name}_{c.name}_{target}" if self.has_convention else None),
                (c.name,),
                target,
                (target_column,),
            )
            for c in table.columns
            if c.references
            for target, target_column in [c.references]
        ]
        return replace(
            table,
            columns=tuple(
                replace(c, index=False, unique=False, references=None) for c in table.columns
            ),
            indexes=(*table.indexes, *indexes),
            constraints=(*table.constraints, *uniques, *foreign),
        )

    def _is_referred(self, table: Table) -> bool:
        return any(
            isinstance(c, ForeignKey) and c.target == table.name
            for other in self.tables.values()
            for c in other.constraints
        )

    def _create_table(self) -> None:
        table = replace(self._some_table(), rows=())
        self._did(CreateTable(table), DropTable(table.name))
        self._settle(table, *(c.name for c in table.columns))
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKey):
                self._settle(self.tables[constraint.target], *constraint.target_columns)
        self._keep(table)

    def _add_column(self, table: Table) -> None:
        column = self._some_column(table.name)
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
        if index.unique and not _are_unique(table, columns):
            index = replace(index, unique=False)
        self._did(CreateIndex(table.name, index), DropIndex(table.name, index))
        self._settle(table, *columns)
        self._keep(replace(table, indexes=(*table.indexes, index)))

    def _serves_foreign_key(self, table: Table, columns: tuple[str, ...]) -> bool:
        """MySQL makes an index for a foreign key, drops it for a better one, and then keeps that."""
        return self.is_mysql and any(
            isinstance(c, ForeignKey) for name in columns for c in table.covering(name)
        )

    def _create_unique(self, table: Table) -> None:
        unique = self._some_unique(table)
        if unique and _are_unique(table, unique.columns):
            if not self._serves_foreign_key(table, unique.columns):
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
            if self._is_free(table, c.name) and c.name not in table.key and not _has_key(table, c)
        ]
        if not able or (self.reversible and not self._is_free(table, RENAMED)):
            return
        old = self.draw(st.sampled_from(able))
        new = old
        if self.draw(st.booleans()):
            nullable = None in table.values(old.name) or not old.nullable
            new = replace(new, nullable=nullable)
        if self.draw(st.booleans()) and old.kind.wider and not _is_checked(table, old):
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
            and not (self.is_mysql and _is_checked(table, c))
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
            # MySQL keeps the name, with a prefix, for a while: error 3507.
            and not (self.is_mysql and len(c.name.encode()) > 40)
        ]
        if not able or len(table.columns) < 2:
            return
        column = self.draw(st.sampled_from(able))
        self._did(DropColumn(table.name, column.name))
        self._settle(table, column.name)
        rows = tuple({k: v for k, v in r.items() if k != column.name} for r in table.rows)
        left = tuple(c for c in table.columns if c is not column)
        self._keep(replace(table, columns=left, rows=rows))

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


comments = st.sampled_from([value for value in STRINGS if value])


def _are_unique(table: Table, columns: tuple[str, ...]) -> bool:
    """No two rows alike; a NULL is unlike everything, but an index may think otherwise of it."""
    values = [repr([row[name] for name in columns]) for row in table.rows]
    return len(set(values)) == len(values)


def _has_key(table: Table, column: Column) -> bool:
    return any(isinstance(c, ForeignKey) for c in table.covering(column.name))


def _is_checked(table: Table, column: Column) -> bool:
    return any(isinstance(c, Check) for c in table.covering(column.name))
