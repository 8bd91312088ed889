"""Waiting for another session that is building what an operation is about."""

from __future__ import annotations

import logging
import time

from ..errors import BuildInProgress
from .judgement import Judgement

log = logging.getLogger("alembic.helpers")

_PAUSE = 0.5
"""Seconds between two looks."""


class Waiting:
    """Looks again and again, each time for a moment: a waiting statement would hold a snapshot,
    for which a concurrent build waits in turn."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._since: float | None = None

    def for_others(self, judgement: Judgement, *, may_wait: bool) -> None:
        """Pause; raise when it takes too long, or when others would have to wait meanwhile."""
        subject = judgement.subject
        who = ", ".join(map(str, judgement.sessions))
        now = time.monotonic()
        if not may_wait:
            raise BuildInProgress(
                f"{subject.operation} {subject.name}: it is there, but not valid yet, and session "
                f"{who} may be building it. It does not wait, for the migration's own transaction "
                "keeps others waiting, that session perhaps; nothing was changed. Run the "
                "migration again when that session is done.",
                sessions=judgement.sessions,
            )
        if self._since is None:
            self._since = now
            log.info(
                "waiting   %s %s: session %s may be building it",
                subject.operation,
                subject.name,
                who,
            )
        elif now - self._since >= self._timeout:
            raise BuildInProgress(
                f"{subject.operation} {subject.name}: it is there, but not valid yet, and session "
                f"{who} may be building it; waited {self._timeout:g} s, nothing was changed. Run "
                "the migration again when that session is done, or let it wait longer: "
                "Settings(build_timeout=...).",
                sessions=judgement.sessions,
            )
        time.sleep(_PAUSE)
