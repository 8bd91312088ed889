"""Another process that writes without pause, each write timed."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

# A process of its own, and none of this one's connections in it.
_PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Write:
    began: float
    seconds: float


@dataclass
class Writes:
    """The writes that were under way while something ran."""

    took: float
    """Seconds that it ran."""
    writes: list[Write] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(write.seconds for write in self.writes)

    @property
    def median(self) -> float:
        times = sorted(write.seconds for write in self.writes)
        return times[len(times) // 2]


def during(url: str, table: str, rows: int, run: Callable[[], object]) -> Writes:
    """What another process's writes took while ``run`` ran."""
    ours, theirs = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_write, args=(url, table, rows, theirs), daemon=True)
    process.start()
    # Else the end of the other process would not be noticed here.
    theirs.close()
    ours.recv()  # it has begun
    try:
        began = time.monotonic()
        run()
        ended = time.monotonic()
    finally:
        ours.send("enough")
    writes: list[Write] = ours.recv()
    process.join()
    overlapping = [w for w in writes if w.began <= ended and w.began + w.seconds >= began]
    return Writes(ended - began, overlapping)


def _write(url: str, table: str, rows: int, pipe: Pipe) -> None:
    """UPDATE one row after another, each a transaction, until the pipe says something.

    ``time.monotonic`` is one clock for all processes of a machine.
    """
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    written: list[Write] = []
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        while not pipe.poll():
            row = random.randint(1, rows)
            began = time.monotonic()
            cursor.execute(f"UPDATE {table} SET written = written + 1 WHERE id = {row}")
            written.append(Write(began, time.monotonic() - began))
            if len(written) == 20:  # what a first statement costs is past
                pipe.send("begun")
    pipe.recv()
    pipe.send(written)
