"""What env.py can choose."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .errors import UsageError

_LONGEST = 86_400
"""Seconds that a statement may wait for a lock, or the log be silent: servers and threads have
limits of their own, which are less than infinite."""


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


class Online(enum.Enum):
    """What the online operations do where a database would block writers."""

    REQUIRE = "require"
    """Raise :class:`~alembic_helpers.OnlineNotSupported`; nothing has been changed."""

    PREFER = "prefer"
    """Log a warning with the reason, and do it the blocking way."""

    OFF = "off"
    """Do it the plain way, in the migration's own transaction, without a word."""


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
    build_timeout: float = 600.0
    """Seconds to wait for another session that is building what an operation asks for."""
    offline: Offline = Offline.GUARDED
    """What ``--sql`` writes."""
    online: Online = Online.REQUIRE
    """What the online operations do where a database would block writers."""
    lock_timeout: float = 1.0
    """Seconds that an online operation lets one statement wait for a lock, while others queue up
    behind it. MySQL and MariaDB count whole seconds, from 1."""
    lock_budget: float = 600.0
    """Seconds in all for the tries of one online operation, and the pauses between them."""
    heartbeat: float = 30.0
    """Seconds between two lines of the log while an online operation waits or builds."""
    show_queries: bool = False
    """Does a report on blocking sessions show what they run? It may hold secrets."""

    def __post_init__(self) -> None:
        for name in ("build_timeout", "lock_timeout", "lock_budget", "heartbeat"):
            seconds = getattr(self, name)
            # Not "< 0": NaN is not less than anything, and no number of seconds either.
            number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
            if not number or not seconds >= 0:
                raise UsageError(f"Settings({name}={seconds!r}): expected seconds, as a number")
        for name in ("lock_timeout", "heartbeat"):
            seconds = getattr(self, name)
            if not seconds:
                raise UsageError(f"Settings({name}=0): expected more than 0 seconds")
            if seconds > _LONGEST:
                raise UsageError(
                    f"Settings({name}={seconds!r}): expected at most {_LONGEST} seconds, a day"
                )
        for name, choices in (
            ("on_mismatch", OnMismatch),
            ("offline", Offline),
            ("online", Online),
        ):
            if not isinstance(getattr(self, name), choices):
                words = [f"{choices.__name__}.{choice.name}" for choice in choices]
                raise UsageError(
                    f"Settings({name}={getattr(self, name)!r}): expected "
                    f"{', '.join(words[:-1])} or {words[-1]}; write: "
                    f"from alembic_helpers import {choices.__name__}"
                )
        if not isinstance(self.show_queries, bool):  # "no" would show them
            given = f"show_queries={self.show_queries!r}"
            raise UsageError(f"Settings({given}): expected True or False")

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
