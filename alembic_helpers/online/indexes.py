"""Indexes that are built, or dropped, while others write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from alembic.operations import MigrateOperation, ops

from ..catalog import Site
from ..compare.asked import index_name
from ..databases.objects import Index, Table
from ..engine import procedures
from ..engine.common import changed, landing, visible_table
from ..engine.judgement import Judgement, Verdict, building, judges
from ..settings import Online
from . import partitions
from .conduct import conduct
from .finding import duplicates
from .operation import OnlineOperation, with_keywords

# What REINDEX CONCURRENTLY was making, or was replacing, when it was interrupted.
_REINDEXED = re.compile(r"(.*)_cc(?:new|old)\d*", re.DOTALL)


class CreateIndexOnlineOp(OnlineOperation):
    def __init__(
        self,
        plain: ops.CreateIndexOp,
        online: Online | None = None,
        name: str = "create_index_online",
    ) -> None:
        self.plain: ops.CreateIndexOp = _plainly(plain)
        self.online = online
        self.name = name

    def of(self, plain: ops.CreateIndexOp) -> CreateIndexOnlineOp:
        """The same for another index."""
        return CreateIndexOnlineOp(plain, self.online, self.name)

    def waits_for_readers(self, step: MigrateOperation) -> bool:
        return isinstance(step, ops.DropIndexOp)

    def taken_back(self, sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
        if partitions.made_whole(self, sent):
            return partitions.taken_back(sent, site)
        return list(_left_invalid(sent, site))

    def violating(self, site: Site) -> str:
        return duplicates(self.plain.to_index(site.context), site)


class DropIndexOnlineOp(OnlineOperation):
    def __init__(
        self,
        plain: ops.DropIndexOp,
        online: Online | None = None,
        name: str = "drop_index_online",
    ) -> None:
        self.plain: ops.DropIndexOp = _plainly(plain)
        self.online = online
        self.name = name

    def only_plain(self, site: Site) -> str | None:
        schema, table = self.tables[0]
        if self.plain.table_name is None:
            name = site.database.stored_name(str(self.plain.index_name))
            table = next(iter(site.door.tables_with_index(name, schema)), "")
        if partitions.of(table, schema, site) is not None:
            return "the index of a partitioned table is dropped with all its parts at once"
        return super().only_plain(site)


def _plainly(operation: Any) -> Any:
    kept = {k: v for k, v in operation.kw.items() if not k.endswith("_concurrently")}
    return changed(operation, kw=kept)


procedures.register(CreateIndexOnlineOp, DropIndexOnlineOp)(conduct)


def by_flag(operation: ops.CreateIndexOp | ops.DropIndexOp) -> OnlineOperation:
    """What ``postgresql_concurrently=True`` asks for."""
    if isinstance(operation, ops.CreateIndexOp):
        return CreateIndexOnlineOp(operation, name="create_index")
    return DropIndexOnlineOp(operation, name="drop_index")


# -- judges ----------------------------------------------------------------------------------------


@judges.register(CreateIndexOnlineOp)
def create_index_online(operation: CreateIndexOnlineOp, site: Site) -> Judgement:
    asked = operation.plain
    table = visible_table(asked.table_name, asked.schema, site)
    if table is not None:
        parts = site.door.partitions(table.name, table.schema)
        if parts is not None:
            return partitions.judged(operation, table, parts, site)
    judgement = operation.judged(with_keywords(asked, **site.database.concurrently), site)
    if table is None or judgement.verdict in (Verdict.BUILDING, Verdict.DIFFERENT):
        return judgement
    return _cleaned(operation, judgement, table, site)


@judges.register(DropIndexOnlineOp)
def drop_index_online(operation: DropIndexOnlineOp, site: Site) -> Judgement:
    return operation.judged(with_keywords(operation.plain, **site.database.concurrently), site)


def _cleaned(
    operation: CreateIndexOnlineOp, judgement: Judgement, table: Table, site: Site
) -> Judgement:
    """Leftovers of an interrupted REINDEX CONCURRENTLY go first.

    https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
    """
    name = index_name(operation.plain.to_index(site.context), site) or ""
    left = [index for index in table.indexes if _is_reindexed(index, name)]
    if not left:
        return judgement
    builders = site.door.builders(table.name, table.schema)
    if builders:
        return building(judgement.subject, builders)
    drops = tuple(_drop(index, table, operation.plain.schema, site) for index in left)
    reason = f"it was there; dropped what a REINDEX had left: {left[0].name}"
    verdict = judgement.verdict
    if verdict is Verdict.SAME:
        verdict = Verdict.PARTIAL
    else:
        reason = judgement.reason
    return judgement._replace(
        verdict=verdict, remaining=(*drops, *judgement.remaining), reason=reason
    )


def _is_reindexed(index: Index, name: str) -> bool:
    match = _REINDEXED.fullmatch(index.name)
    if match is None or index.valid:
        return False
    # A long name is cut so that the suffix fits in.
    cut = len(index.name.encode()) >= 62
    return match[1] == name or (cut and name.startswith(match[1]))


def _drop(index: Index, table: Table, schema: str | None, site: Site) -> MigrateOperation:
    drop = ops.DropIndexOp(index.name, table.name, schema=schema, **site.database.concurrently)
    return landing(drop, table, site)


def _left_invalid(sent: Iterable[MigrateOperation], site: Site) -> Iterator[MigrateOperation]:
    for step in sent:
        if not isinstance(step, (ops.CreateIndexOp, partitions.ReindexOp)):
            continue
        table = visible_table(step.table_name, step.schema, site)
        if table is None:
            continue
        for index in table.indexes:
            if isinstance(step, ops.CreateIndexOp):
                left = index is table.index(index_name(step.to_index(site.context), site) or "")
            else:
                left = _is_reindexed(index, step.index_name)
            if left and not index.valid:
                yield _drop(index, table, step.schema, site)
