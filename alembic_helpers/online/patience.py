"""How long an operation goes on trying for a lock, and what it says when it gives up."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import replace

from ..errors import Blocker, LockNotAvailable
from ..settings import Settings

log = logging.getLogger("alembic.helpers")

_FIRST, _LONGEST = 0.5, 30.0
"""Seconds between two tries, at the beginning and at most."""


class Patience:
    """The tries of one operation, each as short as ``lock_timeout``, with pauses between them in
    which those who have queued up behind it get through."""

    def __init__(self, settings: Settings, words: str) -> None:
        self._settings = settings
        self._words = words
        self._until = time.monotonic() + settings.lock_budget
        self._tries = 0

    def pause(self, blockers: Sequence[Blocker], *, may_wait: bool = True) -> None:
        """After a try that did not get the lock: sleep, or give up.

        Who holds a lock that others may wait for does not sleep.
        """
        self._tries += 1
        shown = [b if self._settings.show_queries else replace(b, query="") for b in blockers]
        who = "; ".join(map(str, shown)) or "no session that may be seen from here"
        longest = min(_LONGEST, _FIRST * 2**self._tries)
        left = self._until - time.monotonic()
        if not may_wait or left <= 0:
            raise LockNotAvailable(self._given_up(who, shown, may_wait), blockers=shown)
        seconds = min(left, max(self._settings.lock_timeout, random.uniform(0, longest)))
        log.info(
            "waiting   %s: no lock within %g s, next try in %.1f s; held by %s",
            self._words,
            self._settings.lock_timeout,
            seconds,
            who,
        )
        time.sleep(seconds)

    def _given_up(self, who: str, blockers: Sequence[Blocker], may_wait: bool) -> str:
        tries = "1 try" if self._tries == 1 else f"{self._tries} tries"
        ends = " ".join(f"{b.end};" for b in blockers if b.end)
        advice = (
            "What was done before is done: run the migration again when they have ended, or let "
            "it try longer: Settings(lock_budget=...)."
            if may_wait
            else "It does not wait, for the migration's own transaction keeps others waiting: run "
            "the migration again when they have ended."
        )
        return (
            f"{self._words}: no lock in {tries} of {self._settings.lock_timeout:g} s; held by "
            f"{who}. {advice}" + (f" To end them: {ends}" if ends else "")
        )
