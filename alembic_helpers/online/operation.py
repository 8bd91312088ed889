"""What every online operation is: a value, like Alembic's own, that knows its plain form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.operations import MigrateOperation, ops

from ..catalog import Site
from ..engine.common import HelperOperation, changed, qualified
from ..engine.describe import target_name
from ..engine.judgement import Judgement, judged
from ..settings import Online

Where = tuple[str | None, str]
"""``schema=`` and name of a table, as the caller wrote them."""


class OnlineOperation(HelperOperation):
    """One thing to be made while others write.

    Its judge says what is missing, step by step; the conductor takes the first step and asks
    again.
    """

    name: str
    """The operation in the words of the log."""
    plain: MigrateOperation
    """Alembic's own, which does the same and blocks writers."""
    online: Online | None = None

    @property
    def tables(self) -> Sequence[Where]:
        """Whose locks it needs, the table that it works on first."""
        table = self.plain
        return [(getattr(table, "schema", None), str(getattr(table, "table_name", "")))]

    @property
    def words(self) -> str:
        """What it is, for the log and for errors."""
        constraint = getattr(self.plain, "constraint_name", None)
        if constraint is None:
            return f"{self.name} {target_name(self.plain) or qualified(*self.tables[0])}"
        return f"{self.name} {qualified(*self.tables[0])} {constraint}"

    def waits_for_readers(self, step: MigrateOperation) -> bool:
        """Whether one of its steps needs the table for itself, or only without writers."""
        return True

    def unsupported(self, site: Site) -> str | None:
        """Why this database never does it online, whatever it holds; ``None`` when it may."""
        return site.database.online_reason

    def only_plain(self, site: Site) -> str | None:
        """Why this one cannot be done online here; ``None`` when it can."""
        return self.unsupported(site)

    def taken_back(self, sent: Sequence[MigrateOperation], site: Site) -> list[MigrateOperation]:
        """After a failure: what this run made of it, and nobody should find."""
        return []

    def violating(self, site: Site) -> str:
        """The SELECT that finds the rows in the way."""
        return ""

    def judged(self, operation: MigrateOperation, site: Site) -> Judgement:
        """The verdict on another operation, in the name of this one."""
        judgement = judged(operation, site)
        return judgement._replace(subject=judgement.subject._replace(operation=self.name))


class OnlineAlteration(OnlineOperation):
    """One that has to read the rows for what it adds to the table."""

    def unsupported(self, site: Site) -> str | None:
        if not site.database.alters_online:
            return f"{site.database.title} keeps writers out while it reads the rows"
        return super().unsupported(site)


def is_concurrent(operation: MigrateOperation) -> bool:
    """Whether it stands beside writers for as long as it takes, and must not be cut short."""
    if isinstance(operation, (ops.CreateIndexOp, ops.DropIndexOp)):
        return any(v for k, v in operation.kw.items() if k.endswith("_concurrently"))
    return isinstance(operation, HelperOperation) and operation.is_concurrent


def with_keywords(operation: Any, **keywords: Any) -> Any:
    """A copy of an operation of Alembic's with more keywords for the dialect."""
    return changed(operation, kw={**operation.kw, **keywords})
