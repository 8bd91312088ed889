"""NOT NULL for a column of a table that others write to, without a scan under a lock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops

from ..catalog import Site
from ..databases.objects import Constraint, ConstraintType, Table
from ..engine import procedures
from ..engine.common import HelperOperation, at, changed, landing, send, visible_table
from ..engine.constraints import ValidateConstraintOp
from ..engine.judgement import Judgement, Verdict, judges, partial
from ..settings import Online
from .conduct import conduct
from .ddl import AddNotNull
from .finding import nulls
from .operation import OnlineAlteration

# As the server prints it, of whatever column.
_IS_NOT_NULL = re.compile(r'\(*(?:\w+|"(?:[^"]|"")+") IS NOT NULL\)*')


class SetNotNullOnlineOp(OnlineAlteration):
    name = "set_not_null_online"

    def __init__(self, plain: ops.AlterColumnOp, online: Online | None) -> None:
        self.plain: ops.AlterColumnOp = plain
        self.online = online

    def taken_back(self, sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
        """NOT NULL, if this run made it; and our own check, whichever run did."""
        plain = self.plain
        undone: list[MigrateOperation] = []
        if any(isinstance(step, AddNotNullOp) for step in sent):
            undone.append(changed(plain, modify_nullable=True, existing_nullable=False))
        table = visible_table(plain.table_name, plain.schema, site)
        left = _own_check(table, plain.column_name) if table else None
        if table is not None and left is not None:
            undone.append(_drop(left, table, plain.schema, site))
        return undone

    def violating(self, site: Site) -> str:
        return nulls(self.plain.table_name, self.plain.schema, self.plain.column_name, site)


procedures.register(SetNotNullOnlineOp)(conduct)


@dataclass
class AddNotNullOp(HelperOperation):
    """Under the name that the server gives: the one that it gives to any NOT NULL."""

    table_name: str
    schema: str | None
    column_name: str


@Operations.implementation_for(AddNotNullOp)
def _add_not_null(operations: Operations, operation: AddNotNullOp) -> None:
    schema = at(operation.schema, operations.migration_context)
    send(operations, AddNotNull(schema, operation.table_name, operation.column_name))


@judges.register(SetNotNullOnlineOp)
def set_not_null(operation: SetNotNullOnlineOp, site: Site) -> Judgement:
    plain = operation.plain
    judgement = operation.judged(plain, site)
    table = visible_table(plain.table_name, plain.schema, site)
    column = table.column(plain.column_name) if table else None
    if table is None or column is None or not site.database.not_valid:
        return judgement
    left = _own_check(table, column.name)
    if judgement.verdict is Verdict.SAME:
        return _rest(operation, judgement, column.name, table, site)
    if site.database.has_not_null_constraints:
        step: MigrateOperation = AddNotNullOp(table.name, plain.schema, column.name)
        return judgement._replace(remaining=(landing(step, table, site),))
    proof = left or _proof(table, column.name)
    if proof is None:
        check = ops.CreateCheckConstraintOp(
            sa.schema.conv(own_name(table.name, column.name)),
            table.name,
            sa.column(column.name).is_not(None),
            schema=plain.schema,
            **site.database.not_valid,
        )
        return judgement._replace(remaining=(landing(check, table, site),))
    if not proof.validated:
        validate = ValidateConstraintOp(str(proof.name), table.name, plain.schema)
        return judgement._replace(remaining=(landing(validate, table, site),))
    return judgement


def _rest(
    operation: SetNotNullOnlineOp, judgement: Judgement, column: str, table: Table, site: Site
) -> Judgement:
    """The column says NOT NULL: are its rows checked, and is our own check gone?"""
    schema = operation.plain.schema
    native = site.door.not_null(table.name, table.schema, column)
    if native is not None and not native.validated:
        validate = ValidateConstraintOp(str(native.name), table.name, schema)
        return partial(
            judgement.subject,
            [landing(validate, table, site)],
            "it was there, but NOT VALID; validated",
        )
    left = _own_check(table, column)
    if left is not None:
        drop = _drop(left, table, schema, site)
        return partial(judgement.subject, [drop], "already so, dropped the check that proved it")
    return judgement


def _drop(check: Constraint, table: Table, schema: str | None, site: Site) -> MigrateOperation:
    name = sa.schema.conv(str(check.name))
    return landing(
        ops.DropConstraintOp(name, table.name, type_="check", schema=schema), table, site
    )


def own_name(table: str, column: str) -> str:
    """The name of the check that is made for the time being: nobody else's has it."""
    digest = hashlib.sha256(f"{table}.{column}".encode()).hexdigest()[:16]
    return f"ah_not_null_{digest}"


def _own_check(table: Table, column: str) -> Constraint | None:
    return table.constraint(own_name(table.name, column), ConstraintType.CHECK)


def _proof(table: Table, column: str) -> Constraint | None:
    """A validated check of the user's that says just that."""
    for check in table.of_type(ConstraintType.CHECK):
        if (
            check.validated
            and check.columns == (column,)
            and _IS_NOT_NULL.fullmatch(check.sqltext or "")
        ):
            return check
    return None
