"""What env.py can choose."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import UsageError


class OnMismatch(enum.Enum):
    """What happens when an object is there but is not the one asked for."""

    RAISE = "raise"
    """Raise :class:`~alembic_helpers.DefinitionMismatch`; nothing has been changed."""

    WARN = "warn"
    """Log a warning with the difference and leave the object as it is."""


@dataclass(frozen=True)
class Settings:
    """Given in env.py: ``context.configure(..., alembic_helpers=Settings(...))``.

    Alembic hands keywords that it does not know through to ``MigrationContext.opts``; that is
    where they are read from.

    Example::

        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            alembic_helpers=Settings(on_mismatch=OnMismatch.WARN),
        )

    .. versionadded:: 0.1
    """

    on_mismatch: OnMismatch = OnMismatch.RAISE

    def __post_init__(self) -> None:
        if not isinstance(self.on_mismatch, OnMismatch):
            raise UsageError(
                f"Settings(on_mismatch={self.on_mismatch!r}): expected OnMismatch.RAISE or "
                "OnMismatch.WARN; write: from alembic_helpers import OnMismatch"
            )

    @classmethod
    def of(cls, opts: Mapping[str, Any]) -> Settings:
        """The settings among a migration context's options; the defaults when there are none."""
        settings = opts.get("alembic_helpers", cls())
        if not isinstance(settings, cls):
            raise UsageError(
                f"context.configure(alembic_helpers={settings!r}): expected a Settings; write: "
                "context.configure(..., alembic_helpers=alembic_helpers.Settings(...))"
            )
        return settings
