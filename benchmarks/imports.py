"""What ``import alembic_helpers`` adds to what a migration imports anyway."""

from __future__ import annotations

from . import targets
from .processes import ask, timed
from .results import TIMES, Row, Times

COLUMNS = ("imported", *TIMES, "added", "extras", *targets.COLUMNS)

EXTRAS = ("alembic_helpers.cli", "alembic_helpers.testing", "rich", "hypothesis", "pytest")
"""What belongs to the command and to the extras, and has to stay out."""

_BEFORE = "import alembic, sqlalchemy"
_AFTER = f"{_BEFORE}, alembic_helpers"


def measure(rounds: int) -> list[Row]:
    """Whole processes, by turns; the difference of the medians."""
    seconds: dict[str, list[float]] = {_BEFORE: [], _AFTER: []}
    for code in seconds:
        timed(["-c", code])  # all is compiled
    for _ in range(rounds):
        for code, took in seconds.items():
            took.append(timed(["-c", code]))
    before, after = map(Times, seconds.values())
    added = (after.median - before.median) * 1000
    extras = ask("extras", names=EXTRAS)["imported"]
    target = targets.imports(added, extras)
    return [
        (f"`{_BEFORE}`", *before.cells, "", "", *targets.NONE),
        (f"`{_AFTER}`", *after.cells, f"{added:.0f} ms", ", ".join(extras) or "none", *target),
    ]
