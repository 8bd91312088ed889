"""Drops what was remembered as soon as anything but our own reading happens on the engine.

A stale answer is the worst bug a catalog can have. So nothing is trusted over a statement that the
catalog did not send itself, nor over a rollback, a savepoint or a new transaction, be it on the
migration's own connection or on another one of the same engine.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

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
    """Answers remembered for as long as nothing on the engine can have changed the database."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._reading = False
        self._watched: Connection | None = None

    def watch(self, connection: Connection) -> None:
        """Listen to a connection and its siblings; a context may put another in place of it."""
        if connection is self._watched:
            return
        _listeners_of(connection.engine).add(self)
        self._watched = connection
        self.forget()

    def recall(self, key: Hashable, ask: Callable[[], _T]) -> _T:
        if key not in self._answers:
            with self.reading():
                answer = ask()
            self._answers[key] = answer
        return self._answers[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        self._answers.clear()

    def happened(self, connection: Connection) -> None:
        """Something was sent on a connection of the engine."""
        if not (self._reading and connection is self._watched):
            self.forget()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is sent within changes nothing, or takes it back itself."""
        outer, self._reading = self._reading, True
        try:
            yield
        finally:
            self._reading = outer


# An engine outlives the migrations on it: one set of listeners for each, however many memories.
_memories: WeakKeyDictionary[Engine, WeakSet[Memory]] = WeakKeyDictionary()


def _listeners_of(engine: Engine) -> WeakSet[Memory]:
    memories = _memories.get(engine)
    if memories is None:
        memories = _memories[engine] = WeakSet()
        told = memories

        def happened(connection: Connection, *_: Any) -> None:
            for memory in tuple(told):
                memory.happened(connection)

        for name in _EVENTS:
            event.listen(engine, name, happened)
    return memories
