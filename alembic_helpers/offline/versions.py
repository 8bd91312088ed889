"""The version table in a script, and with it the question whether a revision is still to be run.

A script from base holds revisions that undo one another: what the first creates, a later one
renames. Run again on a database that is at the end, the first must be left out as a whole, and
only the version table can say so. ``alembic upgrade`` asks it online; here each block asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from sqlalchemy import schema as ddl
from sqlalchemy.sql.dml import Insert, UpdateBase

from .. import upstream
from .capture import compiled
from .questions import Guard, Name, Question, TableThere, VersionThere
from .rows import inserts
from .script import Script


class Versions:
    """The version table of one script."""

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self.table = upstream.version_table(context)
        self.begins: Sequence[str] = ()
        """What is printed before the next statement about the table, and then no more."""
        self.ends: Sequence[str] = ()
        """What is printed after the last one of a revision."""

    def follow(self) -> None:
        upstream.intercept(self.context, self.takes)
        upstream.follow_steps(self.context, self.enter)
        callbacks = self.context.on_version_apply_callbacks
        self.context.on_version_apply_callbacks = (*callbacks, self.leave)
        self.script = Script.of(self.context)
        self.script.is_whole = True
        self.script.transaction.is_certain = True
        for statement in self.script.writer.opening:
            self.script.print(statement)

    def there(self, *revisions: str) -> Question:
        return VersionThere(self.name, revisions)

    @property
    def name(self) -> Name:
        return Name(self.table.schema, self.table.name)

    def enter(self, step: RevisionStep, heads: set[str]) -> None:
        """What tells that this revision is still to be run: the row that it will replace.

        A revision that replaces none (a base, the second of two branches) is to be run as long as
        neither it nor one that follows it is recorded.
        """
        if not isinstance(step, RevisionStep):  # alembic stamp runs nothing
            self.script.pending = None
            return
        if step.should_merge_branches(heads) or step.should_unmerge_branches(heads):
            self._hold_together()
        if step.is_upgrade and step.should_create_branch(heads):
            self.script.pending = ~self.there(*self._from(step.revision.revision))
            return
        consumed = sorted(heads.intersection(step.from_revisions))
        self.script.pending = self.there(*consumed) if consumed else None

    def leave(self, **_: Any) -> None:
        """Alembic's ``on_version_apply`` hook: the revision is recorded."""
        for statement in self.ends:
            self.script.print(statement)
        self.begins = self.ends = ()

    def _hold_together(self) -> None:
        """With some of its rows replaced, a merge would have a branch run again under it."""
        if not self.script.transaction.is_open:
            self.begins, self.ends = self.script.writer.together

    def _from(self, revision: str) -> list[str]:
        """A revision, and all that stand on it."""
        found = {revision}
        if self.context.script is not None:
            # From the heads down; so what stands on a revision is found before it.
            for script in reversed(list(self.context.script.walk_revisions())):
                if found.intersection(upstream.stands_on(script)):
                    found.add(script.revision)
        return sorted(found)

    def takes(self, construct: Any) -> bool:
        """Whether a statement is about the version table, and has been written here."""
        if isinstance(construct, ddl.CreateTable) and construct.element is self.table:
            created = compiled(construct, self.context)
            there = Guard(TableThere(self.name))
            self.script.print(self.script.writer.block(created, there, None))
            return True
        if isinstance(construct, ddl.DropTable) and construct.element is self.table:
            # Older Alembics drop it at base, in scripts only; the blocks above would ask it again.
            return True
        if not isinstance(construct, UpdateBase) or construct.table is not self.table:
            return False
        for statement in self.begins:
            self.script.print(statement)
        self.begins = ()
        if isinstance(construct, Insert):
            row = upstream.inserted(construct)
            for insert in inserts(self.table, [row], list(row), self.script.scene):
                block = self.script.writer.block(insert, Guard(), self.script.pending)
                self.script.print(block)
            return True
        return False
