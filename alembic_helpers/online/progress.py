"""How far long work is: a bar on a terminal, otherwise a line of the log at intervals."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

log = logging.getLogger("alembic.helpers")

Report = Callable[[int, int], object]
"""Takes how many rows are done, and how many there are to do in all."""


def reporting(
    words: str, report: Report | None, heartbeat: float
) -> AbstractContextManager[Report]:
    """What is to be called after each batch; ``report`` is the caller's own."""
    if report is not None:
        return _told(report)
    return _bar(words) if sys.stderr.isatty() and _has_rich() else _told(Lines(words, heartbeat))


@contextmanager
def _told(report: Report) -> Iterator[Report]:
    yield report


class Lines:
    """Lines of the log, so many seconds apart."""

    def __init__(self, words: str, seconds: float) -> None:
        self._words, self._seconds = words, seconds
        self._since = self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told < self._seconds or done >= total:
            return
        self._told = now
        log.info(
            "running   %s: %s of %s rows, %s rows/s, %s left",
            self._words,
            f"{done:,}",
            f"{total:,}",
            f"{done / (now - self._since):,.0f}",
            _left(done, total, now - self._since),
        )


def _left(done: int, total: int, seconds: float) -> str:
    """The time that the rest takes when it goes on like that; ``0:01:30``."""
    if not done:
        return "unknown time"
    return str(timedelta(seconds=round((total - done) * seconds / done)))


def _has_rich() -> bool:
    try:
        import rich  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def _bar(words: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows, {task.fields[rate]:,.0f} rows/s,"),
        TimeRemainingColumn(),
    )
    since = time.monotonic()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=None, rate=0.0)

        def report(done: int, total: int) -> None:
            rate = done / max(time.monotonic() - since, 0.001)
            bar.update(task, completed=done, total=total, rate=rate)

        yield report
