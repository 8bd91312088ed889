"""SQLite: its own ``IF [NOT] EXISTS`` for tables, indexes and views; no script can ask more.

Nor can a script leave out what an already recorded revision did: what is made is made again and
dropped again by the revision that dropped it. A table that is dropped and then made once more would
lose its rows on the second run, so that is refused.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

from sqlalchemy import schema as ddl
from sqlalchemy.sql.dml import Insert

from ...databases import Database
from ..questions import Guard, NoGuard, Question, Statement
from .base import Writer


@functools.singledispatch
def native(construct: Any) -> str | None:
    """The flag with which a construct asks for itself."""
    return None


@native.register(ddl.CreateTable)
@native.register(ddl.CreateIndex)
def _create(construct: Any) -> str:
    return "if_not_exists"


@native.register(ddl.DropTable)
@native.register(ddl.DropIndex)
def _drop(construct: Any) -> str:
    return "if_exists"


class SQLiteWriter(Writer):
    together = (("BEGIN;",), ("COMMIT;",))

    def __init__(self, database: Database, separator: str = "") -> None:
        super().__init__(database, separator)
        self._dropped: set[str] = set()

    def block(self, statement: Statement, guard: Guard, pending: Question | None) -> str:
        construct = statement.construct
        if isinstance(construct, Insert) and construct.select is not None:
            asked = "" if pending is None else f" AND {self._inner(pending)}"
            return self.plain(statement.sql + asked)
        flag = native(construct)
        if flag is None:
            raise NoGuard("SQLite can only ask for tables, indexes and views")
        if isinstance(construct, (ddl.CreateTable, ddl.DropTable)):
            self._remember(construct)
        asking = copy.copy(construct)
        setattr(asking, flag, True)
        return self.plain(str(asking.compile(dialect=self.database.dialect)).strip())

    def _remember(self, construct: ddl.CreateTable | ddl.DropTable) -> None:
        table = construct.element.fullname.lower()
        if isinstance(construct, ddl.DropTable):
            self._dropped.add(table)
        elif table in self._dropped:
            raise NoGuard(
                f"this script has dropped {construct.element.fullname!r} before; run twice, it "
                "would drop what it makes here, with all its rows"
            )
