"""Foreign keys, compared by their structure: no temporary table may have one."""

from __future__ import annotations

import sqlalchemy as sa

from ..catalog import Site
from ..databases.definition import Aspect, listed
from ..databases.objects import Constraint, Reference, Table
from ..errors import Difference


def reference_differences(
    found: Constraint, wanted: Reference, table: Table, site: Site, prefix: str = ""
) -> list[Difference]:
    """Target, its columns, actions, deferrability and match; the columns themselves aside."""
    there = found.reference
    if there is None:
        return []
    key = site.database.relation_key
    differences = []
    names = [(reference.schema or "", reference.table) for reference in (there, wanted)]
    if [key(name) for name in names[0]] != [key(name) for name in names[1]]:
        shown = (".".join(filter(None, pair)) for pair in names)
        differences.append(Difference(f"{prefix}{Aspect.TARGET.value}", *shown))
    if not table.same_columns(there.columns, wanted.columns):
        shown = (listed(reference.columns) for reference in (there, wanted))
        differences.append(Difference(f"{prefix}{Aspect.TARGET_COLUMNS.value}", *shown))
    for aspect, have, want in (
        (Aspect.ON_UPDATE, there.onupdate or "NO ACTION", wanted.onupdate or "NO ACTION"),
        (Aspect.ON_DELETE, there.ondelete or "NO ACTION", wanted.ondelete or "NO ACTION"),
        (Aspect.DEFERRABLE, deferrability(there), deferrability(wanted)),
        (Aspect.MATCH, there.match or "SIMPLE", wanted.match or "SIMPLE"),
    ):
        if have != want:
            differences.append(Difference(f"{prefix}{aspect.value}", have, want))
    return differences


def deferrability(reference: Reference) -> str:
    deferred = (reference.initially or "").upper() == "DEFERRED"
    if not reference.deferrable and not deferred:
        return "NOT DEFERRABLE"
    return "DEFERRABLE INITIALLY DEFERRED" if deferred else "DEFERRABLE"


def reference_of(asked: sa.ForeignKeyConstraint, site: Site) -> Reference:
    """An asked foreign key's far side, where it would land."""
    columns = [element.column for element in asked.elements]
    target, database = columns[0].table, site.database
    match = (asked.match or "SIMPLE").upper()
    return Reference(
        target_schema(target.name, target.schema, site),
        database.stored_name(target.name),
        tuple(column.name for column in columns),
        database.action(asked.onupdate),
        database.action(asked.ondelete),
        asked.deferrable,
        asked.initially,
        None if match == "SIMPLE" else match,
    )


def target_schema(target: str, schema: str | None, site: Site) -> str:
    """Where the referred table is; one without a schema is looked up as the server would."""
    if schema is None and site.door.relation(target, None) is None:
        elsewhere = site.door.leads_to(target)
        there = site.door.relation(target, elsewhere) if elsewhere is not None else None
        if there is not None:
            return there.schema
    return site.door.schema(schema)
