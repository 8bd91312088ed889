"""What is done while others write, and the engine as ``op`` and all that is above it reach it.

What is done online is loaded where it is asked for, by a function of its own or by Alembic's flag;
how all is written, where there is a script to write.
"""

from __future__ import annotations

from typing import Any

from alembic.operations import ops

from .. import engine
from ..engine import IdempotentOperations, procedures


def current_operations(caller: str) -> IdempotentOperations:
    """The engine of the migration that is running now; raises when nothing is migrating."""
    operations = engine.current_operations(caller)
    if operations.offline:
        from ..engine import written as ours  # noqa: F401
        from . import backfill_written, written  # noqa: F401
    return operations


@procedures.register(ops.CreateIndexOp, ops.DropIndexOp)
def _index(operation: ops.CreateIndexOp | ops.DropIndexOp, operations: IdempotentOperations) -> Any:
    """Online where Alembic's own flag asks for it, on the database that the flag is for."""
    keywords = operations.catalog.database.concurrently
    if not keywords or not all(operation.kw.get(name) for name in keywords):
        return operations.do(operation)
    from .conduct import conduct
    from .indexes import by_flag

    return conduct(by_flag(operation), operations)


__all__ = ["IdempotentOperations", "current_operations"]
