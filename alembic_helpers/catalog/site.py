"""Where an operation is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from alembic.runtime.migration import MigrationContext
from sqlalchemy.sql.compiler import DDLCompiler

from ..databases import Database
from ..databases.construct import ddl_compiler
from .door import Door


@dataclass(frozen=True)
class Site:
    """A door to what is there, and Alembic's own context."""

    door: Door
    context: MigrationContext

    @cached_property
    def database(self) -> Database:
        return self.door.database

    @cached_property
    def literals(self) -> DDLCompiler:
        """For literals alone: of an expression it would keep what that had in it."""
        return ddl_compiler(self.context.dialect)

    @cached_property
    def longest_given(self) -> int:
        """So long may a name be that it stands as it is, whatever it is given to.

        A naming convention is put around a given name only where it has a place for it:
        https://docs.sqlalchemy.org/en/20/core/constraints.html#configuring-constraint-naming-conventions
        """
        metadata = self.context.opts.get("target_metadata")
        conventions = getattr(metadata, "naming_convention", None) or {}
        if any("constraint_name" in str(convention) for convention in conventions.values()):
            return 0
        dialect = self.context.dialect
        longest = dialect.max_identifier_length
        return min(
            longest,
            dialect.max_index_name_length or longest,
            dialect.max_constraint_name_length or longest,
        )
