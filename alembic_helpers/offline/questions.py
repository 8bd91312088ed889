"""What a script asks the database about one thing, as values: each writer says them in its SQL.

A question is true or false in the database that runs the script. ``&``, ``|`` and ``~`` combine
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..databases.objects import ConstraintType


class Question:
    """The base of all; ``a & b``, ``a | b``, ``~a``."""

    def __and__(self, other: Question) -> Question:
        return All((self, other))

    def __or__(self, other: Question) -> Question:
        return Either((self, other))

    def __invert__(self) -> Question:
        return self.question if isinstance(self, Not) else Not(self)


@dataclass(frozen=True)
class Not(Question):
    question: Question


@dataclass(frozen=True)
class All(Question):
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Either(Question):
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Name:
    """A name as the server keeps it, in a schema or (``None``) in the current one."""

    schema: str | None
    name: str

    @property
    def parts(self) -> tuple[str, ...]:
        return (self.schema, self.name) if self.schema else (self.name,)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True)
class SchemaThere(Question):
    schema: str


@dataclass(frozen=True)
class TableThere(Question):
    table: Name
    on_the_path: bool = False
    """Anywhere that the name leads to, and not only where a table of that name would be made?"""


@dataclass(frozen=True)
class ViewThere(Question):
    view: Name
    materialized: bool = False


@dataclass(frozen=True)
class SequenceThere(Question):
    sequence: Name


@dataclass(frozen=True)
class ExtensionThere(Question):
    extension: str


@dataclass(frozen=True)
class EnumThere(Question):
    enum: Name


@dataclass(frozen=True)
class EnumHolds(Question):
    """Are these labels there, in this order? (Others may stand between them.)"""

    enum: Name
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Type:
    """A type as it is written, and in the words in which the server keeps it (lower case)."""

    sql: str
    kept: str


@dataclass(frozen=True)
class ColumnThere(Question):
    table: Name
    column: str


@dataclass(frozen=True)
class TypesAre(Question):
    """Does the table have these columns, of these types? A writer may not know every type."""

    table: Name
    columns: tuple[tuple[str, Type], ...]
    unknown: bool = True
    """The answer about a type that the writer does not know."""


@dataclass(frozen=True)
class NullableIs(Question):
    table: Name
    column: str
    nullable: bool


@dataclass(frozen=True)
class IdentityThere(Question):
    """Does the column count by itself (GENERATED AS IDENTITY)?"""

    table: Name
    column: str


@dataclass(frozen=True)
class IndexThere(Question):
    """``table`` may be unknown where index names are unique in their schema."""

    table: Name | None
    index: Name


@dataclass(frozen=True)
class IndexIs(Question):
    """Is it on that table, valid, and on these columns? ``None``: an expression, not compared."""

    table: Name
    index: Name
    columns: tuple[str, ...] | None
    unique: bool


@dataclass(frozen=True)
class ConstraintThere(Question):
    """``name`` or ``type`` may be ``None``: any."""

    table: Name
    name: str | None
    type: ConstraintType | None


@dataclass(frozen=True)
class ConstraintIs(Question):
    """One on these columns, of that name unless it is ``None``; for a foreign key, to a target."""

    table: Name
    name: str | None
    type: ConstraintType
    columns: tuple[str, ...]
    target: Name | None = None
    target_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConstraintValid(Question):
    """Is it there, and are all rows known to fulfil it?"""

    table: Name
    name: str


@dataclass(frozen=True)
class VersionThere(Question):
    """Does Alembic's version table hold one of these revisions, or one that is none of them?"""

    table: Name
    revisions: tuple[str, ...]
    other: bool = False


class NoGuard(Exception):
    """No question decides it; the message says why."""


@dataclass(frozen=True)
class Refusal:
    """What stops the script, with an error in the database."""

    when: Question
    message: str


@dataclass(frozen=True)
class Guard:
    """When one statement is left out, and when the script is stopped instead.

    ``done``: there is nothing to do; without it the statement may be repeated. ``refusals`` are
    asked next, in order.
    """

    done: Question | None = None
    refusals: tuple[Refusal, ...] = ()

    def unless(self, question: Question) -> Guard:
        """Left out in that case too."""
        return Guard(question if self.done is None else question | self.done, self.refusals)


@dataclass(frozen=True)
class Statement:
    """One statement as Alembic prints it, without its terminator, and what it was compiled from."""

    construct: Any
    sql: str
