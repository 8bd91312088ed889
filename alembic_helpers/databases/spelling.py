"""Types and expressions as text: what is certainly the same without asking the server."""

from __future__ import annotations

import functools
import re
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine


class Spelling:
    """How a database spells what it keeps."""

    dialect: Dialect

    spellings: tuple[tuple[str, str], ...] = ()
    """Regular expressions that turn a type as it is asked for into what the server keeps."""

    def type_text(self, type_: TypeEngine[Any]) -> str:
        """A type as the server keeps it, in lower case."""
        return _kept(self._written(type_), self.spellings)

    def _written(self, type_: TypeEngine[Any]) -> str:
        if isinstance(type_, sa.types.NullType):
            return ""
        return self.dialect.type_compiler_instance.process(type_).lower()

    def same_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        """Whether a found type certainly is the asked one. A collation not asked for may be any."""
        have, want = self._written(found), self._written(asked)
        if have == want:
            return True
        have, want = (_kept(text, self.spellings) for text in (have, want))
        return have == want or _without_collation(have, want) == want

    def similar_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        """The same, as far as it can be told without asking the server.

        Alembic's own comparison knows synonyms, but takes a length, a precision, UNSIGNED or an
        array's brackets that only one side has for no difference.
        """
        if self.same_type(context, found, asked):
            return True
        want = self.type_text(asked)
        have = _without_collation(self.type_text(found), want)
        if not (have and want) or _arguments(have) != _arguments(want):
            return False
        columns = (sa.Column("c", type_) for type_ in (found, asked))
        return not context.impl.compare_type(*columns)

    def same_literal(self, found: str | None, asked: str | None) -> bool:
        """Whether two defaults are certainly one, cast or quotes that the server adds aside."""
        return found == asked

    def same_default(self, found: str | None, asked: str | None) -> bool:
        """Whether two default expressions are certainly one; ``False`` when it cannot be told."""
        if found is None or asked is None:
            return found is asked
        return self.plain_default(found) == self.plain_default(asked)

    def plain_default(self, sql: str) -> str:
        """A default as :meth:`plain_expression`; a number is the same in quotes."""
        return re.sub(r"^'(-?\d+(?:\.\d+)?)'$", r"\1", self.plain_expression(sql))

    def plain_expression(self, sql: str) -> str:
        """An expression without what servers add or drop: parentheses, casts, case, spaces."""
        return plain_expression(sql)


@functools.lru_cache(maxsize=1024)
def _kept(text: str, spellings: tuple[tuple[str, str], ...]) -> str:
    text = re.sub(r"\s*([(,])\s*|\s+(\))", r"\1\2", text)
    for asked, kept in spellings:
        text = re.sub(asked, kept, text)
    return text


_COLLATIONS = (
    re.compile(r" character set [\w\-]+"),
    re.compile(r" collate (\"[^\"]+\"|[\w\-]+)"),
)


def _without_collation(found: str, asked: str) -> str:
    """A found type without what is not asked for."""
    for clause in _COLLATIONS:
        if not clause.search(asked):
            found = clause.sub("", found)
    return found


def _arguments(type_text: str) -> list[str]:
    """What Alembic compares only where both types have it."""
    return re.findall(r"\(.*?\)|\[\]|\bunsigned\b|\bcollate .*", type_text)


_CAST = re.compile(r"::\s*(\"[^\"]+\"|[\w.]+)(\s+(varying|precision))?(\s*\(\s*\d+[\d\s,]*\))?"
                   r"(\s+with(out)?\s+time\s+zone)?(\[\])*", re.IGNORECASE)  # fmt: skip
_LITERAL = re.compile(r"('(?:[^']|'')*')")


def plain_expression(sql: str) -> str:
    """Case, spaces, identifier quotes, casts and parentheses gone; string literals untouched."""
    # Odd pieces are the literals that the pattern captured.
    return "".join(
        piece if at % 2 else _plain(piece) for at, piece in enumerate(_LITERAL.split(sql.strip()))
    )


def _plain(sql: str) -> str:
    # SQLAlchemy writes !=, which servers keep as <>.
    return re.sub(r"[\s()\"`\[\]]", "", _CAST.sub("", sql)).lower().replace("!=", "<>")
