"""How a script asks, and what it does with the answer: one module for each kind of database."""

from __future__ import annotations

from importlib import import_module

from alembic.runtime.migration import MigrationContext

from ...databases import database_of
from ...errors import OfflineError
from .base import Writer

_BY_DIALECT = {
    "sqlite": ("sqlite", "SQLiteWriter"),
    "postgresql": ("postgresql", "PostgreSQLWriter"),
    "mysql": ("mysql", "MySQLWriter"),
    "mariadb": ("mysql", "MariaDBWriter"),
    "mssql": ("mssql", "SQLServerWriter"),
    "oracle": ("oracle", "OracleWriter"),
}


def writer_of(context: MigrationContext) -> Writer:
    """The writer for a context. A script for MariaDB is asked for as ``mariadb://``."""
    dialect = context.dialect
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    if name not in _BY_DIALECT:
        raise OfflineError(
            f"--sql: no guards are known for {dialect.name}; run the revisions online, or take "
            "Alembic's plain SQL: Settings(offline=Offline.UNGUARDED)"
        )
    separator = getattr(context.impl, "batch_separator", "")
    module, class_name = _BY_DIALECT[name]
    writer: type[Writer] = getattr(import_module(f"{__name__}.{module}"), class_name)
    return writer(database_of(dialect), separator)


__all__ = ["Writer", "writer_of"]
