"""What env.py can choose."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .errors import UsageError


class OnMismatch(enum.Enum):
    """What happens when an object is there but is not the one asked for."""

    RAISE = "raise"
    """Raise :class:`~alembic_helpers.DefinitionMismatch`; nothing has been changed."""

    WARN = "warn"
    """Log a warning with the difference and leave the object as it is."""


class Offline(enum.Enum):
    """What ``alembic upgrade --sql`` writes."""

    GUARDED = "guarded"
    """Each statement asks the database first, so that the script can be run again."""

    UNGUARDED = "unguarded"
    """Alembic's plain statements, each operation under a comment that says so."""


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
    """What happens when an object is there but is not the one asked for."""
    build_timeout: float = 60.0
    """Seconds to wait for another session that is building what an operation asks for."""
    offline: Offline = Offline.GUARDED
    """What ``--sql`` writes."""

    def __post_init__(self) -> None:
        if not isinstance(self.build_timeout, (int, float)) or self.build_timeout < 0:
            raise UsageError(
                f"Settings(build_timeout={self.build_timeout!r}): expected seconds, as a number"
            )
        if not isinstance(self.on_mismatch, OnMismatch):
            raise UsageError(
                f"Settings(on_mismatch={self.on_mismatch!r}): expected OnMismatch.RAISE or "
                "OnMismatch.WARN; write: from alembic_helpers import OnMismatch"
            )
        if not isinstance(self.offline, Offline):
            raise UsageError(
                f"Settings(offline={self.offline!r}): expected Offline.GUARDED or "
                "Offline.UNGUARDED; write: from alembic_helpers import Offline"
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

    @property
    def mismatch(self) -> OnMismatch:
        """``on_mismatch``, or what an :func:`on_mismatch` block says instead."""
        return _overridden.get() or self.on_mismatch


_overridden: ContextVar[OnMismatch | None] = ContextVar("alembic_helpers.on_mismatch", default=None)


@contextmanager
def on_mismatch(choice: OnMismatch) -> Iterator[None]:
    """For the operations within the block: what happens when an object is there but differs.

    Overrides ``Settings(on_mismatch=...)`` of env.py; blocks may be nested, and the innermost
    counts. It says nothing about a wrong kind of argument or a missing table: those always raise.
    With ``--sql`` it has no effect.

    Args:
        choice: ``OnMismatch.RAISE`` or ``OnMismatch.WARN``.

    Raises:
        UsageError: ``choice`` is something else.

    Example::

        with on_mismatch(OnMismatch.WARN):
            op.create_index("ix_users_name", "users", ["name"])

    .. versionadded:: 0.1
    """
    if not isinstance(choice, OnMismatch):
        raise UsageError(
            f"on_mismatch({choice!r}): expected OnMismatch.RAISE or OnMismatch.WARN; write: "
            "with on_mismatch(OnMismatch.WARN): ..."
        )
    token = _overridden.set(choice)
    try:
        yield
    finally:
        _overridden.reset(token)
