"""Tables as values, drawn by the strategies.

A value is built into SQLAlchemy's objects anew for each run, because those remember where they
have been. ``schema`` is said then, so that what was drawn once runs with and without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from .kinds import Default, Kind
from .shown import Shown


@dataclass(frozen=True, repr=False)
class Name(Shown):
    """A name as it is passed to Alembic, and as it is in full once a convention has had its say."""

    given: str | None
    full: str | None
    shortened: bool = False
    """``op.f``: it may be too long, and is then shortened with a hash."""

    def build(self) -> str | None:
        return sa.schema.conv(self.given) if self.shortened and self.given else self.given

    @property
    def final(self) -> Name:
        """The name that no convention changes any more."""
        return Name(self.full, self.full, shortened=True)


UNNAMED = Name(None, None)


@dataclass(frozen=True, repr=False)
class Column(Shown):
    name: str
    kind: Kind
    nullable: bool = True
    default: Default | None = None
    comment: str | None = None
    index: bool = False
    unique: bool = False
    references: tuple[str, str] | None = None
    """The table and column of a foreign key."""
    counts: bool = False
    """AUTO_INCREMENT, which plain Alembic loses on MySQL unless it is told of it."""

    def build(self, schema: str | None) -> sa.Column[Any]:
        # A dot in the name of a table or column is a separator here: the strategies keep to that.
        names = ".".join(n for n in (schema, *(self.references or ())) if n)
        return sa.Column(
            self.name,
            self.kind.make(),
            *([sa.ForeignKey(names)] if self.references else []),
            nullable=self.nullable,
            server_default=self.default and self.default.build(),
            comment=self.comment,
            # Alembic adds a column without a word about a key that it is not part of.
            index=self.index or None,
            unique=self.unique or None,
        )


@dataclass(frozen=True, repr=False)
class Unique(Shown):
    name: Name
    columns: tuple[str, ...]

    type_ = "unique"

    def build(self, schema: str | None) -> sa.Constraint:
        return sa.UniqueConstraint(*self.columns, name=self.name.build())


@dataclass(frozen=True, repr=False)
class Check(Shown):
    """``column <> value``, for a value that no row has."""

    name: Name
    column: Column
    value: Any

    type_ = "check"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column.name,)

    def condition(self) -> sa.ColumnElement[bool]:
        column: sa.ColumnClause[Any] = sa.column(self.column.name, self.column.kind.make())
        return column != self.value

    def build(self, schema: str | None) -> sa.Constraint:
        return sa.CheckConstraint(self.condition(), name=self.name.build())


@dataclass(frozen=True, repr=False)
class ForeignKey(Shown):
    name: Name
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    ondelete: str | None = None

    type_ = "foreignkey"

    def build(self, schema: str | None) -> sa.Constraint:
        # With Column objects instead of strings, any name will do.
        target = sa.Table(
            self.target,
            sa.MetaData(),
            *(sa.Column(name, sa.Integer) for name in self.target_columns),
            schema=schema,
        )
        return sa.ForeignKeyConstraint(
            self.columns,
            [target.c[name] for name in self.target_columns],
            name=self.name.build(),
            ondelete=self.ondelete,
        )


Constraint = Unique | Check | ForeignKey


@dataclass(frozen=True, repr=False)
class Index(Shown):
    name: Name
    columns: tuple[str, ...]
    unique: bool = False


Row = Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Table(Shown):
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """The columns of the primary key."""
    key_name: Name = UNNAMED
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    rows: tuple[Row, ...] = ()

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def values(self, column: str) -> list[Any]:
        return [row[column] for row in self.rows]

    def covering(self, column: str) -> tuple[Constraint | Index, ...]:
        """What stands on a column."""
        return tuple(c for c in (*self.constraints, *self.indexes) if column in c.columns)

    @property
    def final(self) -> Table:
        """The table with all its names in full, to be made at once without a convention."""
        return replace(
            self,
            key_name=self.key_name.final,
            constraints=tuple(replace(c, name=c.name.final) for c in self.constraints),
            indexes=tuple(replace(i, name=i.name.final) for i in self.indexes),
        )

    def with_column(self, changed: Column, old_name: str | None = None) -> Table:
        old = old_name or changed.name
        return replace(self, columns=tuple(changed if c.name == old else c for c in self.columns))
