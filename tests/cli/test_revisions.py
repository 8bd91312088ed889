"""``adopted``: one revision file's source, with the import of ``op`` from here."""

# ruff: noqa: E501  (one form a line)

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alembic_helpers.cli.errors import NotRewritten
from alembic_helpers.cli.revisions import adopted

PATH = Path("versions/1_users.py")

FORMS = {
    # one name
    "from alembic import op": "from alembic_helpers import op",
    "from alembic import op as x": "from alembic_helpers import op as x",
    "from alembic import op, op as x": "from alembic_helpers import op, op as x",
    "from alembic import (op)": "from alembic_helpers import (op)",
    "from  alembic\timport  op": "from  alembic_helpers\timport  op",
    "from alembic \\\n    import op": "from alembic_helpers \\\n    import op",
    "from alembic import (\n    op,  # ours\n)": "from alembic_helpers import (\n    op,  # ours\n)",
    # the module
    "import alembic.op as op": "import alembic_helpers.op as op",
    "import os, alembic . op as x, sys": "import os, alembic_helpers . op as x, sys",
    "import alembic.context as c, alembic.op as op": "import alembic.context as c, alembic_helpers.op as op",
    "from alembic.op import add_column": "from alembic_helpers.op import add_column",
    "from alembic.op import (add_column as add,\n  f)": "from alembic_helpers.op import (add_column as add,\n  f)",
    "from alembic.op import *": "from alembic_helpers.op import *",
    # among others
    "from alembic import context, op": "from alembic import context\nfrom alembic_helpers import op",
    "from alembic import op, context": "from alembic import context\nfrom alembic_helpers import op",
    "from alembic import context as c, op as x, op": "from alembic import context as c\nfrom alembic_helpers import op as x, op",
    "from alembic import (context, op)": "from alembic import context\nfrom alembic_helpers import op",
    "from alembic import context, \\\n    op": "from alembic import context\nfrom alembic_helpers import op",
    "from alembic import (\n    context,  # a, b\n    op,\n)": "from alembic import (\n    context,  # a, b\n)\nfrom alembic_helpers import op",
    "from alembic import (\n    op,  # ours\n    context,\n)": "from alembic import (\n    # ours\n    context,\n)\nfrom alembic_helpers import op",
    "from alembic import (op,\n    context)": "from alembic import (\n    context)\nfrom alembic_helpers import op",
    "from alembic import (context,\n    op)": "from alembic import (context,\n)\nfrom alembic_helpers import op",
    "from alembic import (context, op as x, util,\n    op)": "from alembic import (context, util,\n)\nfrom alembic_helpers import op as x, op",
    "from alembic import (\n    op  # ours\n    , context)": "from alembic import (\n    # ours\ncontext)\nfrom alembic_helpers import op",
}  # fmt: skip

OTHERS = [
    "import sqlalchemy as sa",
    "import alembic",
    "import alembic.op",
    "import alembic.context as op",
    "from alembic import context",
    "from alembic.operations import ops",
    "from alembic.operations import op",
    "from alembic_helpers import op",
    "from . import op",
    "from .alembic import op",
    'op = """from alembic import op"""',
    "# from alembic import op",
]


@pytest.mark.parametrize("before", FORMS)
def test_each_form_of_import(before: str) -> None:
    assert adopted(before.encode(), PATH).decode() == FORMS[before]


@pytest.mark.parametrize("before", FORMS)
def test_a_comment_and_a_statement_after_it_stay(before: str) -> None:
    source = f"\n{before}; x = 1  # noqa\ny = 2\n"
    assert adopted(source.encode(), PATH).decode() == f"\n{FORMS[before]}; x = 1  # noqa\ny = 2\n"


@pytest.mark.parametrize("source", OTHERS)
def test_what_does_not_import_op_is_left(source: str) -> None:
    assert adopted(source.encode(), PATH) == source.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "def f():\n\tfrom alembic import context, op\n\tpass\n",
            "def f():\n\tfrom alembic import context\n\tfrom alembic_helpers import op\n\tpass\n",
        ),
        (
            "if True: from alembic import context, op\n",
            "if True: from alembic import context; from alembic_helpers import op\n",
        ),
        (
            "x = 1; from alembic import op, context; y = 2\n",
            "x = 1; from alembic import context; from alembic_helpers import op; y = 2\n",
        ),
        (
            "x = 1; \\\n  from alembic import context, op\n",
            "x = 1; \\\n  from alembic import context; from alembic_helpers import op\n",
        ),
        (
            "\x0cfrom alembic import context, op\r\n",
            "\x0cfrom alembic import context\r\n\x0cfrom alembic_helpers import op\r\n",
        ),
        (
            "x = 1\r\nfrom alembic import context, op",
            "x = 1\r\nfrom alembic import context\r\nfrom alembic_helpers import op",
        ),
    ],
    ids=["function", "one line", "semicolons", "backslash", "form feed", "last line"],
)
def test_two_statements_go_where_one_was(before: str, after: str) -> None:
    assert adopted(before.encode(), PATH).decode() == after


def test_what_only_looks_like_a_line_end_is_none() -> None:
    before = "x = 'a\x0bb\x1c\x85\u2028'  # \x0c\n\x0cfrom alembic import op\n"
    assert adopted(before.encode(), PATH).decode() == before.replace("alembic", "alembic_helpers")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "shift_jis", "utf-8-sig"])
def test_the_encoding_is_kept(encoding: str) -> None:
    cookie = "" if encoding.startswith("utf-8") else f"# coding: {encoding}\n"
    text = "表" if encoding == "shift_jis" else "é"
    before = f"{cookie}{text} = '{text}'; from alembic import op; {text} = '{text}'\n"
    after = before.replace("alembic", "alembic_helpers")
    assert adopted(before.encode(encoding), PATH) == after.encode(encoding)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            b"import alembic.op\n\nalembic.op.f('x')\n",
            f"{PATH}, line 3: `alembic.op` reaches op through the package. Write `from alembic "
            "import op` and `op.` in its place, then run adopt again.",
        ),
        (
            b"import alembic as a\nfrom alembic import op\nif op:\n    x = a.op\n",
            f"{PATH}, line 4: `a.op` reaches op through the package. Write `from alembic import op`"
            " and `op.` in its place, then run adopt again.",
        ),
        (
            b"from alembic import *\nop.f('x')\n",
            f"{PATH}, line 1: `import *` gives op its name. Write `from alembic import op` and "
            "`op.` in its place, then run adopt again.",
        ),
        (
            b"# coding: utf-7\nfrom alembic import op\nx = '+AGE-'\n",
            f"{PATH}: its bytes cannot be written back exactly in the encoding 'utf-7'. Save the "
            "file as UTF-8, then run adopt again.",
        ),
    ],
    ids=["package", "package as", "star", "bytes"],
)
def test_what_cannot_be_rewritten_says_what_to_type(source: bytes, message: str) -> None:
    with pytest.raises(NotRewritten) as refused:
        adopted(source, PATH)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "source",
    [
        b"from alembic import op\nprint 'x'\n",
        b"from alembic import op\n\x00",
        b"from alembic import op\nx = '\xff'\n",
        b"# coding: nonsense\nfrom alembic import op\n",
        b"# coding: rot13\nfrom alembic import op\n",
    ],
    ids=["python 2", "nul", "not utf-8", "unknown encoding", "not a text encoding"],
)
def test_what_python_cannot_read_is_refused(source: bytes) -> None:
    with pytest.raises(NotRewritten, match="this Python cannot read it"):
        adopted(source, PATH)


@pytest.mark.parametrize("separator", ["\n", " "], ids=["another program", "no program"])
def test_a_wrong_result_is_refused(monkeypatch: pytest.MonkeyPatch, separator: str) -> None:
    monkeypatch.setattr("alembic_helpers.cli.revisions._separator", lambda *_: separator)
    with pytest.raises(NotRewritten) as refused:
        adopted(b"def f():\n    from alembic import context, op\n", PATH)
    assert str(refused.value) == (
        f"{PATH}, line 2: the layout of its import of op is not understood. Write "
        "`from alembic_helpers import op`."
    )


def test_a_star_that_gives_nothing_to_op_is_left() -> None:
    assert adopted(b"from alembic import *\n", PATH) == b"from alembic import *\n"


# -- the law, on generated files ------------------------------------------------------------------

NAMES = ["op", "op as x", "op  as\to2", "context", "context as c", "util"]
NEWLINES = ["\n", "\r\n", "\r"]
PROSE = st.text("abé表😀 ,()'#\\", max_size=8)
comments = PROSE.map(lambda text: f"# {text}".rstrip("\\"))


@st.composite
def parenthesised(draw: st.DrawFn) -> str:
    """``from alembic import (...)`` in a layout of its own, comments anywhere."""
    gaps = st.sampled_from(["", " ", "\n", "\n    ", "\n\t", " \n\n  "])
    gap = st.one_of(gaps, st.builds("  {}\n{}".format, comments, gaps))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4))
    text = "from alembic import (" + draw(gap)
    for number, name in enumerate(names):
        text += name + draw(gap)
        if number < len(names) - 1 or draw(st.booleans()):
            text += "," + draw(gap)
    return text + ")"


plain = st.builds(
    "from alembic import {}".format,
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(", ".join),
)
statements = st.one_of(
    parenthesised(), plain, st.sampled_from([*FORMS, *(o for o in OTHERS if "#" not in o)])
)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """One or more whole lines: what is outside, an import, what is outside."""
    statement = draw(statements)
    tail = draw(st.sampled_from(["", "; y = 2", "  "])) + draw(st.one_of(st.just(""), comments))
    head, inner = draw(
        st.sampled_from(
            [
                ("", ""),
                ("x = 'é表'; ", ""),
                ("if True: ", ""),
                ("x = 1; \\\n  ", ""),
                ("def f():\n\t", ""),
                ('class C:\n    """é\n    from alembic import op"""\n    ', ""),
                ("try:\n  ", "\nfinally:\n  pass"),
            ]
        )
    )
    if "*" in statement and head.startswith(("def", "class")):
        head = ""
    return [head, statement, tail + inner + "\n"]


def expanded(tree: ast.AST, *, ours: bool) -> list[tuple[str, int, str, str | None]]:
    """Each name that an import binds, with ``op`` taken from here if ``ours``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name
                if ours and name == "alembic.op" and alias.asname:
                    name = "alembic_helpers.op"
                found.append((name, 0, "", alias.asname))
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module = node.module or ""
                moves = module == "alembic.op" or (module == "alembic" and alias.name == "op")
                if ours and moves and not node.level:
                    module = module.replace("alembic", "alembic_helpers")
                found.append((module, node.level, alias.name, alias.asname))
    return sorted(found, key=str)


class WithoutImports(ast.NodeTransformer):
    def visit_Import(self, node: ast.Import) -> None:
        return None

    visit_ImportFrom = visit_Import  # type: ignore[assignment]  # noqa: N815


def comments_of(text: str) -> list[str]:
    unix = re.sub("\r\n?", "\n", text)
    tokens = tokenize.generate_tokens(io.StringIO(unix).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


@settings(max_examples=max(300, settings.default.max_examples))
@given(
    parts=st.lists(lines(), min_size=1, max_size=4),
    newline=st.sampled_from(NEWLINES),
    mark=st.sampled_from(["", "\ufeff"]),
    last=st.booleans(),
)
def test_only_the_import_of_op_changes(
    parts: list[list[str]], newline: str, mark: str, last: bool
) -> None:
    pieces = [mark, *(piece.replace("\n", newline) for part in parts for piece in part)]
    if last:
        pieces[-1] = pieces[-1].removesuffix(newline)
    before = "".join(pieces)
    result = adopted(before.encode(), PATH)
    after = result.decode()

    # Every byte outside the import statements is where it was, and so is every other import.
    pattern = re.escape(pieces[0])
    for head, statement, tail in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        tree = ast.parse(statement)
        moves = expanded(tree, ours=True) != expanded(tree, ours=False)
        pattern += re.escape(head) + (".*?" if moves else re.escape(statement)) + re.escape(tail)
    assert re.fullmatch(pattern, after, re.DOTALL)

    # The program is the same but for the imports, and those bind the same names.
    old, new = ast.parse(before.removeprefix(mark)), ast.parse(after.removeprefix(mark))
    assert expanded(new, ours=False) == expanded(old, ours=True)
    assert ast.dump(WithoutImports().visit(new)) == ast.dump(WithoutImports().visit(old))
    assert comments_of(after.removeprefix(mark)) == comments_of(before.removeprefix(mark))

    # And again changes nothing.
    assert adopted(result, PATH) == result
