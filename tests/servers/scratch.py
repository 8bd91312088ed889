"""A worker's own database on a server: created once, wiped before each test, dropped at the end.

What a test may leave behind is taken for granted here: open transactions, sessions that hold
locks, schemas, extensions, objects of every kind.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from .found import Server


@contextlib.contextmanager
def _autocommit(url: sa.engine.URL) -> Iterator[Connection]:
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


class Scratch:
    """The common part: a URL, a name for the other schema, a session that wipes."""

    url: str
    async_url: str
    other_schema = "other"

    def __init__(self) -> None:
        self._session: Connection | None = None

    def create(self) -> None:
        raise NotImplementedError

    def wipe(self) -> None:
        """Empty the database and its other schema, whatever a test left behind."""
        # The wiping session is kept: connecting would double the cost of a wipe. A test that
        # ended it (a restart, a kill of all sessions) costs one more try.
        for last_try in (False, True):
            try:
                if self._session is None:
                    self._session = self._open()
                self._wipe(self._session)
                return
            except DBAPIError as error:
                self.close()
                if last_try or not error.connection_invalidated:
                    raise

    def close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(DBAPIError):
                self._session.close()
            self._session = None

    def connected(self, dbapi_connection: Any) -> None:
        """What every new connection of a test needs; only SQLite needs something."""

    def _open(self) -> Connection:
        raise NotImplementedError

    def _wipe(self, session: Connection) -> None:
        raise NotImplementedError


_WIPE_POSTGRESQL = """
DO $wipe$
DECLARE item record;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend';
  FOR item IN SELECT quote_ident(evtname) AS name FROM pg_event_trigger LOOP
    EXECUTE 'DROP EVENT TRIGGER ' || item.name;
  END LOOP;
  FOR item IN SELECT quote_ident(extname) AS name FROM pg_extension WHERE extname <> 'plpgsql' LOOP
    EXECUTE 'DROP EXTENSION IF EXISTS ' || item.name || ' CASCADE';
  END LOOP;
  FOR item IN SELECT quote_ident(nspname) AS name FROM pg_namespace
              WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE 'DROP SCHEMA ' || item.name || ' CASCADE';
  END LOOP;
  CREATE SCHEMA public;
  CREATE SCHEMA other;
  IF EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
             WHERE d.datname = current_database()) THEN
    EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' RESET ALL';
  END IF;
END
$wipe$
"""


class PostgreSQL(Scratch):
    """One database, with the schemas ``public`` and ``other``."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__()
        self._server, self._name = make_url(server.url), name
        self.url = self._server.set(database=name).render_as_string(hide_password=False)
        other = make_url(server.async_url).set(database=name)
        self.async_url = other.render_as_string(hide_password=False)

    def create(self) -> None:
        with _autocommit(self._server) as connection:
            # template0: workers create theirs at the same time, and template1 allows no company.
            connection.exec_driver_sql(f'CREATE DATABASE "{self._name}" TEMPLATE template0')

    def _open(self) -> Connection:
        engine = sa.create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        session = engine.connect()
        session.exec_driver_sql("SET lock_timeout = '20s'")
        session.exec_driver_sql("SET client_min_messages = warning")  # no list of what CASCADE took
        return session

    def _wipe(self, session: Connection) -> None:
        session.exec_driver_sql(_WIPE_POSTGRESQL)


class MySQL(Scratch):
    """Two databases, for that is what a schema is here; MariaDB is the same."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__()
        self._server, self._name = make_url(server.url).set(database=None), name
        self.other_schema = f"{name}_other"
        self.url = self._server.set(database=name).render_as_string(hide_password=False)
        other = make_url(server.async_url).set(database=name)
        self.async_url = other.render_as_string(hide_password=False)

    def create(self) -> None:
        self.wipe()

    def _open(self) -> Connection:
        engine = sa.create_engine(self._server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        session = engine.connect()
        # The default is a day or a year: a wipe that has to wait that long should say so.
        session.exec_driver_sql("SET SESSION lock_wait_timeout = 20")
        # Either database may refer to the other one.
        session.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        return session

    def _wipe(self, session: Connection) -> None:
        mine = (self._name, self.other_schema)
        stragglers = session.exec_driver_sql(
            "SELECT id FROM information_schema.processlist"
            f" WHERE db IN {mine!r} AND id <> connection_id()"
        ).scalars()
        for straggler in stragglers.all():
            with contextlib.suppress(DBAPIError):  # it went by itself
                session.exec_driver_sql(f"KILL {straggler}")
        for name in mine:
            session.exec_driver_sql(f"DROP DATABASE IF EXISTS `{name}`")
            session.exec_driver_sql(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")


class SQLite(Scratch):
    """Two files in a folder; every connection of a test has the second one attached."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.url = f"sqlite:///{folder / 'main.db'}"
        self.async_url = f"sqlite+aiosqlite:///{folder / 'main.db'}"

    def create(self) -> None:
        self._folder.mkdir(parents=True)

    def wipe(self) -> None:
        # A connection that a test left open keeps the unlinked file and disturbs nobody.
        for left_over in self._folder.iterdir():
            if left_over.is_dir():
                shutil.rmtree(left_over)
            else:
                left_over.unlink()

    def connected(self, dbapi_connection: Any) -> None:
        path = str(self._folder / "other.db")
        dbapi_connection.execute("ATTACH DATABASE ? AS other", (path,)).close()


SCRATCH: dict[str, Callable[[Server, str], Scratch]] = {
    "postgresql": PostgreSQL,
    "mariadb": MySQL,
    "mysql": MySQL,
}


def sweep(server: Server, prefix: str) -> None:
    """Drop every database whose name starts with ``prefix``: those of one pytest session."""
    force = ""
    if server.kind == "postgresql":
        names, force = "SELECT datname FROM pg_database", " WITH (FORCE)"
    else:
        names = "SELECT schema_name FROM information_schema.schemata"
    with _autocommit(make_url(server.url)) as connection:
        quote = connection.dialect.identifier_preparer.quote_identifier
        for name in connection.exec_driver_sql(names).scalars().all():
            if name.startswith(prefix):
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quote(name)}{force}")
