"""Views: create, replace, drop."""

from __future__ import annotations

from dataclasses import dataclass

from alembic.operations import Operations
from sqlalchemy.sql.selectable import SelectBase

from ..catalog import Site
from ..compare.asked import as_kept
from ..databases import Database, database_of
from ..databases.construct import ddl_compiler
from ..databases.objects import Kind
from ..errors import Difference
from .common import HelperOperation, at, qualified, send
from .ddl import CreateView, DropView, select_sql
from .describe import operation_name
from .judgement import Judgement, Subject, absent, different, judges, same, wrong_kind


class ViewOperation(HelperOperation):
    materialized = False

    def require(self, database: Database) -> None:
        if self.materialized:
            name = operation_name(self)
            instead = f"{name.removesuffix('_view')} a table instead"
            database.require("has_materialized_views", f"{name}(materialized=True)", instead)

    @property
    def kind(self) -> Kind:
        return Kind.MATERIALIZED_VIEW if self.materialized else Kind.VIEW


@dataclass
class CreateViewOp(ViewOperation):
    name: str
    select: str | SelectBase
    schema: str | None
    materialized: bool = False


@dataclass
class ReplaceViewOp(ViewOperation):
    name: str
    select: str | SelectBase
    schema: str | None


@dataclass
class DropViewOp(ViewOperation):
    name: str
    schema: str | None
    materialized: bool = False


@Operations.implementation_for(CreateViewOp)
def _create(operations: Operations, operation: CreateViewOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(
        operations,
        CreateView(schema, operation.name, operation.select, materialized=operation.materialized),
    )


@Operations.implementation_for(ReplaceViewOp)
def _replace(operations: Operations, operation: ReplaceViewOp) -> None:
    context = operations.migration_context
    schema = at(operation.schema, context)
    replaces = database_of(context.dialect).replaces_views
    if not replaces:
        send(operations, DropView(schema, operation.name, if_exists=True))
    send(operations, CreateView(schema, operation.name, operation.select, replace=replaces))


@Operations.implementation_for(DropViewOp)
def _drop(operations: Operations, operation: DropViewOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(operations, DropView(schema, operation.name, materialized=operation.materialized))


@judges.register(CreateViewOp)
def create_view(operation: CreateViewOp, site: Site) -> Judgement:
    subject = Subject("create_view", "view", qualified(operation.schema, operation.name))
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return absent(subject, operation)
    if kind is not operation.kind:
        return wrong_kind(subject, kind, operation.kind)
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
    if kind is not None and kind is not operation.kind:
        return wrong_kind(subject, kind, operation.kind)
    if kind is not None and _alike(operation, site):
        return same(subject, "already so")
    return absent(subject, operation)


@judges.register(DropViewOp)
def drop_view(operation: DropViewOp, site: Site) -> Judgement:
    subject = Subject("drop_view", "view", qualified(operation.schema, operation.name))
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return same(subject, "already gone")
    return (
        absent(subject, operation)
        if kind is operation.kind
        else wrong_kind(subject, kind, operation.kind)
    )


def _alike(operation: CreateViewOp | ReplaceViewOp, site: Site) -> bool | None:
    return site.door.view_is(operation.name, operation.schema, _sql(operation, site))


def _definitions(operation: CreateViewOp, site: Site) -> tuple[str, str]:
    found = site.door.view_text(operation.name, operation.schema) or ""
    return " ".join(found.split()), " ".join(_sql(operation, site).split())


def _sql(operation: CreateViewOp | ReplaceViewOp, site: Site) -> str:
    return as_kept(select_sql(operation.select, ddl_compiler(site.context.dialect)), site)
