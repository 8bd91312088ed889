"""What the judges share: names as the log shows them, and copies of the caller's operations."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from alembic.operations import MigrateOperation, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.schema import ExecutableDDLElement

from .. import upstream
from ..catalog import Site
from ..databases import Database
from ..databases.objects import Table
from ..errors import LeftoverTable, MissingObject
from .judgement import Judgement, Subject, same

_Op = TypeVar("_Op", bound=MigrateOperation)


class HelperOperation(MigrateOperation):
    """What Alembic lacks, as an operation."""

    is_concurrent = False
    """Does it stand beside writers for as long as it takes, so that it must not be cut short?"""

    @property
    def words(self) -> str:
        """What it is, for the log; empty: its class and its names say it."""
        return ""

    def require(self, database: Database) -> None:
        """Raise where the database has no such thing: there is nothing to judge, nor to write."""


def send(operations: Operations, ddl: ExecutableDDLElement) -> None:
    """Send, or in ``--sql`` mode write, what is no operation of its own in the log."""
    operations.migration_context.impl.execute(ddl)


def qualified(*names: str | None) -> str:
    return ".".join(filter(None, names))


def at(schema: str | None, context: MigrationContext) -> str | None:
    """Where an operation with this ``schema=`` lands, for DDL that SQLAlchemy does not compile."""
    connection = context.connection
    if connection is None or context.as_sql:
        return schema
    mapping = connection.get_execution_options().get("schema_translate_map")
    return mapping.get(schema, schema) if mapping else schema


def changed(operation: _Op, **attributes: Any) -> _Op:
    """A copy with other attributes. The caller's own operation is never touched."""
    new = copy.copy(operation)
    for name, value in attributes.items():
        setattr(new, name, value)
    return new


def unflagged(operation: _Op) -> _Op:
    """Without ``if_exists`` and ``if_not_exists``: the engine has looked.

    Sent as text, they are a syntax error on some databases and silently dropped on others.
    """
    if getattr(operation, "if_exists", None):
        return changed(operation, if_exists=None)
    if getattr(operation, "if_not_exists", None):
        return changed(operation, if_not_exists=None)
    return operation


def landing(operation: _Op, table: Table, site: Site) -> _Op:
    """The operation with its schema spelled out, where the bare name would miss the judged table.

    Alembic's own ALTER TABLE does not go through ``schema_translate_map`` as SQLAlchemy's CREATE
    does, and a temporary table or an earlier schema of the search path hides a table's bare name.
    """
    asked: str | None = getattr(operation, "schema", None)
    schema = landing_schema(asked, table, site)
    return operation if schema == asked else changed(operation, schema=schema)


def landing_schema(schema: str | None, table: Table, site: Site) -> str | None:
    """``schema``, or, where that would miss the judged table, the one in which that is."""
    if at(schema, site.context) is None and site.door.leads_to(table.name) == table.schema:
        return schema
    if schema is not None and site.door.schema(schema) == schema:
        return schema
    return table.schema


def visible_table(name: str, schema: str | None, site: Site) -> Table | None:
    """The table to alter: that of the current schema, else the one the search path leads to."""
    table = site.door.relation(name, schema)
    if table is None and schema is None:
        elsewhere = site.door.leads_to(name)
        if elsewhere is not None:
            return site.door.relation(name, elsewhere)
    return table


def gone(subject: Subject, name: str, schema: str | None, site: Site) -> Judgement:
    """The verdict on a drop of what is not there.

    A table that only the search path leads to is left alone: the one that the revision means may
    have been dropped by its first run.
    """
    elsewhere = site.door.leads_to(name) if schema is None else None
    if elsewhere is None or site.door.table(name, None) is not None:
        return same(subject, "already gone")
    here = site.door.schema(None)
    return same(
        subject,
        f"not in schema {here}; {elsewhere}.{name} is left alone "
        f"(to mean it: schema={elsewhere!r})",
    )


def existing_table(subject: Subject, name: str, schema: str | None, site: Site) -> Table:
    """The table that an operation works on; raises when there is none."""
    table = visible_table(name, schema, site)
    if table is not None:
        return table
    _name_leftover(subject, name, schema, site)
    kind = site.door.kind(name, schema)
    what = (
        f"there is a {kind.value} of that name, but no table" if kind else "there is no such table"
    )
    raise MissingObject(
        f"{subject.operation} {subject.name}: {what} {qualified(schema, name)!r} "
        f"in schema {site.door.schema(schema)!r}. Create it earlier in the migrations, pass "
        "schema= if it is in another schema, or check that the name is not that of a later "
        "revision."
    )


def _name_leftover(subject: Subject, name: str, schema: str | None, site: Site) -> None:
    """A batch that was killed between its last two steps leaves the table under another name."""
    leftover = upstream.batch_temporary_name(name)
    if site.door.table(leftover, schema) is not None:
        quoted = site.database.quoted
        raise LeftoverTable(
            f"{subject.operation} {subject.name}: there is no such table, but an interrupted batch "
            f"left {leftover!r}, which holds its rows; nothing was changed. Give it its name back "
            f"and make its indexes anew: ALTER TABLE {quoted(schema, leftover)} RENAME TO "
            f"{quoted(name)}"
        )
