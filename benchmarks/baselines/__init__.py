"""The ways to write a migration that are measured, each with the face of ``alembic.op``."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import Any

OURS = "alembic_helpers.op"
PLAIN = "alembic.op"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """One of them."""

    face: str
    """Where its operations are, as ``pkgutil.resolve_name`` takes it."""
    again: bool = True
    """Whether it can be run again at all."""
    constraints_again: bool = True
    """Whether that includes the constraints."""
    autocommit: bool = False
    """Whether it needs each operation committed."""
    logged: bool = False
    """Whether the log is on, as Alembic's template sets it."""
    on: tuple[str, ...] = ("postgresql", "mariadb", "mysql", "sqlite")

    @property
    def op(self) -> Any:
        return pkgutil.resolve_name(self.face)


BASELINES = {
    "alembic.op": Baseline(face=PLAIN, again=False),
    "alembic_helpers.op": Baseline(face=OURS),
    "alembic_helpers.op, its log on": Baseline(face=OURS, logged=True),
    # MySQL and SQLite have no ADD COLUMN IF NOT EXISTS; no server has it for all constraints.
    "Alembic's flags": Baseline(
        face="benchmarks.baselines.native",
        constraints_again=False,
        on=("postgresql", "mariadb"),
    ),
    "an inspector per check": Baseline(face="benchmarks.baselines.inspector:inspecting"),
    # Another session does not see what this one has not committed, or waits for it.
    "an engine per check": Baseline(face="benchmarks.baselines.engine:inspecting", autocommit=True),
}


def on(database_name: str) -> dict[str, Baseline]:
    """Those that a database can run."""
    return {name: b for name, b in BASELINES.items() if database_name in b.on}
