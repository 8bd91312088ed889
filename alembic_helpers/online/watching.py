"""A line of the log at intervals, for as long as a statement takes."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ..databases import Database

log = logging.getLogger("alembic.helpers")


@contextmanager
def heartbeat(
    connection: Connection, database: Database, words: str, seconds: float
) -> Iterator[None]:
    """Say every so many seconds how far the statement is that runs within.

    How far is asked on a connection of its own. Where there is none to be had (an asynchronous
    driver, a server that lets no more in), only the time is told.
    """
    session = None if connection.dialect.is_async else database.session_id(connection)
    done = threading.Event()

    def beat() -> None:
        since = time.monotonic()
        engine = None
        with contextlib.ExitStack() as stack:
            while not done.wait(seconds):
                progress = ""
                if session is not None:
                    engine = engine or stack.enter_context(_second(connection.engine))
                    with contextlib.suppress(sa.exc.SQLAlchemyError), engine.connect() as other:
                        progress = database.progress(other, session)
                if not done.is_set():
                    told = f"{time.monotonic() - since:.0f} s"
                    log.info("running   %s: %s", words, ", ".join(filter(None, [told, progress])))

    # A daemon: a server that is slow to answer must not hold back the end.
    thread = threading.Thread(target=beat, name="alembic_helpers heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(1.0)


@contextmanager
def _second(engine: Engine) -> Iterator[Engine]:
    """Connects as the engine does, but from a pool of its own: that of a migration may have no more
    than one connection, and wait for it, or hand out the same one twice (``StaticPool``)."""
    second = sa.create_engine(engine.url, pool=engine.pool.recreate())
    try:
        yield second
    finally:
        second.dispose()
