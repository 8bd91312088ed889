"""``alembic-helpers install``."""

# ruff: noqa: E501  (one template a line)

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from alembic_helpers.cli.hook import SCRIPT, hooked

from .conftest import Run, flask_environment, python

DIFF = """\
-from alembic import op
+from alembic_helpers import op
"""


@pytest.fixture(params=["generic", "pyproject"])
def script(request: pytest.FixtureRequest, here: Path) -> Path:
    """The template of a plain Alembic environment."""
    assert python("alembic", "init", "-t", request.param, "migrations").returncode == 0
    return here / "migrations" / SCRIPT


@pytest.fixture
def flask_script(here: Path) -> Path:
    """The template of an environment that Flask-Migrate made."""
    return flask_environment(here)


def test_one_line_changes_and_the_diff_shows_it(script: Path, run: Run) -> None:
    before = script.read_text()
    ran = run("install")
    assert ran.code == 0
    assert ran.out.startswith(f"--- {Path('migrations', SCRIPT)}\n+++ ")
    assert DIFF in ran.out
    assert script.read_text() == before.replace(
        "from alembic import", "from alembic_helpers import"
    )


def test_a_second_time_changes_nothing_and_says_so(script: Path, run: Run) -> None:
    run("install")
    after = script.stat()
    ran = run("install")
    assert ran.code == 0
    assert ran.out == f"{Path('migrations', SCRIPT)}: op comes from alembic_helpers already\n"
    assert (script.stat().st_ino, script.stat().st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_prints_the_diff_changes_nothing_and_exits_with_1(script: Path, run: Run) -> None:
    before = script.read_bytes()
    ran = run("install", "--check")
    assert ran.code == 1
    assert DIFF in ran.out
    assert script.read_bytes() == before
    run("install")
    assert run("install", "--check").code == 0


def test_pyproject_alone_configures_it(here: Path, run: Run) -> None:
    python("alembic", "init", "-t", "pyproject", "migrations")
    (here / "alembic.ini").unlink()
    assert run("install").code == 0
    assert b"from alembic_helpers import op" in (here / "migrations" / SCRIPT).read_bytes()


def test_the_directory_can_be_named(
    script: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert run("install", str(script.parent)).code == 0
    assert b"from alembic_helpers import op" in script.read_bytes()


@pytest.mark.parametrize(
    "argv",
    [["install"], ["-c", "migrations/alembic.ini", "install"], ["install", "migrations"]],
    ids=["found", "configured", "named"],
)
def test_flask_migrate_is_found(flask_script: Path, run: Run, argv: list[str]) -> None:
    assert DIFF in run(*argv).out
    assert b"\nfrom alembic_helpers import op\n" in flask_script.read_bytes()
    assert run(*argv, "--check").code == 0


def test_flask_migrate_is_found_from_inside(
    flask_script: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(flask_script.parent)
    assert DIFF in run("install").out


def test_nothing_configured_says_what_to_type(run: Run) -> None:
    ran = run("install")
    assert ran.code not in (0, 1)
    assert ran.out == (
        "FAILED: No migration environment: neither alembic.ini nor pyproject.toml sets "
        "script_location, and migrations/ is none of Flask-Migrate's. Name the configuration "
        "(alembic-helpers -c PATH/alembic.ini ...) or make one: alembic-helpers init DIR\n"
    )


def test_a_configuration_elsewhere_does_not_mean_migrations(flask_script: Path, run: Run) -> None:
    Path("alembic.ini").write_text("[alembic]\n")
    assert run("install").out.startswith("FAILED: No migration environment")
    assert b"alembic_helpers" not in flask_script.read_bytes()


def test_a_directory_without_template_says_what_to_type(run: Run) -> None:
    assert run("install", "nowhere").out == (
        f"FAILED: nowhere holds no {SCRIPT}, so it is no migration environment. Name the directory "
        "that env.py is in, or make one: alembic-helpers init DIR\n"
    )


def test_the_mode_is_kept(script: Path, run: Run) -> None:
    script.chmod(0o640)
    run("install")
    assert stat.S_IMODE(script.stat().st_mode) == 0o640


def test_a_link_stays_a_link(script: Path, run: Run, here: Path) -> None:
    real = here / "shared.mako"
    os.replace(script, real)
    script.symlink_to(real)
    assert run("install").code == 0
    assert script.is_symlink()
    assert b"from alembic_helpers import op" in real.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from alembic import op, context\n", "from alembic import context\nfrom alembic_helpers import op\n"),
        ("import sqlalchemy as sa\nfrom alembic import op\n", "import sqlalchemy as sa\nfrom alembic_helpers import op\n"),
        ("from alembic import op  # noqa: F401\n", "from alembic_helpers import op  # noqa: F401\n"),
        ("from alembic import (\r\n    context,\r\n    op,\r\n)\r\n", "from alembic import (\r\n    context,\r\n)\r\nfrom alembic_helpers import op\r\n"),
        ("from alembic import context, \\\n    op\n", "from alembic import context\nfrom alembic_helpers import op\n"),
        ("import alembic.op as op\n", "import alembic_helpers.op as op\n"),
        ("from alembic import op as alembic_op\n", "from alembic_helpers import op as alembic_op\n"),
        ("    from alembic import context, op\n", "    from alembic import context\n    from alembic_helpers import op\n"),
        ("from alembic import op; import os\n", "from alembic_helpers import op; import os\n"),
        ("## from alembic import op\nfrom alembic import op\n", "## from alembic import op\nfrom alembic_helpers import op\n"),
        ("<%doc>\nfrom alembic import op\n</%doc>\nfrom alembic import op\n", "<%doc>\nfrom alembic import op\n</%doc>\nfrom alembic_helpers import op\n"),
        ("<%!\nimport alembic.op as op\n%>\nfrom alembic import op\n", "<%!\nimport alembic.op as op\n%>\nfrom alembic_helpers import op\n"),
        ('<%page args="x"/>\nfrom alembic import op\n<% y = 1 %>\n', '<%page args="x"/>\nfrom alembic_helpers import op\n<% y = 1 %>\n'),
        ("from alembic import ${what}\nfrom alembic import op\n", "from alembic import ${what}\nfrom alembic_helpers import op\n"),
        ("# caf\xe9\nfrom alembic import op", "# caf\xe9\nfrom alembic_helpers import op"),
        ("from alembic import op\nfrom alembic_helpers import column_exists\n", "from alembic_helpers import op\nfrom alembic_helpers import column_exists\n"),
    ],
)  # fmt: skip
def test_templates_that_people_have(before: str, after: str) -> None:
    once = hooked(before.encode("latin-1"), Path(SCRIPT))
    assert once.decode("latin-1") == after
    assert hooked(once, Path(SCRIPT)) == once


@pytest.mark.parametrize(
    "template", ["", "import sqlalchemy as sa\n", "## from alembic import op\n", "import alembic\n"]
)
def test_a_template_without_op_says_what_to_type(script: Path, run: Run, template: str) -> None:
    script.write_text(template)
    assert run("install").out == (
        f"FAILED: {Path('migrations', SCRIPT)}: the template does not import op from alembic. Write this line below "
        "its docstring: from alembic_helpers import op\n"
    )
    assert script.read_text() == template
