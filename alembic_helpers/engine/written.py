"""How our own operations are guarded in a ``--sql`` script: enums, views, extensions, rows."""

from __future__ import annotations

from ..errors import OfflineError
from ..offline.guards import ALWAYS, Scene, created, dropped, guard, renamed
from ..offline.questions import (
    EnumHolds,
    EnumThere,
    ExtensionThere,
    Guard,
    Refusal,
    ViewThere,
)
from ..offline.rows import inserts, primary_key
from ..offline.script import Part, inserted, splitting
from ..offline.writers.sqlite import native
from .ddl import AddEnumValue, CreateExtension, CreateView, DropExtension, DropView, RenameEnumValue
from .rows import EnsureRowsOp, check_key


@guard.register
def _add_enum_value(construct: AddEnumValue, scene: Scene) -> Guard:
    enum, value = scene.name(construct.schema, construct.name), construct.value
    there, what = EnumHolds(enum, (value,)), f"value {value!r} of enum {enum}"
    if construct.before is not None:
        return created(there, EnumHolds(enum, (value, construct.before)), what=what)
    if construct.after is not None:
        return created(there, EnumHolds(enum, (construct.after, value)), what=what)
    return created(there, what=what)


@guard.register
def _rename_enum_value(construct: RenameEnumValue, scene: Scene) -> Guard:
    enum = scene.name(construct.schema, construct.name)
    old, new = (EnumHolds(enum, (label,)) for label in (construct.old, construct.new))
    what = f"renaming value {construct.old!r} of enum {enum} to {construct.new!r}"
    missing = Refusal(~EnumThere(enum), f"enum {enum} is not there")
    found = renamed(old, new, what=what)
    return Guard(found.done, (missing, *found.refusals))


@guard.register
def _create_view(construct: CreateView, scene: Scene) -> Guard:
    """Whether it is the same view cannot be told from its text."""
    if construct.replace:
        return ALWAYS
    name = scene.name(construct.schema, construct.name)
    return Guard(ViewThere(name, construct.materialized))


@guard.register
def _drop_view(construct: DropView, scene: Scene) -> Guard:
    name = scene.name(construct.schema, construct.name)
    return dropped(ViewThere(name, construct.materialized))


@native.register
def _created_natively(construct: CreateView) -> str:
    return "if_not_exists"


@native.register
def _dropped_natively(construct: DropView) -> str:
    return "if_exists"


@guard.register
def _create_extension(construct: CreateExtension, scene: Scene) -> Guard:
    return Guard(ExtensionThere(scene.database.stored_name(construct.name)))


@guard.register
def _drop_extension(construct: DropExtension, scene: Scene) -> Guard:
    return dropped(ExtensionThere(scene.database.stored_name(construct.name)))


@splitting.register(EnsureRowsOp)
def _ensure_rows(operation: EnsureRowsOp, scene: Scene) -> list[Part]:
    key = operation.key or primary_key(operation.table, operation.rows)
    if key is None:
        raise OfflineError(
            f"ensure_rows {operation.table.name}: with --sql there is no database to ask for the "
            'primary key; say what makes a row the same: ensure_rows(table, rows, key=["name"])'
        )
    check_key(operation.table.name, operation, key)
    found = inserts(operation.table, operation.rows, key, scene)
    return inserted(operation, found, scene)
