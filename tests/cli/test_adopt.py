"""``alembic-helpers adopt``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from .conftest import Run, python

VERSIONS = Path("migrations", "versions")
BEFORE = (
    '"""one"""\r\nfrom alembic import op  # noqa\r\n\r\nrevision = "1"\r\ndown_revision = None\r\n'
)
AFTER = BEFORE.replace("from alembic import", "from alembic_helpers import")


@pytest.fixture
def revision(here: Path) -> Path:
    """The one revision of a plain Alembic environment."""
    assert python("alembic", "init", "migrations").returncode == 0
    path = VERSIONS / "1_users.py"
    path.write_bytes(BEFORE.encode())
    return path


def test_the_configured_environment_is_adopted(revision: Path, run: Run) -> None:
    (VERSIONS / "2_other.py").write_text("x = 1\n")
    ran = run("adopt")
    assert ran.code == 0
    assert ran.out == f"adopted  {revision}\n1 adopted, 1 as before\n"
    assert revision.read_bytes() == AFTER.encode()


def test_a_second_time_changes_nothing(revision: Path, run: Run) -> None:
    run("adopt")
    after = revision.stat()
    assert run("adopt").out == "0 adopted, 1 as before\n"
    assert (revision.stat().st_ino, revision.stat().st_mtime_ns) == (
        after.st_ino,
        after.st_mtime_ns,
    )


def test_check_prints_the_diff_changes_nothing_and_exits_with_1(revision: Path, run: Run) -> None:
    ran = run("adopt", "--check")
    assert ran.code == 1
    assert ran.out == (
        f"--- {revision}\n+++ {revision}\n@@ -1,5 +1,5 @@\n"
        ' """one"""\r\n-from alembic import op  # noqa\r\n'
        "+from alembic_helpers import op  # noqa\r\n"
        ' \r\n revision = "1"\r\n down_revision = None\r\n'
    )
    assert revision.read_bytes() == BEFORE.encode()
    run("adopt")
    assert run("adopt", "--check").code == 0


def test_the_diff_has_the_byte_order_mark_of_the_file(revision: Path, run: Run) -> None:
    revision.write_text("\ufefffrom alembic import op\n", encoding="utf-8")
    ran = run("adopt", "--check")
    assert "-\ufefffrom alembic import op\n+\ufefffrom alembic_helpers import op\n" in ran.out


def test_quiet_prints_nothing_and_still_exits_with_1(revision: Path, run: Run) -> None:
    ran = run("--quiet", "adopt", "--check")
    assert (ran.code, ran.out) == (1, "")


def test_only_the_files_named_are_adopted(revision: Path, run: Run) -> None:
    other = VERSIONS / "2_other.py"
    other.write_bytes(BEFORE.encode())
    assert run("adopt", str(other), str(other)).out == f"adopted  {other}\n1 adopted, 0 as before\n"
    assert revision.read_bytes() == BEFORE.encode()


def test_a_directory_means_the_python_files_below_it(here: Path, run: Run) -> None:
    adopted = ["a/1.py", "a/b/2.py"]
    left = ["a/__init__.py", "a/.#3.py", "a/.git/4.py", "a/venv/5.py", "a/notes.txt"]
    for name in [*adopted, *left, "a/venv/pyvenv.cfg"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(BEFORE.encode())
    assert run("adopt", "a").out.endswith("2 adopted, 0 as before\n")
    assert [name for name in [*adopted, *left] if Path(name).read_bytes() == AFTER.encode()] == (
        adopted
    )


@pytest.mark.parametrize("recursive", [False, True])
def test_version_locations_are_those_of_the_configuration(
    revision: Path, here: Path, recursive: bool
) -> None:
    (here / "package").mkdir()
    (here / "package" / "__init__.py").touch()
    files = [Path("more/1.py"), Path("more/2024/2.py"), Path("package/versions/3.py")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(BEFORE.encode())
    ini = (here / "alembic.ini").read_text()
    (here / "alembic.ini").write_text(
        ini.replace(
            "[alembic]",
            "[alembic]\nversion_locations = %(here)s/more\n  package:versions\n  %(here)s/more\n"
            f"recursive_version_locations = {str(recursive).lower()}\n",
        ).replace("path_separator = os", "path_separator = newline")
    )
    # In a process of its own, since Python remembers packages and the directories they are in.
    assert python("alembic_helpers.cli", "adopt").returncode == 0
    assert [file.read_bytes() == AFTER.encode() for file in files] == [True, recursive, True]
    assert revision.read_bytes() == BEFORE.encode()


def test_flask_migrates_versions_are_found(revision: Path, run: Run, here: Path) -> None:
    os.replace("alembic.ini", "migrations/alembic.ini")
    Path("migrations/alembic.ini").write_text("[alembic]\n")
    assert run("adopt").out == f"adopted  {revision}\n1 adopted, 0 as before\n"


def test_if_one_file_is_refused_none_is_changed(revision: Path, run: Run) -> None:
    broken, star = VERSIONS / "2_broken.py", VERSIONS / "3_star.py"
    broken.write_text("from alembic import op\nx = (\n")
    star.write_text("from alembic import *\nop.f('x')\n")
    ran = run("adopt")
    assert ran.code not in (0, 1)
    first, second, third = ran.out.splitlines()
    assert first.startswith(f"FAILED: {broken}, line 2: this Python cannot read it (")
    assert first.endswith("Mend the file, or name only the others: alembic-helpers adopt PATH...")
    assert second.startswith(f"{star}, line 1: `import *` gives op its name.")
    assert third == "No file was changed."
    assert revision.read_bytes() == BEFORE.encode()


def test_a_missing_file_is_an_error(run: Run) -> None:
    assert run("adopt", "nowhere.py").out == (
        "FAILED: nowhere.py could not be read (No such file or directory); nothing was changed. "
        "Check the path.\n"
    )


def test_mode_and_directory_are_as_before(revision: Path, run: Run) -> None:
    revision.chmod(0o640)
    listing = sorted(VERSIONS.iterdir())
    run("adopt")
    assert stat.S_IMODE(revision.stat().st_mode) == 0o640
    assert sorted(VERSIONS.iterdir()) == listing


@pytest.mark.parametrize("step", ["os.fsync", "shutil.copymode", "os.replace"])
def test_a_failure_while_writing_leaves_the_file_as_it_was(
    revision: Path, run: Run, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    listing = sorted(VERSIONS.iterdir())
    monkeypatch.setattr(step, fail)
    assert run("adopt").out == (
        f"FAILED: {revision} could not be written (No space left on device); it is as it was. Make "
        "the file and its directory writable, then run the same command again.\n"
    )
    assert revision.read_bytes() == BEFORE.encode()
    assert sorted(VERSIONS.iterdir()) == listing


def test_a_file_that_may_not_be_written_is_left_as_it_is(
    revision: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root's access is always true, so it is asked here by the mode."""
    monkeypatch.setattr("os.access", lambda path, mode: bool(os.stat(path).st_mode & 0o222))
    revision.chmod(0o444)
    assert run("adopt", "--check").code == 1
    assert run("adopt").out == (
        f"FAILED: {revision} could not be written (Permission denied); it is as it was. Make "
        "the file and its directory writable, then run the same command again.\n"
    )
    assert revision.read_bytes() == BEFORE.encode()
