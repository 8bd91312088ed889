"""Rows of ``pg_catalog`` as definitions, in the words of the server."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Row

from ..definition import Aspect, Definition, each, listed
from ..objects import ConstraintType
from .rows import ColumnRow, ConstraintRow, IndexRow

# Of pg_index.indoption: bit 1 is DESC, bit 2 is NULLS FIRST, which DESC is by itself.
_ORDERS = {0: None, 1: "DESC NULLS LAST", 2: "ASC NULLS FIRST", 3: "DESC"}


# A number as a literal of its column's type: 7 and '7' are one default.
_NUMBER = re.compile(
    r"^'(-?\d+(?:\.\d+)?)'::"
    r"(?:smallint|integer|bigint|numeric(?:\([\d,]+\))?|real|double precision)$"
)


def of_column(row: ColumnRow, collation: str | None) -> Definition:
    counts = bool(row.feeds) and not row.identity
    plain = None if row.generated or counts else row.expression
    plain = plain and _NUMBER.sub(r"\1", plain)
    always = {"a": "ALWAYS", "d": "BY DEFAULT"}.get(row.identity)
    kept = {"s": "STORED", "v": "VIRTUAL"}.get(row.generated)
    return {
        Aspect.TYPE: row.spelling,
        Aspect.COLLATION: collation,
        Aspect.NULLABILITY: "NOT NULL" if row.attnotnull else "NULL",
        Aspect.DEFAULT: plain,
        Aspect.COMPUTED: f"{row.expression} {kept}" if kept else None,
        Aspect.IDENTITY: f"{always} {row.parameters}" if always else None,
        Aspect.AUTOINCREMENT: "yes" if counts else None,
    }


class Key(NamedTuple):
    """The columns of an index or a constraint, by their numbers in the table."""

    columns: tuple[str | None, ...]
    """``None`` is an expression."""
    included: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """All columns by their names; what expressions read is not among them."""
        named = (name for name in self.columns if name is not None)
        return tuple(sorted({*named, *self.included}))

    @classmethod
    def of(cls, row: ConstraintRow | IndexRow, names: Mapping[int, str]) -> Key:
        """Of ``key``, an ``int2vector``, of which the first ``indnkeyatts`` are not included."""
        if row.key is None:
            return cls((), ())
        found = [names.get(int(number)) for number in row.key.split()]
        count = row.indnkeyatts
        return cls(tuple(found[:count]), tuple(name for name in found[count:] if name is not None))


def of_constraint(
    type_: ConstraintType, row: ConstraintRow, columns: Sequence[str], key: Key
) -> Definition | None:
    match type_:
        case ConstraintType.FOREIGN_KEY:
            return {  # beside its reference
                Aspect.ENFORCED: "no" if row.enforced is False else None,
                Aspect.PERIOD: "yes" if row.period else None,
            }
        case ConstraintType.CHECK:
            return {
                Aspect.CONDITION: row.condition,
                Aspect.NO_INHERIT: "yes" if row.connoinherit else None,
                Aspect.ENFORCED: "no" if row.enforced is False else None,
            }
        case ConstraintType.EXCLUDE:
            return {Aspect.DEFINITION: row.definition}
    deferrable = "DEFERRABLE" if row.condeferrable else None
    if row.condeferred:
        deferrable = "DEFERRABLE INITIALLY DEFERRED"
    return {
        Aspect.COLUMNS: listed(columns),
        Aspect.INCLUDE: listed(key.included) if key.included else None,
        Aspect.DEFERRABLE: deferrable,
        Aspect.NULLS_NOT_DISTINCT: "yes" if row.nulls_not_distinct else None,
        Aspect.WITHOUT_OVERLAPS: "yes" if row.period else None,
    }


def of_index(row: IndexRow, key: Key) -> Definition:
    pairs = zip(key.columns, row.texts or key.columns, strict=True)
    options = row.options.split() if row.options.strip("0 ") else ()
    return {
        Aspect.COLUMNS: listed([column or str(text) for column, text in pairs]),
        Aspect.UNIQUE: "yes" if row.indisunique else "no",
        Aspect.ORDER: each([_ORDERS[int(option)] for option in options], "ASC"),
        Aspect.OPERATOR_CLASSES: each(row.operator_classes or (), "default"),
        Aspect.COLLATIONS: each(row.collations or (), "default"),
        Aspect.METHOD: None if row.method == "btree" else row.method,
        Aspect.INCLUDE: listed(key.included) if key.included else None,
        Aspect.WHERE: row.predicate,
        Aspect.NULLS_NOT_DISTINCT: "yes" if row.nulls_not_distinct else None,
    }


def of_sequence(row: Row[Any]) -> Definition:
    return {
        Aspect.TYPE: row.type,
        Aspect.START: str(row.seqstart),
        Aspect.INCREMENT: str(row.seqincrement),
        Aspect.MINIMUM: str(row.seqmin),
        Aspect.MAXIMUM: str(row.seqmax),
        Aspect.CACHE: str(row.seqcache),
        Aspect.CYCLE: "yes" if row.seqcycle else "no",
    }


def dotted(*names: str | None) -> str | None:
    return ".".join(name for name in names if name) or None
