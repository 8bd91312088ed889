"""A migration that is stopped after any of its statements, as by a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from servers.migration import Statements
from sqlalchemy.engine import Connection


class Stopped(Exception):
    """Nothing of the library catches it."""


@contextmanager
def before_ddl(connection: Connection, act: Callable[[int, str], Any]) -> Iterator[None]:
    """Call ``act(number, statement)`` before each schema change that is sent within."""
    sent = Statements()

    def act_before(_: Any, __: Any, statement: str, *___: Any) -> None:
        if Statements([statement]).ddl:
            sent.append(statement)
            act(len(sent), statement)

    sa.event.listen(connection, "before_cursor_execute", act_before)
    try:
        yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", act_before)


@contextmanager
def stopped_after(connection: Connection, number: int) -> Iterator[None]:
    """Stop what runs within before it can change a schema once more than so many times."""

    def act(count: int, _: str) -> None:
        if count > number:
            raise Stopped

    with before_ddl(connection, act):
        yield
