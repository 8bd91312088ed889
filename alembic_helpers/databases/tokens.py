"""The words of a statement that a server prints; each database brings the pattern of its own.

A pattern's groups are ``space``, ``quoted`` (a name), ``string``, ``word`` and ``mark``. What is in
a name or in a string is then no concern of who reads the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Token:
    text: str
    kind: str
    gap: str = ""
    """A space when there was one, or a comment, before it."""

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for everything that is not a bare word."""
        # Beyond ASCII upper() would make keywords of names: an i without its dot is no I.
        return self.text.upper() if self.kind == "word" and self.text.isascii() else ""

    @property
    def name(self) -> str:
        """The identifier without its quotes."""
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote) if self.kind == "quoted" else self.text

    @property
    def printed(self) -> str:
        """As the server prints it, also where what is compared is less."""
        return self.gap + self.text

    def is_mark(self, mark: str) -> bool:
        return self.kind == "mark" and self.text == mark


Tokens = Sequence[Token]
_Token = TypeVar("_Token", bound=Token)


def tokens(sql: str, pattern: re.Pattern[str], make: type[_Token]) -> list[_Token]:
    found: list[_Token] = []
    gap = ""
    for match in pattern.finditer(sql):
        if match.lastgroup == "space":
            gap = " "
        else:
            found.append(make(match.group(), match.lastgroup or "mark", gap))
            gap = ""
    return found


def text(words: Tokens) -> str:
    return "".join(token.gap + token.text for token in words).strip()


def deep(words: Sequence[_Token]) -> Iterator[tuple[_Token, int]]:
    """Each token and how many parentheses it stands in; they belong to what is around them."""
    depth = 0
    for token in words:
        depth -= token.is_mark(")")
        yield token, depth
        depth += token.is_mark("(")


def closing(words: Tokens, opening: int) -> int:
    """Where the parenthesis closes that opens there."""
    depths = enumerate(deep(words[opening:]), opening)
    ends = (at for at, (token, depth) in depths if depth == 0 and token.is_mark(")"))
    return next(ends, len(words))


def split(words: Sequence[_Token]) -> list[list[_Token]]:
    """The items of a list, by its outer commas."""
    items: list[list[_Token]] = [[]]
    for token, depth in deep(words):
        if depth == 0 and token.is_mark(","):
            items.append([])
        else:
            items[-1].append(token)
    return items


Pieces = tuple[str, ...]
"""A text, cut at the names of columns in it: those are the odd pieces, without quotes."""


def pieces(word: str, clause: Tokens) -> Pieces:
    """A clause, from its first word on."""
    cut = [word]
    for token in clause:
        if token.kind == "quoted":
            cut[-1] += token.gap
            cut += [token.name, ""]
        else:
            cut[-1] += token.printed
    return tuple(cut)


def renamed_in(
    clauses: Mapping[str, Pieces], renamed: Callable[[str], str]
) -> Mapping[str, Pieces]:
    """The clauses of a column with other names in them."""
    return {
        word: tuple(renamed(piece) if at % 2 else piece for at, piece in enumerate(parts))
        for word, parts in clauses.items()
    }
