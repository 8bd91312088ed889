"""Reads the constraints out of the CREATE TABLE text that SQLite keeps.

The pragmas know keys and foreign keys but no constraint names and no CHECK; SQLAlchemy finds those
with regular expressions that quotes, commas or parentheses in a name break. A tokenizer does not
care what is in a name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .. import tokens as tokenizer
from ..objects import ConstraintType
from ..tokens import closing, deep, split, text

_TOKEN = re.compile(
    r"""(?P<space>[ \t\n\f\r]+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<string>'(?:[^']|'')*')
      # Every character beyond ASCII may be in a bare name, white space and signs included; a set
      # that names them instead of the others takes long to compile.
      | (?P<word>(?![0-9$])[^\x00-\#%-/:-@\[-^`{-\x7f]+|[0-9][A-Za-z0-9_.]*)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_STARTS = {"PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"}


class Token(tokenizer.Token):
    @property
    def name(self) -> str:
        """The identifier (or, as SQLite allows, the string) without its quotes."""
        quote = self.text[0]
        if quote in "\"`'":
            return self.text[1:-1].replace(quote * 2, quote)
        return self.text[1:-1] if quote == "[" else self.text


@dataclass(frozen=True)
class Created:
    """A CREATE TABLE taken apart; whoever reads more than one thing in it does so once."""

    words: list[Token]
    items: list[list[Token]]
    """What stands between the outer parentheses."""


@dataclass(frozen=True)
class Declared:
    """A constraint as the CREATE TABLE spells it."""

    type: ConstraintType
    name: str | None
    columns: tuple[str, ...]
    text: str = ""
    deferrable: bool | None = None
    initially: str | None = None
    collations: tuple[str | None, ...] = ()
    """Those that a key names itself, column by column."""


def tokens(sql: str) -> list[Token]:
    return tokenizer.tokens(sql, _TOKEN, Token)


def created(sql: str | Created) -> Created:
    if isinstance(sql, Created):
        return sql
    words = tokens(sql)
    opening = next((at for at, token in enumerate(words) if token.is_mark("(")), len(words))
    inner = words[opening + 1 : closing(words, opening)]
    return Created(words, [item for item in split(inner) if item])


def body(sql: str | Created) -> list[list[Token]]:
    """The items between the outer parentheses of a CREATE TABLE, each as its tokens."""
    return created(sql).items


def declared(sql: str | Created) -> Iterator[Declared]:
    """Every constraint of a CREATE TABLE, those written within a column included."""
    made = created(sql)
    if any(token.word == "VIRTUAL" for token in made.words[:2]):
        return  # between those parentheses are the arguments of a module
    for item in made.items:
        if item[0].word in _STARTS:
            yield from _table_constraint(item)
        else:
            yield from _column_constraints(item)


def _table_constraint(item: list[Token]) -> Iterator[Declared]:
    """Those of one item: SQLite lets the comma between two be left out."""
    name, at = None, 0
    while at < len(item):
        word = item[at].word
        if word == "CONSTRAINT" and at + 1 < len(item):
            name, at = item[at + 1].name, at + 2
            continue
        if word not in _STARTS:
            at += 1
            continue
        opening = next((n for n in range(at, len(item)) if item[n].text == "("), len(item))
        end = closing(item, opening)
        inner, at = item[opening + 1 : end], end + 1
        if word == "PRIMARY":
            yield _key(ConstraintType.PRIMARY, name, inner)
        elif word == "UNIQUE":
            yield _key(ConstraintType.UNIQUE, name, inner)
        elif word == "FOREIGN":
            words = [token.word for token in item[at : _next_start(item, at)]]
            yield Declared(ConstraintType.FOREIGN_KEY, name, _names(inner), "", *_timing(words))
        else:
            yield Declared(ConstraintType.CHECK, name, (), text(inner))
        name = None


def _key(type_: ConstraintType, name: str | None, inner: list[Token]) -> Declared:
    collations = tuple(
        part[2].name if len(part) > 2 and part[1].word == "COLLATE" else None
        for part in split(inner)
        if part
    )
    return Declared(type_, name, _names(inner), collations=collations)


def _next_start(item: list[Token], at: int) -> int:
    """Where the next constraint of the item begins."""
    return next((n for n in range(at, len(item)) if item[n].word in _STARTS), len(item))


def _column_constraints(item: list[Token]) -> Iterator[Declared]:
    column, name, at = (item[0].name,), None, 1
    while at < len(item):
        word = item[at].word
        if word == "CONSTRAINT" and at + 1 < len(item):
            name, at = item[at + 1].name, at + 2
            continue
        if word == "PRIMARY":
            yield Declared(ConstraintType.PRIMARY, name, column)
        elif word == "UNIQUE":
            yield Declared(ConstraintType.UNIQUE, name, column)
        elif word == "REFERENCES":
            words = [token.word for token in item[at:]]
            yield Declared(ConstraintType.FOREIGN_KEY, name, column, "", *_timing(words))
        if item[at].text == "(":
            end = closing(item, at)
            if item[at - 1].word == "CHECK":
                yield Declared(ConstraintType.CHECK, name, column, text(item[at + 1 : end]))
                name = None
            at = end
        elif word and word not in ("CHECK", "KEY", "NOT"):
            name = None
        at += 1


def _timing(words: list[str]) -> tuple[bool | None, str | None]:
    """DEFERRABLE and INITIALLY of a foreign key."""
    if "DEFERRABLE" not in words:
        return None, None
    deferrable = words[max(words.index("DEFERRABLE") - 1, 0)] != "NOT"
    initially = words[words.index("INITIALLY") + 1] if "INITIALLY" in words else None
    return deferrable, initially


def collations(sql: str | Created) -> dict[str, str]:
    """The columns that have a COLLATE clause of their own."""
    found = {}
    for item in body(sql):
        if item[0].word in _STARTS:
            continue
        # One within parentheses is that of a check, a default or a computed value.
        outer = [token for token, depth in deep(item) if depth == 0]
        for word, name in itertools.pairwise(outer):
            if word.word == "COLLATE":
                found[item[0].name] = name.name
    return found


def generated(sql: str | Created) -> dict[str, list[Token]]:
    """The expressions of the computed columns."""
    found = {}
    for item in body(sql):
        if item[0].word in _STARTS:
            continue
        for at, (word, opening) in enumerate(itertools.pairwise(item)):
            if word.word == "AS" and opening.text == "(":
                found[item[0].name] = item[at + 2 : closing(item, at + 1)]
                break
    return found


def index_parts(sql: str) -> tuple[list[list[Token]], list[Token]]:
    """The columns and expressions of a CREATE INDEX, and its WHERE."""
    words = tokens(sql)
    on = next(at for at, token in enumerate(words) if token.word == "ON")
    opening = next(at for at in range(on, len(words)) if words[at].text == "(")
    end = closing(words, opening)
    parts = [_without_order(part) for part in split(words[opening + 1 : end])]
    return parts, words[end + 2 :]


def _without_order(part: list[Token]) -> list[Token]:
    if part[-1].word in ("ASC", "DESC"):
        part = part[:-1]
    if len(part) > 2 and part[-2].word == "COLLATE":
        part = part[:-2]
    return part


def canonical(words: str | list[Token]) -> str:
    """An expression without what SQLite does not read: case, space, needless quotes."""
    text, was_word = "", False
    for token in tokens(words) if isinstance(words, str) else words:
        is_word = token.kind != "mark"
        text += (" " if is_word and was_word else "") + _canonical(token)
        was_word = is_word
    return text


def _canonical(token: Token) -> str:
    if token.kind in ("mark", "string"):
        return token.text
    name = "".join(c.lower() if c.isascii() else c for c in token.name)
    if token.kind == "quoted" and not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return '"' + name.replace('"', '""') + '"'
    return name


def options(sql: str | Created) -> set[str]:
    """What is said after the closing parenthesis, and AUTOINCREMENT: upper-case words."""
    depth = 0
    words: list[str] = []
    for token in created(sql).words:
        if token.kind == "mark":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth == 0 and token.text == ")":
                words = [word for word in words if word == "AUTOINCREMENT"]
        words.append(token.word)
    return {word for word in words if word in ("AUTOINCREMENT", "ROWID", "STRICT")}


def conflicts(sql: str) -> int:
    """How many ON CONFLICT clauses there are."""
    words = [token.word for token in tokens(sql)]
    return sum(pair == ("ON", "CONFLICT") for pair in itertools.pairwise(words))


def _names(inner: list[Token]) -> tuple[str, ...]:
    """The first token of each item of a column list (COLLATE, ASC and DESC may follow)."""
    return tuple(part[0].name for part in split(inner) if part)
