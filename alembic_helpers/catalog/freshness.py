"""Drops what was remembered as soon as anything but our own work happens on the engine.

A stale answer is the worst bug a catalog can have. So nothing is trusted over a statement that the
catalog does not know, nor over a rollback, a savepoint or a new transaction, be it on the
migration's own connection or on another one of the same engine.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExecutionContext
from sqlalchemy.sql.elements import ClauseElement

from .. import upstream
from ..databases.objects import Place
from .names import Key, Loose, Names
from .tables import Tables

Sent = list[ClauseElement | None]
"""Statements; ``None`` for one that is not known."""

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
        self.answers: dict[Hashable, Any] = {}
        """Those that any change of a table may change; names and tables are kept up themselves."""
        self.lasting: dict[Hashable, Any] = {}
        self.place: Place | None = None
        self.schemas: dict[str | None, str] = {}
        """As the server keeps them."""
        key: Key = functools.cache(lambda name, schema: (loose(schema), loose(name)))
        self.names = Names(loose, key)
        self.tables = Tables(key)
        self._changes_nothing = changes_nothing
        self._reading = False
        self.sent: Sent | None = None
        """By our own operation that is at work, if one is."""
        self.watched: Connection | None = None
        """Of what happens on another one nothing is known yet."""

    def watch(self, connection: Connection) -> None:
        """Listen to a connection and its siblings; a context may put another in place of it."""
        if connection is self.watched:
            if self.sent:  # asked between two statements that are ours
                self.happened(connection)
                self.forget()
            return
        _listen(upstream.whole_engine(connection.engine), self)
        self.watched = connection
        self.forget()

    def forget(self) -> None:
        self.place = None
        self.schemas.clear()
        self.lasting.clear()
        self.answers.clear()
        self.names.forget()
        self.tables.forget()

    def happened(self, connection: Connection, statement: ClauseElement | None = None) -> None:
        """Something was sent on a connection of the engine; a text is no statement."""
        if connection is self.watched:
            if self._reading:
                return
            if self.sent is not None:
                self.sent.append(statement)
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

    def writing(self, follow: Callable[[Sent], None]) -> Writing:
        """What is sent within is collected, for ``follow`` at the end."""
        return Writing(self, follow)


class Writing:
    """While our own operation is at work; a class, because there is one for each operation."""

    def __init__(self, memory: Memory, follow: Callable[[Sent], None]) -> None:
        self._memory = memory
        self._follow = follow

    def __enter__(self) -> None:
        self._outer, self._memory.sent = self._memory.sent, []

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        sent, self._memory.sent = self._memory.sent or [], self._outer
        if self._outer is not None:
            self._outer.extend(sent)
        if error is None:
            self._follow(sent)
        else:
            self._memory.forget()


class _Told:
    """The memories that are told of all that happens on an engine.

    A memory may go at any moment, in the midst of a loop too: so this is a tuple that is replaced.
    """

    def __init__(self) -> None:
        self.memories: tuple[ReferenceType[Memory], ...] = ()

    def add(self, memory: Memory) -> None:
        kept = [known for known in self.memories if known() not in (None, memory)]
        self.memories = (*kept, ref(memory, self._remove))

    def _remove(self, gone: ReferenceType[Memory]) -> None:
        self.memories = tuple([known for known in self.memories if known is not gone])

    def happened(self, connection: Connection, *_: Any) -> None:
        for known in self.memories:
            memory = known()
            if memory is not None:
                memory.happened(connection)

    def executed(
        self,
        connection: Connection,
        _cursor: Any,
        _statement: str,
        _parameters: Any,
        context: ExecutionContext,
        _many: bool,
    ) -> None:
        compiled = context.compiled
        for known in self.memories:
            memory = known()
            if memory is not None:
                memory.happened(connection, compiled.statement if compiled else None)


# An engine outlives the migrations on it: one set of listeners for each, however many memories.
_told: WeakKeyDictionary[Engine, _Told] = WeakKeyDictionary()


def _listen(engine: Engine, memory: Memory) -> None:
    told = _told.get(engine)
    if told is None:
        told = _told[engine] = _Told()
        for name in _TRANSACTIONS:
            event.listen(engine, name, told.happened)
        event.listen(engine, "before_cursor_execute", told.executed)
    told.add(memory)
