"""How the database is asked: on the migration's own connection, and once for each question."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement

from .. import upstream
from ..databases import Database, database_of
from ..databases.objects import Place
from .freshness import Memory

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Asking:
    """Asks, and remembers for as long as the answer is certain."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context
        self.database: Database = database_of(context.dialect)
        loose = functools.cache(self._loosely)
        self._name_key = functools.cache(self.database.name_key)
        self._chooses = functools.cache(self.database.chooses)
        self._chooses_key = functools.cache(self.database.chooses_key)
        self._memory = Memory(loose, self._changes_nothing)
        self._looked = False

    @property
    def context(self) -> MigrationContext:
        return self._context

    @property
    def connection(self) -> Connection:
        connection, memory = self._context.connection, self._memory
        assert connection is not None, "the engine does not ask in --sql mode"
        if self._looked:
            return connection
        if (
            connection is not memory.watched
            or connection.get_transaction() is not memory.transaction
            or memory.sent
            or memory.is_doubtful
            or memory.others
        ):
            memory.watch(connection)
        return connection

    def forget(self) -> None:
        """Drop everything that is remembered."""
        self._memory.forget()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For statements that change nothing which is remembered (settings, locks)."""
        connection = self.connection
        with self._memory.reading(), untranslated(connection):
            yield connection

    def look(self) -> None:
        """See what else may have changed since the last question."""
        mapping = self.connection.get_execution_options().get("schema_translate_map")
        if mapping is not self._memory.mapping:
            self._memory.mapping = mapping
            self._memory.schemas.clear()

    def at_once(self, judge: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """All that is asked within is about one moment: it is enough to look once."""
        self.look()
        self._looked = True
        try:
            return judge(*args, **kwargs)
        finally:
            self._looked = False

    def schema(self, schema: str | None) -> str:
        if not self._looked:
            self.look()
        return self._schema(schema)

    # Those with an underscore rely on it that somebody has just looked.

    def _schema(self, schema: str | None) -> str:
        schemas = self._memory.schemas
        if schema not in schemas:
            schemas[schema] = self._landing(schema)
        return schemas[schema]

    def _landing(self, schema: str | None) -> str:
        mapping = self._memory.mapping
        mapped = mapping.get(schema, schema) if mapping else schema
        if mapped is None:
            return self._place().schema or ""
        return self._ask(lambda c: self.database.schema_named(c, mapped))

    def _place(self) -> Place:
        place = self._memory.place
        if place is None:
            place = self._memory.place = self._ask(self.database.place)
        return place

    def _loosely(self, name: str) -> str:
        """Equal for all names that the database could ever take for one."""
        return self.database.name_key(name).casefold()

    def _changes_nothing(self, statement: ClauseElement) -> bool:
        """Whether it is about a row of Alembic's own version table."""
        return isinstance(statement, UpdateBase) and (
            statement.table is upstream.version_table(self._context)
        )

    def _ask(self, ask: Callable[[Connection], _T]) -> _T:
        with self.reading() as connection:
            return ask(connection)

    def _recall(self, key: Hashable, ask: Callable[[Connection], _T], *, lasts: bool = False) -> _T:
        """The answer to a question; one that lasts is not changed by what we do ourselves."""
        _ = self.connection  # it may be another one, of which nothing is known
        answers = self._memory.lasting if lasts else self._memory.answers
        if key not in answers:
            answers[key] = self._ask(ask)
        return answers[key]  # type: ignore[no-any-return]


@contextmanager
def untranslated(connection: Connection) -> Iterator[None]:
    """The catalog's own queries name schemas as they are.

    SQLAlchemy refuses a cached statement under a map that has ``None`` among its keys, where it was
    compiled under one that had not.
    """
    mapping = connection.get_execution_options().get("schema_translate_map")
    if not mapping:
        yield
        return
    connection.execution_options(schema_translate_map=None)
    try:
        yield
    finally:
        connection.execution_options(schema_translate_map=mapping)
