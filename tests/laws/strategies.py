"""Hypothesis strategies for migrations: what is there before, and a revision that changes it.

The revision can be run again at any point of it: nothing that it makes, changes or refers to is
renamed or dropped in it (``engine/undoing.py`` says why, and warns of those that do). Whatever is
drawn is valid: plain Alembic runs it on a fresh database, and no row stands against a constraint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

from .changes import Revision
from .model import Table
from .operations import Batch, Operation, creation
from .shown import Shown

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, repr=False)
class Scenario(Shown):
    """Tables that are there, a revision, and what the tables are after it."""

    before: tuple[Table, ...]
    upgrade: tuple[Operation, ...]
    downgrade: tuple[Operation, ...]
    """Empty where the revision cannot be undone without loss."""
    after: tuple[Table, ...]
    has_convention: bool
    schema: str | None = None

    def __repr__(self) -> str:
        parts = {"before": self.before, "upgrade": self.upgrade, "downgrade": self.downgrade}
        listed = "".join(
            f"\n  {part}:" + "".join(f"\n    {item!r}" for item in items)
            for part, items in parts.items()
        )
        return f"Scenario, convention={self.has_convention}, schema={self.schema!r}:{listed}"

    @property
    def options(self) -> dict[str, Any]:
        """Those of ``context.configure``."""
        convention = CONVENTION if self.has_convention else None
        return {"target_metadata": sa.MetaData(naming_convention=convention)}

    @property
    def creation(self) -> tuple[Operation, ...]:
        """What makes the tables that are there before."""
        return tuple(o for table in self.before for o in creation(table))

    @property
    def flat_upgrade(self) -> Iterator[Operation]:
        """The upgrade's operations, those of its batches one by one."""
        for operation in self.upgrade:
            yield from operation.operations if isinstance(operation, Batch) else [operation]


@st.composite
def scenarios(
    draw: st.DrawFn,
    dialect: Dialect,
    *,
    schema: str | None = None,
    reversible: bool = False,
    hostile: bool = True,
) -> Scenario:
    """Scenarios for a database; ``reversible``: with a downgrade that ends where it began."""
    has_convention = draw(st.booleans())
    revision = Revision(
        draw,
        dialect,
        schema=schema,
        has_convention=has_convention,
        reversible=reversible,
        hostile=hostile,
    )
    before = tuple(revision.table_before() for _ in range(draw(st.integers(1, 2))))
    for _ in range(draw(st.integers(1, 6))):
        revision.change()
    return Scenario(
        before,
        tuple(draw(in_batches(revision.upgrade))),
        tuple(draw(in_batches(list(reversed(revision.downgrade))))) if reversible else (),
        tuple(table.final for table in revision.tables.values()),
        has_convention,
        schema,
    )


def in_batches(operations: list[Operation]) -> st.SearchStrategy[list[Operation]]:
    """The operations one by one, or neighbours on one table within ``batch_alter_table``."""
    return st.booleans().map(lambda batched: _batched(operations) if batched else operations)


def _batched(operations: list[Operation]) -> list[Operation]:
    batches: list[Operation] = []
    for operation in operations:
        last = batches[-1] if batches else None
        if not operation.batchable:
            batches.append(operation)
        elif isinstance(last, Batch) and last.table == operation.table:
            batches[-1] = Batch(last.table, (*last.operations, operation))
        else:
            batches.append(Batch(operation.table, (operation,)))
    return batches
