"""``alembic-helpers`` is Alembic's command line with ours in it."""

from __future__ import annotations

import subprocess
import sys

import alembic
import alembic.config
import pytest

import alembic_helpers
from alembic_helpers.cli import CommandLine

from .conftest import ROOT, Run, python

OURS = {"install", "adopt", "template"}


def commands(line: alembic.config.CommandLine) -> dict[str, set[str]]:
    """Each command's name and its help, which names every option."""
    return {
        name: {option for word in parser.format_usage().split("usage:") for option in word.split()}
        for name, parser in line.subparsers.choices.items()
    }


def test_every_command_and_option_of_alembic_is_there() -> None:
    stock = commands(alembic.config.CommandLine("alembic-helpers"))
    ours = commands(CommandLine())
    assert {name: ours[name] for name in stock} == stock
    assert ours.keys() - stock.keys() == OURS


def test_the_command_line_still_offers_what_ours_is_built_on() -> None:
    line = alembic.config.CommandLine()
    assert callable(line.register_command)
    assert {"init", "upgrade"} <= line.subparsers.choices.keys()


def test_version_names_both_packages(run: Run) -> None:
    assert run("--version").out == (
        f"alembic-helpers {alembic_helpers.__version__} (alembic {alembic.__version__})\n"
    )


def test_an_option_that_begins_like_version_is_alembics(run: Run) -> None:
    run("init", "migrations")
    assert run("revision", "-m", "one", "--version-path", "migrations/versions").code == 0


@pytest.mark.parametrize("command", sorted(OURS))
def test_each_command_explains_itself(run: Run, command: str) -> None:
    ran = run(command, "--help")
    assert ran.code == 0
    assert f"alembic-helpers {command}" in ran.out


def test_a_failure_is_one_line_and_no_traceback(run: Run) -> None:
    ran = run("template", "-t", "flask")
    assert ran.code not in (0, 1)
    assert ran.out == (
        "FAILED: There is no template 'flask'. Choose one: alembic-helpers template -t "
        "generic|async|multidb|pyproject|pyproject_async\n"
    )


def test_it_runs_as_a_module() -> None:
    ran = python("alembic_helpers.cli", "template")
    assert ran.stdout == f"{ROOT / 'alembic_helpers' / 'templates' / 'generic'}\n"


def test_importing_the_package_imports_neither_the_command_line_nor_rich() -> None:
    script = (
        "import sys, alembic_helpers\n"
        "sys.exit(sum(name.split('.')[0] == 'rich' or name.startswith('alembic_helpers.cli')"
        " for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
