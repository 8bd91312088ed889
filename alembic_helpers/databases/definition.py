"""What is compared: the aspects of an object, each as the server itself prints it.

A definition read from the database and one read from a twin (the same object, made of what is
asked for) are compared aspect by aspect, as text. ``None`` is what the server does when nothing is
said: no default, ascending, the type's own collation.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence


class Aspect(str, enum.Enum):
    """One thing that may differ, in the words of the error message and of the documentation."""

    # of a column
    TYPE = "type"
    """With its length, precision, scale, time zone, sign, members."""
    COLLATION = "collation"
    NULLABILITY = "nullability"
    DEFAULT = "server default"
    ON_UPDATE = "ON UPDATE"
    """A column's own (MySQL's ``ON UPDATE CURRENT_TIMESTAMP``), and a foreign key's."""
    COMPUTED = "computed"
    IDENTITY = "identity"
    AUTOINCREMENT = "autoincrement"
    COMMENT = "comment"

    # of what covers columns
    COLUMNS = "columns"
    """Names, or the text of an expression, in their order."""
    DEFERRABLE = "deferrable"
    NULLS_NOT_DISTINCT = "NULLS NOT DISTINCT"
    WITHOUT_OVERLAPS = "WITHOUT OVERLAPS"
    INCLUDE = "include"
    CONDITION = "condition"
    """Of a check constraint."""
    NO_INHERIT = "NO INHERIT"
    ENFORCED = "enforced"
    DEFINITION = "definition"
    """All of it: of an exclude constraint, of a view."""

    # of an index
    UNIQUE = "unique"
    ORDER = "order"
    """ASC, DESC, NULLS FIRST or LAST, of each column."""
    OPERATOR_CLASSES = "operator classes"
    COLLATIONS = "collations"
    METHOD = "method"
    """B-tree unless said otherwise; MySQL's FULLTEXT and SPATIAL."""
    PREFIX_LENGTHS = "prefix lengths"
    WHERE = "where"

    # of a foreign key
    TARGET = "target"
    TARGET_COLUMNS = "target columns"
    ON_DELETE = "ON DELETE"
    MATCH = "match"
    PERIOD = "PERIOD"

    # of what is no table
    VALUES = "values"
    """Of an enum, in their order."""
    START = "start"
    INCREMENT = "increment"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    CYCLE = "cycle"
    CACHE = "cache"


Definition = Mapping[Aspect, str | None]

REFERENCE = (
    Aspect.COLUMNS,
    Aspect.TARGET,
    Aspect.TARGET_COLUMNS,
    Aspect.ON_UPDATE,
    Aspect.ON_DELETE,
)
"""Of a foreign key, on every database."""
SEQUENCE = (
    Aspect.START,
    Aspect.INCREMENT,
    Aspect.MINIMUM,
    Aspect.MAXIMUM,
    Aspect.CACHE,
    Aspect.CYCLE,
)

TWIN = "_alembic_helpers_twin"
"""The name of what is made for a moment, to be compared with."""


def listed(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"


def each(words: Sequence[str | None], usual: str) -> str | None:
    """A word for each column; ``None`` when all are the usual one."""
    return listed([word or usual for word in words]) if any(words) else None
