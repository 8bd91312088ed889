"""How the online family is written in a ``--sql`` script: each step behind its guard, by itself.

Nothing can be asked, so all steps are written, and each one's guard asks whether it has been taken.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops
from alembic.runtime.migration import MigrationContext

from ..catalog import Catalog, Site
from ..compare.asked import constraint_name, type_of
from ..databases import database_of
from ..databases.construct import verbatim
from ..databases.objects import ConstraintType
from ..engine.common import unflagged
from ..engine.constraints import ValidateConstraintOp
from ..engine.ddl import ValidateConstraint
from ..errors import OnlineNotSupported
from ..offline import Note, Part, Scene, Transaction, comment, guard, guarded, parts_of, splitting
from ..offline.capture import captured
from ..offline.questions import (
    ConstraintThere,
    ConstraintValid,
    Guard,
    Name,
    NullableIs,
    Question,
)
from ..settings import Online, Settings
from .constraints import (
    AddConstraintOnlineOp,
    AddUniqueUsingIndexOp,
    CreateUniqueConstraintOnlineOp,
    ValidateConstraintOnlineOp,
)
from .ddl import AddUniqueUsingIndex
from .indexes import CreateIndexOnlineOp, DropIndexOnlineOp
from .not_null import SetNotNullOnlineOp, own_name
from .operation import OnlineOperation, is_concurrent, with_keywords


@dataclass(frozen=True)
class Step:
    operation: MigrateOperation
    unless: Question | None = None
    """What makes it pointless, beside that it is done."""


@dataclass(frozen=True)
class Course:
    """The steps of an operation; ``online``: each commits by itself and blocks no writers."""

    steps: Sequence[Step]
    online: bool = False
    note: str = ""


def course(operation: OnlineOperation, context: MigrationContext) -> Course:
    """How it goes, by ``online=`` or ``Settings(online=...)``."""
    site = Site(Catalog(context), context)
    if isinstance(operation, ValidateConstraintOnlineOp) and not site.database.not_valid:
        return Course((), note="a constraint is valid as soon as it is there; nothing to do")
    plain = (Step(unflagged(operation.plain)),)
    online = operation.online or Settings.of(context.opts).online
    if online is Online.OFF or site.database.writes_one_at_a_time:
        return Course(plain)
    reason = _only_plain(operation, site)
    if reason is None:
        return Course(steps(operation, site), online=True)
    if online is Online.REQUIRE:
        raise OnlineNotSupported(operation.words, reason)
    return Course(plain, note=f"blocks writers, because {reason}")


def _only_plain(operation: OnlineOperation, site: Site) -> str | None:
    """Why it cannot be done online, as far as that can be told without a server."""
    if isinstance(operation, AddConstraintOnlineOp):
        type_ = type_of(operation.plain.to_constraint(site.context))
        if site.database.copies_table_for(type_):
            return f"a {type_.label} is added by a copy of the table"
    return operation.unsupported(site)


# -- steps -----------------------------------------------------------------------------------------


@functools.singledispatch
def steps(operation: OnlineOperation, site: Site) -> Sequence[Step]:
    """All that may have to be done, in order."""
    return [Step(unflagged(operation.plain))]


@steps.register(CreateIndexOnlineOp)
@steps.register(DropIndexOnlineOp)
def _index(operation: OnlineOperation, site: Site) -> Sequence[Step]:
    plain = unflagged(operation.plain)
    return [Step(with_keywords(plain, **site.database.concurrently))]


@steps.register
def _add_constraint(operation: AddConstraintOnlineOp, site: Site) -> Sequence[Step]:
    if not site.database.not_valid:
        return [Step(operation.plain)]
    (schema, table), *_ = operation.tables
    return [
        Step(with_keywords(operation.plain, **site.database.not_valid)),
        Step(ValidateConstraintOp(operation.named(site), table, schema)),
    ]


@steps.register
def _unique(operation: CreateUniqueConstraintOnlineOp, site: Site) -> Sequence[Step]:
    if not site.database.adopts_indexes:
        return [Step(operation.plain)]
    index = operation.index(site)
    name = constraint_name(operation.plain.to_constraint(site.context), site)
    return [*steps(index, site), Step(AddUniqueUsingIndexOp(operation.plain, name or ""))]


@steps.register
def _not_null(operation: SetNotNullOnlineOp, site: Site) -> Sequence[Step]:
    """By a CHECK that proves it: of what version the server is, nobody knows."""
    plain, database = operation.plain, site.database
    if not database.not_valid:
        return [Step(plain)]
    schema, table = operation.tables[0]
    stored = database.stored_name
    so = NullableIs(Name(schema, stored(table)), stored(plain.column_name), nullable=False)
    name = sa.schema.conv(own_name(stored(table), stored(plain.column_name)))
    proof = ops.CreateCheckConstraintOp(
        name,
        table,
        sa.column(plain.column_name).is_not(None),
        schema=schema,
        **database.not_valid,
    )
    return [
        Step(proof, unless=so),
        Step(ValidateConstraintOp(str(name), table, schema), unless=so),
        Step(plain),
        Step(ops.DropConstraintOp(name, table, type_="check", schema=schema)),
    ]


# -- writing ---------------------------------------------------------------------------------------


@splitting.register(OnlineOperation)
def _guarded(operation: OnlineOperation, scene: Scene) -> Sequence[Part | Note]:
    going = course(operation, scene.context)
    found: list[Part | Note] = [Note(going.note)] if going.note else []
    for step in going.steps:
        parts, _ = parts_of(step.operation, scene)
        found += [_part(part, step, scene) if going.online else part for part in parts]
    return found


def _part(part: Part | Note, step: Step, scene: Scene) -> Part | Note:
    if isinstance(part, Note):
        return part
    statement = replace(part.statement, sql=scene.database.online_sql(part.statement.sql))
    asked = part.guard
    if asked is not None and step.unless is not None:
        asked = asked.unless(step.unless)
    return replace(part, statement=statement, guard=asked, alone=True)


@splitting.register(ops.CreateIndexOp, ops.DropIndexOp)
def _by_alembics_flag(
    operation: ops.CreateIndexOp | ops.DropIndexOp, scene: Scene
) -> Sequence[Part]:
    """``postgresql_concurrently=True``: a transaction that is open for certain is left for it."""
    parts = guarded(captured(scene.context, operation)[0], scene)
    alone = bool(scene.database.concurrently) and is_concurrent(operation)
    if not alone or not Transaction.of(scene.context).is_certain:
        return parts
    return [replace(part, alone=True) for part in parts]


@Operations.implementation_for(OnlineOperation)
def _unguarded(operations: Operations, operation: OnlineOperation) -> None:
    """For ``Offline.UNGUARDED``."""
    context = operations.migration_context
    going = course(operation, context)
    database = database_of(context.dialect)
    if going.note:
        context.impl.static_output(comment(going.note))
    with Transaction.of(context).left() if going.online else contextlib.nullcontext():
        for step in going.steps:
            for statement in captured(context, step.operation)[0]:
                sql = statement.sql
                context.impl.execute(verbatim(database.online_sql(sql) if going.online else sql))


@guard.register
def _validate(construct: ValidateConstraint, scene: Scene) -> Guard:
    table = scene.name(construct.schema, construct.table)
    return Guard(ConstraintValid(table, scene.database.stored_name(construct.name)))


@guard.register
def _add_unique(construct: AddUniqueUsingIndex, scene: Scene) -> Guard:
    table = scene.name(construct.schema, construct.table)
    name = scene.database.stored_name(construct.name)
    return Guard(ConstraintThere(table, name, ConstraintType.UNIQUE))
