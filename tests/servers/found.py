"""Ask a server what it is: a MariaDB server answers to ``mysql://`` as well."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

KINDS = ("postgresql", "mariadb", "mysql")
"""The servers; SQLite needs none."""

SYNC_DRIVERS = {"postgresql": "psycopg", "mysql": "pymysql", "mariadb": "pymysql"}
ASYNC_DRIVERS = {"postgresql": "asyncpg", "mysql": "aiomysql", "mariadb": "aiomysql"}
ASYNC_ONLY = {"asyncpg", "aiomysql", "asyncmy", "aiosqlite"}

DRIVERS_VARIABLE = "ALEMBIC_HELPERS_TEST_DRIVERS"
"""Drivers to use instead of those above and of those in the URLs, separated by spaces."""
OTHER_DRIVERS = {
    "psycopg": "postgresql",
    "psycopg2": "postgresql",
    "pg8000": "postgresql",
    "asyncpg": "postgresql",
    "pymysql": "mysql",
    "mysqldb": "mysql",
    "mysqlconnector": "mysql",
    "aiomysql": "mysql",
    "asyncmy": "mysql",
}


class UnreachableError(Exception):
    """A server that cannot be used; the message says why."""


@dataclass(frozen=True)
class Server:
    """A server that answered."""

    kind: str
    version: tuple[int, ...]
    url: str
    """With a synchronous driver."""
    async_url: str
    origin: str
    """Where it comes from, for the person who reads the end of the run."""
    id: str = ""

    def to_json(self) -> dict[str, Any]:
        """What execnet can carry to an xdist worker."""
        return {**asdict(self), "version": list(self.version)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Server:
        return cls(**{**values, "version": tuple(values["version"])})


def _rendered(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def drivers(url: URL) -> tuple[URL, URL]:
    """The URL with a synchronous and with an asynchronous driver; the driver given is kept."""
    backend, _, driver = url.drivername.partition("+")
    if backend not in SYNC_DRIVERS:
        raise UnreachableError(f"there are no tests for {backend!r}")
    family = "mysql" if backend == "mariadb" else backend
    sync = SYNC_DRIVERS[backend] if not driver or driver in ASYNC_ONLY else driver
    other = driver if driver in ASYNC_ONLY else ASYNC_DRIVERS[backend]
    for wanted in os.environ.get(DRIVERS_VARIABLE, "").split():
        if OTHER_DRIVERS[wanted] == family and wanted in ASYNC_ONLY:
            other = wanted
        elif OTHER_DRIVERS[wanted] == family:
            sync = wanted
    return (
        _without_tls(url.set(drivername=f"{backend}+{sync}")),
        url.set(drivername=f"{backend}+{other}"),
    )


def _without_tls(url: URL) -> URL:
    # PyMySQL reads the machine's certificates anew for each connection, ten times the cost of a
    # test's other set-up; on loopback they protect nothing.
    wanted = url.drivername.endswith("+pymysql") and url.host in ("127.0.0.1", "localhost")
    if not wanted or any(name.startswith("ssl") for name in url.query):
        return url
    return url.update_query_dict({"ssl_disabled": "true"})


def identify(url: str, origin: str) -> Server:
    """Connect to ``url`` and ask for the kind and the version of what answers.

    :raises UnreachableError: there is no answer, or it is no database that the tests know.
    """
    try:
        sync, other = drivers(make_url(url))
        engine = sa.create_engine(sync, poolclass=NullPool)
        with engine.connect() as connection:
            answer = str(connection.exec_driver_sql("SELECT version()").scalar_one())
    except ImportError as error:
        raise UnreachableError(f"its driver is not installed: {error}") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise UnreachableError(f"not a usable SQLAlchemy URL: {error}") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise UnreachableError(reason) from error
    if answer.startswith("PostgreSQL"):
        kind, answer = "postgresql", answer.split()[1]
    else:
        kind = "mariadb" if "mariadb" in answer.lower() else "mysql"
        # Through a replication-safe prefix MariaDB may call itself 5.5.5-10.11.6-MariaDB.
        answer = answer.removeprefix("5.5.5-")
    numbers = re.match(r"[\d.]+", answer)
    assert numbers is not None, answer
    version = tuple(int(part) for part in numbers.group().strip(".").split("."))
    return Server(kind, version, _rendered(sync), _rendered(other), origin)


def _short_version(server: Server) -> str:
    # PostgreSQL's major version is one number, MariaDB's and MySQL's are two.
    parts = server.version[: 1 if server.kind == "postgresql" else 2]
    return ".".join(str(part) for part in parts)


def with_ids(servers: Iterable[Server]) -> list[Server]:
    """Name each server for the test ids: its kind, and the version where there are several."""
    servers = list(servers)
    named: list[Server] = []
    taken: set[str] = set()
    for server in servers:
        alone = sum(other.kind == server.kind for other in servers) == 1
        name = server.kind if alone else f"{server.kind}-{_short_version(server)}"
        candidate, count = name, 1
        while candidate in taken:
            count += 1
            candidate = f"{name}-no{count}"
        taken.add(candidate)
        named.append(replace(server, id=candidate))
    return named
