"""The index of a partitioned table: each partition's part is built by itself, then attached.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops

from ..catalog import Site
from ..compare.asked import index_name
from ..databases.objects import Kind, Partition, Table
from ..engine import IdempotentOperations
from ..engine.common import HelperOperation, changed, landing, qualified, send, visible_table
from ..engine.judgement import Judgement, Verdict, partial
from ..engine.judgement import judged as judged_by
from ..errors import OnlineNotSupported, VerificationFailed
from .ddl import AttachIndex, CreateIndexOnly, Reindex

if TYPE_CHECKING:
    from .indexes import CreateIndexOnlineOp


@dataclass
class CreateIndexOnlyOp(HelperOperation):
    """The index of the partitioned table alone, invalid until every partition has its part."""

    plain: ops.CreateIndexOp

    @property
    def index_name(self) -> str | None:
        return self.plain.index_name

    @property
    def table_name(self) -> str:
        return self.plain.table_name

    @property
    def schema(self) -> str | None:
        return self.plain.schema


@dataclass
class AttachIndexOp(HelperOperation):
    """Make a partition's index a part of the whole; the last one makes that valid."""

    index_name: str
    schema: str
    whole: str
    whole_schema: str


@dataclass
class AttachAgainOp(AttachIndexOp):
    """Let the server look once more whether all parts are valid."""

    whole_table: str


@dataclass
class ReindexOp(HelperOperation):
    """Make a part valid where it is: one that is attached cannot be dropped."""

    index_name: str
    table_name: str
    schema: str
    is_concurrent = True


@Operations.implementation_for(CreateIndexOnlyOp)
def _create(operations: Operations, operation: CreateIndexOnlyOp) -> None:
    index = operation.plain.to_index(operations.migration_context)
    send(operations, CreateIndexOnly(index))


@Operations.implementation_for(AttachIndexOp)
def _attach(operations: Operations, operation: AttachIndexOp) -> None:
    whole = AttachIndex(
        operation.whole_schema, operation.whole, operation.schema, operation.index_name
    )
    send(operations, whole)


@Operations.implementation_for(AttachAgainOp)
def _attach_again(operations: IdempotentOperations, operation: AttachAgainOp) -> None:
    _attach(operations, operation)
    name, where, on = operation.whole, operation.whole_schema, operation.whole_table
    table = operations.site.door.relation_anew(on, where)
    index = table.index(name) if table else None
    if index is not None and not index.valid:
        raise VerificationFailed(
            f"index {qualified(where, name)} is invalid although the part of each partition is "
            "attached and valid, and this release of the server does not look again. Update it to "
            f"its latest minor release, or drop the index with op.drop_index({name!r}, {on!r}, "
            f"schema={where!r}); then run the migration again."
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
    whole = operation.judged(asked, site)
    name = index_name(asked.to_index(site.context), site) or ""
    if whole.verdict is Verdict.ABSENT:
        for part in parts:
            missing = _missing(operation, part, name, table, site)
            if missing is not None and missing.verdict is Verdict.DIFFERENT:
                return missing
        return whole._replace(remaining=(CreateIndexOnlyOp(asked),))
    found = table.index(name)
    # The plain judge refuses an invalid one for that alone.
    differs = any(difference.attribute != "valid" for difference in whole.differences)
    if found is None or found.valid or whole.verdict is Verdict.SAME or differs:
        return whole
    for part in parts:
        missing = _missing(operation, part, found.name, table, site)
        if missing is not None and missing.remaining:
            reason = "it was there, but not for every partition"
            return partial(whole.subject, missing.remaining, reason)
        if missing is not None:
            return missing
    reason = "its parts were there, but it was invalid"
    return partial(whole.subject, [_made_valid(found.name, table, parts)], reason)


def _made_valid(index: str, table: Table, parts: Sequence[Partition]) -> MigrateOperation:
    """When a partition went away that was the last without a part."""
    for part in parts:
        attached = part.part_of(index)
        if attached is not None:
            return AttachAgainOp(attached[0], part.schema, index, table.schema, table.name)
    return ops.DropIndexOp(sa.schema.conv(index), table.name, schema=table.schema)


def _missing(
    operation: CreateIndexOnlineOp, part: Partition, index: str, table: Table, site: Site
) -> Judgement | None:
    """What is missing in one partition; nothing when its part is attached and valid."""
    attached, valid = part.part_of(index) or (None, False)
    if attached and valid:
        return None
    if part.kind is Kind.FOREIGN_TABLE:  # it has no index, so the whole would never be valid
        raise OnlineNotSupported(
            operation.words, f"the partition {part.schema}.{part.name} is a foreign table"
        )
    name = attached or part_name(index, part, site)
    asked = changed(
        operation.plain,
        index_name=sa.schema.conv(name),
        table_name=part.name,
        schema=part.schema,
    )
    judgement = judged_by(operation.of(asked), site)
    if attached is None and judgement.verdict is Verdict.SAME:
        attach = AttachIndexOp(name, part.schema, index, table.schema)
        return partial(judgement.subject, [attach], "it was there, but not attached")
    if attached and judgement.remaining and site.door.partitions(part.name, part.schema) is None:
        step = judgement.remaining[0]
        if not isinstance(step, ops.DropIndexOp) or step.index_name == attached:
            step = ReindexOp(attached, part.name, part.schema)
        return judgement._replace(remaining=(step,))
    return None if judgement.verdict is Verdict.SAME else judgement


def part_name(index: str, part: Partition, site: Site) -> str:
    """The name of one partition's part: the same in every run."""
    name = f"{index}_{part.name}"
    if site.database.stored_name(name) == name:
        return name
    digest = hashlib.sha256(f"{part.schema}.{part.name}.{index}".encode()).hexdigest()[:16]
    while site.database.stored_name(f"{index}_{digest}") != f"{index}_{digest}":
        index = index[:-1]
    return f"{index}_{digest}"


def made_whole(operation: CreateIndexOnlineOp, sent: Sequence[MigrateOperation]) -> bool:
    """Whether a run made the index of the partitioned table itself, so that it may drop it."""
    name = operation.plain.index_name
    return any(isinstance(step, CreateIndexOnlyOp) and step.index_name == name for step in sent)


def taken_back(sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
    """The whole, with what is attached to it, and the parts that are loose."""
    undone: list[MigrateOperation] = []
    for step in sent:
        if isinstance(step, CreateIndexOnlyOp):
            undone.append(_drop(step.plain, site))
        elif isinstance(step, ops.CreateIndexOp):
            undone.append(_drop(step, site, **site.database.concurrently))
    return undone


def _drop(made: ops.CreateIndexOp, site: Site, **how: Any) -> MigrateOperation:
    name = sa.schema.conv(index_name(made.to_index(site.context), site) or "")
    return ops.DropIndexOp(name, made.table_name, schema=made.schema, **how)
