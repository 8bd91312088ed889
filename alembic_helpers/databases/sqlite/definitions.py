"""What SQLite's pragmas and kept texts say, as definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from ..definition import Aspect, Definition, each, listed
from ..objects import ConstraintType
from .ddl import Declared, Token, canonical


def of_constraint(text: Declared, collated: Mapping[str, str]) -> Definition:
    if text.type is ConstraintType.CHECK:
        return {Aspect.CONDITION: canonical(text.text)}
    other = [
        named.upper() if named and named.upper() != collated.get(column, "BINARY").upper() else None
        for column, named in zip(text.columns, text.collations, strict=False)
    ]
    return {Aspect.COLUMNS: listed(text.columns), Aspect.COLLATIONS: each(other, "default")}


def of_index(
    rows: Sequence[Row[Any]],
    parts: Sequence[list[Token]],
    where: list[Token],
    collated: Mapping[str, str],
) -> Definition:
    own = [collated.get(row.col, "BINARY") for row in rows]
    other = [row.collation.upper() != usual.upper() for row, usual in zip(rows, own, strict=True)]
    return {
        Aspect.COLUMNS: listed(
            row.col or canonical(part) for row, part in zip(rows, parts, strict=True)
        ),
        Aspect.UNIQUE: "yes" if rows[0].once else "no",
        Aspect.ORDER: each(["DESC" if row.down else None for row in rows], "ASC"),
        Aspect.COLLATIONS: each(
            [row.collation.upper() if o else None for row, o in zip(rows, other, strict=True)],
            "default",
        ),
        Aspect.WHERE: canonical(where) or None,
    }
