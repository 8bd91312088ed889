"""SQL Server. No live server was asked: what is here is from its manual."""

from __future__ import annotations

import re

from .base import Database

_CREATE_INDEX = re.compile(r"\s*CREATE\s+(UNIQUE\s+)?(NON)?(CLUSTERED\s+)?INDEX\b", re.IGNORECASE)


class SQLServer(Database):
    title = "SQL Server"

    @property
    def online_reason(self) -> str | None:
        return None

    def online_sql(self, statement: str) -> str:
        """Refused by all editions but Enterprise, Developer and Azure (error 1712).

        https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
        """
        if _CREATE_INDEX.match(statement):
            return f"{statement} WITH (ONLINE = ON)"
        return statement
