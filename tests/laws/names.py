"""Names as unkind as a database allows."""

from __future__ import annotations

import unicodedata
from collections.abc import Container

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.engine import Dialect

PLAIN = ("a", "users", "created_at", "UserId", "ORDER", "select", "table", "index", "x1")
HOSTILE = (
    " ", ".", ",", ";", ":", "::", ":x", "'", "''", '"', "`", "[", "]", "(", ")", "%", "%%", "%s",
    "%(x)s", "\\", "/", "--", "/*", "$1", "#", "?", "!", "{0}", "\u00e9", "e\u0301", "\u00df",
    "\u6f22\u5b57", "NULL", "CHECK (", "UNIQUE", "CONSTRAINT", "REFERENCES", "ON DELETE",
)  # fmt: skip


def identifiers(dialect: Dialect, *, without: str = "") -> st.SearchStrategy[str]:
    """Names for tables, columns, indexes and constraints, as long as the database takes them.

    No name that is drawn contains a character of ``without``.
    """
    known = [*PLAIN, *(piece for piece in HOSTILE if survives(piece, dialect))]
    pieces = st.sampled_from([piece for piece in known if not set(piece) & set(without)])
    hostile = st.lists(pieces, min_size=1, max_size=4).map("".join)
    words = st.one_of(st.sampled_from(PLAIN), hostile, _long(dialect, hostile))
    return words.filter(lambda name: is_allowed(name, dialect))


def _long(dialect: Dialect, names: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Names of exactly the greatest length, the last character of which may be two bytes."""
    fillers = st.sampled_from(["x", "\u00e9"])
    return st.builds(lambda name, filler: fitted(name, dialect, filler), names, fillers)


def survives(name: str, dialect: Dialect) -> bool:
    """Whether it is still there in an INSERT: SQLAlchemy 2.0.0 takes %(x)s for a parameter."""
    insert = sa.table("t", sa.column(name)).insert().compile(dialect=dialect)
    return dialect.identifier_preparer.quote_identifier(name) in str(insert)


def limit(dialect: Dialect) -> int:
    """SQLite has none; 63 keeps its names comparable with the others'."""
    return min(dialect.max_identifier_length, 64)


def length(name: str, dialect: Dialect) -> int:
    """PostgreSQL counts bytes, MySQL characters."""
    return len(name.encode() if dialect.name == "postgresql" else name)


def fitted(name: str, dialect: Dialect, filler: str) -> str:
    while length(name + filler, dialect) <= limit(dialect):
        name += filler
    return name


def cut(name: str, dialect: Dialect) -> str:
    while length(name, dialect) > limit(dialect):
        name = name[:-1]
    return name


def is_allowed(name: str, dialect: Dialect) -> bool:
    """What no database allows, and what only one of them does not."""
    if not name.strip() or length(name, dialect) > limit(dialect):
        return False
    if dialect.name == "sqlite":
        return not name.lower().startswith("sqlite_")
    # MySQL refuses a space at the end of a name.
    return dialect.name == "postgresql" or name == name.rstrip()


def key(name: str) -> str:
    """Names with one key may be one name to some database: case, accents and width aside."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()


def distinct(name: str, taken: Container[str], dialect: Dialect) -> str:
    """The name, or one made of it that is not taken yet."""
    number, found = 0, name
    while key(found) in taken:
        number += 1
        suffix = str(number)
        shorter = name
        while length(shorter + suffix, dialect) > limit(dialect):
            shorter = shorter[:-1]
        found = shorter + suffix
    return found


def plain_identifiers() -> st.SearchStrategy[str]:
    """Names that nobody minds."""
    return st.sampled_from(["users", "created_at", "x", "package", "name", "total_1"])
