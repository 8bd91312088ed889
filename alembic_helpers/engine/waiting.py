"""Waiting for another session that is building what an operation is about."""

from __future__ import annotations

import logging
import random
import time

from ..errors import BuildInProgress
from ..settings import Settings
from .judgement import Judgement

log = logging.getLogger("alembic.helpers")

_LONGEST = 5.0
"""Seconds between two looks at most."""


class Waiting:
    """Looks again and again, each time for a moment: a waiting statement would hold a snapshot,
    for which a concurrent build waits in turn."""

    def __init__(self, settings: Settings, first: float = 0.5) -> None:
        """``first``: seconds between the first two looks. Each one within a transaction is a moment
        at which a concurrent build may begin to wait for the end of that transaction."""
        self._settings = settings
        self._since: float | None = None
        self._told = 0.0
        self._pause = first

    def goes_on(self, what: str) -> bool:
        """Pause, and say so at intervals; false when ``build_timeout`` is over."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._since >= self._settings.build_timeout:
            return False
        if self._since == now or now - self._told >= self._settings.heartbeat:
            self._told = now
            log.info("waiting   %s", what)
        time.sleep(random.uniform(self._pause / 2, self._pause))
        self._pause = min(_LONGEST, self._pause * 1.5)
        return True

    def for_others(self, judgement: Judgement, *, may_wait: bool) -> None:
        """Raise when it takes too long, or when others would have to wait meanwhile."""
        subject = judgement.subject
        words = f"{subject.operation} {subject.name}"
        who = ", ".join(map(str, judgement.sessions))
        if not may_wait:
            raise BuildInProgress(
                f"{words}: it is there, but not valid yet, and session {who} may be building it. "
                "It does not wait, for the migration's own transaction keeps others waiting, that "
                "session perhaps; nothing was changed. Run the migration again when that session "
                "is done.",
                sessions=judgement.sessions,
            )
        if not self.goes_on(f"{words}: session {who} may be building it"):
            raise BuildInProgress(
                f"{words}: it is there, but not valid yet, and session {who} may be building it; "
                f"waited {self._settings.build_timeout:g} s, nothing was changed. Run the "
                "migration again when that session is done, or let it wait longer: "
                "Settings(build_timeout=...).",
                sessions=judgement.sessions,
            )
