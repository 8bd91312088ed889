"""Views: create, replace, drop."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.operations import MigrateOperation, Operations
from sqlalchemy.sql.selectable import SelectBase

from ..databases.objects import Kind
from ..errors import Difference
from .common import at, qualified
from .ddl import CreateView, DropView, select_sql
from .judgement import Judgement, Site, Subject, absent, different, judges, same, wrong_kind


@dataclass
class CreateViewOp(MigrateOperation):
    name: str
    select: str | SelectBase
    schema: str | None
    materialized: bool = False


@dataclass
class ReplaceViewOp(MigrateOperation):
    name: str
    select: str | SelectBase
    schema: str | None


@dataclass
class DropViewOp(MigrateOperation):
    name: str
    schema: str | None
    materialized: bool = False


@Operations.implementation_for(CreateViewOp)
def _create(operations: Operations, operation: CreateViewOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    operations.execute(
        CreateView(schema, operation.name, operation.select, materialized=operation.materialized)
    )


@Operations.implementation_for(ReplaceViewOp)
def _replace(operations: Operations, operation: ReplaceViewOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    operations.execute(CreateView(schema, operation.name, operation.select, replace=True))


@Operations.implementation_for(DropViewOp)
def _drop(operations: Operations, operation: DropViewOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    operations.execute(DropView(schema, operation.name, materialized=operation.materialized))


@judges.register(CreateViewOp)
def create_view(operation: CreateViewOp, site: Site) -> Judgement:
    subject = Subject("create_view", "view", qualified(operation.schema, operation.name))
    wanted = Kind.VIEW
    if operation.materialized:
        site.database.require(
            "has_materialized_views", "create_view(materialized=True)", "create a table instead"
        )
        wanted = Kind.MATERIALIZED_VIEW
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return absent(subject, operation)
    if kind is not wanted:
        return wrong_kind(subject, kind, wanted)
    alike = _alike(operation, site)
    if alike is False:
        return different(
            subject,
            [Difference("definition", *_definitions(operation, site))],
            "To give the view a new definition: op.replace_view(...).",
        )
    return same(subject, "already there" if alike else "already there; definition not compared")


@judges.register(ReplaceViewOp)
def replace_view(operation: ReplaceViewOp, site: Site) -> Judgement:
    subject = Subject("replace_view", "view", qualified(operation.schema, operation.name))
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return absent(subject, CreateViewOp(operation.name, operation.select, operation.schema))
    if kind is not Kind.VIEW:
        return wrong_kind(subject, kind, Kind.VIEW)
    if _alike(operation, site):
        return same(subject, "already so")
    if site.database.replaces_views:
        return absent(subject, operation)
    drop = DropViewOp(operation.name, operation.schema)
    create = CreateViewOp(operation.name, operation.select, operation.schema)
    judgement = absent(subject, drop)
    return Judgement(subject, judgement.verdict, remaining=(drop, create))


@judges.register(DropViewOp)
def drop_view(operation: DropViewOp, site: Site) -> Judgement:
    subject = Subject("drop_view", "view", qualified(operation.schema, operation.name))
    wanted = Kind.MATERIALIZED_VIEW if operation.materialized else Kind.VIEW
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return same(subject, "already gone")
    return absent(subject, operation) if kind is wanted else wrong_kind(subject, kind, wanted)


def _alike(operation: CreateViewOp | ReplaceViewOp, site: Site) -> bool | None:
    return site.door.view_is(operation.name, operation.schema, _sql(operation, site))


def _definitions(operation: CreateViewOp, site: Site) -> tuple[str, str]:
    found = site.door.view_text(operation.name, operation.schema) or ""
    return " ".join(found.split()), " ".join(_sql(operation, site).split())


def _sql(operation: CreateViewOp | ReplaceViewOp, site: Site) -> str:
    dialect = site.context.dialect
    return select_sql(operation.select, dialect.ddl_compiler(dialect, None))
