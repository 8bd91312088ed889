"""Oracle. No live server was asked: what is here is from its manual."""

from __future__ import annotations

import re

from .base import Database

_INDEX = re.compile(r"\s*(CREATE\s+(UNIQUE\s+|BITMAP\s+)?|DROP\s+)INDEX\b", re.IGNORECASE)


class Oracle(Database):
    title = "Oracle"

    @property
    def online_reason(self) -> str | None:
        return None

    def online_sql(self, statement: str) -> str:
        """Refused by all editions but Enterprise (ORA-00439).

        https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-INDEX.html
        """
        return f"{statement} ONLINE" if _INDEX.match(statement) else statement
