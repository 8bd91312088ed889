"""The choke point and its judges. Importing the package registers every judge."""

from . import (
    alterations,
    columns,
    constraints,
    enums,
    indexes,
    rows,
    schemas,
    tables,
    views,
    written,
)
from .operations import IdempotentOperations, current_operations, operations_for, procedures

__all__ = [
    "IdempotentOperations",
    "alterations",
    "columns",
    "constraints",
    "current_operations",
    "enums",
    "indexes",
    "operations_for",
    "procedures",
    "rows",
    "schemas",
    "tables",
    "views",
    "written",
]
