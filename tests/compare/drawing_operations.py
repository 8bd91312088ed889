"""Operations that ask for one part, for a table of parts, or for parts in a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from laws.shown import Shown
from servers.database import Database

from .drawing import Changed, Kind, Names, Part, Words, arguments, changes, parts
from .drawing_equal import are_one
from .drawing_ground import ground, ground_columns, parents
from .drawing_indexes import Index
from .drawing_kinds import Check, Column, Exclude, ForeignKey, PrimaryKey, TableKey, Unique
from .drawing_types import COMMENTS, families


@dataclass(frozen=True)
class Change:
    """An operation that asks for something else in one thing."""

    operation: Operation
    about: str
    """For the statistics."""
    words: Words
    name: str = ""
    """Stands in the difference too, where it is about one of several parts."""


class Operation(Shown):
    @property
    def label(self) -> str:
        """For the statistics."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.label  # a test notes its code

    def before(self, database: Database, names: Names) -> list[str]:
        """The calls that make what it needs."""
        raise NotImplementedError

    def code(self, names: Names) -> str:
        raise NotImplementedError

    def changes(self, database: Database) -> Iterator[Change]:
        raise NotImplementedError

    def one_change(self, database: Database) -> st.SearchStrategy[Change]:
        """First what it is about: one with few choices is as likely as one with many."""
        found: dict[str, list[Change]] = {}
        for change in self.changes(database):
            found.setdefault(change.about, []).append(change)
        return st.sampled_from(sorted(found)).flatmap(lambda about: st.sampled_from(found[about]))


def _types(*parts: Part) -> list[str]:
    """PostgreSQL: a table makes the enum types of its columns, an added column does not."""
    columns = [part for part in parts if isinstance(part.kind, Column)]
    enums = [part["type"] for part in columns if "name=" in part["type"]]
    return [f"{enum}.create(op.get_bind())" for enum in enums]


def _about(changed: Changed) -> str:
    return f"{changed.part.kind.label}: {changed.axis}"


@dataclass(frozen=True, repr=False)
class Single(Operation):
    part: Part

    @property
    def label(self) -> str:
        return f"add {self.part.kind.label}"

    def before(self, database: Database, names: Names) -> list[str]:
        return [*ground(database, names), *_types(self.part)]

    def code(self, names: Names) -> str:
        return self.part.kind.call(self.part, names)

    def changes(self, database: Database) -> Iterator[Change]:
        for changed in changes(self.part, database):
            yield Change(Single(changed.part), _about(changed), changed.words)


@dataclass(frozen=True, repr=False)
class Batch(Operation):
    parts: tuple[Part, ...]
    label = "batch_alter_table"

    def before(self, database: Database, names: Names) -> list[str]:
        return [*ground(database, names), *_types(*self.parts)]

    def code(self, names: Names) -> str:
        calls = [part.kind.batch_call(part, names) for part in self.parts]
        head = f"op.batch_alter_table({names['t']!r}, schema={names.schema!r})"
        return "\n    ".join([f"with {head} as batch_op:", *calls])

    def changes(self, database: Database) -> Iterator[Change]:
        for part in self.parts:
            for changed in changes(part, database):
                others = tuple(changed.part if p is part else p for p in self.parts)
                yield Change(Batch(others), f"batch {_about(changed)}", changed.words)


@dataclass(frozen=True, repr=False)
class Table(Operation):
    database: Database
    key: Part | None
    parts: tuple[Part, ...]
    comment: str | None = None
    label = "create_table"

    def before(self, database: Database, names: Names) -> list[str]:
        return parents(names)

    def code(self, names: Names) -> str:
        said = [part for part in (self.key, *self.parts) if part]
        columns = ground_columns(self.database, names)
        if self.key and self.key["autoincrement"]:
            columns[0] = columns[0][:-1] + f", autoincrement={self.key['autoincrement']})"
        items = [*columns, *(part.kind.item(part, names) for part in said)]
        rest = arguments(schema=repr(names.schema), comment=self.comment)
        return ",\n    ".join([f"op.create_table({names['t']!r}", *items, f"{rest})"])

    @property
    def is_valid(self) -> bool:
        """PostgreSQL makes one of a primary key and a unique constraint of the same columns.

        MySQL has a nameless constraint in every unique index of its columns.
        """
        unique = [part for part in self.parts if isinstance(part.kind, Unique)]
        if self.database.unique_constraint_is_index:
            indexed = [part["columns"] for part in self.indexes if part["unique"] == "True"]
            if any(part.name is None and part["columns"] in indexed for part in unique):
                return False
        return not (self.key and unique and set(unique[0]["columns"]) <= set(self.key["columns"]))

    def changes(self, database: Database) -> Iterator[Change]:
        for operation, about, words, name in self._changes(database):
            if operation.is_valid:
                yield Change(operation, f"table's {about}", words, name)

    @property
    def unfinished(self) -> Iterator[Table]:
        """The table as a run that was interrupted may leave it, and with what it does not know."""
        for index in self.indexes:
            yield replace(self, parts=tuple(part for part in self.parts if part is not index))
        if self.comment and self.database.name == "postgresql":  # elsewhere in CREATE TABLE itself
            yield replace(self, comment=None)

    @property
    def indexes(self) -> list[Part]:
        return [part for part in self.parts if isinstance(part.kind, Index)]

    def _changes(self, database: Database) -> Iterator[tuple[Table, str, Words, str]]:
        if self.key:
            for changed in changes(self.key, database):
                yield replace(self, key=changed.part), _about(changed), changed.words, ""
        for part in self.parts:
            for changed in changes(part, database):
                # A nameless one may be told by its shape: it is then another one, and missing.
                words = (*changed.words, *([] if part.name else [part.kind.label]))
                others = tuple(changed.part if p is part else p for p in self.parts)
                yield replace(self, parts=others), _about(changed), words, part.name or ""
        for comment in map(repr, COMMENTS) if database.has_comments else ():
            if not are_one(database, "comment", self.comment, comment):
                yield replace(self, comment=comment), "comment", ("comment",), ""


# -- strategies ------------------------------------------------------------------------------------


@st.composite
def columns(draw: st.DrawFn, database: Database, name: str) -> Part:
    family = draw(st.sampled_from(families(database)))
    return draw(parts(Column(family), name, database))


def coverings(database: Database) -> list[Kind]:
    """What stands on columns; the primary key aside."""
    exclude = [Exclude()] if database.has_exclude_constraints else []
    return [Index(), Unique(), Check(), ForeignKey(), *exclude]


@st.composite
def singles(draw: st.DrawFn, database: Database, names: Names, kind: Kind | None) -> Single:
    """One part by itself; without a kind it is a column."""
    if kind is None:
        return Single(draw(columns(database, names["z"])))
    return Single(draw(parts(kind, names["n1"], database)))


@st.composite
def batches(draw: st.DrawFn, database: Database, names: Names) -> Batch:
    kinds = [*coverings(database), PrimaryKey()]
    drawn = draw(st.lists(st.sampled_from(kinds), max_size=3, unique=True))
    found = [draw(parts(kind, names[f"n{i}"], database)) for i, kind in enumerate(drawn, 1)]
    if not found or draw(st.booleans()):
        found.insert(0, draw(columns(database, names["z"])))
    return Batch(tuple(found))


@st.composite
def tables(draw: st.DrawFn, database: Database, names: Names) -> Table:
    roles = draw(st.sampled_from([(), ("z",), ("z", "z1"), ("z", "z1", "z2")]))
    found = [draw(columns(database, names[role])) for role in roles]
    if sum("name=" in part["type"] for part in found) > 1:
        found = found[:1]  # two types of one name
    key = draw(parts(TableKey(), names["n6"], database)) if draw(st.booleans()) else None
    for number, kind in enumerate(coverings(database), 1):
        if draw(st.booleans()):
            is_named = isinstance(kind, (Index, Exclude)) or draw(st.booleans())
            part = draw(parts(kind, names[f"n{number}"] if is_named else None, database))
            if Table(database, key, (part,)).is_valid:
                found.append(part)
    said = st.sampled_from([None, *map(repr, COMMENTS)]) if database.has_comments else st.none()
    return Table(database, key, tuple(found), draw(said))


# -- altering --------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Alter(Operation):
    """From one column to another that differs in one thing."""

    old: Part
    new: Part
    axis: str
    label = "alter_column"

    def before(self, database: Database, names: Names) -> list[str]:
        return ground(database, names, self.old.kind.item(self.old, names))

    def code(self, names: Names) -> str:
        old, new = self.old, self.new
        existing = {
            "existing_type": old["type"],
            "existing_nullable": old["nullable"],
            "existing_server_default": _default(old),
            "existing_comment": old.choices.get("comment"),
        }
        said = {
            "type": {"type_": new["type"]},
            "filling": {"server_default": _default(new)},
            "nullable": {"nullable": new["nullable"]},
            "comment": {"comment": new.choices.get("comment") or "None"},
        }[self.axis]
        told = arguments(
            repr(names["t"]), repr(names["z"]), schema=repr(names.schema), **said, **existing
        )
        return f"op.alter_column({told})"

    def as_added(self, names: Names) -> str:
        """The same, as it is asked for anew."""
        return self.new.kind.call(self.new, names)


def _default(part: Part) -> str:
    """What stands after ``server_default=``."""
    return (part["filling"] or "server_default=None").removeprefix("server_default=")


@st.composite
def alterations(draw: st.DrawFn, database: Database, names: Names) -> Alter:
    able = [replace(f, expressions=(), is_counted=False) for f in families(database) if f.is_cast]
    if database.name in ("mariadb", "mysql"):
        # Alembic's CHANGE makes a literal of an expression.
        able = [replace(f, defaults=tuple(filter(_is_literal, f.defaults))) for f in able]
    kind = Column(draw(st.sampled_from(able)))
    old = draw(parts(kind, names["z"], database))
    axes = {axis.name: axis for axis in kind.axes(database)}
    changed = [
        (name, choice)
        for name, axis in axes.items()
        for choice in axis.choices
        if choice != old[name] and (name != "comment" or database.has_comments)
    ]
    name, choice = draw(st.sampled_from(changed))
    return Alter(old, Part(kind, old.name, {**old.choices, name: choice}), name)


def _is_literal(default: str) -> bool:
    return "(" not in default or "'(" in default or "CURRENT_TIMESTAMP" in default
