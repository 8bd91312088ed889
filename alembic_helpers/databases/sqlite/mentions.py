"""Which columns of its table an expression names, as far as its words tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from .ddl import Token

# fmt: off
# Bare words that are never a column: END is one only outside a CASE.
_OPERATORS = {
    "AND", "AS", "BETWEEN", "CASE", "CAST", "COLLATE", "DISTINCT", "ELSE", "ESCAPE", "FROM",
    "GLOB", "IN", "IS", "ISNULL", "LIKE", "MATCH", "NOT", "NOTNULL", "NULL", "OR", "REGEXP",
    "THEN", "WHEN",
}
# fmt: on


class Mentions:
    """The columns of one table; a name in double quotes that is none of them is a string."""

    def __init__(self, columns: Iterable[str], key: Callable[[str], str]) -> None:
        self._key = key
        self._columns = {key(column): column for column in columns}

    def of(self, words: Sequence[Token]) -> tuple[str, ...]:
        """Each column once, in the order in which they come."""
        found = (self._columns.get(self._key(name)) for name in _names(words))
        return tuple(dict.fromkeys(column for column in found if column is not None))


def _names(words: Sequence[Token]) -> Iterator[str]:
    """The names that can be those of columns: not of functions, tables, types and collations."""
    cases, in_type = 0, False
    for at, token in enumerate(words):
        before = words[at - 1].word if at else ""
        after = words[at + 1].text if at + 1 < len(words) else ""
        cases += token.word == "CASE"
        in_type = (in_type or before == "AS") and token.text != ")"
        if token.word == "END" and cases:
            cases -= 1
        elif (
            (token.kind == "quoted" or (token.kind == "word" and token.word not in _OPERATORS))
            and not token.text[0].isdigit()
            and after not in ("(", ".")
            and before != "COLLATE"
            and not in_type
        ):
            yield token.name
