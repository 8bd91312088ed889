"""``alembic-helpers init``."""

from __future__ import annotations

from pathlib import Path

import pytest

from alembic_helpers.cli.hook import SCRIPT

from .conftest import Run, point_at_sqlite, python
from .test_templates import INSTALLED, STOCK

TABLE = 'op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))'


@pytest.mark.parametrize("kind", INSTALLED)
def test_it_is_alembics_init_with_the_hook(here: Path, run: Run, kind: str) -> None:
    assert python("alembic", "init", "-t", kind, "--package", "stock").returncode == 0
    for config in ("alembic.ini", "pyproject.toml"):
        (here / config).unlink(missing_ok=True)
    assert run("init", "-t", kind, "--package", "ours").code == 0

    def files(directory: Path) -> dict[str, str]:
        every = (path for path in directory.rglob("*") if path.is_file())
        return {path.relative_to(directory).as_posix(): path.read_text() for path in every}

    stock, ours = files(here / "stock"), files(here / "ours")
    injected = ours.pop(SCRIPT)
    assert injected == stock.pop(SCRIPT).replace(
        "from alembic import op", "from alembic_helpers import op"
    )
    assert ours == stock
    assert "versions/__init__.py" in ours


@pytest.mark.parametrize("kind", ["generic", "multidb", "pyproject"])
def test_a_revision_made_in_it_upgrades_and_does_so_again(here: Path, run: Run, kind: str) -> None:
    run("init", "-t", kind, "migrations")
    point_at_sqlite(here)
    run("revision", "-m", "one")
    (revision,) = (here / "migrations" / "versions").glob("*.py")
    before, upgrade, after = revision.read_text().partition('schema."""\n    ')
    if kind == "multidb":  # upgrade(engine_name) comes first, and then one function each
        before, upgrade, after = revision.read_text().partition('engine1 schema."""\n    ')
    revision.write_text(before + upgrade + TABLE + "\n    " + after)
    for command in (["upgrade", "head"], ["stamp", "base"], ["upgrade", "head"]):
        ran = python("alembic_helpers.cli", *command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "(head)" in python("alembic_helpers.cli", "current").stdout


def test_a_template_of_ones_own_is_hooked_too(here: Path, run: Run) -> None:
    own = here / "own"
    own.mkdir()
    for path in (STOCK / "generic").iterdir():
        if path.is_file():
            text = path.read_text().replace("import op\n", "import op, context\n")
            (own / path.name).write_text(text)
    assert run("init", "-t", str(own), "migrations").code == 0
    assert (
        "\nfrom alembic import context\nfrom alembic_helpers import op\n"
        in (here / "migrations" / SCRIPT).read_text()
    )


def test_a_template_without_op_is_refused_before_anything_is_made(here: Path, run: Run) -> None:
    (here / "own").mkdir()
    (here / "own" / SCRIPT).write_text("import sqlalchemy\n")
    ran = run("init", "-t", str(here / "own"), "migrations")
    assert ran.code not in (0, 1)
    assert "Write this line below its docstring: from alembic_helpers import op" in ran.out
    assert not (here / "migrations").exists()


def test_an_unknown_kind_is_refused_by_alembic(run: Run) -> None:
    assert run("init", "-t", "nonsense", "migrations").out.startswith("FAILED: No such template")
