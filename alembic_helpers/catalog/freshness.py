"""Drops what was remembered as soon as anything but our own reading happens on the connection.

A stale answer is the worst bug a catalog can have. So nothing is trusted over a statement that the
catalog did not send itself, nor over a rollback, a savepoint or a new transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection

_T = TypeVar("_T")

_EVENTS = (
    "before_cursor_execute",
    "rollback",
    "savepoint",
    "rollback_savepoint",
    "release_savepoint",
    "commit",
    "begin",
    "begin_twophase",
    "rollback_twophase",
    "commit_twophase",
)


class Memory:
    """Answers remembered for as long as the database cannot have changed on this connection."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._reading = False
        self._watched: Connection | None = None

    def watch(self, connection: Connection) -> None:
        """Listen to a connection; ``autocommit_block`` may have put another in place of it."""
        if connection is self._watched:
            return
        for name in _EVENTS:
            event.listen(connection, name, self._happened)
        self._watched = connection
        self.forget()

    def recall(self, key: Hashable, ask: Callable[[], _T]) -> _T:
        if key not in self._answers:
            with self._read():
                answer = ask()
            self._answers[key] = answer
        return self._answers[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        self._answers.clear()

    def _happened(self, *_: Any) -> None:
        if not self._reading:
            self.forget()

    @contextmanager
    def _read(self) -> Iterator[None]:
        outer, self._reading = self._reading, True
        try:
            yield
        finally:
            self._reading = outer
