"""The choke point and the judges of Alembic's own operations, which importing it registers.

The judges of an operation of ours are registered by the module that defines it; how both are
written in a script by ``written``.
"""

from . import alterations, columns, constraints, indexes, rows, tables
from .operations import IdempotentOperations, current_operations, operations_for, procedures

__all__ = [
    "IdempotentOperations",
    "alterations",
    "columns",
    "constraints",
    "current_operations",
    "indexes",
    "operations_for",
    "procedures",
    "rows",
    "tables",
]
