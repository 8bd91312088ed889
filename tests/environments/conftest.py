"""A real Alembic environment in a folder, driven by real commands."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from servers.database import Database

REVISION = """\
import os
import sqlalchemy as sa
from alembic_helpers import op

revision = {revision!r}
down_revision = {down_revision!r}
branch_labels = depends_on = None


def upgrade(engine_name=None):
{upgrade}


def downgrade(engine_name=None):
{downgrade}
"""


@dataclass
class Project:
    """``alembic init`` in a folder; its env.py connects to one database."""

    folder: Path
    url: str
    revisions: list[str]

    @property
    def config(self) -> Config:
        return Config(str(self.folder / "alembic.ini"))

    def edit_env(self, old: str, new: str) -> None:
        path = self.folder / "migrations" / "env.py"
        text = path.read_text()
        assert old in text, text
        path.write_text(text.replace(old, new))

    def revision(self, upgrade: str, downgrade: str = "pass") -> str:
        """A revision on top of the last, its bodies as given."""
        name = f"r{len(self.revisions) + 1}"
        body = REVISION.format(
            revision=name,
            down_revision=self.revisions[-1] if self.revisions else None,
            upgrade=textwrap.indent(textwrap.dedent(upgrade).strip(), "    "),
            downgrade=textwrap.indent(textwrap.dedent(downgrade).strip(), "    "),
        )
        (self.folder / "migrations" / "versions" / f"{name}.py").write_text(body)
        self.revisions.append(name)
        return name

    def upgrade(self, target: str = "head") -> None:
        command.upgrade(self.config, target)

    def downgrade(self, target: str = "base") -> None:
        command.downgrade(self.config, target)

    def stamp(self, target: str) -> None:
        command.stamp(self.config, target)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line, in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "alembic", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            env={**os.environ, "STOCK_LOGGING": "1", **environment},
            check=False,
        )


def without_logging(env: Path) -> None:
    """fileConfig() takes pytest's handlers away: only a process of its own has it."""
    text = env.read_text()
    assert "fileConfig(config.config_file_name)" in text
    env.write_text(
        text.replace(
            "fileConfig(config.config_file_name)",
            '__import__("os").environ.get("STOCK_LOGGING") and fileConfig(config.config_file_name)',
        )
    )


@pytest.fixture
def new_project(tmp_path: Path) -> Callable[..., Project]:
    def new_project(url: str, template: str = "generic") -> Project:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        config = Config(str(folder / "alembic.ini"))
        command.init(config, str(folder / "migrations"), template=template)
        ini = folder / "alembic.ini"
        text = ini.read_text()
        ini.write_text(text.replace("driver://user:pass@localhost/dbname", url.replace("%", "%%")))
        without_logging(folder / "migrations" / "env.py")
        return Project(folder, url, [])

    return new_project


@pytest.fixture
def project(database: Database, new_project: Callable[..., Project]) -> Project:
    """The generic template on this worker's database, which is empty."""
    return new_project(database.url)


@pytest.fixture
def look(database: Database) -> Callable[[], sa.Inspector]:
    """A fresh look at the database, from outside of any migration.

    An engine's inspector holds no transaction, and so no lock that the next migration waits for.
    """
    return lambda: sa.inspect(database.engine)
