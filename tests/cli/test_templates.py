"""The shipped templates are Alembic's own plus one line."""

from __future__ import annotations

import difflib
from pathlib import Path

import alembic
import alembic.config
import pytest

from alembic_helpers.cli.environment import KINDS, template_directory
from alembic_helpers.cli.hook import SCRIPT, hooked

from .conftest import Run, python

STOCK = Path(alembic.config.Config().get_template_directory())
INSTALLED = sorted(path.parent.name for path in STOCK.glob(f"*/{SCRIPT}"))

# The shipped files are those of Alembic 1.20. What older ones had instead, in every template:
OLDER = {
    "down_revision: Union[str, None] = ${repr(down_revision)}\n": (
        "down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}\n"
    )
}
CURRENT = tuple(map(int, alembic.__version__.split(".")[:2])) >= (1, 20)


def test_every_kind_of_the_installed_alembic_is_shipped() -> None:
    assert set(INSTALLED) <= set(KINDS)
    shipped = template_directory("generic").parent.glob(f"*/{SCRIPT}")
    assert {path.parent.name for path in shipped} == set(KINDS)


@pytest.mark.parametrize("kind", INSTALLED)
def test_script_differs_from_stock_by_the_injection_only(kind: str) -> None:
    stock = (STOCK / kind / SCRIPT).read_text().splitlines(keepends=True)
    shipped = (template_directory(kind) / SCRIPT).read_text().splitlines(keepends=True)
    if not CURRENT:
        stock = [OLDER.get(line, line) for line in stock]
    changes = [line for line in difflib.ndiff(stock, shipped) if line[0] in "+-"]
    assert changes == ["- from alembic import op\n", "+ from alembic_helpers import op\n"]


@pytest.mark.parametrize("kind", INSTALLED)
def test_install_makes_the_shipped_script_out_of_stock(kind: str) -> None:
    stock = (STOCK / kind / SCRIPT).read_bytes()
    if not CURRENT:
        for older, newer in OLDER.items():
            stock = stock.replace(older.encode(), newer.encode())
    assert hooked(stock, STOCK / kind) == (template_directory(kind) / SCRIPT).read_bytes()


@pytest.mark.skipif(not CURRENT, reason="the shipped files are those of Alembic 1.20")
@pytest.mark.parametrize("kind", INSTALLED)
def test_every_other_file_is_stock(kind: str) -> None:
    def others(directory: Path) -> dict[str, bytes]:
        files = (path for path in directory.iterdir() if path.is_file() and path.name != SCRIPT)
        return {path.name: path.read_bytes() for path in files}

    assert others(template_directory(kind)) == others(STOCK / kind)


@pytest.mark.parametrize("kind", KINDS)
def test_alembic_init_takes_the_template(here: Path, run: Run, kind: str) -> None:
    directory = run("template", "-t", kind).out.removesuffix("\n")
    assert python("alembic", "init", "-t", directory, "migrations").returncode == 0
    assert python("alembic", "revision", "-m", "one").returncode == 0
    (revision,) = (here / "migrations" / "versions").glob("*.py")
    assert "\nfrom alembic_helpers import op\n" in revision.read_text()
    assert run("adopt", "--check").code == 0
