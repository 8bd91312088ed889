"""Schemas, sequences and extensions: create and drop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations
from sqlalchemy.schema import CreateSchema, CreateSequence, DropSchema, DropSequence

from ..databases.objects import Kind
from ..errors import NotSupportedError
from .common import qualified
from .ddl import CreateExtension, DropExtension
from .judgement import Judgement, Site, Subject, absent, judges, same, wrong_kind


@dataclass
class CreateSchemaOp(MigrateOperation):
    name: str


@dataclass
class DropSchemaOp(MigrateOperation):
    name: str


@dataclass
class CreateSequenceOp(MigrateOperation):
    name: str
    schema: str | None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class DropSequenceOp(MigrateOperation):
    name: str
    schema: str | None


@dataclass
class CreateExtensionOp(MigrateOperation):
    name: str
    schema: str | None


@dataclass
class DropExtensionOp(MigrateOperation):
    name: str


@Operations.implementation_for(CreateSchemaOp)
def _create_schema(operations: Operations, operation: CreateSchemaOp) -> None:
    operations.execute(CreateSchema(operation.name))


@Operations.implementation_for(DropSchemaOp)
def _drop_schema(operations: Operations, operation: DropSchemaOp) -> None:
    operations.execute(DropSchema(operation.name))


@Operations.implementation_for(CreateSequenceOp)
def _create_sequence(operations: Operations, operation: CreateSequenceOp) -> None:
    sequence = sa.Sequence(operation.name, schema=operation.schema, **operation.options)
    operations.execute(CreateSequence(sequence))


@Operations.implementation_for(DropSequenceOp)
def _drop_sequence(operations: Operations, operation: DropSequenceOp) -> None:
    operations.execute(DropSequence(sa.Sequence(operation.name, schema=operation.schema)))


@Operations.implementation_for(CreateExtensionOp)
def _create_extension(operations: Operations, operation: CreateExtensionOp) -> None:
    operations.execute(CreateExtension(operation.name, operation.schema))


@Operations.implementation_for(DropExtensionOp)
def _drop_extension(operations: Operations, operation: DropExtensionOp) -> None:
    operations.execute(DropExtension(operation.name))


@judges.register(CreateSchemaOp)
def create_schema(operation: CreateSchemaOp, site: Site) -> Judgement:
    subject = _schema_subject("create_schema", operation.name, site)
    there = site.door.schema_exists(operation.name)
    return same(subject) if there else absent(subject, operation)


@judges.register(DropSchemaOp)
def drop_schema(operation: DropSchemaOp, site: Site) -> Judgement:
    subject = _schema_subject("drop_schema", operation.name, site)
    if not site.door.schema_exists(operation.name):
        return same(subject, "already gone")
    held = site.door.tables_in(operation.name)
    if held:
        # MySQL would drop them with it; PostgreSQL would refuse in its own words.
        raise NotSupportedError(
            f"drop_schema {subject.name}: it still holds {', '.join(held[:5])}"
            f"{' and others' if len(held) > 5 else ''}; drop them first, nothing was dropped"
        )
    return absent(subject, operation)


@judges.register(CreateSequenceOp)
def create_sequence(operation: CreateSequenceOp, site: Site) -> Judgement:
    subject = _sequence_subject("create_sequence", operation, site)
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return absent(subject, operation)
    return same(subject) if kind is Kind.SEQUENCE else wrong_kind(subject, kind, Kind.SEQUENCE)


@judges.register(DropSequenceOp)
def drop_sequence(operation: DropSequenceOp, site: Site) -> Judgement:
    subject = _sequence_subject("drop_sequence", operation, site)
    kind = site.door.kind(operation.name, operation.schema)
    if kind is None:
        return same(subject, "already gone")
    if kind is not Kind.SEQUENCE:
        return wrong_kind(subject, kind, Kind.SEQUENCE)
    return absent(subject, operation)


@judges.register(CreateExtensionOp)
def create_extension(operation: CreateExtensionOp, site: Site) -> Judgement:
    subject = _extension_subject("create_extension", operation.name, site)
    there = site.door.extension_exists(operation.name)
    return same(subject) if there else absent(subject, operation)


@judges.register(DropExtensionOp)
def drop_extension(operation: DropExtensionOp, site: Site) -> Judgement:
    subject = _extension_subject("drop_extension", operation.name, site)
    there = site.door.extension_exists(operation.name)
    return absent(subject, operation) if there else same(subject, "already gone")


def _schema_subject(operation: str, name: str, site: Site) -> Subject:
    site.database.require(
        "has_schemas", operation, "attach a database in env.py and pass its name as schema="
    )
    return Subject(operation, "schema", name)


def _sequence_subject(
    operation: str, sequence: CreateSequenceOp | DropSequenceOp, site: Site
) -> Subject:
    if not site.context.dialect.supports_sequences:
        raise NotSupportedError(
            f"{operation} {sequence.name}: {site.database.title} has no sequences; let the "
            "primary key count by itself (autoincrement)"
        )
    return Subject(operation, "sequence", qualified(sequence.schema, sequence.name))


def _extension_subject(operation: str, name: str, site: Site) -> Subject:
    site.database.require("has_extensions", operation, "leave the call out there")
    return Subject(operation, "extension", name)
