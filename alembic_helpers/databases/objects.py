"""What a database holds, as values: the words in which catalog, judges and batch talk.

A :class:`Table` is a snapshot. Nothing here asks a database anything, so a batch can work out
what a table will be after its earlier operations by making new snapshots.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.types import TypeEngine

from ..errors import AmbiguousMatch
from .definition import Definition
from .tokens import Pieces, renamed_in


class Kind(enum.Enum):
    """What a name in a schema can stand for."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN_TABLE = "foreign table"
    SEQUENCE = "sequence"
    INDEX = "index"
    TYPE = "type"
    """An enum or a domain; tables and views have one of their own name beside it."""
    COMPOSITE_TYPE = "composite type"
    OTHER = "object of another kind"


TABLE_LIKE = (Kind.TABLE, Kind.MATERIALIZED_VIEW, Kind.FOREIGN_TABLE)
"""What has columns of its own, which an ALTER or a CREATE INDEX can reach."""


class ConstraintType(str, enum.Enum):
    """The values are those of ``type_`` in ``op.drop_constraint``; exclude is PostgreSQL's."""

    PRIMARY = "primary"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreignkey"
    CHECK = "check"
    EXCLUDE = "exclude"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    ConstraintType.PRIMARY: "primary key",
    ConstraintType.UNIQUE: "unique constraint",
    ConstraintType.FOREIGN_KEY: "foreign key",
    ConstraintType.CHECK: "check constraint",
    ConstraintType.EXCLUDE: "exclude constraint",
}


@dataclass(frozen=True)
class Reference:
    """The far side of a foreign key. Actions are normalised: the default one is ``None``."""

    schema: str | None
    table: str
    columns: tuple[str, ...]
    onupdate: str | None = None
    ondelete: str | None = None
    deferrable: bool | None = None
    initially: str | None = None
    match: str | None = None


@dataclass(frozen=True)
class Constraint:
    type: ConstraintType
    name: str | None
    columns: tuple[str, ...] = ()
    reference: Reference | None = None
    sqltext: str | None = None
    validated: bool = True
    definition: Definition | None = field(default=None, compare=False)
    """As the server prints it; ``None`` where that is not known (a batch's forecast)."""
    reads: tuple[str, ...] = ()
    """The columns that a check is known to stand on, where the database does not list them."""

    @property
    def stands_on(self) -> tuple[str, ...]:
        return self.reads or self.columns

    def __str__(self) -> str:
        return f"{self.type.label} {self.name or '(unnamed)'} ({', '.join(self.stands_on)})"


@dataclass(frozen=True)
class Index:
    """``None`` among the columns is an expression; ``constraint`` is the one that owns it."""

    name: str
    columns: tuple[str | None, ...]
    unique: bool = False
    valid: bool = True
    constraint: str | None = None
    definition: Definition | None = field(default=None, compare=False)
    reads: tuple[str, ...] = ()
    """All columns that it stands on, those of its expressions and its predicate too."""
    partitioned: bool = False
    """Is it the index of a partitioned table: valid once every partition's part is attached?"""

    @property
    def stands_on(self) -> tuple[str | None, ...]:
        return self.reads or self.columns

    def __str__(self) -> str:
        columns = ", ".join(column or "<expression>" for column in self.columns)
        return f"{'unique ' if self.unique else ''}index {self.name} ({columns})"


@dataclass(frozen=True)
class Column:
    name: str
    type: TypeEngine[Any]
    nullable: bool
    default: str | None = None
    comment: str | None = None
    autoincrement: bool = False
    generated: bool = False
    """Computed or identity: it has no default of its own."""
    computed: str | None = None
    stored: bool = False
    spelling: str | None = None
    """The type as the server spells it."""
    definition: Definition | None = field(default=None, compare=False)
    reads: tuple[str, ...] = ()
    """The columns that a computed one is known to stand on."""
    clauses: Mapping[str, Pieces] = field(default_factory=dict, compare=False)
    """What else was said of it, where it must be said again or be lost, by its first word."""

    def under(self, name: str) -> Column:
        """The same under another name; there are many, and ``replace`` takes ten times as long."""
        column = object.__new__(Column)
        vars(column).update(vars(self), name=name)
        return column


@dataclass(frozen=True)
class Partition:
    """A part of a partitioned table."""

    name: str
    schema: str
    kind: Kind
    indexes: tuple[tuple[str, str, bool], ...] = ()
    """The table's own indexes that have a part here: index, its part, and whether that is valid."""

    def part_of(self, index: str) -> tuple[str, bool] | None:
        """The part of an index, and whether it is valid."""
        return next(((part, valid) for own, part, valid in self.indexes if own == index), None)


class Place(NamedTuple):
    """Where a session is: what an unqualified name leads to, and what follows on a change."""

    schema: str | None
    """Where an unqualified CREATE TABLE lands."""
    path: Sequence[str]
    """The schemas in which an unqualified name is looked for, in that order."""
    reacts: bool = False
    """May the server do something of its own when DDL is sent (event triggers)?"""


class Name(NamedTuple):
    """What stands under a name in a schema; of an index also its table."""

    schema: str
    name: str
    kind: Kind
    table: str | None = None


@dataclass(frozen=True)
class EnumType:
    name: str
    schema: str
    labels: tuple[str, ...]


_Named = TypeVar("_Named", Column, Constraint, Index)


@dataclass(frozen=True)
class Table:
    """One table as it is now. Names are found the way its own database compares them."""

    name: str
    schema: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    key: Callable[[str], str] = field(default=str, compare=False, repr=False)
    collation: str | None = None
    """That of its columns which name none (MySQL)."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Old and new name of columns that a batch has renamed (a batch may go on using the old)."""
    spreads: bool = field(default=False, compare=False)
    """Are there tables that change with it (partitions, or what inherits from it)?"""

    @property
    def whole(self) -> Table:
        """The table with all that is in it, where not all of it has been read."""
        return self

    def column(self, name: str) -> Column | None:
        found = self.column_now(name)
        if found is None:
            for old, new in self.aliases:
                if self._same(old, name):
                    return self.column_now(new)
        return found

    def column_now(self, name: str) -> Column | None:
        """The one that has the name, which may be an alias of another one that had it before."""
        return self._named(self.columns, name)

    def index(self, name: str) -> Index | None:
        return self._named(self.indexes, name)

    def constraint(self, name: str, type_: ConstraintType | None = None) -> Constraint | None:
        return self._named(self.of_type(type_), name)

    def may_have(self, name: str) -> bool:
        """Whether a constraint or an index can have that name; ``True`` says no more than that."""
        return True

    def of_type(self, type_: ConstraintType | None) -> tuple[Constraint, ...]:
        return tuple(c for c in self.constraints if type_ is None or c.type is type_)

    @property
    def primary_key(self) -> Constraint | None:
        return next(iter(self.of_type(ConstraintType.PRIMARY)), None)

    def same_columns(self, some: Iterable[str | None], others: Iterable[str | None]) -> bool:
        """Whether two lists name the same columns in the same order."""
        return self.column_keys(some) == self.column_keys(others)

    def column_keys(self, names: Iterable[str | None]) -> list[str | None]:
        return [name if name is None else self.key(name) for name in names]

    def with_(self, *items: Column | Constraint | Index) -> Table:
        """The table with these added; one of the same name and kind is replaced."""
        table = self
        for item in items:
            if isinstance(item, Column):
                table = replace(table, columns=tuple(table._replaced(table.columns, item)))
            elif isinstance(item, Index):
                table = replace(table, indexes=tuple(table._replaced(table.indexes, item)))
            else:
                kept = tuple(table._replaced(table.constraints, item))
                table = replace(table, constraints=kept)
        return table

    def without_column(self, name: str) -> Table:
        """The table with the column gone, and with it what covers nothing else."""
        gone = self.key(name)

        def stays(columns: Sequence[str | None]) -> bool:
            return {gone} != set(self.column_keys(columns))

        return replace(
            self,
            columns=tuple(c for c in self.columns if self.key(c.name) != gone),
            constraints=tuple(c for c in self.constraints if stays(c.stands_on)),
            indexes=tuple(i for i in self.indexes if stays(i.stands_on)),
        )

    def without(self, item: Constraint | Index) -> Table:
        return replace(
            self,
            constraints=tuple(c for c in self.constraints if c is not item),
            indexes=tuple(i for i in self.indexes if i is not item),
        )

    def renamed_column(self, old: str, new: str) -> Table:
        """The table with a column renamed wherever it is named; the old name stays an alias."""

        def renamed(name: str) -> str:
            return new if self.key(name) == self.key(old) else name

        return replace(
            self,
            columns=tuple(
                replace(
                    c,
                    name=renamed(c.name),
                    clauses=renamed_in(c.clauses, renamed),
                    reads=tuple(map(renamed, c.reads)),
                )
                for c in self.columns
            ),
            # Their texts may name the column.
            constraints=tuple(
                replace(
                    c,
                    columns=tuple(map(renamed, c.columns)),
                    reads=tuple(map(renamed, c.reads)),
                    definition=None,
                )
                for c in self.constraints
            ),
            indexes=tuple(
                replace(
                    i,
                    columns=tuple(n if n is None else renamed(n) for n in i.columns),
                    reads=tuple(map(renamed, i.reads)),
                    definition=None,
                )
                for i in self.indexes
            ),
        ).aliased(old, new)

    def aliased(self, old: str, new: str) -> Table:
        """The table with an old name by which a column may still be called."""
        others = (
            (other, new if self._same(name, old) else name)
            for other, name in self.aliases
            if not self._same(other, new)
        )
        return replace(self, aliases=(*others, (old, new)))

    def _named(self, items: Sequence[_Named], name: str) -> _Named | None:
        for item in items:
            if item.name == name:
                return item
        key = self.key(name)
        for item in items:
            if item.name is not None and self.key(item.name) == key:
                return item
        return None

    def _same(self, one: str, other: str) -> bool:
        return self.key(one) == self.key(other)

    def _replaced(self, items: Iterable[_Named], item: _Named) -> Iterator[_Named]:
        for existing in items:
            if (
                item.name is None
                or existing.name is None
                or not self._same(existing.name, item.name)
            ):
                yield existing
        yield item


_Found = TypeVar("_Found", Constraint, Index)


def only_one(matches: Sequence[_Found], what: str) -> _Found | None:
    """The single match, ``None`` when there is none; more than one raises and lists them."""
    if len(matches) > 1:
        names = [m.name or "(unnamed)" for m in matches]
        raise AmbiguousMatch(
            f"{what}: {len(matches)} match: {', '.join(map(str, matches))}; "
            "say which one by its name, or narrow the search",
            candidates=names,
        )
    return matches[0] if matches else None
