"""Everything that only one database knows: one package for each, loaded when it is chosen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy.engine import Dialect

from ..loading import lazily
from .base import Database, NoTwin, Rebuild, Step

if TYPE_CHECKING:
    from .mssql import SQLServer
    from .mysql import MariaDB, MySQL
    from .oracle import Oracle
    from .postgresql import PostgreSQL
    from .sqlite import SQLite

_BY_DIALECT = {
    "sqlite": ("sqlite", "SQLite"),
    "postgresql": ("postgresql", "PostgreSQL"),
    "mysql": ("mysql", "MySQL"),
    "mariadb": ("mysql", "MariaDB"),
    "mssql": ("mssql", "SQLServer"),
    "oracle": ("oracle", "Oracle"),
}


def database_of(dialect: Dialect) -> Database:
    """The database behind a dialect. A MariaDB server may be reached through ``mysql://``."""
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    if name not in _BY_DIALECT:
        return Database(dialect)
    module, class_name = _BY_DIALECT[name]
    database: type[Database] = getattr(import_module(f"{__name__}.{module}"), class_name)
    return database(dialect)


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

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(
        __name__, __all__, ("sqlite", "postgresql", "mysql", "mssql", "oracle")
    )
