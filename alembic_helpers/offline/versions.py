"""The version table in a script, and with it the question whether a revision is still to be run.

A script from base holds revisions that undo one another: what the first creates, a later one
renames. Run again on a database that is at the end, the first must be left out as a whole, and
only the version table can say so. ``alembic upgrade`` asks it online; here each block asks it.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
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
        self.holds_together = False
        """Are the next statements about the table to commit as one?"""
        self.ends: Sequence[str] = ()
        """What is printed after the last one of a revision."""
        self.replaces: tuple[str, Sequence[str]] | None = None
        """A revision and the rows that it replaces, if they are written here, not by Alembic."""
        self.is_recorded = False

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
        """What tells that this revision is still to be run: the rows that it will replace."""
        self.script.pending, self.replaces, self.is_recorded = None, None, False
        if not isinstance(step, RevisionStep):  # alembic stamp runs nothing
            return
        merges = step.should_merge_branches(heads) or step.should_unmerge_branches(heads)
        # With some of its rows replaced, a merge would have a branch run again under it.
        self.holds_together = merges
        consumed = sorted(heads.intersection(step.from_revisions))
        if step.is_upgrade:
            self._ask(step, consumed)
        elif consumed:
            self.script.pending = self.there(*consumed)

    def _ask(self, step: RevisionStep, consumed: Sequence[str]) -> None:
        """Whether what a revision follows has been run, and it has not.

        Its own row may be gone, replaced by one that follows it; so may the row of what it follows,
        where a branch begins: the database may have taken another branch first than the script.
        """
        above = self._from(step.revision.revision)
        if not step.from_revisions:
            # A row that nobody here knows is of a later day: the database is beyond the script.
            others = self._known.keys() - above
            self.script.pending = ~VersionThere(self.name, tuple(sorted(others)), other=True)
            return
        before = [(down, self._from(down) - above) for down in sorted(step.from_revisions)]
        asked = [self.there(*sorted(rows)) for _, rows in before]
        branches = [rows != {down} for down, rows in before]
        if all(branches):  # else a row that nothing but this revision replaces tells it alone
            asked.insert(0, ~self.there(*sorted(above)))
        if any(branches):
            self.replaces = (step.revision.revision, consumed)
            self.holds_together = True
        self.script.pending = functools.reduce(operator.and_, asked)

    def leave(self, **_: Any) -> None:
        """Alembic's ``on_version_apply`` hook: the revision is recorded."""
        for statement in self.ends:
            self.script.print(statement)
        self.ends = ()

    def _hold_together(self) -> None:
        """Alembic has begun the revision's transaction by now, if it begins one."""
        if self.script.writer.ddl_commits or not self.script.transaction.is_open:
            begins, self.ends = self.script.writer.together
            for statement in begins:
                self.script.print(statement)

    @functools.cached_property
    def _known(self) -> dict[str, set[str]]:
        """All revisions, each with those that stand directly on it."""
        found: dict[str, set[str]] = {}
        if self.context.script is not None:
            for script in self.context.script.walk_revisions():
                found.setdefault(script.revision, set())
                for down in upstream.stands_on(script):
                    found.setdefault(down, set()).add(script.revision)
        return found

    def _from(self, revision: str) -> set[str]:
        """A revision, and all that stand on it."""
        found, coming = set(), [revision]
        while coming:
            if (one := coming.pop()) not in found:
                found.add(one)
                coming += self._known.get(one, ())
        return found

    def _record(self, revision: str, replaced: Sequence[str]) -> None:
        """The revision's row where it has been run, and then none of those that it follows.

        Not Alembic's UPDATE: the row that it looks for may have been replaced by another branch.
        """
        number = self.table.c.version_num
        values: dict[str, Any] = {number.name: sa.literal_column(f"'{revision}'")}
        for insert in inserts(self.table, [values], list(values), self.script.scene):
            self.script.print(self.script.writer.block(insert, Guard(), self.script.pending))
        for row in replaced:
            delete = self.table.delete().where(number == sa.literal_column(f"'{row}'"))
            self.script.print(self.script.writer.plain(compiled(delete, self.context).sql))

    def takes(self, construct: Any) -> bool:
        """Whether a statement is about the version table, and has been written here."""
        if isinstance(construct, ddl.CreateTable) and construct.element is self.table:
            created = compiled(construct, self.context)
            # As Alembic finds it online, and as the blocks below do.
            there = Guard(TableThere(self.name, on_the_path=True))
            self.script.print(self.script.writer.block(created, there, None))
            return True
        if isinstance(construct, ddl.DropTable) and construct.element is self.table:
            # Older Alembics drop it at base, in scripts only; the blocks above would ask it again.
            return True
        if not isinstance(construct, UpdateBase) or construct.table is not self.table:
            return False
        if self.holds_together:
            self._hold_together()
            self.holds_together = False
        if self.replaces is not None:
            if not self.is_recorded:
                self._record(*self.replaces)
                self.is_recorded = True
            return True
        if isinstance(construct, Insert):
            row = upstream.inserted(construct)
            for insert in inserts(self.table, [row], list(row), self.script.scene):
                block = self.script.writer.block(insert, Guard(), self.script.pending)
                self.script.print(block)
            return True
        return False
