"""Constraints that are added first and whose rows are checked afterwards, while others write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops

from ..catalog import Site
from ..compare.asked import constraint_name, type_of
from ..databases.objects import ConstraintType
from ..engine import procedures
from ..engine.common import (
    HelperOperation,
    at,
    changed,
    existing_table,
    landing,
    qualified,
    send,
    visible_table,
)
from ..engine.constraints import ValidateConstraintOp
from ..engine.judgement import Judgement, Subject, Verdict, judges, partial, same
from ..errors import MissingObject, UsageError
from ..settings import Online
from . import partitions
from .conduct import conduct
from .ddl import AddUniqueUsingIndex
from .finding import duplicates, failing, orphans
from .indexes import CreateIndexOnlineOp
from .operation import OnlineAlteration, OnlineOperation, Where, with_keywords


class AddConstraintOnlineOp(OnlineAlteration):
    """A foreign key or a check constraint."""

    def __init__(self, name: str, plain: ops.AddConstraintOp, online: Online | None) -> None:
        self.name = name
        self.plain: ops.AddConstraintOp = plain
        self.online = online

    @property
    def tables(self) -> Sequence[Where]:
        return _tables(self.plain)

    def named(self, site: Site) -> str:
        """Its name, without which it could not be validated."""
        name = constraint_name(self.plain.to_constraint(site.context), site)
        if name is None:
            raise UsageError(
                f"{self.words}: the constraint has no name, and no naming convention gives one; "
                f'write: op.{self.name}("name", ...)'
            )
        return name

    def waits_for_readers(self, step: MigrateOperation) -> bool:
        return not isinstance(step, ops.CreateForeignKeyOp)

    def taken_back(self, sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
        # Last made, first dropped: a partitioned table's key takes those of its partitions with it.
        made = [step for step in sent if isinstance(step, ops.AddConstraintOp)]
        return [_drop(step, site) for step in reversed(made)]

    def violating(self, site: Site) -> str:
        asked = self.plain.to_constraint(site.context)
        if isinstance(asked, sa.ForeignKeyConstraint):
            return orphans(asked, site)
        return failing(asked, site) if isinstance(asked, sa.CheckConstraint) else ""


class CreateUniqueConstraintOnlineOp(OnlineAlteration):
    name = "create_unique_constraint_online"

    def __init__(self, plain: ops.CreateUniqueConstraintOp, online: Online | None) -> None:
        self.plain: ops.CreateUniqueConstraintOp = plain
        self.online = online

    def only_plain(self, site: Site) -> str | None:
        schema, table = self.tables[0]
        if site.database.adopts_indexes and partitions.of(table, schema, site) is not None:
            return "a partitioned table makes no constraint of an index; create a unique index"
        return super().only_plain(site)

    def index(self, site: Site) -> CreateIndexOnlineOp:
        """The unique index, under the constraint's name, that becomes the constraint."""
        asked = self.plain.to_constraint(site.context)
        name = constraint_name(asked, site)
        if name is None:
            raise UsageError(
                f"{self.words}: the constraint has no name, and no naming convention gives one; "
                'write: op.create_unique_constraint_online("uq_...", ...)'
            )
        kept = {
            key: value
            for key, value in self.plain.kw.items()
            if key.partition("_")[0] == site.context.dialect.name
        }
        plain = ops.CreateIndexOp(
            sa.schema.conv(name),
            self.plain.table_name,
            list(self.plain.columns),
            schema=self.plain.schema,
            unique=True,
            **kept,
        )
        return CreateIndexOnlineOp(plain, self.online, self.name)

    def taken_back(self, sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
        return self.index(site).taken_back(sent, site) if site.database.adopts_indexes else []

    def violating(self, site: Site) -> str:
        asked = self.plain.to_constraint(site.context)
        assert isinstance(asked, sa.UniqueConstraint)
        return duplicates(asked, site)


class ValidateConstraintOnlineOp(OnlineOperation):
    name = "validate_constraint"

    def __init__(self, plain: ValidateConstraintOp) -> None:
        self.plain: ValidateConstraintOp = plain


@dataclass
class AddUniqueUsingIndexOp(HelperOperation):
    plain: ops.CreateUniqueConstraintOp
    constraint_name: str

    @property
    def table_name(self) -> str:
        return self.plain.table_name

    @property
    def schema(self) -> str | None:
        return self.plain.schema


@Operations.implementation_for(AddUniqueUsingIndexOp)
def _add_unique(operations: Operations, operation: AddUniqueUsingIndexOp) -> None:
    plain = operation.plain
    schema = at(plain.schema, operations.migration_context)
    deferrable, initially = plain.kw.get("deferrable"), plain.kw.get("initially")
    name = operation.constraint_name
    send(operations, AddUniqueUsingIndex(schema, plain.table_name, name, deferrable, initially))


for _operation in (
    AddConstraintOnlineOp,
    CreateUniqueConstraintOnlineOp,
    ValidateConstraintOnlineOp,
):
    procedures.register(_operation)(conduct)


# -- judges ----------------------------------------------------------------------------------------


@judges.register(AddConstraintOnlineOp)
def add_constraint_online(operation: AddConstraintOnlineOp, site: Site) -> Judgement:
    judgement = operation.judged(operation.plain, site)
    if judgement.verdict is not Verdict.ABSENT or not site.database.not_valid:
        return judgement
    (landed,) = judgement.remaining
    operation.named(site)
    below = _first_partition(operation, site)
    if below is not None:
        return below._replace(subject=judgement.subject) if below.remaining else below
    if _has_to_be_whole(operation, site):
        return judgement
    return judgement._replace(remaining=(with_keywords(landed, **site.database.not_valid),))


def _has_to_be_whole(operation: AddConstraintOnlineOp, site: Site) -> bool:
    """Before 18, a partitioned table takes no foreign key that is NOT VALID.

    https://www.postgresql.org/docs/release/18.0/
    """
    (schema, table), *_ = operation.tables
    return (
        isinstance(operation.plain, ops.CreateForeignKeyOp)
        and not site.database.has_not_null_constraints
        and partitions.of(table, schema, site) is not None
    )


def _first_partition(operation: AddConstraintOnlineOp, site: Site) -> Judgement | None:
    """The key of each partition comes first; the whole table's then takes them over unread."""
    if not _has_to_be_whole(operation, site):
        return None
    (schema, table), *_ = operation.tables
    plain = operation.plain
    assert isinstance(plain, ops.CreateForeignKeyOp)
    for part in partitions.of(table, schema, site) or ():
        kw = {**plain.kw, "source_schema": part.schema}
        # Alembic's has no `table_name`, by which the log tells one partition's key from another's.
        plain = changed(
            plain, source_table=part.name, kw=kw, table_name=part.name, schema=part.schema
        )
        inner = AddConstraintOnlineOp(operation.name, plain, operation.online)
        judgement = add_constraint_online(inner, site)
        if judgement.remaining or judgement.verdict is Verdict.DIFFERENT:
            return judgement
    return None


@judges.register(CreateUniqueConstraintOnlineOp)
def create_unique_online(operation: CreateUniqueConstraintOnlineOp, site: Site) -> Judgement:
    if not site.database.adopts_indexes:
        return operation.judged(operation.plain, site)
    index = operation.index(site)
    plain = operation.plain
    table = visible_table(plain.table_name, plain.schema, site)
    name = str(index.plain.index_name)
    found = table.index(name) if table else None
    constraint = table.constraint(name) if table else None
    if table is None or constraint is not None or (found is not None and found.constraint):
        return operation.judged(plain, site)
    built = operation.judged(index, site)
    subject = built.subject._replace(
        kind=ConstraintType.UNIQUE.label,
        name=f"{qualified(plain.schema, plain.table_name)} {name}",
    )
    if built.remaining or built.verdict is not Verdict.SAME:
        return built._replace(subject=subject)
    adopt = AddUniqueUsingIndexOp(landing(plain, table, site), name)
    return partial(subject, [adopt], "its unique index was there")


@judges.register(ValidateConstraintOp)
def validate(operation: ValidateConstraintOp, site: Site) -> Judgement:
    name = operation.constraint_name
    words = f"{operation.table_name} {name}"
    subject = Subject("validate_constraint", "constraint", words)
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found = table.constraint(name)
    if found is None:
        listed = ", ".join(c.name for c in table.constraints if c.name) or "none"
        raise MissingObject(
            f"validate_constraint {words}: the table has no such constraint; it has: {listed}"
        )
    if found.validated:
        return same(subject, "already validated")
    landed = landing(changed(operation, constraint_name=found.name), table, site)
    return Judgement(subject, Verdict.ABSENT, remaining=(landed,))


@judges.register(ValidateConstraintOnlineOp)
def validate_online(operation: ValidateConstraintOnlineOp, site: Site) -> Judgement:
    return operation.judged(operation.plain, site)


def _drop(step: ops.AddConstraintOp, site: Site) -> ops.DropConstraintOp:
    asked = step.to_constraint(site.context)
    schema, table = _tables(step)[0]
    return ops.DropConstraintOp(
        sa.schema.conv(constraint_name(asked, site) or ""),
        table,
        type_=type_of(asked).value,
        schema=schema,
    )


def _tables(plain: MigrateOperation) -> list[Where]:
    if isinstance(plain, ops.CreateForeignKeyOp):
        return [
            (plain.kw.get("source_schema"), plain.source_table),
            (plain.kw.get("referent_schema"), plain.referent_table),
        ]
    return [(getattr(plain, "schema", None), str(getattr(plain, "table_name", "")))]
