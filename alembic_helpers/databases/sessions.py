"""Sessions and their locks: how long one waits, who is in the way, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from ..errors import Blocker
from .objects import ConstraintType


def ask(connection: Connection, query: sa.TextClause, **parameters: Any) -> sa.CursorResult[Any]:
    """Send what names no table of the user's, whatever ``schema_translate_map`` says.

    SQLAlchemy refuses a cached statement under a map that has ``None`` among its keys, where it was
    compiled under one that had not.
    """
    options = {"schema_translate_map": None}
    return connection.execute(query, parameters, execution_options=options)


class Sessions:
    """As of a database of which nothing else is known: it waits as long as it does by itself."""

    dialect: Dialect

    concurrently: ClassVar[dict[str, Any]] = {}
    """Alembic's keywords for an index that is built beside the writers, outside a transaction."""
    not_valid: ClassVar[dict[str, Any]] = {}
    """Alembic's keywords for a constraint whose rows are checked later."""
    alters_online = False
    """Is there a way to add a constraint, or NOT NULL, and read the rows while others write?"""
    writes_one_at_a_time = False
    """Does any write keep all others waiting, so that there is nothing to gain?"""
    adopts_indexes = False
    """Can a unique constraint be made of a unique index that is there?"""

    @property
    def online_reason(self) -> str | None:
        """Why nothing can be done online; ``None`` where something can."""
        return "what it can do without blocking writers is not known"

    @property
    def has_not_null_constraints(self) -> bool:
        """Is NOT NULL a constraint with a name, whose rows can be checked later?"""
        return False

    def copies_table_for(self, type_: ConstraintType) -> bool:
        """Does a constraint of that type need a copy of the table, which keeps writers out?"""
        return False

    def online_sql(self, statement: str) -> str:
        """A DDL statement with the words that make it refuse to block writers."""
        return statement

    def session_id(self, connection: Connection) -> int | None:
        return None

    @contextmanager
    def lock_timeout(self, connection: Connection, seconds: float | None) -> Iterator[None]:
        """How long a statement within waits for a lock; ``None``: as long as it takes.

        Whatever happens, the session is left with the settings that it had.
        """
        yield

    def may_wait(self, connection: Connection) -> bool:
        """Whether the session can sleep without holding back others."""
        return True

    def still_building(self, connection: Connection, sessions: Sequence[int]) -> bool:
        """Whether one of the sessions that were building an index may still be."""
        return False

    def try_lock(self, connection: Connection, name: str) -> bool:
        """Take the turn at a thing of that name, without waiting; true where there are no turns."""
        return True

    def unlock(self, connection: Connection, name: str) -> None:
        """Give the turn back."""

    def blockers(
        self, connection: Connection, tables: Sequence[tuple[str, str]], *, readers: bool
    ) -> list[Blocker]:
        """Who holds locks on tables (schema, name); ``readers``: those that only read as well."""
        return []

    def progress(self, connection: Connection, session: int) -> str:
        """How far another session is with what it builds, and who holds it up, in words."""
        return ""

    def is_lock_failure(self, error: sa.exc.DBAPIError) -> bool:
        """A lock that was not had in time, or a deadlock: another try may do."""
        return False

    def is_violation(self, error: sa.exc.DBAPIError) -> bool:
        """Rows that a constraint does not allow."""
        return isinstance(error, sa.exc.IntegrityError)

    def online_refusal(self, error: sa.exc.DBAPIError) -> str | None:
        """Why the server will not do it without blocking writers; ``None``: another error."""
        return None
