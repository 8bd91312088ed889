"""The verdict on one operation, and the table of judges that give it.

A judge is a function registered for an operation class. It reads the catalog and returns a
:class:`Judgement`; it sends nothing. What is left to do is itself a list of operations.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import MigrateOperation

from ..catalog import Site
from ..databases.objects import Kind
from ..errors import DefinitionMismatch, Difference
from ..upstream import ByClass


class Verdict(enum.Enum):
    """What the database holds, measured against what an operation asks for."""

    ABSENT = "absent"
    """Not done yet: run the operation."""
    SAME = "same"
    """Already so: send nothing."""
    PARTIAL = "partial"
    """There, but unfinished: send only the rest."""
    BUILDING = "building"
    """Another session is making it at this moment: wait, then judge again."""
    DIFFERENT = "different"
    """Same name, other definition or other kind: refuse."""


class Subject(NamedTuple):
    """What an operation is about, in the words of the log."""

    operation: str
    kind: str
    name: str


class Judgement(NamedTuple):
    subject: Subject
    verdict: Verdict
    reason: str = ""
    remaining: tuple[MigrateOperation, ...] = ()
    differences: tuple[Difference, ...] = ()
    advice: str = ""
    hint: str = ""
    sessions: tuple[int, ...] = ()
    """Those that are building it."""
    asked: sa.Table | None = None
    """The table that was asked for, where it had to be made up to judge."""

    def error(self) -> DefinitionMismatch:
        return DefinitionMismatch(
            operation=self.subject.operation,
            kind=self.subject.kind,
            name=self.subject.name,
            differences=self.differences,
            advice=self.advice,
            hint=self.hint,
        )


def absent(subject: Subject, *operations: MigrateOperation, reason: str = "") -> Judgement:
    return Judgement(subject, Verdict.ABSENT, reason, operations)


def same(subject: Subject, reason: str = "already there") -> Judgement:
    return Judgement(subject, Verdict.SAME, reason)


def partial(subject: Subject, remaining: Sequence[MigrateOperation], reason: str) -> Judgement:
    return Judgement(subject, Verdict.PARTIAL, reason, tuple(remaining))


def building(subject: Subject, sessions: Sequence[int]) -> Judgement:
    return Judgement(subject, Verdict.BUILDING, sessions=tuple(sessions))


def different(subject: Subject, differences: Sequence[Difference], advice: str = "") -> Judgement:
    return Judgement(subject, Verdict.DIFFERENT, differences=tuple(differences), advice=advice)


def outgrown(subject: Subject, differences: Sequence[Difference]) -> Judgement:
    """Different, as it may well be after a later revision has altered it."""
    hint = (
        "A later revision may have changed it: then this one has run, and Alembic is told so with: "
        "alembic stamp REVISION"
    )
    return different(subject, differences)._replace(hint=hint)


def wrong_kind(subject: Subject, found: Kind | str, asked: Kind | str) -> Judgement:
    names = [kind.value if isinstance(kind, Kind) else kind for kind in (found, asked)]
    article = "an" if names[0][0] in "aeio" else "a"
    return different(
        subject,
        [Difference("kind", *names)],
        f"The name is that of {article} {names[0]}; rename or drop that, or choose another name.",
    )


Judge = Callable[[Any, Site], Judgement]

judges: ByClass[Judge] = ByClass()
"""One judge for each class of operations; there is none for what is not ours to judge."""


def judged(operation: MigrateOperation, site: Site) -> Judgement:
    """The verdict on an operation that is known to have a judge."""
    judge = judges.of(operation)
    assert judge is not None, operation
    return judge(operation, site)
