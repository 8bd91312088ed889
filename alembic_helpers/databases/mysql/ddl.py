"""Reads definitions out of what SHOW CREATE TABLE and SHOW FULL COLUMNS print.

A temporary table is in no other catalog, and so the real one is read here too: the same words for
the same things. SHOW FULL COLUMNS has types and collations, SHOW CREATE TABLE all the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from ..construct import DeclaredType
from ..definition import Aspect, Definition, each, listed
from ..objects import Column, Constraint, ConstraintType, Index, Table
from ..tokens import Token, Tokens, closing, deep, pieces, split, text, tokens

_TOKEN = re.compile(
    # What a version comment holds is read as if it stood outside of it.
    r"""(?P<space>\s+|/\*M?!\d*|\*/|/\*.*?\*/)
      # The server quotes names in backticks, or, with ANSI_QUOTES, in double quotes.
      | (?P<quoted>`(?:[^`]|``)*`|"(?:[^"]|"")*")
      # It escapes with a backslash whatever NO_BACKSLASH_ESCAPES says.
      | (?P<string>'(?:[^'\\]|''|\\.)*')
      | (?P<word>[\w$]+)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
# What may follow the type of a column; each ends the one before it.
_CLAUSES = {
    "CHARACTER", "COLLATE", "GENERATED", "VIRTUAL", "STORED", "NOT", "DEFAULT", "ON",
    "AUTO_INCREMENT", "COMMENT", "CHECK", "SRID", "INVISIBLE", "COLUMN_FORMAT", "STORAGE",
    "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "COMPRESSED", "WITHOUT",
}  # fmt: skip
# What is neither the type nor compared by itself.
_OTHER_CLAUSES = {
    "GENERATED", "VIRTUAL", "STORED", "CHECK", "INVISIBLE", "COLUMN_FORMAT", "STORAGE",
    "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "COMPRESSED", "WITHOUT",
}  # fmt: skip
_METHODS = {"FULLTEXT", "SPATIAL", "VECTOR"}
_KEYS = {"PRIMARY", "UNIQUE", "KEY", "INDEX", *_METHODS}


@dataclass(frozen=True)
class Key:
    """A primary key, a unique constraint or an index; ``None`` among the columns: an expression."""

    name: str
    type: ConstraintType | None
    columns: tuple[str | None, ...]
    definition: Definition
    words: frozenset[str]
    """Every name in it, of columns and of functions."""


@dataclass
class Created:
    """A CREATE TABLE as the server prints it. Of a column: what SHOW FULL COLUMNS does not have."""

    temporary: bool = False
    columns: dict[str, dict[str, Tokens]] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    checks: dict[str, Definition | None] = field(default_factory=dict)
    charset: str | None = None
    collation: str | None = None


@dataclass(frozen=True)
class Shown:
    """A table as both statements show it; ``collation`` is its default one."""

    created: Created
    columns: Mapping[str, Any]
    """The rows of SHOW FULL COLUMNS, or such as ``information_schema`` has of a real table."""
    collation: str | None


# -- the text --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Word(Token):
    charset: str = ""
    """What names the character set of a string."""

    @property
    def printed(self) -> str:
        return f"{self.gap}{self.charset}{self.text}"


def _tokens(sql: str) -> list[_Word]:
    """Without what names the character set of a string: it is that of the session that wrote it.

    ``_binary`` stays: it makes the string another one.
    """
    kept: list[_Word] = []
    for token in tokens(sql, _TOKEN, _Word):
        if token.kind == "string" and not token.gap and kept and _is_introducer(kept[-1]):
            token = replace(token, gap=kept[-1].gap, charset=kept.pop().text)
        kept.append(token)
    return kept


def _is_introducer(token: Token) -> bool:
    return token.word.startswith("_") and token.word != "_BINARY"


# Its line leaves the backticks of a name single (MariaDB); nothing here is asked of it.
_FOREIGN_KEY = re.compile(r",\n  CONSTRAINT [`\"].*[`\"] FOREIGN KEY \(.*?(?=,?\n)")


def created(sql: str) -> Created:
    """What the text of SHOW CREATE TABLE says."""
    words = _tokens(_FOREIGN_KEY.sub("", sql))
    start = next(at for at, token in enumerate(words) if token.is_mark("("))
    end = closing(words, start)
    options = _following([word for word in words[end:] if not word.is_mark("=")])
    table = Created(
        temporary=words[1].word == "TEMPORARY",
        charset=options.get("CHARSET"),
        collation=options.get("COLLATE"),
    )
    for item in split(words[start + 1 : end]):
        if item[0].word in _KEYS:
            made = _key(item)
            table.keys[made.name] = made
        elif item[0].word == "CONSTRAINT":
            if item[2].word == "CHECK":
                _add_check(table, item[1].name, item[3:])
        elif item[0].word != "PERIOD":
            clauses = table.columns[item[0].name] = _clauses(item[1:])
            if "CHECK" in clauses:  # MariaDB gives it the name of its column
                _add_check(table, item[0].name, clauses["CHECK"])
    return table


def _add_check(table: Created, name: str, words: Tokens) -> None:
    end = closing(words, 0)
    enforced = "no" if any(token.word == "ENFORCED" for token in words[end:]) else None
    definition = {Aspect.CONDITION: text(words[1:end]), Aspect.ENFORCED: enforced}
    # A column's own and one of the table may share a name: then it is not known which is which.
    table.checks[name] = None if name in table.checks else definition


def _clauses(words: Tokens) -> dict[str, Tokens]:
    """What follows the name of a column, by the keyword that begins it; the type is left out."""
    found: dict[str, list[Token]] = {}
    clause: list[Token] = []
    for token, depth in deep(words):
        if depth == 0 and token.word in _CLAUSES:
            clause = found[token.word] = []
        else:
            clause.append(token)
    return dict(found)


def inline_key(sql: str) -> Key:
    """A key as it is written into a CREATE TABLE."""
    return _key(_tokens(sql))


def _key(item: Tokens) -> Key:
    kind = item[0].word
    at = next(at for at, token in enumerate(item) if token.word in ("KEY", "INDEX"))
    name = "PRIMARY" if kind == "PRIMARY" else item[at + 1].name
    start = next(n for n in range(at, len(item)) if item[n].is_mark("("))
    end = closing(item, start)
    parts = split(item[start + 1 : end])
    columns = tuple(None if part[0].is_mark("(") else part[0].name for part in parts)
    definition = {
        Aspect.COLUMNS: listed(map(_part, parts)),
        Aspect.ORDER: each(
            [part[-1].word if part[-1].word == "DESC" else None for part in parts], "ASC"
        ),
        Aspect.METHOD: _method(kind, item[end + 1 :]),
        Aspect.PREFIX_LENGTHS: each([_length(part) for part in parts], "-"),
    }
    types = {"PRIMARY": ConstraintType.PRIMARY, "UNIQUE": ConstraintType.UNIQUE}
    named = frozenset(token.name for token in item[start:end] if token.kind in ("word", "quoted"))
    return Key(name, types.get(kind), columns, definition, named)


def _part(part: Tokens) -> str:
    """A column of a key by its name, in quotes unless it is a plain one, or an expression."""
    if part[0].is_mark("("):
        return text(part[1 : closing(part, 0)])
    name = part[0].name
    quoted = name if re.fullmatch(r"\w+", name) else "`" + name.replace("`", "``") + "`"
    return f"{quoted} WITHOUT OVERLAPS" if part[-1].word == "OVERLAPS" else quoted


def _length(part: Tokens) -> str | None:
    """The length of a prefix: ``a``(10)."""
    is_prefix = len(part) > 2 and part[1].is_mark("(") and not part[0].is_mark("(")
    return part[2].text if is_prefix else None


def _following(words: Tokens) -> dict[str, str]:
    """What comes after each keyword."""
    return {word.word: value.name for word, value in pairwise(words) if word.word}


def _method(kind: str, options: Tokens) -> str | None:
    said = _following(options)
    method = kind if kind in _METHODS else said.get("USING")
    parser = f" WITH PARSER {said['PARSER']}" if "PARSER" in said else ""
    return None if method in (None, "BTREE") else f"{method}{parser}"


# -- the definitions -------------------------------------------------------------------------------


def table_of(name: str, schema: str, shown: Shown, keys: Sequence[Key]) -> Table:
    """A table of which there is nothing but what SHOW shows, and these further keys."""
    made = [*shown.created.keys.values(), *keys]
    checks = shown.created.checks.items()
    table = Table(
        name,
        schema,
        columns=tuple(
            Column(column, DeclaredType(row.Type), row.Null == "YES")
            for column, row in shown.columns.items()
            if column in shown.created.columns
        ),
        constraints=(
            *(Constraint(k.type, k.name, _plain(k)) for k in made if k.type),
            *(Constraint(ConstraintType.CHECK, name) for name, _ in checks),
        ),
        indexes=tuple(
            Index(k.name, k.columns, k.type is not None)
            for k in made
            if k.type is not ConstraintType.PRIMARY
        ),
    )
    return defined(table, shown, keys)


def _plain(key: Key) -> tuple[str, ...]:
    """The columns of a constraint, or none when it has expressions."""
    return () if None in key.columns else tuple(filter(None, key.columns))


# A display width is no type.
_WIDTH = re.compile(r"^((?:tiny|small|medium|big)?int|year)\(\d+\)(?!.*zerofill)")


def defined(table: Table, shown: Shown, keys: Sequence[Key] = ()) -> Table:
    """The table with a definition for everything that the server shows of it."""
    made = shown.created.keys | {key.name: key for key in keys}
    return replace(
        table,
        collation=shown.collation,
        columns=tuple(_column(column, shown) for column in table.columns),
        constraints=tuple(_constraint(c, made, shown.created) for c in table.constraints),
        indexes=tuple(
            _index(index, made[index.name], table) if index.name in made else index
            for index in table.indexes
        ),
    )


def _index(index: Index, key: Key, table: Table) -> Index:
    definition = {**key.definition, Aspect.UNIQUE: "yes" if index.unique else "no"}
    reads = tuple(column.name for column in table.columns if column.name in key.words)
    return replace(index, definition=definition, reads=reads)


def _constraint(constraint: Constraint, keys: Mapping[str, Key], created: Created) -> Constraint:
    name = constraint.name or ""
    if constraint.type is ConstraintType.FOREIGN_KEY:
        return constraint
    if constraint.type is ConstraintType.CHECK:
        return replace(constraint, definition=created.checks.get(name))
    return replace(constraint, definition=keys[name].definition if name in keys else None)


def _column(column: Column, shown: Shown) -> Column:
    row, clauses = shown.columns.get(column.name), shown.created.columns.get(column.name)
    if row is None or clauses is None:
        return column
    type_, collation = _type(row, clauses, shown)
    own = None if collation == shown.collation else collation
    default: str | None = text(clauses.get("DEFAULT", ()))
    default = None if default in ("", "NULL") else default
    kept = "STORED" if "STORED" in clauses else "VIRTUAL"
    spelling = f"{type_} COLLATE {own}" if own else type_
    if type_.startswith("timestamp"):  # else it is NOT NULL on older MariaDB
        spelling += " NULL"
    if own is None and isinstance(column.type, sa.String):
        column.type.collation = None  # to restate it would set it apart from the table's
    return replace(
        column,
        type=column.type if type_ == row.Type else DeclaredType(type_),
        spelling=spelling,
        nullable=row.Null == "YES",  # SQLAlchemy 2.0.0 does not see it behind an expression
        # SQLAlchemy stops reading at a default like b'101'.
        default=column.default if column.default is not None else default,
        comment=row.Comment or None,
        clauses={
            word: pieces(word, clause)
            for word, clause in clauses.items()
            # A type that MariaDB makes of its CHECK is all there is to say.
            if word in _OTHER_CLAUSES and not (word == "CHECK" and type_ == "json")
        },
        definition={
            Aspect.TYPE: _WIDTH.sub(r"\1", type_),
            Aspect.COLLATION: own,
            Aspect.NULLABILITY: "NULL" if row.Null == "YES" else "NOT NULL",
            Aspect.DEFAULT: default,
            Aspect.ON_UPDATE: text(clauses.get("ON", ())[1:]) or None,  # past the word UPDATE
            Aspect.COMPUTED: f"{text(clauses['GENERATED'][2:])} {kept}"  # past ALWAYS AS
            if "GENERATED" in clauses
            else None,
            Aspect.AUTOINCREMENT: "yes" if "AUTO_INCREMENT" in clauses else None,
            Aspect.COMMENT: row.Comment or None,
        },
    )


def _type(row: Any, clauses: Mapping[str, Tokens], shown: Shown) -> tuple[str, str | None]:
    """The type of a column, and the collation when it has one that may be another."""
    if "SRID" in clauses:
        return f"{row.Type} SRID {text(clauses['SRID'])}", row.Collation
    # MariaDB's JSON is text with this collation and this very check.
    check = [token.name for token in clauses.get("CHECK", ())]
    is_json = check == ["(", "json_valid", "(", row.Field, ")", ")"]
    if is_json and (row.Type, row.Collation) == ("longtext", "utf8mb4_bin"):
        return "json", None
    return row.Type, row.Collation
