"""Every error of the library, in one tree.

::

    alembic.util.CommandError
      AlembicHelpersError
        DefinitionMismatch     there, but not what the operation asks for
        AmbiguousMatch         more than one object fits
        MissingObject          what the operation works on is not there
        DependentObjects       something else stands on what is to be dropped
        BuildInProgress        another session is building it
        LockNotAvailable       other sessions did not let a lock go in time
        ConstraintViolation    rows are there that a constraint or a unique index does not allow
        BackfillStalled        rows stay to be done, whatever a backfill does to them
        VerificationFailed     it was sent, and the database does not show it
        LeftoverTable          an interrupted batch left a table that may hold the only copy of rows
        NotSupportedError      this database has no such thing
          OnlineNotSupported   it has, but not without blocking writers
        OfflineError           --sql: there is no database to ask, or no guard can be written
        NoMigrationContext     nothing is migrating
        UsageError             the call itself is wrong
        (of the command line: see ``alembic_helpers/cli/errors.py``)

They are ``CommandError`` so that ``alembic upgrade`` prints ``FAILED: ...`` without a traceback.
Each says what, where, why, and what to type instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alembic.util import CommandError


class AlembicHelpersError(CommandError):
    """The base of the library's errors."""


@dataclass(frozen=True)
class Difference:
    """One attribute in which what is there differs from what was asked for."""

    attribute: str
    found: str
    asked: str

    def __str__(self) -> str:
        return f"{self.attribute:<12} {self.found}  ->  {self.asked}"


class DefinitionMismatch(AlembicHelpersError):
    """An object of that name is there, but it is not the one asked for. Nothing was changed."""

    def __init__(
        self,
        *,
        operation: str,
        kind: str,
        name: str,
        differences: Sequence[Difference],
        advice: str = "",
        hint: str = "",
    ) -> None:
        self.operation = operation
        self.kind = kind
        self.name = name
        self.differences = tuple(differences)
        self.advice = advice or (
            f"Drop or rename the existing {kind}, or change the revision; to keep what is there: "
            "Settings(on_mismatch=OnMismatch.WARN)."
        )
        lines = [
            f"{operation}: {kind} {name} is there, but differs from the one asked for:",
            *(f"  {difference}" for difference in self.differences),
            *([hint] if hint else []),
            self.advice,
        ]
        super().__init__("\n".join(lines))


class AmbiguousMatch(AlembicHelpersError):
    """More than one object fits what was asked for."""

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        self.candidates = tuple(candidates)
        super().__init__(message)


class MissingObject(AlembicHelpersError):
    """The table, type or column that an operation works on is not there."""


class DependentObjects(AlembicHelpersError):
    """Something that covers more stands on what is to be dropped. Nothing was dropped."""

    def __init__(self, message: str, *, dependents: Sequence[str] = ()) -> None:
        self.dependents = tuple(dependents)
        super().__init__(message)


class BuildInProgress(AlembicHelpersError):
    """Another session is building it, and did not come to an end in time. Nothing was changed."""

    def __init__(self, message: str, *, sessions: Sequence[int] = ()) -> None:
        self.sessions = tuple(sessions)
        super().__init__(message)


@dataclass(frozen=True)
class Blocker:
    """A session that holds, or may hold, a lock that was waited for."""

    session: int
    user: str = ""
    application: str = ""
    age: float | None = None
    """Seconds since its transaction began."""
    state: str = ""
    end: str = ""
    """The statement that would end it."""
    query: str = ""
    """What it ran last; only with ``Settings(show_queries=True)``."""

    def __str__(self) -> str:
        words = [f"session {self.session}", *([f"of {self.user}"] if self.user else [])]
        words += [repr(self.application)] if self.application else []
        words += [self.state] if self.state else []
        if self.age is not None:
            words.append(f"in a transaction for {self.age:.0f} s")
        return ", ".join(words) + (f": {self.query}" if self.query else "")


class LockNotAvailable(AlembicHelpersError):
    """Other sessions did not let go of a lock in time. What was done before is done."""

    def __init__(self, message: str, *, blockers: Sequence[Blocker] = ()) -> None:
        self.blockers = tuple(blockers)
        super().__init__(message)


class ConstraintViolation(AlembicHelpersError):
    """Rows are there that break what is to be made. What this run had made of it is gone again."""

    def __init__(self, message: str, *, query: str) -> None:
        self.query = query
        """The SELECT that finds the rows."""
        super().__init__(message)


class BackfillStalled(AlembicHelpersError):
    """Rows that a backfill has changed are still to be done, or it may not see all rows."""

    def __init__(self, message: str, *, rows: int = 0, query: str = "") -> None:
        self.rows = rows
        """How many are still to be done."""
        self.query = query
        """The SELECT that finds them."""
        super().__init__(message)


class VerificationFailed(AlembicHelpersError):
    """A statement was sent and succeeded, but the database does not show what it should make."""


class LeftoverTable(AlembicHelpersError):
    """An interrupted batch left its temporary table, and the original is not provably intact."""


class NotSupportedError(AlembicHelpersError):
    """This database has no such thing, and "no" would not be a truthful answer."""


class OnlineNotSupported(NotSupportedError):
    """It cannot be done without blocking writers; nothing was changed."""

    def __init__(self, operation: str, reason: str) -> None:
        self.operation = operation
        self.reason = reason
        super().__init__(
            f"{operation}: it cannot be done without blocking writers: {reason}. Nothing was "
            "changed. To have it done all the same, with a warning: online=Online.PREFER."
        )


class OfflineError(AlembicHelpersError):
    """In ``--sql`` mode: there is no database to ask, or no guard can be written."""


class NoMigrationContext(AlembicHelpersError):
    """A helper was called while nothing is migrating."""


class UsageError(AlembicHelpersError):
    """The call itself is wrong; nothing was looked at or changed."""
