"""A diff on the terminal: in colour with the extra ``cli``, as plain text without."""

from __future__ import annotations

from collections.abc import Iterable

from alembic.config import Config

_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


def print_diff(config: Config, lines: Iterable[str]) -> None:
    """Print a diff to the configuration's stdout, unless ``--quiet``.

    What is piped into a file is the diff and nothing else, byte for byte: a patch.

    Example::

        print_diff(config, change.diff())
    """
    text = "".join(lines)
    if not _printed_in_colour(config, text):
        config.print_stdout(text.removesuffix("\n"))


def _printed_in_colour(config: Config, text: str) -> bool:
    if config.messaging_opts.get("quiet"):
        return False
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        return False
    console = Console(file=config.stdout)
    if not console.is_terminal:
        return False
    for line in text.splitlines():
        style = next((style for mark, style in _STYLES.items() if line.startswith(mark)), "")
        console.print(Text(line, style), soft_wrap=True)
    return True
