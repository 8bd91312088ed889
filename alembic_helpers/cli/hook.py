"""The hook: the line of ``script.py.mako`` that gives new revisions our ``op``."""

from __future__ import annotations

import re
from pathlib import Path

from .errors import NotRewritten
from .imports import PACKAGE, rewritten, takes_op_from

SCRIPT = "script.py.mako"

# What Mako runs or drops itself, and so never writes into a revision.
_NOT_WRITTEN = re.compile(
    r"<%doc>.*?</%doc> | <%(?:!|(?=\s)).*?%> | ^[ \t]*\#\#[^\n]*",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_STATEMENT = re.compile(
    r"""^(?P<indent>[ \t]*)
        (?P<statement>
            from[ \t]+(?:alembic|alembic_helpers)(?:\.op)?[ \t]+import[ \t]*\([^)]*\)
          | from[ \t]+(?:alembic|alembic_helpers)(?:\.op)?[ \t]+import[ \t](?:\\\r?\n|[^\r\n#;(])*
          | import[ \t][^\r\n#;]*
        )""",
    re.VERBOSE | re.MULTILINE,
)


def hooked(template: bytes, path: Path) -> bytes:
    """The template with ``op`` imported from ``alembic_helpers``; as it is if it was before.

    Args:
        template: the content of a ``script.py.mako``: Alembic's, Flask-Migrate's, or one's own.
        path: its name, for errors.

    Raises:
        NotRewritten: it does not import ``op``.

    Example::

        >>> hooked(b"from alembic import op, context", Path("script.py.mako"))
        b'from alembic import context\\nfrom alembic_helpers import op'
    """
    # Latin-1 maps every byte to one character and back: a template's own encoding does not matter,
    # since an import is ASCII.
    text = template.decode("latin-1")
    visible = _NOT_WRITTEN.sub(lambda hidden: re.sub(r"[^\n]", " ", hidden[0]), text)
    newline = "\r\n" if "\r\n" in text else "\n"
    found = False
    for match in reversed(list(_STATEMENT.finditer(visible))):
        statement = match["statement"].rstrip()
        try:
            statements = rewritten(statement)
            found = found or takes_op_from(PACKAGE, statements[-1])
        except SyntaxError:  # prose, or an import that Mako composes
            continue
        start = match.start("statement")
        separator = newline + match["indent"]
        text = text[:start] + separator.join(statements) + text[start + len(statement) :]
    if not found:
        reason = "the template does not import op from alembic."
        advice = f"Write this line below its docstring: from {PACKAGE} import op"
        raise NotRewritten(path, reason, advice)
    return text.encode("latin-1")
