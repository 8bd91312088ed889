"""A line of the log at intervals, for as long as a statement takes."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..databases import Database

log = logging.getLogger("alembic.helpers")


@contextmanager
def heartbeat(
    connection: Connection, database: Database, words: str, seconds: float
) -> Iterator[None]:
    """Say every so many seconds how far the statement is that runs within.

    How far is asked on a connection of its own. Where there is none to be had (an asynchronous
    driver, a pool of one), only the time is told.
    """
    session = database.session_id(connection)
    engine = None if connection.dialect.is_async else connection.engine
    done = threading.Event()

    def beat() -> None:
        since = time.monotonic()
        while not done.wait(seconds):
            progress = ""
            if engine is not None and session is not None:
                with contextlib.suppress(sa.exc.SQLAlchemyError), engine.connect() as other:
                    progress = database.progress(other, session)
            if not done.is_set():
                elapsed = f"{time.monotonic() - since:.0f} s"
                log.info("running   %s: %s", words, ", ".join(filter(None, [elapsed, progress])))

    # A daemon: a pool that has no second connection must not hold back the end.
    thread = threading.Thread(target=beat, name="alembic_helpers heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(1.0)
