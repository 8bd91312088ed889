"""How a diff is shown."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config

from alembic_helpers.cli.files import Change
from alembic_helpers.cli.output import print_diff

CHANGE = Change(Path("1.py"), b"a\n[b]\x0c\n" + b"c" * 100, b"a\n[d]\x0c\n" + b"c" * 100)
PLAIN = (
    "--- 1.py\n+++ 1.py\n@@ -1,3 +1,3 @@\n a\n-[b]\x0c\n+[d]\x0c\n "
    + "c" * 100
    + "\n\\ No newline at end of file\n"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(stream: io.StringIO) -> str:
    print_diff(Config(stdout=stream), CHANGE.diff())
    return stream.getvalue()


def test_a_pipe_gets_a_plain_patch() -> None:
    assert printed(io.StringIO()) == PLAIN


@pytest.mark.parametrize("term", ["xterm-256color"])
def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = printed(Terminal())
    assert "\x1b[31m-[b]" in text
    assert "\x1b[32m+[d]" in text
    assert " " + "c" * 100 + "\n" in text


def test_a_terminal_without_rich_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("rich", "rich.console", "rich.text"):
        monkeypatch.setitem(sys.modules, module, None)
    assert printed(Terminal()) == PLAIN


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no program patch")
def test_the_diff_is_a_patch() -> None:
    CHANGE.path.write_bytes(CHANGE.before)
    patch = "".join(CHANGE.diff()).encode()
    subprocess.run(["patch", "-p0", "--binary"], input=patch, check=True, capture_output=True)
    assert CHANGE.path.read_bytes() == CHANGE.after
