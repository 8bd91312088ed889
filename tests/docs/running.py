"""Runs what the pages show: migrations in this process, commands in one of their own."""

from __future__ import annotations

import doctest
import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from example_database import prepare
from pages import ROOT
from servers.migration import migration
from sqlalchemy.engine import Connection

import alembic_helpers
from alembic_helpers import op

_PROGRAMS = {
    "alembic": ["-m", "alembic"],
    "alembic-helpers": ["-m", "alembic_helpers.cli"],
    "python": [],
    "flask": ["-m", "flask"],
}
# What Alembic says every time, and the pages leave out.
_NOISE = re.compile(
    r"Context impl|Will assume non-transactional|Will assume transactional"
    r"|setting up autogenerate plugin|Please edit configuration"
)
_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_migration(source: str, connection: Connection, where: str) -> None:
    """Run the body of a revision: ``op``, ``sa`` and what the package exports are imported."""
    names = {name: getattr(alembic_helpers, name) for name in alembic_helpers.__all__}
    code = compile(source, where, "exec")
    with migration(connection):
        exec(code, names | {"op": op, "sa": sa, "alembic_helpers": alembic_helpers})


def prepared(connection: Connection) -> Connection:
    prepare(connection)
    return connection


class Log(logging.Handler):
    """The lines of the library's log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def __enter__(self) -> Log:
        self._logger = logging.getLogger("alembic.helpers")
        self._level = self._logger.level
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)


def run_command(command: str, directory: Path) -> tuple[int, str]:
    """What a command that a page shows says, as if typed in ``directory``."""
    program, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, *_PROGRAMS[program], *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = done.stdout.replace(f"{directory}{os.sep}", "")
    lines = [line for line in said.splitlines() if line and not _NOISE.search(line)]
    return done.returncode, "\n".join(lines)


def assert_said(said: str, shown: str, where: str) -> None:
    """Compare as doctest does: ``...`` stands for anything, runs of spaces are one."""
    checker = doctest.OutputChecker()
    # Blank lines only set apart.
    shown, said = (re.sub(r"\n+", "\n", text).strip() + "\n" for text in (shown, said))
    if not checker.check_output(shown, said, _OPTIONS):
        example = doctest.Example("", shown)
        raise AssertionError(f"{where}\n{checker.output_difference(example, said, _OPTIONS)}")
