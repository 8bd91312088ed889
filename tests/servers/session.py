"""Which servers this pytest session has, and the note on those that it lacks."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from .database import Capabilities, Database, capabilities
from .found import KINDS, Server, UnreachableError, identify, with_ids
from .process import Process
from .scratch import SCRATCH, SQLite, sweep
from .start import HOW_TO_HAVE, start

URLS_VARIABLE = "ALEMBIC_HELPERS_TEST_URLS"
REQUIRE_VARIABLE = "ALEMBIC_HELPERS_REQUIRE_DATABASES"


@dataclass
class Servers:
    """Found or started once a session, by the process that collects or controls."""

    given: Sequence[str]
    reachable: list[Server] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """One line for each database that could not be reached: which, why, how to provide it."""
    processes: list[Process] = field(default_factory=list)
    run: str = field(default_factory=lambda: f"ah_{os.getpid()}_{secrets.token_hex(3)}")
    """The beginning of the name of every database that this session creates."""

    def find(self) -> None:
        """Ask the URLs that were given; start a server for each kind that none of them is."""
        found = []
        for url in self.given:
            if url.startswith("sqlite"):
                continue  # always there
            try:
                found.append(identify(url, "given"))
            except UnreachableError as reason:
                self.missing.append(f"{_without_password(url)}: {reason}")
        wanted = [kind for kind in KINDS if kind not in {server.kind for server in found}]
        # A run that is told to end (a CI's time limit) ends like one at Ctrl-C, and stops them.
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        with ThreadPoolExecutor(len(KINDS)) as pool:
            for kind, started in zip(wanted, pool.map(self._start, wanted), strict=True):
                if isinstance(started, Server):
                    found.append(started)
                else:
                    self.missing.append(f"{kind}: {started}. {HOW_TO_HAVE[kind]}")
        self.reachable = with_ids(sorted(found, key=lambda s: (KINDS.index(s.kind), s.version)))

    def _start(self, kind: str) -> Server | UnreachableError:
        try:
            process = start(kind)
        except UnreachableError as reason:
            return reason
        self.processes.append(process)
        try:
            return identify(process.url, f"started from {process.program}")
        except UnreachableError as reason:
            return reason

    def stop(self) -> None:
        """Leave nothing behind: neither a server of ours nor a database on somebody else's."""
        while self.processes:
            self.processes.pop().stop()
        for server in self.reachable:
            if server.origin == "given":
                with contextlib.suppress(SQLAlchemyError):  # it went away during the run
                    sweep(server, self.run)
        self.reachable = []

    def note(self) -> Iterator[str]:
        """What the run was on, for the end of it."""
        yield f"sqlite {sqlite3.sqlite_version}: always there"
        for server in self.reachable:
            version = ".".join(map(str, server.version))
            yield f"{server.kind} {version}: {server.origin}"


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}{separator}{user.partition(':')[0]}{at}{host}"


class Databases:
    """This worker's own databases, each created when the first test asks for it."""

    def __init__(self, servers: Sequence[Server], run: str, worker: str, folder: Path) -> None:
        self._servers = {server.id: server for server in servers}
        self._name = f"{run}_{worker}"
        self._folder = folder
        self._open: dict[str, Database] = {}

    def ids(self) -> list[str]:
        return ["sqlite", *self._servers]

    def capable(self, names: list[str], lacking: list[str]) -> list[str]:
        """The ids of those that have every capability of the first list, and none of the second."""
        found = []
        for candidate in self.ids():
            can = Capabilities(**capabilities(*self._kind(candidate)))
            if all(getattr(can, name) for name in names) and not any(
                getattr(can, name) for name in lacking
            ):
                found.append(candidate)
        return found

    def _kind(self, id: str) -> tuple[str, tuple[int, ...]]:
        if id == "sqlite":
            return "sqlite", sqlite3.sqlite_version_info
        return self._servers[id].kind, self._servers[id].version

    def get(self, id: str) -> Database:
        if id not in self._open:
            kind, version = self._kind(id)
            if id == "sqlite":
                scratch = SQLite(self._folder / "sqlite")
            else:
                scratch = SCRATCH[kind](self._servers[id], self._name)
            scratch.create()
            self._open[id] = Database.of(id, kind, version, scratch)
        return self._open[id]

    def close(self) -> None:
        for database in self._open.values():
            database.scratch.close()
            database.engine.dispose()
