"""The index of a partitioned table: each partition's part is built by itself, then attached.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alembic.operations import MigrateOperation, Operations, ops

from ..catalog import Site
from ..compare.asked import index_name
from ..databases.objects import Kind, Partition, Table
from ..engine.common import HelperOperation, at, changed, landing, send, visible_table
from ..engine.judgement import Judgement, Verdict, building, partial
from ..engine.judgement import judged as judged_by
from ..errors import OnlineNotSupported
from .ddl import AttachIndex, CreateIndexOnly, Reindex
from .operation import with_keywords

if TYPE_CHECKING:
    from .indexes import CreateIndexOnlineOp


@dataclass
class CreateIndexOnlyOp(HelperOperation):
    """The index of the partitioned table alone, invalid until every partition has its part."""

    plain: ops.CreateIndexOp

    @property
    def index_name(self) -> str | None:
        return self.plain.index_name


@dataclass
class AttachIndexOp(HelperOperation):
    index_name: str
    schema: str | None
    part: str
    part_schema: str


@dataclass
class ReindexOp(HelperOperation):
    """Make an invalid index valid where it is; it may be attached, so that it cannot be dropped."""

    index_name: str
    schema: str
    is_concurrent = True


PARTS = (CreateIndexOnlyOp, AttachIndexOp, ReindexOp)


@Operations.implementation_for(CreateIndexOnlyOp)
def _create(operations: Operations, operation: CreateIndexOnlyOp) -> None:
    index = operation.plain.to_index(operations.migration_context)
    send(operations, CreateIndexOnly(index))


@Operations.implementation_for(AttachIndexOp)
def _attach(operations: Operations, operation: AttachIndexOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(
        operations,
        AttachIndex(schema, operation.index_name, operation.part_schema, operation.part),
    )


@Operations.implementation_for(ReindexOp)
def _reindex(operations: Operations, operation: ReindexOp) -> None:
    send(operations, Reindex(operation.schema, operation.index_name))


def of(table: str, schema: str | None, site: Site) -> tuple[Partition, ...] | None:
    """The partitions of a table; ``None`` for one that is not partitioned, or not there."""
    there = visible_table(table, schema, site) if table else None
    return site.door.partitions(there.name, there.schema) if there is not None else None


def judged(
    operation: CreateIndexOnlineOp, table: Table, parts: Sequence[Partition], site: Site
) -> Judgement:
    """The first step that is missing: the whole, or in the first partition that is not done."""
    asked = landing(operation.plain, table, site)
    plain = operation.judged(asked, site)
    found = table.index(index_name(asked.to_index(site.context), site) or "")
    if plain.verdict is Verdict.ABSENT:
        return replace(plain, remaining=(CreateIndexOnlyOp(asked),))
    if found is None or found.valid or not found.partitioned:
        return plain
    if _differs(operation, asked, site):
        return plain
    for part in parts:
        step = _next(operation, part, found.name, table, site)
        if isinstance(step, Judgement):
            return replace(step, subject=plain.subject)
        if step is not None:
            return partial(plain.subject, [step], "it was there, but not for every partition")
    # All are attached: attached once more, it looks whether all are valid.
    last = parts[-1] if parts else None
    done = last.part_of(found.name) if last else None
    again = AttachIndexOp(found.name, table.schema, done, last.schema) if last and done else None
    steps: list[MigrateOperation] = [again or ReindexOp(found.name, table.schema)]
    return partial(plain.subject, steps, "its parts were there, but it was invalid")


def _differs(operation: CreateIndexOnlineOp, asked: ops.CreateIndexOp, site: Site) -> bool:
    """The plain judge refuses an invalid one for that alone."""
    differences = judged_by(asked, site).differences
    return any(difference.attribute != "valid" for difference in differences)


def _next(
    operation: CreateIndexOnlineOp, part: Partition, index: str, table: Table, site: Site
) -> MigrateOperation | Judgement | None:
    """What is missing in one partition; nothing when its part is attached and valid."""
    if part.kind is Kind.FOREIGN_TABLE:
        raise OnlineNotSupported(
            operation.words, f"the partition {part.schema}.{part.name} is a foreign table"
        )
    attached = part.part_of(index)
    name = attached or part_name(index, part, site)
    asked = changed(operation.plain, index_name=name, table_name=part.name, schema=part.schema)
    there = site.door.relation(part.name, part.schema)
    found = there.index(name) if there else None
    below = site.door.partitions(part.name, part.schema)
    if below is not None and there is not None:
        inner = judged(operation.of(asked), there, below, site)
        if inner.remaining or inner.verdict is Verdict.DIFFERENT:
            return inner.remaining[0] if inner.remaining else inner
    elif attached and found is not None and not found.valid:
        builders = site.door.builders(part.name, part.schema)
        subject = operation.judged(operation.plain, site).subject
        return building(subject, builders) if builders else ReindexOp(attached, part.schema)
    elif not attached:
        leaf = operation.judged(with_keywords(asked, **site.database.concurrently), site)
        if leaf.verdict in (Verdict.BUILDING, Verdict.DIFFERENT):
            return leaf
        if leaf.remaining:
            return leaf.remaining[0]
    if attached:
        return None
    return AttachIndexOp(index, table.schema, name, part.schema)


def part_name(index: str, part: Partition, site: Site) -> str:
    """The name of one partition's part: the same in every run."""
    name = f"{index}_{part.name}"
    if site.database.stored_name(name) == name:
        return name
    digest = hashlib.sha256(f"{part.schema}.{part.name}.{index}".encode()).hexdigest()[:16]
    return f"{site.database.stored_name(index)[:40]}_{digest}"


def taken_back(sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
    """The whole, with what is attached to it, if this run made it; and parts that are loose."""
    undone: list[MigrateOperation] = []
    for step in sent:
        if isinstance(step, CreateIndexOnlyOp):
            plain = step.plain
            undone.append(
                ops.DropIndexOp(str(plain.index_name), plain.table_name, schema=plain.schema)
            )
        elif isinstance(step, ops.CreateIndexOp):
            undone.append(
                ops.DropIndexOp(
                    str(step.index_name),
                    step.table_name,
                    schema=step.schema,
                    **site.database.concurrently,
                )
            )
    return undone
