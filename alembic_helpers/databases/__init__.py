"""Everything that only one database knows: one package for each, chosen here."""

from __future__ import annotations

from sqlalchemy.engine import Dialect

from .base import Database, NoTwin, Rebuild, Step
from .mssql import SQLServer
from .mysql import MariaDB, MySQL
from .oracle import Oracle
from .postgresql import PostgreSQL
from .sqlite import SQLite

_BY_DIALECT: dict[str, type[Database]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
    "mysql": MySQL,
    "mariadb": MariaDB,
    "mssql": SQLServer,
    "oracle": Oracle,
}


def database_of(dialect: Dialect) -> Database:
    """The database behind a dialect. A MariaDB server may be reached through ``mysql://``."""
    if getattr(dialect, "is_mariadb", False):
        return MariaDB(dialect)
    return _BY_DIALECT.get(dialect.name, Database)(dialect)


__all__ = [
    "Database",
    "MariaDB",
    "MySQL",
    "NoTwin",
    "Oracle",
    "PostgreSQL",
    "Rebuild",
    "SQLServer",
    "SQLite",
    "Step",
    "database_of",
]
