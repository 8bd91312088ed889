"""What became of one operation."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Outcome(enum.Enum):
    """What one operation did to the database.

    Every explicit verb (``add_column_if_not_exists`` ...) returns one, and the log shows one per
    operation.

    Example::

        if add_column_if_not_exists("users", sa.Column("email", sa.Text())) is Outcome.APPLIED:
            op.execute("UPDATE users SET email = login || '@example.org'")

    .. versionadded:: 0.1
    """

    APPLIED = "applied"
    """It was not there (a drop: it was), and the whole operation was sent."""

    SKIPPED = "skipped"
    """The database already is what the operation asks for; nothing was sent."""

    COMPLETED = "completed"
    """Part of it was there; only the rest was sent."""

    KEPT = "kept"
    """It differs, and ``OnMismatch.WARN`` said to leave it; nothing was sent."""

    PASSED = "passed"
    """Not an operation this library judges (``execute``, another package's): Alembic ran it."""

    WRITTEN = "written"
    """``--sql`` mode: it was written to the script, which asks the database when it is run."""


class Record(NamedTuple):
    """One line of the log: an operation, what it was about, what became of it and why."""

    operation: str
    target: str
    outcome: Outcome
    reason: str = ""

    def __str__(self) -> str:
        line = f"{self.outcome.value:<9} {self.operation} {self.target}".rstrip()
        return f"{line}: {self.reason}" if self.reason else line


_SUMMARY_WORDS = {
    Outcome.APPLIED: "applied",
    Outcome.SKIPPED: "already there",
    Outcome.COMPLETED: "completed",
    Outcome.KEPT: "kept though different",
    Outcome.PASSED: "passed through",
}


def summary(records: list[Record]) -> str:
    """``3 applied, 9 already there, 1 completed``; outcomes that did not occur are left out."""
    counts = ((sum(r.outcome is o for r in records), word) for o, word in _SUMMARY_WORDS.items())
    return ", ".join(f"{n} {word}" for n, word in counts if n) or "nothing to do"
