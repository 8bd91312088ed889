"""One import statement: which part of it is Alembic's ``op``, and the same with ours."""

from __future__ import annotations

import ast
import re

PACKAGE = "alembic_helpers"

# All that an import statement can consist of. A backslash, which joins lines, is not matched.
_TOKEN = re.compile(r"#[^\r\n]*|\w+|[^\s\w\\]")
_NEWLINE = re.compile(r"\r\n|\r|\n")

_Token = re.Match[str]


def rewritten(statement: str) -> list[str]:
    """The statement or statements that take ``op`` from ``alembic_helpers`` instead.

    Only the name of the package changes where that is enough. A statement that imports more than
    ``op`` from ``alembic`` becomes two. One without Alembic's ``op`` is returned as it is.

    Example::

        >>> rewritten("from alembic import op as o")
        ['from alembic_helpers import op as o']
        >>> rewritten("from alembic import context, op")
        ['from alembic import context', 'from alembic_helpers import op']
    """
    node = ast.parse(statement).body[0]
    tokens = _tokens(statement)
    if isinstance(node, ast.Import):
        items = _items(tokens[1:])
        return [_renamed(statement, _alembic_op(node, items))]
    if not isinstance(node, ast.ImportFrom) or node.level:
        return [statement]
    if node.module == "alembic.op":
        return [_renamed(statement, [tokens[1]])]
    names = {alias.name for alias in node.names}
    if node.module != "alembic" or "op" not in names:
        return [statement]
    if names == {"op"}:
        return [_renamed(statement, [tokens[1]])]
    return _split(statement, tokens)


def takes_op_from(package: str, statement: str) -> bool:
    """Whether the statement binds ``op``, or its functions, of ``package``.

    Example::

        >>> takes_op_from("alembic_helpers", "from alembic_helpers import op")
        True
    """
    node = ast.parse(statement).body[0]
    if isinstance(node, ast.Import):
        return any(alias.name == f"{package}.op" and alias.asname for alias in node.names)
    if not isinstance(node, ast.ImportFrom) or node.level:
        return False
    if node.module == package:
        return any(alias.name == "op" for alias in node.names)
    return node.module == f"{package}.op"


def _tokens(statement: str) -> list[_Token]:
    return list(_TOKEN.finditer(statement))


def _items(tokens: list[_Token]) -> list[list[_Token]]:
    """The comma-separated items, each with the comma that ends it; comments are left out."""
    items: list[list[_Token]] = [[]]
    for token in tokens:
        if token[0] in "()" or token[0].startswith("#"):
            continue
        items[-1].append(token)
        if token[0] == ",":
            items.append([])
    return [item for item in items if item]


def _alembic_op(node: ast.Import, items: list[list[_Token]]) -> list[_Token]:
    """The tokens ``alembic`` of every ``alembic.op as name``.

    Without ``as`` it is the name ``alembic`` that is bound, not ``op``.
    """
    pairs = zip(node.names, items, strict=True)
    return [item[0] for alias, item in pairs if alias.name == "alembic.op" and alias.asname]


def _renamed(statement: str, packages: list[_Token]) -> str:
    for token in reversed(packages):
        statement = statement[: token.start()] + PACKAGE + statement[token.end() :]
    return statement


def _split(statement: str, tokens: list[_Token]) -> list[str]:
    """``from alembic import (a, op, b)`` as the same without ``op``, and ours with it."""
    imported = next(i for i, token in enumerate(tokens) if token[0] == "import") + 1
    items = _items(tokens[imported:])
    moved = [item for item in items if item[0][0] == "op"]
    ours = f"from {PACKAGE} import {_joined(moved)}"
    if tokens[imported][0] == "(" and _NEWLINE.search(statement):
        for item in reversed(moved):
            statement = _without(statement, item[0].start(), item[-1].end())
        return [statement, ours]
    kept = [item for item in items if item not in moved]
    return [f"from alembic import {_joined(kept)}", ours]


def _joined(items: list[list[_Token]]) -> str:
    return ", ".join(" ".join(token[0] for token in item if token[0] != ",") for item in items)


def _without(statement: str, start: int, end: int) -> str:
    """Cut one item out of a list over several lines; comments stay, an emptied line goes."""
    comments = [token[0] for token in _tokens(statement[start:end]) if token[0].startswith("#")]
    left, right = statement[:start], statement[end:].lstrip(" \t")
    if comments:
        # Between an item and its comma. Each needs a line end of its own.
        newline = _NEWLINE.findall(statement)[0]
        return left + "".join(comment + newline for comment in comments) + right
    bare = left.rstrip(" \t")
    line_end = _NEWLINE.match(right)
    if line_end and bare.endswith(("\r", "\n")):
        return bare + right[line_end.end() :]
    return (bare if line_end or right.startswith(")") else left) + right
