"""Enum types of PostgreSQL: create, add and rename a value, drop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

from ..catalog import Site
from ..databases import Database
from ..databases.objects import EnumType, Kind
from ..errors import AmbiguousMatch, Difference, MissingObject, UsageError
from .common import HelperOperation, at, qualified, send
from .ddl import AddEnumValue, RenameEnumValue
from .describe import operation_name
from .judgement import Judgement, Subject, absent, different, judges, same, wrong_kind


class EnumOperation(HelperOperation):
    def require(self, database: Database) -> None:
        database.require_enums(operation_name(self))


@dataclass
class CreateEnumOp(EnumOperation):
    name: str
    values: tuple[str, ...]
    schema: str | None


@dataclass
class AddEnumValueOp(EnumOperation):
    name: str
    value: str
    before: str | None
    after: str | None
    schema: str | None


@dataclass
class RenameEnumValueOp(EnumOperation):
    name: str
    old: str
    new: str
    schema: str | None


@dataclass
class DropEnumOp(EnumOperation):
    name: str
    schema: str | None


@Operations.implementation_for(CreateEnumOp)
def _create(operations: Operations, operation: CreateEnumOp) -> None:
    type_ = postgresql.ENUM(*operation.values, name=operation.name, schema=operation.schema)
    send(operations, postgresql.CreateEnumType(type_))


@Operations.implementation_for(AddEnumValueOp)
def _add_value(operations: Operations, operation: AddEnumValueOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(
        operations,
        AddEnumValue(schema, operation.name, operation.value, operation.before, operation.after),
    )


@Operations.implementation_for(RenameEnumValueOp)
def _rename_value(operations: Operations, operation: RenameEnumValueOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(operations, RenameEnumValue(schema, operation.name, operation.old, operation.new))


@Operations.implementation_for(DropEnumOp)
def _drop(operations: Operations, operation: DropEnumOp) -> None:
    type_ = postgresql.ENUM(name=operation.name, schema=operation.schema)
    send(operations, postgresql.DropEnumType(type_))


@judges.register(CreateEnumOp)
def create_enum(operation: CreateEnumOp, site: Site) -> Judgement:
    subject = _subject("create_enum", operation.name, operation.schema)
    if not operation.values or len(set(operation.values)) < len(operation.values):
        raise UsageError(f"create_enum {subject.name}: give at least one value, and none twice")
    found = site.door.enum(operation.name, operation.schema)
    if found is None:
        kind = site.door.kind(operation.name, operation.schema)
        free = [Kind.INDEX, *([] if site.database.sequences_have_types else [Kind.SEQUENCE])]
        if kind is None or kind in free:
            return absent(subject, operation)
        return wrong_kind(subject, kind, "enum")
    if not holds_in_order(found, operation.values):
        return different(subject, [values_difference(found, operation.values)])
    more = len(found.labels) - len(operation.values)
    return same(subject, f"already there, with {more} more values" if more else "already there")


@judges.register(AddEnumValueOp)
def add_enum_value(operation: AddEnumValueOp, site: Site) -> Judgement:
    if operation.before is not None and operation.after is not None:
        raise UsageError("add_enum_value: give before= or after=, not both")
    subject, found = _existing("add_enum_value", operation.name, operation.schema, site)
    labels = found.labels
    neighbour = operation.before if operation.before is not None else operation.after
    if neighbour is not None and neighbour not in labels:
        raise MissingObject(
            f"add_enum_value {subject.name}: there is no value {neighbour!r} to stand next to; "
            f"it has {', '.join(map(repr, labels))}"
        )
    if operation.value not in labels:
        return absent(subject, operation, reason=repr(operation.value))
    place = labels.index(operation.value)
    if operation.before is not None and place > labels.index(operation.before):
        return different(subject, [_position(operation.value, "after", operation.before)])
    if operation.after is not None and place < labels.index(operation.after):
        return different(subject, [_position(operation.value, "before", operation.after)])
    return same(subject, f"{operation.value!r} already there")


@judges.register(RenameEnumValueOp)
def rename_enum_value(operation: RenameEnumValueOp, site: Site) -> Judgement:
    subject, found = _existing("rename_enum_value", operation.name, operation.schema, site)
    old, new = operation.old in found.labels, operation.new in found.labels
    if old and new:
        raise AmbiguousMatch(
            f"rename_enum_value {subject.name}: both {operation.old!r} and {operation.new!r} are "
            "there; nothing was changed. PostgreSQL cannot drop a value: update the rows that use "
            "the old one and leave it, or build the type anew.",
            candidates=[operation.old, operation.new],
        )
    if not old and not new:
        raise MissingObject(
            f"rename_enum_value {subject.name}: neither {operation.old!r} nor {operation.new!r} is "
            f"there; it has {', '.join(map(repr, found.labels))}"
        )
    return absent(subject, operation) if old else same(subject, "already renamed")


@judges.register(DropEnumOp)
def drop_enum(operation: DropEnumOp, site: Site) -> Judgement:
    subject = _subject("drop_enum", operation.name, operation.schema)
    if site.door.enum(operation.name, operation.schema) is not None:
        return absent(subject, operation)
    kind = site.door.kind(operation.name, operation.schema)
    return wrong_kind(subject, kind, "enum") if kind else same(subject, "already gone")


def holds_in_order(found: EnumType, values: Sequence[str]) -> bool:
    """Whether all values are there in that order; later revisions may have added others."""
    asked = set(values)
    return [label for label in found.labels if label in asked] == list(values)


def values_difference(found: EnumType, values: Sequence[str]) -> Difference:
    return Difference("values", ", ".join(found.labels), ", ".join(values))


def _position(value: str, word: str, neighbour: str) -> Difference:
    asked = {"after": "before", "before": "after"}[word]
    return Difference("position", f"{value!r} {word} {neighbour!r}", f"{asked} {neighbour!r}")


def _subject(operation: str, name: str, schema: str | None) -> Subject:
    return Subject(operation, "enum", qualified(schema, name))


def _existing(
    operation: str, name: str, schema: str | None, site: Site
) -> tuple[Subject, EnumType]:
    subject = _subject(operation, name, schema)
    found = site.door.enum(name, schema)
    if found is None:
        raise MissingObject(
            f"{operation} {subject.name}: there is no such enum type in schema "
            f"{site.door.schema(schema)!r}; create it with op.create_enum({name!r}, [...])"
        )
    return subject, found
