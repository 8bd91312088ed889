"""The logs and errors that the page on online operations shows, on the servers that say them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from example_database import prepare
from pages import ROOT
from running import Log, assert_said
from servers.database import Database
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import AlembicHelpersError, Settings, op

PAGE = (ROOT / "docs" / "how-to" / "online.md").read_text(encoding="utf-8")
QUICK = Settings(lock_timeout=0.1, lock_budget=0.4, heartbeat=0.2)


def _shown(heading: str) -> list[str]:
    """The indented blocks of a section, each as one line."""
    _, _, section = PAGE.partition(f"\n## {heading}\n")
    prose = re.sub(r"(?ms)^```.*?^```$", "", section.partition("\n## ")[0])
    blocks = re.findall(r"(?m)(?:^    .+\n)+", prose)
    return [" ".join(block.split()) for block in blocks]


def _compare(said: str, shown: str) -> None:
    """What differs from run to run aside: numbers, and the name of the user."""

    def alike(text: str) -> str:
        return re.sub(r"of \w+, 'psql'", "of app, 'psql'", re.sub(r"\d+(\.\d+)?", "0", text))

    assert_said(alike(said), alike(shown), "docs/how-to/online.md")


def _run(connection: Connection, operation: Callable[[], object]) -> list[str]:
    """What the log says, and in the end the error."""
    with Log() as log:
        try:
            with migration(connection, alembic_helpers=QUICK):
                operation()
        except AlembicHelpersError as error:
            log.lines.append(str(error))
    return log.lines


@pytest.fixture(autouse=True)
def _tables(connection: Connection) -> None:
    prepare(connection)


@pytest.fixture
def holder(database: Database, connection: Connection) -> Connection:
    """Another session, which is in the middle of a transaction that wrote to every table."""
    with database.engine.connect() as other:
        other.exec_driver_sql("SET application_name = 'psql'")
        other.commit()
        for table in ("users", "packages"):
            other.exec_driver_sql(f"UPDATE {table} SET name = 'secret'")
        yield other


def _name_index(**kw: bool) -> object:
    return op.create_index_online("ix_users_name", "users", ["name"], **kw)


@pytest.mark.capability("has_concurrent_indexes")
def test_an_index_that_was_left_invalid(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE users SET name = 'same'")
    connection.commit()
    with (
        pytest.raises(sa.exc.IntegrityError),
        connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other,
    ):
        other.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix_users_name ON users (name)")
    (shown,) = _shown("Interrupted")
    connection.exec_driver_sql("UPDATE users SET name = login")
    connection.commit()
    (said,) = _run(connection, lambda: _name_index(unique=True))
    _compare(said, shown)


@pytest.mark.capability("has_concurrent_indexes")
def test_rows_that_a_foreign_key_does_not_allow(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE releases SET package_id = 7")
    connection.commit()
    _compare(_run(connection, _foreign_key)[-1], _shown("Constraints and NOT NULL")[0])


def _foreign_key() -> object:
    return op.create_foreign_key_online(
        "fk_releases_package", "releases", "packages", ["package_id"], ["id"]
    )


@pytest.mark.capability("unique_constraint_is_index")  # MySQL and MariaDB
def test_what_the_server_refuses(connection: Connection) -> None:
    _compare(_run(connection, _foreign_key)[-1], _shown("When it cannot be done")[0])


@pytest.mark.capability("has_concurrent_indexes")
def test_a_lock_that_is_not_had(connection: Connection, holder: Connection) -> None:
    first, *_, last = _run(connection, lambda: op.set_not_null_online("packages", "license"))
    waiting, error, _ = _shown("Waiting for locks")
    _compare(first, waiting)
    _compare(last, error)


@pytest.mark.capability("has_concurrent_indexes")
def test_a_heartbeat_says_who_holds_up_a_build(connection: Connection, holder: Connection) -> None:
    with Log() as log:

        def let_go() -> None:
            until = time.monotonic() + 30
            while not log.lines and time.monotonic() < until:
                time.sleep(0.05)
            holder.rollback()

        releasing = threading.Thread(target=let_go)
        releasing.start()
        lines = _run(connection, _name_index)
        releasing.join()
    assert lines[-1] == "applied   create_index_online ix_users_name"
    _compare(lines[0], _shown("Waiting for locks")[2])
