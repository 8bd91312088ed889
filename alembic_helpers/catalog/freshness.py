"""Drops what was remembered as soon as anything but our own work happens on the engine.

A stale answer is the worst bug a catalog can have. So nothing is trusted over a statement that the
catalog does not know, nor over a rollback, a savepoint or a new transaction, be it on the
migration's own connection or on another one of the same engine.

Listened to is the dialect, not the engine: an engine that has a listener takes a longer way through
SQLAlchemy with each statement. A savepoint is a statement; the end of a transaction shows in the
connection, which has no transaction afterwards, or another one. What another connection has sent
before anything was asked here is like a stranger's work: its commit is not heard, but when the
connection is given back, or a new transaction begins here, nothing is trusted either.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, ref

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, ExecutionContext, RootTransaction
from sqlalchemy.sql.elements import ClauseElement

from .. import upstream
from ..databases.objects import Place
from .names import Key, Loose, Names
from .tables import Tables

Sent = list[ClauseElement | None]
"""Statements; ``None`` for one that is not known."""

_SENT = ("do_execute", "do_execute_no_params", "do_executemany")


class Memory:
    """Answers remembered for as long as nothing on the engine can have changed the database."""

    def __init__(self, loose: Loose, changes_nothing: Callable[[ClauseElement], bool]) -> None:
        self.answers: dict[Hashable, Any] = {}
        """Those that any change of a table may change; names and tables are kept up themselves."""
        self.lasting: dict[Hashable, Any] = {}
        self.place: Place | None = None
        self.mapping: Mapping[str | None, str | None] | None = None
        """The ``schema_translate_map`` that the schemas went through."""
        self.schemas: dict[str | None, str] = {}
        """As the server keeps them, by what the operations call them."""
        key: Key = functools.cache(lambda name, schema: (loose(schema), loose(name)))
        self.names = Names(loose, key)
        self.tables = Tables(key)
        self._changes_nothing = changes_nothing
        self._reading = False
        self.sent: Sent | None = None
        """By our own operation that is at work, if one is."""
        self.watched: Connection | None = None
        """Of what happens on another one nothing is known yet."""
        self.transaction: RootTransaction | None = None
        """The one in which everything was learned."""
        self.others: set[ReferenceType[Connection]] = set()
        """Those that have sent something, and may still commit or take it back."""
        self.is_doubtful = False
        """Has another connection done something? It may be another thread's, at any moment: what is
        remembered is forgotten by the one who asks, before the next question."""

    def watch(self, connection: Connection) -> None:
        """Forget what is no longer certain.

        A context may put another connection in place of its first; a transaction may have ended; or
        something is asked between two statements of one operation.
        """
        transaction = connection.get_transaction()
        if connection is not self.watched:
            _listen(connection, self)
            self.watched = connection
        elif self.sent:
            self.happened(connection)
        elif transaction is self.transaction and not self._others_did_something():
            return
        self.transaction = transaction
        self.forget()

    def _others_did_something(self) -> bool:
        doubtful, self.is_doubtful = self.is_doubtful, False
        ended = {o for o in tuple(self.others) if not ((it := o()) and it.in_transaction())}
        self.others -= ended
        return doubtful or bool(ended)

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
        else:
            self.others.add(ref(connection))
            self.is_doubtful = True

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is sent within changes nothing, or takes it back itself."""
        outer, self._reading = self._reading, True
        try:
            yield
        finally:
            self._reading = outer
            if self.transaction is None and self.watched is not None:  # it has begun with this
                self.transaction = self.watched.get_transaction()

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

    def given_back(self, *_: Any) -> None:
        """A connection was, of which nothing may have been heard before."""
        for known in self.memories:
            memory = known()
            if memory is not None:
                memory.is_doubtful = True

    def executed(self, *arguments: Any) -> None:
        context: ExecutionContext = arguments[-1]
        connection, compiled = context.root_connection, context.compiled
        for known in self.memories:
            memory = known()
            if memory is not None:
                memory.happened(connection, compiled.statement if compiled else None)

    def about_to_execute(self, *arguments: Any) -> None:
        self.executed(*arguments[:-1])


# An engine outlives the migrations on it: one set of listeners for each, however many memories.
_told: WeakKeyDictionary[Dialect, _Told] = WeakKeyDictionary()


def _listen(connection: Connection, memory: Memory) -> None:
    dialect = connection.dialect
    told = _told.get(dialect)
    if told is None:
        told = _told[dialect] = _Told()
        engine = upstream.whole_engine(connection.engine)
        if upstream.has_listeners(dialect, _SENT):  # which might not let us hear
            event.listen(engine, "before_cursor_execute", told.about_to_execute)
        else:
            for name in _SENT:
                event.listen(dialect, name, told.executed)
        event.listen(engine, "checkin", told.given_back)
    told.add(memory)
