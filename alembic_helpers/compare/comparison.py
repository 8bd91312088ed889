"""Equal or not: what is asked for against what is there.

First what is certain without asking: a plain index, a type of the same text. For the rest the
server is asked for a twin, once for all that is asked of a table. What cannot be compared even so
is named, never taken as equal in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression

from .. import upstream
from ..catalog import Site
from ..databases import NoTwin
from ..databases.definition import Aspect, Definition, listed
from ..databases.objects import Column, Constraint, ConstraintType, Index, Reference, Table
from ..errors import Difference
from .asked import (
    check_sql,
    column_names,
    default_sql,
    plain_name,
    type_of,
)
from .references import reference_differences, reference_of
from .twin import MANNERS, Asked, ordinal, twin_of

Pair = tuple[Aspect, str | None, str | None]
"""An aspect that differs: as it is, as it is asked for."""

_UNSAID = {
    Aspect.COLLATION: "default",
    Aspect.COLLATIONS: "default",
    Aspect.ENFORCED: "yes",
    Aspect.METHOD: "btree",
    Aspect.OPERATOR_CLASSES: "default",
    Aspect.ORDER: "ascending",
    Aspect.PREFIX_LENGTHS: "whole",
}
"""What ``None`` stands for; of all others: none."""


@dataclass
class Comparison:
    """What is asked on one table, against the table that is there.

    Each method compares one thing and adds what it finds to ``differences``, or to ``uncompared``.
    """

    asked: Asked
    found: Table
    site: Site
    differences: list[Difference] = field(default_factory=list)
    uncompared: list[str] = field(default_factory=list)

    def collation(self) -> None:
        """The default of the columns, where the table was asked to have its own (MySQL)."""
        options = self.site.database.twin_options
        if options(self.found, self.asked.options) != options(self.found, {}):
            have, want = self.found.collation, self.twin.collation if self.twin else None
            if have is None or want is None:
                self._cannot("", Aspect.COLLATION)
            elif have != want:
                self._add([(Aspect.COLLATION, have, want)], "")

    # -- columns ---------------------------------------------------------------------------------

    def column(self, there: Column, asked: sa.Column[Any], prefix: str = "") -> None:
        self._comment(there, asked, prefix)
        pairs = self.pairs(there, asked)
        if pairs is None:
            self._without_twin(there, asked, prefix)
        else:
            self._add(pairs, prefix)

    def pairs(self, there: Column, asked: sa.Column[Any]) -> list[Pair] | None:
        """The aspects in which the column differs, its comment aside; ``None``: cannot be told."""
        if self.is_plainly(there, asked):
            return []
        if there.definition is None:
            return None
        twin = self.twin.column(asked.name) if self.twin else None
        if twin is None:
            return None
        # A key column that allows NULL (SQLite) is as good as one that does not.
        ignored = {Aspect.COMMENT, *([Aspect.NULLABILITY] if asked.primary_key else [])}
        return self._pairs(there.definition, twin.definition, ignored)

    def _comment(self, there: Column, asked: sa.Column[Any], prefix: str) -> None:
        """A comment that was not asked for is no difference, and one that is missing is added."""
        if asked.comment and there.comment and there.comment != asked.comment:
            self._add([(Aspect.COMMENT, there.comment, asked.comment)], prefix)

    def is_plainly(self, there: Column, asked: sa.Column[Any]) -> bool:
        """Whether the column is certainly the one asked for; no answer is ``False`` too."""
        kept = there.definition
        if kept is None or asked.computed is not None or asked.identity is not None:
            return False
        if kept.get(Aspect.COMPUTED) or kept.get(Aspect.IDENTITY) or kept.get(Aspect.ON_UPDATE):
            return False
        counts = (
            self.site.database.keys_count and asked.primary_key and upstream.is_autoincrement(asked)
        )
        return (
            bool(kept.get(Aspect.AUTOINCREMENT)) == counts
            and self.same_type(there, asked.type)
            and _nullable_as(there, asked)
            and self.site.database.same_literal(
                kept.get(Aspect.DEFAULT), default_sql(asked.server_default, self.site)
            )
        )

    def same_type(self, there: Column, asked: sa.types.TypeEngine[Any]) -> bool:
        """Whether the types are certainly one, collation included."""
        collation = (there.definition or {}).get(Aspect.COLLATION)
        if collation and not getattr(asked, "collation", None):
            return False
        return self.site.database.same_type(self.site.context, there.type, asked)

    def _without_twin(self, there: Column, asked: sa.Column[Any], prefix: str) -> None:
        """Type and nullability need no twin; of the rest only what is certain."""
        database = self.site.database
        if not database.similar_type(self.site.context, there.type, asked.type):
            have, want = (database.type_text(t).upper() for t in (there.type, asked.type))
            self._add([(Aspect.TYPE, have, want)], prefix)
        if not _nullable_as(there, asked):
            have, want = (
                "NULL" if nullable else "NOT NULL" for nullable in (there.nullable, asked.nullable)
            )
            self._add([(Aspect.NULLABILITY, have, want)], prefix)
        default = default_sql(asked.server_default, self.site)
        if there.generated or asked.computed is not None or asked.identity is not None:
            self._cannot(prefix, Aspect.COMPUTED)
        elif not database.same_default(there.default, default):
            self._cannot(prefix, Aspect.DEFAULT)

    # -- constraints and indexes -----------------------------------------------------------------

    def constraint(self, there: Constraint, asked: sa.Constraint, prefix: str = "") -> None:
        names = column_names(asked)
        if isinstance(asked, sa.ForeignKeyConstraint):
            self.foreign_key(there, names, reference_of(asked, self.site), prefix)
        elif type_of(asked) not in (ConstraintType.PRIMARY, ConstraintType.UNIQUE):
            self._texts(there, asked, prefix)
        elif self._has_options(asked) or asked.deferrable:
            twin = self._twin_constraint(asked)
            self.covering(there, names, twin.definition if twin else None, prefix)
        else:
            self.covering(there, names, {}, prefix)

    def foreign_key(
        self, there: Constraint, names: Sequence[str], wanted: Reference, prefix: str = ""
    ) -> None:
        self._columns(there, names, prefix)
        self.differences += reference_differences(there, wanted, self.found, self.site, prefix)
        self._add(self._pairs(there.definition, {}), prefix)

    def _texts(self, there: Constraint, asked: sa.Constraint, prefix: str) -> None:
        """A check or exclude constraint: what it says."""
        twin = self._twin_constraint(asked)
        if twin is not None and twin.definition and there.definition:
            self._add(self._pairs(there.definition, twin.definition), prefix)
        elif not (isinstance(asked, sa.CheckConstraint) and self._reads_alike(there, asked)):
            self._cannot(prefix, Aspect.CONDITION)

    def checks_like(self, asked: sa.CheckConstraint) -> list[Constraint]:
        """Of the checks that are there, those that say what is asked for."""
        checks = self.found.of_type(ConstraintType.CHECK)
        twin = self._twin_constraint(asked) if checks else None
        return [
            check
            for check in checks
            if self._reads_alike(check, asked)
            or (twin and check.definition and not self._pairs(check.definition, twin.definition))
        ]

    @property
    def tells_checks_apart(self) -> bool:
        """Whether a check that :meth:`checks_like` leaves out certainly says something else."""
        checks = self.found.of_type(ConstraintType.CHECK)
        return all(check.definition for check in checks) and self.twin is not None

    def _reads_alike(self, there: Constraint, asked: sa.CheckConstraint) -> bool:
        text, plain = check_sql(asked, self.site), self.site.database.plain_expression
        return there.sqltext is not None and plain(there.sqltext) == plain(text)

    def index(self, there: Index, asked: sa.Index, prefix: str = "") -> None:
        names: Sequence[str | None] = [plain_name(item) for item in asked.expressions]
        unique = {Aspect.UNIQUE: "yes" if asked.unique else "no"}
        is_plain = None not in names and not any(map(_is_modified, asked.expressions))
        wanted: Definition | None = unique
        if not is_plain or self._has_options(asked):
            twin = self.twin.index(self._ordinal(asked)) if self.twin else None
            wanted = twin.definition if twin else None
            names = twin.columns if twin else names
        if there.definition is None or wanted is None:
            have = {Aspect.UNIQUE: "yes" if there.unique else "no"}
            self._add(self._pairs(have, unique), prefix)
        self.covering(there, names, wanted, prefix)

    def covering(
        self,
        there: Constraint | Index,
        names: Sequence[str | None],
        wanted: Definition | None,
        prefix: str = "",
    ) -> None:
        """The columns, then the other aspects; what is not said of what is wanted is nothing."""
        if there.definition is None or wanted is None:
            self._columns(there, names, prefix)
            if wanted or wanted is None:
                self._cannot(prefix, Aspect.DEFINITION)
            return
        if None not in (*there.columns, *names):  # names compare as the database compares them
            self._columns(there, names, prefix)
            self._add(self._pairs(there.definition, wanted, {Aspect.COLUMNS}), prefix)
        elif Aspect.COLUMNS in wanted:
            self._add(self._pairs(there.definition, wanted), prefix)
        else:
            have = there.definition.get(Aspect.COLUMNS)
            self._add([(Aspect.COLUMNS, have, listed(map(str, names)))], prefix)

    def _columns(self, there: Constraint | Index, names: Sequence[str | None], prefix: str) -> None:
        keys = self.found.column_keys(there.columns), self.found.column_keys(names)
        agree = len(keys[0]) == len(keys[1]) and all(
            want is None or have == want for have, want in zip(*keys, strict=True)
        )
        if not agree:
            self._add([(Aspect.COLUMNS, _shown(there.columns), _shown(names))], prefix)

    # -- the twin --------------------------------------------------------------------------------

    @cached_property
    def twin(self) -> Table | None:
        try:
            return self.site.door.twin(twin_of(self.asked, self.found, self.site))
        except NoTwin as error:
            self.reason = str(error)
            return None

    reason = ""
    """Why there is no twin."""

    def _twin_constraint(self, asked: sa.Constraint) -> Constraint | None:
        if self.twin is None:
            return None
        if type_of(asked) is ConstraintType.PRIMARY:
            return self.twin.primary_key
        return self.twin.constraint(self._ordinal(asked), type_of(asked))

    def _ordinal(self, asked: sa.Constraint | sa.Index) -> str:
        things = [*self.asked.constraints, *self.asked.indexes]
        return ordinal(next(at for at, thing in enumerate(things) if thing is asked))

    def _has_options(self, asked: sa.Constraint | sa.Index) -> bool:
        """Whether anything is asked of it beyond its columns."""
        mine = f"{self.site.context.dialect.name}_"
        return any(
            value is not None
            and value is not False
            and name.startswith(mine)
            and not name.endswith(MANNERS)
            for name, value in asked.dialect_kwargs.items()
        )

    @property
    def note(self) -> str:
        """What could not be compared, as the end of a line of the log."""
        if not self.uncompared:
            return ""
        reason = self.reason or "how it is kept cannot be read"
        return f"; not compared: {', '.join(self.uncompared)} ({reason})"

    # -- what comes of it ------------------------------------------------------------------------

    def _pairs(
        self, have: Definition | None, want: Definition | None, ignored: Iterable[Aspect] = ()
    ) -> list[Pair]:
        if have is None or want is None:
            return []
        same = self.site.database.equivalents
        pairs = [(aspect, there, want.get(aspect)) for aspect, there in have.items()]
        return [
            (aspect, there, asked)
            for aspect, there, asked in pairs
            if there != asked
            and aspect not in ignored
            and same.get(there or "", there) != same.get(asked or "", asked)
        ]

    def _add(self, pairs: Iterable[Pair], prefix: str) -> None:
        for aspect, have, want in pairs:
            unsaid = _UNSAID.get(aspect, "none")
            self.differences.append(
                Difference(f"{prefix}{aspect.value}", have or unsaid, want or unsaid)
            )

    def _cannot(self, prefix: str, aspect: Aspect) -> None:
        self.uncompared.append(f"{prefix}{aspect.value}")


def _nullable_as(there: Column, asked: sa.Column[Any]) -> bool:
    nullable = bool(asked.nullable) and not asked.primary_key
    return there.nullable == nullable or (asked.primary_key and there.nullable)


def _is_modified(expression: Any) -> bool:
    return isinstance(expression, UnaryExpression)


def _shown(names: Iterable[str | None]) -> str:
    return listed(name or "<expression>" for name in names)
