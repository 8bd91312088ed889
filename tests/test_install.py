"""The wheel: all of the package and nothing else, and it needs no more than it says."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "alembic_helpers"

# Extras, and what only tests use: importing the package must not need them.
_NOT_NEEDED = ["rich", "pytest", "hypothesis", "psycopg", "pymysql"]


def _run(*arguments: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        arguments, cwd=cwd, capture_output=True, text=True, check=False,
        env={**_inherited(), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _inherited() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The built wheel; with hatchling alone, so that building needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


@pytest.fixture(scope="session")
def unpacked(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is unpacked, which is all that installing a pure wheel does."""
    folder = tmp_path_factory.mktemp("unpacked")
    wheel.extractall(folder)
    return folder


def _metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    source = {
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == source
    assert "alembic_helpers/py.typed" in shipped
    assert "alembic_helpers/templates/generic/script.py.mako" in shipped


def test_the_core_needs_alembic_and_sqlalchemy_only(wheel: zipfile.ZipFile) -> None:
    needs = _metadata(wheel).get_all("Requires-Dist", [])
    core = {need.split(">")[0] for need in needs if "extra ==" not in need}
    assert core == {"alembic", "sqlalchemy"}
    assert set(_metadata(wheel).get_all("Provides-Extra", [])) == {"cli", "testing"}


def test_the_command_is_declared_and_no_alembic_plugin_is(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    declared = wheel.read(name).decode()
    assert "alembic-helpers = alembic_helpers.cli:main" in declared
    # With one, importing Alembic 1.18.0 to 1.20.0 fails.
    assert "alembic.plugins" not in declared


def test_the_version_is_the_package_s_own(wheel: zipfile.ZipFile, unpacked: Path) -> None:
    said = _run(
        sys.executable, "-c", "import alembic_helpers as a; print(a.__version__, a.__file__)",
        cwd=unpacked, PYTHONPATH=str(unpacked),
    )  # fmt: skip
    version, file = said.split()
    assert version == _metadata(wheel)["Version"]
    assert Path(file).is_relative_to(unpacked)


@pytest.mark.parametrize("module", ["alembic_helpers", "alembic_helpers.op"])
def test_an_import_needs_no_extra(unpacked: Path, module: str) -> None:
    blocked = f"import sys; sys.modules.update(dict.fromkeys({_NOT_NEEDED!r})); import {module}"
    _run(sys.executable, "-c", blocked, cwd=unpacked, PYTHONPATH=str(unpacked))
