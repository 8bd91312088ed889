"""What is there before: the tables that the drawn objects stand on or refer to."""

from __future__ import annotations

from hypothesis import strategies as st
from laws import names as identifiers
from servers.database import Database

from .drawing import Names

_ROLES = {
    "id": "sa.Integer(), nullable=False",
    "a": "sa.Integer(), nullable=False",
    "b": "sa.Integer(), nullable=False",
    "c": "sa.Integer()",
    "d": "sa.Integer()",
    "s": "sa.String(40)",
}
_RANGE = {"r": "pg.INT4RANGE()"}
_TABLES = ("t", "p", "q")
_OBJECTS = ("z", "z1", "z2", "n1", "n2", "n3", "n4", "n5", "n6")
"""Columns and objects that are added."""


def columns(database: Database) -> dict[str, str]:
    """The columns that are always there, by role; exclude constraints are of ranges."""
    return {**_ROLES, **(_RANGE if database.has_exclude_constraints else {})}


@st.composite
def some_names(draw: st.DrawFn, database: Database) -> Names:
    """Half of them plain, half of them as unkind as the database allows."""
    schema = draw(st.sampled_from([None, database.other_schema]))
    roles = [*_TABLES, *columns(database), *_OBJECTS]
    if draw(st.booleans()):
        return Names(schema, {role: role for role in roles})
    dialect = database.engine.dialect
    # A dot in the name of a table that is referred to is a separator (tests/laws/test_limits.py);
    # SQLAlchemy's reflection, which tells whether anything has changed, splits lists at a comma.
    drawn = identifiers.identifiers(dialect, without=".,")
    taken: set[str] = {"id", "x", "y"}
    found: dict[str, str] = {}
    for role in roles:
        # "id" keeps its name, so that it is told from the columns that a constraint covers.
        name = draw(drawn)
        if role[0] in "tn" and database.has_inline_enums:
            name = _short(name)
        found[role] = identifiers.distinct(name, taken, dialect)
        taken.add(identifiers.key(found[role]))
    return Names(schema, found)


def _short(name: str) -> str:
    """MySQL makes names of its own of a table's or an index's, and they must not be too long."""
    while len(name.encode()) > 48:
        name = name[:-1]
    return name.rstrip()


def parents(names: Names) -> list[str]:
    """The tables that a foreign key refers to."""
    return [
        f"op.create_table({names[role]!r}, sa.Column('id', sa.Integer(), primary_key=True), "
        "sa.Column('x', sa.Integer(), nullable=False, unique=True), "
        "sa.Column('y', sa.Integer(), nullable=False), sa.UniqueConstraint('x', 'y'), "
        f"schema={names.schema!r})"
        for role in ("p", "q")
    ]


def ground_columns(database: Database, names: Names) -> list[str]:
    return [f"sa.Column({names[role]!r}, {code})" for role, code in columns(database).items()]


def ground(database: Database, names: Names, *more: str) -> list[str]:
    """The table that single objects are added to, beside its parents; it has no key yet."""
    items = ", ".join([*ground_columns(database, names), *more])
    return [
        *parents(names),
        f"op.create_table({names['t']!r}, {items}, schema={names.schema!r})",
    ]
