"""An operation in the words of the log, for those that no judge describes."""

from __future__ import annotations

import functools
import re

from alembic.operations import MigrateOperation

from .common import HelperOperation, qualified

_NAMES = ("index_name", "constraint_name", "column_name", "name")


def operation_name(operation: MigrateOperation) -> str:
    """``AddColumnOp`` -> ``add_column``."""
    return _worded(type(operation).__name__)


@functools.cache
def _worded(name: str) -> str:
    if name == "ExecuteSQLOp":
        return "execute"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix("Op")).lower()


def target_name(operation: MigrateOperation) -> str:
    """Schema, table and object, as far as known. Never SQL text: it may be secret."""
    schema = getattr(operation, "schema", None)
    table = getattr(operation, "table_name", None)
    named = [operation, getattr(operation, "column", None)]
    own = next((n for o in named for n in (getattr(o, a, None) for a in _NAMES) if n), None)
    return qualified(*(str(part) for part in (schema, table, own) if part))


def described(operation: MigrateOperation) -> str:
    """Both, as one."""
    words = operation.words if isinstance(operation, HelperOperation) else ""
    return words or f"{operation_name(operation)} {target_name(operation)}".rstrip()
