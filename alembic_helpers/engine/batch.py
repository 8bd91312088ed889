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

from ..catalog import Overlay
from ..databases import Step
from ..databases.objects import Table
from .common import visible_table
from .forecast import after, named_by_convention
from .judgement import Judgement, Site, judges


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
            return named_by_convention(table, convention, site)
        return table

    @classmethod
    def around(cls, operation: MigrateOperation) -> Batch:
        """The batch that a single operation needs."""
        if isinstance(operation, ops.CreateForeignKeyOp):
            name, schema = operation.source_table, operation.kw.get("source_schema")
        else:
            name, schema = operation.table_name, operation.schema  # type: ignore[attr-defined]
        return cls(name, schema, {"table_name": name, "schema": schema})


class CollectingBatch(BatchOperations):
    """What the user's ``with`` block gets: it keeps the operations until the block ends."""

    def __init__(
        self,
        operations: Operations,
        batch: Batch,
        noticed: Callable[[MigrateOperation], None],
    ) -> None:
        # Alembic's batch operations read the table's name and schema from their impl.
        super().__init__(operations.migration_context, impl=batch)  # type: ignore[arg-type]
        self._operations = operations
        self._noticed = noticed
        self.collected: list[MigrateOperation] = []

    def invoke(self, operation: MigrateOperation) -> Any:  # type: ignore[override]
        if isinstance(operation, ops.ExecuteSQLOp):  # Alembic sends it at once, too
            return self._operations.invoke(operation)
        self._noticed(operation)
        self.collected.append(operation)
        return None


@dataclass
class Plan:
    """What a batch comes to: the verdicts, and what is to be sent, in which steps."""

    batch: Batch
    judgements: list[Judgement] = field(default_factory=list)
    unjudged: list[MigrateOperation] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, batch: Batch, operations: Sequence[MigrateOperation], site: Site) -> Plan:
        """Judge the operations one after another, each on what the earlier ones leave."""
        plan = cls(batch)
        table = batch.table(site)
        door = site.door if table is None else Overlay(site.door, table)
        remaining: list[MigrateOperation] = []
        for operation in operations:
            judge = judges.of(operation)
            if judge is None:
                plan.unjudged.append(operation)
                remaining.append(operation)
                continue
            judgement = judge(operation, Site(door, site.context))
            plan.judgements.append(judgement)
            remaining += judgement.remaining
            if isinstance(door, Overlay):
                for step in judgement.remaining:
                    door.replaced = after(step, door.replaced, site)
        if remaining or _options_ask(batch, table):
            plan.steps = site.database.steps(remaining, batch.recreate)
        return plan


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
