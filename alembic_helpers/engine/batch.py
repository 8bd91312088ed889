"""Batches: collected, judged in order against the table as the earlier operations leave it.

Only what remains goes into Alembic's own batch; if nothing remains, the table is not touched.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.operations import BatchOperations, MigrateOperation, Operations, ops

from ..catalog import Overlay, Site
from ..databases import Step
from ..databases.objects import Table
from .common import visible_table
from .forecast import after, named_by_convention
from .judgement import Judgement, Verdict, judges
from .undoing import Caller, Line


@dataclass(frozen=True)
class Batch:
    """What ``batch_alter_table`` was called with; ``options`` holds all of it, by name."""

    table_name: str
    schema: str | None
    options: Mapping[str, Any]

    @classmethod
    def of(cls, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Batch:
        bound = inspect.signature(function).bind(None, *args, **kwargs).arguments
        options = {name: value for name, value in bound.items() if name != "self"}
        return cls(options["table_name"], options.get("schema"), options)

    @property
    def recreate(self) -> str:
        recreate: str = self.options.get("recreate", "auto")
        return recreate

    def table(self, site: Site) -> Table | None:
        """The table as it is now, its unnamed constraints named as the batch was told to."""
        table = visible_table(self.table_name, self.schema, site)
        convention = self.options.get("naming_convention")
        if table is not None and convention:
            return named_by_convention(table.whole, convention, site)
        return table.whole if table is not None else None

    @classmethod
    def around(cls, operation: MigrateOperation) -> Batch:
        """The batch that a single operation needs."""
        if isinstance(operation, ops.CreateForeignKeyOp):
            name, schema = operation.source_table, operation.kw.get("source_schema")
        else:
            name, schema = operation.table_name, operation.schema  # type: ignore[attr-defined]
        return cls(name, schema, {"table_name": name, "schema": schema})


@dataclass(frozen=True)
class Collected:
    """One operation of a batch, and the user's line that called it."""

    operation: MigrateOperation
    line: Line


class CollectingBatch(BatchOperations):
    """What the user's ``with`` block gets: it keeps the operations until the block ends."""

    def __init__(self, operations: Operations, batch: Batch) -> None:
        # Alembic's batch operations read the table's name and schema from their impl.
        super().__init__(operations.migration_context, impl=batch)  # type: ignore[arg-type]
        self._operations = operations
        self._caller = Caller()
        self.collected: list[Collected] = []

    def invoke(self, operation: MigrateOperation) -> Any:
        if isinstance(operation, ops.ExecuteSQLOp):  # Alembic sends it at once, too
            return self._operations.invoke(operation)
        self.collected.append(Collected(operation, self._caller.line(operation)))
        return None


@dataclass
class Plan:
    """What a batch comes to: each operation with its verdict, and what is to be sent."""

    judged: list[tuple[Collected, Judgement | None]] = field(default_factory=list)
    """``None``: an operation that is not ours to judge, and is sent as it is."""
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch, collected: Sequence[Collected], site: Site) -> Plan:
        """Judge the operations one after another, each on what the earlier ones leave."""
        plan = cls()
        table = batch.table(site)
        door = site.door if table is None else Overlay(site.door, table)
        remaining: list[MigrateOperation] = []
        for item in collected:
            judge = judges.of(item.operation)
            judgement = judge(item.operation, Site(door, site.context)) if judge else None
            plan.judged.append((item, judgement))
            left = judgement.remaining if judgement else (item.operation,)
            remaining += left
            if isinstance(door, Overlay):
                for operation in left:
                    door.replaced = after(operation, door.replaced, site)
                if isinstance(item.operation, ops.AlterColumnOp) and item.operation.modify_name:
                    # The rest of the batch may use the old name, also when the rename is done.
                    old, new = item.operation.column_name, item.operation.modify_name
                    door.replaced = door.replaced.aliased(old, new)
        if remaining or _options_ask(batch, table):
            plan.steps = site.database.steps(remaining, batch.recreate)
        return plan

    @property
    def building(self) -> Judgement | None:
        """One that waits for another session."""
        judgements = (judgement for _, judgement in self.judged if judgement)
        return next((j for j in judgements if j.verdict is Verdict.BUILDING), None)


def _options_ask(batch: Batch, table: Table | None) -> bool:
    """Whether the options themselves still have something to do."""
    options = batch.options
    if options.get("recreate") != "always" or table is None:
        return False
    order = [table.key(column.name) for column in table.columns]
    for wanted in options.get("partial_reordering") or ():
        places = [order.index(table.key(name)) for name in wanted if table.key(name) in order]
        if places != sorted(places):
            return True
    given = options.get("table_args") or ()
    names = [arg.name for arg in given if isinstance(arg, sa.Constraint)]
    if any(name is None or table.constraint(str(name)) is None for name in names):
        return True
    return bool(options.get("table_kwargs") or options.get("copy_from") is not None)
