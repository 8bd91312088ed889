"""Where an operation is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from alembic.runtime.migration import MigrationContext

from ..databases import Database
from .door import Door


@dataclass(frozen=True)
class Site:
    """A door to what is there, and Alembic's own context."""

    door: Door
    context: MigrationContext

    @cached_property
    def database(self) -> Database:
        return self.door.database
