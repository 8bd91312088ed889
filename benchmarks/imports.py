"""What ``import alembic_helpers`` adds to what a migration imports anyway."""

from __future__ import annotations

from . import targets
from .processes import ask, imported
from .results import TIMES, Row, Times

COLUMNS = ("imported", *TIMES, "extras", *targets.COLUMNS)

EXTRAS = ("alembic_helpers.cli", "alembic_helpers.testing", "rich", "hypothesis", "pytest")
"""What belongs to the command and to the extras, and has to stay out."""

_BEFORE = "alembic, sqlalchemy"
_OURS = "alembic_helpers"
_LATER = "alembic_helpers.online"
"""All that the first operation loads, but for the package of its database."""


def measure(rounds: int) -> list[Row]:
    """One after the other, each time in another process."""
    modules = (_BEFORE, _OURS, _LATER)
    imported(*modules)  # all is compiled
    found = [imported(*modules) for _ in range(rounds)]
    before, ours, later = (Times([*seconds]) for seconds in zip(*found, strict=True))
    extras = ask("extras", names=EXTRAS)["imported"]
    target = targets.imports(ours.median * 1000, extras)
    return [
        (f"`import {_BEFORE}`", *before.cells, "", *targets.NONE),
        (f"`import {_OURS}` after it", *ours.cells, ", ".join(extras) or "none", *target),
        ("what the first operation loads", *later.cells, "", *targets.NONE),
    ]
