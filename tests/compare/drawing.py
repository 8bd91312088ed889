"""What a revision may ask for, as a value that is drawn, changed in one thing, and written down.

A *kind* of object has *axes* (the columns of an index, its order, its predicate), each with the
choices that a database keeps apart or not (``drawing_equal``). A *part* is one choice on each axis.
Every choice is a piece of the Python that a revision would hold, so that a failing example reads as
one and can be pasted into a test. ``<a>`` in it is the column that plays the role ``a``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from laws.shown import Shown
from servers.database import Database
from sqlalchemy.dialects import mysql, postgresql

from .drawing_equal import are_one

Choices = Mapping[str, Any]
Words = tuple[str, ...]


@dataclass(frozen=True)
class Axis:
    """One thing that is asked; the first of the choices is what saying nothing means.

    ``words``: the attribute of a difference has one of them in it. None: no difference (what is
    missing there is made).
    """

    name: str
    choices: tuple[Any, ...]
    words: Words | Callable[[Any, Any], Words]

    def words_for(self, one: Any, other: Any) -> Words:
        return self.words(one, other) if callable(self.words) else self.words


class Kind:
    """One kind of object: its axes on a database, and how a revision asks for one."""

    label: str
    """In an error message."""

    def __repr__(self) -> str:
        return self.label

    def axes(self, database: Database) -> Iterator[Axis]:
        raise NotImplementedError

    def is_valid(self, choices: Choices, database: Database) -> bool:
        """Whether plain Alembic makes it on an empty table."""
        return True

    def item(self, part: Part, names: Names) -> str:
        """Within ``op.create_table``."""
        raise NotImplementedError

    def call(self, part: Part, names: Names) -> str:
        """By itself."""
        raise NotImplementedError

    def batch_call(self, part: Part, names: Names) -> str:
        """Within ``op.batch_alter_table``."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class Part(Shown):
    """An object of a kind: one choice on each axis."""

    kind: Kind
    name: str | None
    choices: Choices

    def __getitem__(self, axis: str) -> Any:
        return self.choices[axis]


@dataclass(frozen=True, repr=False)
class Names(Shown):
    """The names that the roles have in one example."""

    schema: str | None
    roles: Mapping[str, str]

    def __repr__(self) -> str:
        own = {role: name for role, name in self.roles.items() if role != name}
        return f"Names(schema={self.schema!r}, {own or 'plain'})"

    def __getitem__(self, role: str) -> str:
        return self.roles[role]

    def listed(self, roles: tuple[str, ...]) -> str:
        return repr([self[role] for role in roles])

    def spelled(self, code: str) -> str:
        """``<a>`` becomes ``sa.column('...')``, ``<'a'>`` the name alone."""
        code = re.sub(r"<'(\w+)'>", lambda match: repr(self[match[1]]), code)
        return re.sub(r"<(\w+)>", lambda match: f"sa.column({self[match[1]]!r})", code)


@dataclass(frozen=True)
class Changed:
    """A part that asks for something else in one thing."""

    part: Part
    axis: str
    words: Words
    """One of them is in the attribute of the difference."""


def arguments(*positional: str, **named: Any) -> str:
    """The arguments of a call; what is ``None`` is left out, a ``str`` is code."""
    said = [f"{name}={value}" for name, value in named.items() if value is not None]
    return ", ".join([*positional, *said])


# -- drawing ---------------------------------------------------------------------------------------


def parts(kind: Kind, name: str | None, database: Database) -> st.SearchStrategy[Part]:
    axes = list(kind.axes(database))

    @st.composite
    def drawn(draw: st.DrawFn) -> Part:
        choices = {axis.name: axis.choices[0] for axis in axes}
        for axis in axes:
            able = [c for c in axis.choices if kind.is_valid({**choices, axis.name: c}, database)]
            choices[axis.name] = draw(st.sampled_from(able))
        return Part(kind, name, choices)

    return drawn()


def changes(part: Part, database: Database) -> Iterator[Changed]:
    """Every part that differs from it in one thing that the database keeps apart."""
    for axis in part.kind.axes(database):
        for choice in axis.choices:
            words = axis.words_for(part[axis.name], choice)
            changed = {**part.choices, axis.name: choice}
            if (
                words
                and not are_one(database, axis.name, part[axis.name], choice)
                and part.kind.is_valid(changed, database)
            ):
                yield Changed(replace(part, choices=changed), axis.name, words)


def one_change(part: Part, database: Database) -> st.SearchStrategy[Changed]:
    """First the axis: one with few choices is as likely as one with many."""
    by_axis: dict[str, list[Changed]] = {}
    for change in changes(part, database):
        by_axis.setdefault(change.axis, []).append(change)
    return st.sampled_from(sorted(by_axis)).flatmap(lambda axis: st.sampled_from(by_axis[axis]))


# -- running ---------------------------------------------------------------------------------------


def execute(code: str, op: Any) -> None:
    """The Python of a revision, on any ``op``."""
    exec(code, {"op": op, "sa": sa, "pg": postgresql, "my": mysql})
