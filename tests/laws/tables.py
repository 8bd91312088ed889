"""Draws tables with what belongs to them, whose rows stand against nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

from . import names
from .kinds import STRINGS, kinds
from .model import UNNAMED, Check, Column, ForeignKey, Index, Name, Row, Table, Unique

comments = st.sampled_from([value for value in STRINGS if value])


class Tables:
    """What tables there are so far, and how to draw another, or another part of one."""

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
        self._taken: set[str] = set()

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
        given = self.draw(st.sampled_from(["plain", "shortened", "none"]))
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
            is_checked = isinstance(constraint, Check) and constraint.column.name == column.name
            if is_checked and constraint.value in values:
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
            if is_unique and not are_unique(table, item.columns):
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
            and not has_key(table, c)
        ]
        if not able:
            return None
        column = self.draw(st.sampled_from(able))
        value = self.draw(st.sampled_from([v for v in column.kind.values if v != ""]))
        name = self._object_name(f"ck_{table.name}_", check=True)
        return name and Check(name, column, value)

    def _is_target(self, target: Table, table: Table) -> bool:
        """Alembic's batch, which SQLite needs, and conventions take "a.b" for a schema's table."""
        if "." not in target.name:
            return True
        is_self = target.name == table.name
        return not self.has_convention and not (is_self and self.dialect.name == "sqlite")

    def _some_foreign_key(self, table: Table) -> ForeignKey | None:
        targets = [t for t in self.tables.values() if t.key and self._is_target(t, table)]
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


def are_unique(table: Table, columns: tuple[str, ...]) -> bool:
    """No two rows alike; a NULL is unlike everything, but an index may think otherwise of it."""
    values = [repr([row[name] for name in columns]) for row in table.rows]
    return len(set(values)) == len(values)


def has_key(table: Table, column: Column) -> bool:
    return any(isinstance(c, ForeignKey) for c in table.covering(column.name))


def is_checked(table: Table, column: Column) -> bool:
    return any(isinstance(c, Check) for c in table.covering(column.name))
