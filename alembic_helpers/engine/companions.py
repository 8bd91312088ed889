"""What comes with a table or a column in statements of its own, which a killed run leaves out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from ..compare import Comparison
from .constraints import missing_constraints
from .indexes import missing_indexes
from .judgement import judged


class Companions:
    """What an operation makes beside the table or column itself, and is not there yet."""

    def __init__(self) -> None:
        self.operations: list[MigrateOperation] = []
        self.names: list[str] = []

    def add(self, operation: MigrateOperation, name: str) -> None:
        self.operations.append(operation)
        self.names.append(name)


def missing_companions(asked: sa.Table, comparison: Comparison) -> Companions:
    """Constraints and indexes of an asked table or column that the found table lacks."""
    companions, site = Companions(), comparison.site
    for constraint, name in missing_constraints(asked, site, comparison):
        companions.add(ops.AddConstraintOp.from_constraint(constraint), name)
    for index in missing_indexes(asked, site, comparison):
        companions.add(ops.CreateIndexOp.from_index(index), f"index {index.name}")
    return companions


def missing_comments(asked: sa.Table, comparison: Comparison) -> list[MigrateOperation]:
    """The comments of an asked table and its columns that the found ones lack."""
    site, found = comparison.site, comparison.found
    if not site.context.dialect.supports_comments:
        return []
    missing: list[MigrateOperation] = []
    if asked.comment and not found.comment:
        missing.append(ops.CreateTableCommentOp(asked.name, asked.comment, schema=asked.schema))
    for column in asked.columns:
        there = found.column(column.name)
        if column.comment and there is not None and not there.comment:
            missing.append(
                ops.AlterColumnOp(
                    asked.name, column.name, schema=asked.schema, modify_comment=column.comment
                )
            )
    # Where all of a column is restated with its comment, the judge knows what that is.
    return [step for operation in missing for step in judged(operation, site).remaining]
