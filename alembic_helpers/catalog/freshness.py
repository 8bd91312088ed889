"""Drops what was remembered as soon as anything but our own work happens on the engine.

A stale answer is the worst bug a catalog can have. So nothing is trusted over a statement that the
catalog does not know, nor over a rollback, a savepoint or a new transaction, be it on the
migration's own connection or on another one of the same engine.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExecutionContext
from sqlalchemy.sql.elements import ClauseElement

from .names import Loose, Names
from .tables import Tables

_T = TypeVar("_T")

_TRANSACTIONS = (
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

    def __init__(self, loose: Loose, changes_nothing: Callable[[ClauseElement], bool]) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._lasting: dict[Hashable, Any] = {}
        self.names = Names(loose)
        self.tables = Tables(loose)
        self._changes_nothing = changes_nothing
        self._reading = False
        self._written: list[ClauseElement | None] | None = None
        self._watched: Connection | None = None

    def watch(self, connection: Connection) -> None:
        """Listen to a connection and its siblings; a context may put another in place of it."""
        if connection is self._watched:
            if self._written:  # asked between two statements that are ours
                self.happened(connection)
                self.forget()
            return
        _listeners_of(connection.engine).add(self)
        self._watched = connection
        self.forget()

    def recall(self, key: Hashable, ask: Callable[[], _T], *, lasts: bool = False) -> _T:
        """The answer to a question; one that lasts is not changed by what we do ourselves."""
        answers = self._lasting if lasts else self._answers
        if key not in answers:
            with self.reading():
                answer = ask()
            answers[key] = answer
        return answers[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        self._lasting.clear()
        self.forget_answers()
        self.names.forget()
        self.tables.forget()

    def forget_answers(self) -> None:
        """Drop what any change of a table may change; names and tables are kept up themselves."""
        self._answers.clear()

    def happened(self, connection: Connection, statement: ClauseElement | None = None) -> None:
        """Something was sent on a connection of the engine; a text is no statement."""
        if connection is self._watched:
            if self._reading:
                return
            if self._written is not None:
                self._written.append(statement)
                return
            if statement is not None and self._changes_nothing(statement):
                return
        self.forget()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is sent within changes nothing, or takes it back itself."""
        outer, self._reading = self._reading, True
        try:
            yield
        finally:
            self._reading = outer

    @contextmanager
    def writing(self) -> Iterator[list[ClauseElement | None]]:
        """What is sent within is collected; ``None`` for what is not known."""
        outer, self._written = self._written, []
        try:
            yield self._written
        except BaseException:
            self.forget()
            raise
        finally:
            if outer is not None:
                outer.extend(self._written)
            self._written = outer


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

        def executed(
            connection: Connection, _c: Any, _s: str, _p: Any, context: ExecutionContext, _m: bool
        ) -> None:
            compiled = context.compiled
            for memory in tuple(told):
                memory.happened(connection, compiled.statement if compiled else None)

        for name in _TRANSACTIONS:
            event.listen(engine, name, happened)
        event.listen(engine, "before_cursor_execute", executed)
    return memories
