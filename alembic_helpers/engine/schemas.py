"""Schemas, sequences and extensions: create and drop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.schema import CreateSchema, CreateSequence, DropSchema, DropSequence

from ..catalog import Site
from ..databases import Database, NoTwin
from ..databases.objects import Kind
from ..errors import Difference, NotSupportedError
from .common import HelperOperation, qualified, send
from .ddl import CreateExtension, DropExtension
from .describe import operation_name, target_name
from .judgement import Judgement, Subject, absent, different, judges, same, wrong_kind


class SchemaOperation(HelperOperation):
    def require(self, database: Database) -> None:
        instead = "attach a database in env.py and pass its name as schema="
        database.require("has_schemas", operation_name(self), instead)


class SequenceOperation(HelperOperation):
    def require(self, database: Database) -> None:
        if not database.has_sequences:
            raise NotSupportedError(
                f"{operation_name(self)} {target_name(self)}: {database.title} has no sequences; "
                "let the primary key count by itself (autoincrement)"
            )


class ExtensionOperation(HelperOperation):
    def require(self, database: Database) -> None:
        database.require("has_extensions", operation_name(self), "leave the call out there")


@dataclass
class CreateSchemaOp(SchemaOperation):
    name: str


@dataclass
class DropSchemaOp(SchemaOperation):
    name: str


@dataclass
class CreateSequenceOp(SequenceOperation):
    name: str
    schema: str | None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class DropSequenceOp(SequenceOperation):
    name: str
    schema: str | None


@dataclass
class CreateExtensionOp(ExtensionOperation):
    name: str
    schema: str | None


@dataclass
class DropExtensionOp(ExtensionOperation):
    name: str


@Operations.implementation_for(CreateSchemaOp)
def _create_schema(operations: Operations, operation: CreateSchemaOp) -> None:
    send(operations, CreateSchema(operation.name))


@Operations.implementation_for(DropSchemaOp)
def _drop_schema(operations: Operations, operation: DropSchemaOp) -> None:
    send(operations, DropSchema(operation.name))


@Operations.implementation_for(CreateSequenceOp)
def _create_sequence(operations: Operations, operation: CreateSequenceOp) -> None:
    sequence = sa.Sequence(operation.name, schema=operation.schema, **operation.options)
    send(operations, CreateSequence(sequence))


@Operations.implementation_for(DropSequenceOp)
def _drop_sequence(operations: Operations, operation: DropSequenceOp) -> None:
    send(operations, DropSequence(sa.Sequence(operation.name, schema=operation.schema)))


@Operations.implementation_for(CreateExtensionOp)
def _create_extension(operations: Operations, operation: CreateExtensionOp) -> None:
    send(operations, CreateExtension(operation.name, operation.schema))


@Operations.implementation_for(DropExtensionOp)
def _drop_extension(operations: Operations, operation: DropExtensionOp) -> None:
    send(operations, DropExtension(operation.name))


@judges.register(CreateSchemaOp)
def create_schema(operation: CreateSchemaOp, site: Site) -> Judgement:
    subject = Subject("create_schema", "schema", operation.name)
    there = site.door.schema_exists(operation.name)
    return same(subject) if there else absent(subject, operation)


@judges.register(DropSchemaOp)
def drop_schema(operation: DropSchemaOp, site: Site) -> Judgement:
    subject = Subject("drop_schema", "schema", operation.name)
    if not site.door.schema_exists(operation.name):
        return same(subject, "already gone")
    held = site.door.held_by(operation.name)
    if held:
        # MySQL would drop them with it; PostgreSQL would refuse in its own words.
        raise NotSupportedError(
            f"drop_schema {subject.name}: it still holds {', '.join(held[:5])}"
            f"{' and others' if len(held) > 5 else ''}; drop them first, nothing was dropped"
        )
    return absent(subject, operation)


@judges.register(CreateSequenceOp)
def create_sequence(operation: CreateSequenceOp, site: Site) -> Judgement:
    subject = Subject("create_sequence", "sequence", qualified(operation.schema, operation.name))
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return absent(subject, operation)
    if kind is not Kind.SEQUENCE:
        return wrong_kind(subject, kind, Kind.SEQUENCE)
    try:
        found, asked = site.door.sequence(operation.name, operation.schema, operation.options)
    except NoTwin as error:
        return same(subject, f"already there; not compared: its parameters ({error})")
    differences = [
        Difference(aspect.value, str(found[aspect]), str(asked[aspect]))
        for aspect in asked
        if found[aspect] != asked[aspect]
    ]
    return different(subject, differences) if differences else same(subject)


@judges.register(DropSequenceOp)
def drop_sequence(operation: DropSequenceOp, site: Site) -> Judgement:
    subject = Subject("drop_sequence", "sequence", qualified(operation.schema, operation.name))
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return same(subject, "already gone")
    if kind is not Kind.SEQUENCE:
        return wrong_kind(subject, kind, Kind.SEQUENCE)
    return absent(subject, operation)


@judges.register(CreateExtensionOp)
def create_extension(operation: CreateExtensionOp, site: Site) -> Judgement:
    subject = Subject("create_extension", "extension", operation.name)
    there = site.door.extension_exists(operation.name)
    return same(subject) if there else absent(subject, operation)


@judges.register(DropExtensionOp)
def drop_extension(operation: DropExtensionOp, site: Site) -> Judgement:
    subject = Subject("drop_extension", "extension", operation.name)
    there = site.door.extension_exists(operation.name)
    return absent(subject, operation) if there else same(subject, "already gone")
