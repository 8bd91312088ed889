"""How what Alembic lacks reaches the engine."""

from __future__ import annotations

from ..engine.common import HelperOperation
from ..online import current_operations
from ..outcomes import Outcome


def invoke(caller: str, operation: HelperOperation) -> Outcome:
    operations = current_operations(caller)
    operation.require(operations.catalog.database)
    operations.invoke(operation)
    return operations.last_outcome
