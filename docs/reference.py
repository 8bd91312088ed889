"""Writes reference.md from the docstrings: ``python docs/reference.py``."""

from __future__ import annotations

import ast
import enum
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic_helpers import (
    Offline,
    Online,
    OnMismatch,
    Outcome,
    Settings,
    errors,
    extras,
    guard_script,
    on_mismatch,
    outcomes,
    predicates,
    settings,
    verbs,
)
from alembic_helpers.cli import commands

PAGE = Path(__file__).with_name("reference.md")

LACKING = [n for n in extras.__all__ if getattr(extras, n).__module__ == extras.objects.__name__]
ONLINE = [n for n in extras.__all__ if n not in LACKING]

_INTRODUCTION = """\
# Reference

<!-- Written by docs/reference.py from the docstrings. -->

Everything is importable from `alembic_helpers`; the predicates and what Alembic lacks are on `op`,
too. `op` itself has Alembic's own functions: see
[Alembic's operation reference](https://alembic.sqlalchemy.org/en/latest/ops.html).
"""


def page() -> str:
    """The page as it should be."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## Predicates and finders\n",
            *functions(predicates, predicates.__all__),
            "## What Alembic lacks\n",
            *functions(extras, LACKING),
            "## While others write\n",
            *functions(extras, ONLINE),
            "## Explicit verbs\n",
            *explicit_verbs(),
            "## Settings\n",
            entry(Settings),
            *members(Settings, settings),
            *choices(OnMismatch, settings),
            *choices(Online, settings),
            *choices(Offline, settings),
            entry(on_mismatch),
            "## SQL scripts\n",
            entry(guard_script),
            "## Outcomes\n",
            *choices(Outcome, outcomes),
            "## Errors\n",
            markdown(inspect.getdoc(errors) or ""),
            "## Commands\n",
            *command_line(),
        ]
    )


def functions(module: Any, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        function = getattr(module, name)
        if function.__name__ == name:
            yield entry(function)
        else:
            yield f"### {name}\n\nThe same as `{function.__name__}`.\n"


def entry(documented: Callable[..., Any]) -> str:
    text = markdown(inspect.getdoc(documented) or "")
    return f"### {documented.__name__}\n\n```python\n{signature(documented)}\n```\n\n{text}"


def signature(documented: Callable[..., Any]) -> str:
    """As it is written in the source: over several lines when it is long."""
    shown, star = [], False
    for parameter in inspect.signature(documented).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        prefix = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = parameter.default
        value = str(default) if isinstance(default, enum.Enum) else repr(default)
        given = "" if default is parameter.empty else f" = {value}"
        shown.append(f"{prefix}{parameter.name}: {parameter.annotation}{given}")
    returns = inspect.signature(documented).return_annotation
    arrow = f" -> {returns}" if isinstance(returns, str) and returns != "None" else ""
    line = f"{documented.__name__}({', '.join(shown)}){arrow}"
    if len(line) <= 88:
        return line
    inner = "".join(f"    {part},\n" for part in shown)
    return f"{documented.__name__}(\n{inner}){arrow}"


def explicit_verbs() -> Iterator[str]:
    yield markdown((inspect.getdoc(verbs) or "").partition("Example::")[0])
    yield "| verb | takes the arguments of |\n|---|---|"
    for name in verbs.__all__:
        yield f"| `{name}` | `op.{re.sub('_if_(not_)?exists$', '', name)}` |"
    yield ""


def choices(documented: type[enum.Enum], module: Any) -> Iterator[str]:
    yield f"### {documented.__name__}\n"
    yield markdown(inspect.getdoc(documented) or "")
    yield from members(documented, module)


def members(documented: type[Any], module: Any) -> Iterator[str]:
    """The members of an enum or a dataclass, each with the string below it in the source."""
    tree = ast.parse(inspect.getsource(module))
    (body,) = (n.body for n in tree.body if getattr(n, "name", "") == documented.__name__)
    for assigned, text in itertools.pairwise(body):
        if isinstance(assigned, (ast.Assign, ast.AnnAssign)) and isinstance(text, ast.Expr):
            target = assigned.target if isinstance(assigned, ast.AnnAssign) else assigned.targets[0]
            assert isinstance(target, ast.Name)
            name = f"{documented.__name__}.{target.id}"
            said = inline(inspect.cleandoc(ast.literal_eval(text.value))).replace("\n", "\n  ")
            yield f"- `{name}`: {said}"
    yield ""


def command_line() -> Iterator[str]:
    for command in (commands.init, commands.install, commands.adopt, commands.template):
        text, _, example = (inspect.getdoc(command) or "").partition("Example::\n\n")
        yield f"### alembic-helpers {command.__name__}\n"
        yield markdown(text)
        yield f"```sh\n{textwrap.dedent(example).strip()}\n```\n"


# -- from the docstrings' reStructuredText to Markdown ---------------------------------------------


def markdown(docstring: str) -> str:
    """A docstring of this package as Markdown."""
    text = re.sub(r"(?m)^(.*)::\n\n((?:    .*\n?|\n)+)", _fenced, docstring)
    # Odd parts are the fences, which stay as they are.
    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    parts[::2] = map(prose, parts[::2])
    return f"{''.join(parts).strip()}\n"


def _fenced(match: re.Match[str]) -> str:
    is_example = match[1] == "Example"
    lead = "" if is_example or not match[1] else f"{match[1]}:\n\n"
    code = textwrap.dedent(match[2]).strip()
    return f"{lead}```{'python' if is_example else 'text'}\n{code}\n```\n\n"


def prose(text: str) -> str:
    text = re.sub(r"(?m)^\.\. versionadded:: (.+)$", r"*New in \1.*", text)
    text = re.sub(r"(?m)^:param (\w+): ", r"- `\1`: ", text)
    text = re.sub(r"(?m)^:returns: ", "- returns ", text)
    text = re.sub(r"(?m)^:raises ([\w.]+): ", r"- raises `\1` ", text)
    text = re.sub(r"(?m)^    (?=\S)", "  ", text)  # an item goes on
    return inline(text)


def inline(text: str) -> str:
    """Roles, literals and addresses."""
    text = re.sub(r":\w+:`~?(?:alembic_helpers\.)?([\w.]+)`", r"`\1`", text)
    text = re.sub(r"``(.+?)``", r"`\1`", text)
    return re.sub(r"(?m)^(https?://\S+)$", r"<\1>", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
