"""The command line, run in this process, and an environment to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import alembic.config
import pytest

from alembic_helpers.cli import main

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Ran:
    code: int
    out: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in; Alembic's traces on this process are undone after."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALEMBIC_CONFIG", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr("alembic.util.messaging.TERMWIDTH", None)
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("install", "--check")``: the exit code and what was printed."""
    config = alembic.config.Config

    def run(*argv: str) -> Ran:
        # Its default for stdout was taken when alembic was imported.
        monkeypatch.setattr("alembic.config.Config", partial(config, stdout=sys.stdout))
        try:
            main(argv)
            code: int | str | None = 0
        except SystemExit as end:
            code = end.code
        return Ran(code if isinstance(code, int) else 0, capsys.readouterr().out)

    return run


def python(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m ...`` in the current directory, as a user would."""
    return subprocess.run(
        [sys.executable, "-m", *argv],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def point_at_sqlite(here: Path) -> None:
    """Give the databases of a fresh ``alembic.ini`` real addresses."""
    ini = here / "alembic.ini"
    parts = ini.read_text().split("driver://user:pass@localhost/dbname")
    text = parts[0]
    for number, part in enumerate(parts[1:]):
        text += f"sqlite:///{here.as_posix()}/{number}.db{part}"
    ini.write_text(text.replace("dbname2", ""))


def flask_environment(here: Path) -> Path:
    """The template of what ``flask db init`` makes, which itself fails on Alembic 1.16.0."""
    flask_migrate = pytest.importorskip("flask_migrate")
    stock = Path(flask_migrate.__file__).parent / "templates" / "flask"
    (here / "migrations" / "versions").mkdir(parents=True)
    for path in stock.iterdir():
        if path.is_file():
            name = path.name.replace("alembic.ini.mako", "alembic.ini")
            (here / "migrations" / name).write_bytes(path.read_bytes())
    return here / "migrations" / "script.py.mako"
