"""What importing the package costs and pulls in."""

from __future__ import annotations

import subprocess
import sys

import pytest

import alembic_helpers


@pytest.mark.parametrize("extra", ["rich", "pytest", "hypothesis", "alembic_helpers.cli", "flask"])
def test_no_extra_is_imported(extra: str) -> None:
    code = f"import sys, alembic_helpers; sys.exit({extra!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_public_names_are_sorted_and_there() -> None:
    assert alembic_helpers.__all__ == sorted(alembic_helpers.__all__)
    for name in alembic_helpers.__all__:
        assert getattr(alembic_helpers, name) is not None
