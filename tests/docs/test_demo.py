"""The example project's story, told to its end; and it would notice another end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT

DEMO = ROOT / "docs" / "example" / "demo.py"


def test_the_demo_tells_its_story(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, str(DEMO)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    story = told.stdout
    for line in (
        "from alembic_helpers import op",
        "down_revision: ",
        "0002 (head)",
        "skipped   create_table channels: already there",
        "completed create_table files: the table is there, added index ix_files_name",
        "applied   add_column releases.channel_id",
        "table channels already exists",
        "No new upgrade operations detected.",
        "Equal: all 12 tables and indexes, all 11 rows.",
    ):
        assert line in story
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(DEMO.parent))
    import demo

    yield demo
    del sys.modules["demo"]


def _project(demo: Any, path: Path, *statements: str) -> Any:
    project = demo.Project(path)
    with closing(sqlite3.connect(path / "app.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return project


TABLE = "CREATE TABLE t (id INTEGER)"


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ((TABLE,), 1),
        ((TABLE, "INSERT INTO t VALUES (2)"), 1),
        ((TABLE, "CREATE INDEX i ON t (id)", "INSERT INTO t VALUES (1)"), 1),
        ((TABLE, "INSERT INTO t VALUES (1)"), 0),
    ],
    ids=["a row is missing", "a row differs", "an index differs", "equal"],
)
def test_the_demo_fails_when_the_databases_differ(
    demo: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    others: tuple[str, ...],
    code: int,
) -> None:
    killed = _project(demo, tmp_path / "killed", TABLE, "INSERT INTO t VALUES (1)")
    other = _project(demo, tmp_path / "other", *others)
    monkeypatch.setattr(type(killed), "run", lambda *_, **__: "")
    assert demo.proof(killed, other) == code
