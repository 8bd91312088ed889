"""The source of one revision file: where ``op`` is imported, and the file with ours."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import NotRewritten
from .imports import rewritten

_NEWLINE = re.compile(r"\r\n|\r|\n")
_BY_HAND = "Write `from alembic import op` and `op.` in its place, then run adopt again."


@dataclass(frozen=True)
class Edit:
    """The statements that take the place of one import statement."""

    node: ast.Import | ast.ImportFrom
    start: int
    end: int
    statements: list[str]
    separator: str


def adopted(source: bytes, path: Path) -> bytes:
    """The file with every import of Alembic's ``op`` taken from ``alembic_helpers`` instead.

    Every byte outside those statements is kept: encoding, byte order mark, line ends, comments.
    A file without such an import is returned as it is, and so is one that was adopted before.

    Args:
        source: the file's content.
        path: its name, for errors.

    Raises:
        NotRewritten: it is no Python source, or it reaches ``op`` without importing the name.

    Example::

        >>> adopted(b"from alembic import op  # noqa", Path("1_users.py"))
        b'from alembic_helpers import op  # noqa'
    """
    if b"alembic" not in source:
        return source
    encoding = encoding_of(source, path)
    text, tree = _parsed(source, encoding, path)
    _refuse_hidden_op(tree, path)
    edits = sorted(_edits(text, tree), key=lambda edit: edit.start, reverse=True)
    if not edits:
        return source
    new = text
    for edit in edits:
        new = new[: edit.start] + edit.separator.join(edit.statements) + new[edit.end :]
    _require_same_program(tree, edits, new, path)
    return new.encode(encoding)


def encoding_of(source: bytes, path: Path) -> str:
    """The encoding that Python reads the file with; ``utf-8-sig`` with a byte order mark.

    Example::

        >>> encoding_of(b"# coding: latin-1", Path("1_users.py"))
        'iso-8859-1'
    """
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError as error:
        raise _not_python(path, error) from error


def _parsed(source: bytes, encoding: str, path: Path) -> tuple[str, ast.Module]:
    try:
        text = source.decode(encoding)
        tree = ast.parse(text)
    except (SyntaxError, ValueError, LookupError) as error:
        raise _not_python(path, error) from error
    if text.encode(encoding) != source:
        reason = f"its bytes cannot be written back exactly in the encoding {encoding!r}."
        raise NotRewritten(path, reason, "Save the file as UTF-8, then run adopt again.")
    return text, tree


def _not_python(path: Path, error: Exception) -> NotRewritten:
    line = error.lineno if isinstance(error, SyntaxError) else None
    advice = "Mend the file, or name only the others: alembic-helpers adopt PATH..."
    return NotRewritten(path, f"this Python cannot read it ({error}).", advice, line=line)


def _refuse_hidden_op(tree: ast.Module, path: Path) -> None:
    """Refuse what uses Alembic's ``op`` under a name that no import statement gives to it alone."""
    packages: set[str] = set()
    star: int | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            packages |= set(_names_of_alembic(node))
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module == "alembic":
            star = node.lineno if node.names[0].name == "*" else star
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr == "op" and node.value.id in packages:
                reason = f"`{node.value.id}.op` reaches op through the package."
                raise NotRewritten(path, reason, _BY_HAND, line=node.lineno)
        elif star and isinstance(node, ast.Name) and node.id == "op":
            raise NotRewritten(path, "`import *` gives op its name.", _BY_HAND, line=star)


def _names_of_alembic(node: ast.Import) -> Iterator[str]:
    """The names that the statement binds to the package ``alembic`` itself."""
    for alias in node.names:
        if alias.name == "alembic":
            yield alias.asname or alias.name
        elif alias.name.startswith("alembic.") and not alias.asname:
            yield "alembic"


def _edits(text: str, tree: ast.Module) -> Iterator[Edit]:
    lines = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]

    def offset(line: int, utf8_column: int) -> int:
        # ast counts columns in the bytes of UTF-8, whatever the file's own encoding.
        start = lines[line - 1]
        rest = text[start : start + utf8_column].encode()[:utf8_column]
        return start + len(rest.decode())

    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            start = offset(node.lineno, node.col_offset)
            end = offset(node.end_lineno, node.end_col_offset)
            statement = text[start:end]
            statements = rewritten(statement)
            if statements != [statement]:
                before = text[lines[node.lineno - 1] : start]
                yield Edit(node, start, end, statements, _separator(text, start, before))


def _separator(text: str, start: int, before: str) -> str:
    """What goes between two statements in the place of one that starts at ``start``.

    A new line with the same indentation where the statement starts its own line, a semicolon where
    something comes before it: ``if TYPE_CHECKING: from alembic import context, op``.
    """
    continued = text[: start - len(before)].rstrip("\r\n").endswith("\\")
    if before.strip() or continued:
        return "; "
    newline = _NEWLINE.search(text, start) or _NEWLINE.search(text)
    return (newline[0] if newline else "\n") + before


class _Replaced(ast.NodeTransformer):
    """The tree as it must be after the edits."""

    def __init__(self, edits: list[Edit]) -> None:
        self.by_node: dict[ast.stmt, list[str]] = {edit.node: edit.statements for edit in edits}

    def _replaced(self, node: ast.stmt) -> ast.AST | list[ast.stmt]:
        if node not in self.by_node:
            return node
        return [ast.parse(statement).body[0] for statement in self.by_node[node]]

    visit_Import = visit_ImportFrom = _replaced  # noqa: N815


def _require_same_program(tree: ast.Module, edits: list[Edit], new: str, path: Path) -> None:
    """Refuse a result that is not the same program but for the imports.

    The last line of defence: no layout is known that gets here.
    """
    try:
        same = ast.dump(ast.parse(new)) == ast.dump(_Replaced(edits).visit(tree))
    except (SyntaxError, ValueError):
        same = False
    if not same:
        line = edits[-1].node.lineno
        reason = "the layout of its import of op is not understood."
        raise NotRewritten(path, reason, "Write `from alembic_helpers import op`.", line=line)
