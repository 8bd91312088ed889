"""The fixtures of the live tests, and the session's servers (``tests/servers``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, settings
from servers.database import Capabilities, Database
from servers.found import Server
from servers.migration import Statements, migration, recorded
from servers.session import REQUIRE_VARIABLE, URLS_VARIABLE, Databases, Servers
from servers.snapshot import Snapshot
from servers.snapshot import snapshot as take_snapshot
from sqlalchemy.engine import Connection

_SERVERS = pytest.StashKey[Servers]()
_DATABASES = pytest.StashKey[Databases]()
_NONE_CAPABLE = "none-capable"

# A property test wipes the database itself, for each of its examples; a server takes its time.
_LIVE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile(
    "quick",
    deadline=None,
    max_examples=15,
    suppress_health_check=_LIVE,
    # A change is judged by examples that do not change; new ones are hunted at a desk and nightly.
    derandomize=bool(os.environ.get("CI")),
)
settings.register_profile("nightly", deadline=None, max_examples=500, suppress_health_check=_LIVE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# -- the session's servers -------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("databases")
    group.addoption(
        "--database-url",
        action="append",
        default=[],
        metavar="URL",
        help=f"test on this server (repeatable); also ${URLS_VARIABLE}, separated by spaces. "
        "For a kind of server that no URL gives, one is started when the machine has it",
    )
    group.addoption(
        "--require-databases",
        action="store_true",
        default=os.environ.get(REQUIRE_VARIABLE, "") not in ("", "0"),
        help=f"fail when a database could not be reached; also ${REQUIRE_VARIABLE}=1",
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker, which in (("capability", "all"), ("lacks", "none")):
        config.addinivalue_line(
            "markers",
            f"{marker}(*names): run only on the databases that have {which} of these capabilities "
            "(tests/servers/database.py)",
        )


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _servers(config: pytest.Config) -> Servers:
    """Found or started the first time that somebody asks."""
    if _SERVERS not in config.stash:
        given = [*os.environ.get(URLS_VARIABLE, "").split(), *config.getoption("--database-url")]
        servers = config.stash[_SERVERS] = Servers(given)
        servers.find()
    return config.stash[_SERVERS]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    # Alone, a run that collects no test of a database starts no server. The controller of xdist
    # does not collect, and must have the URLs before its workers start.
    wanted = config.getoption("--require-databases") or config.getoption("numprocesses", None)
    if wanted and not _is_worker(config):
        _servers(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    servers = _servers(node.config)
    node.workerinput["alembic_helpers_servers"] = [s.to_json() for s in servers.reachable]
    node.workerinput["alembic_helpers_run"] = servers.run


def _databases(config: pytest.Config) -> Databases:
    if _DATABASES not in config.stash:
        if _is_worker(config):
            values = config.workerinput
            reachable = [Server.from_json(v) for v in values["alembic_helpers_servers"]]
            run, worker = values["alembic_helpers_run"], values["workerid"]
        else:
            servers = _servers(config)
            reachable, run, worker = servers.reachable, servers.run, "main"
        factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
        folder = factory.mktemp("databases")
        config.stash[_DATABASES] = Databases(reachable, run, worker, folder)
    return config.stash[_DATABASES]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if _DATABASES in config.stash:
        config.stash[_DATABASES].close()
    servers = config.stash.get(_SERVERS, None)
    if servers is None:
        return
    if servers.missing and config.getoption("--require-databases") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    # Here and not when the session finishes: xdist ends its workers in between.
    if (servers := config.stash.get(_SERVERS, None)) is not None:
        servers.stop()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    servers = config.stash.get(_SERVERS, None)
    if servers is None:
        return
    terminalreporter.section("databases")
    for line in servers.note():
        terminalreporter.write_line(line)
    if servers.missing:
        required = config.getoption("--require-databases")
        verdict = "FAILED: --require-databases" if required else "NOT TESTED"
        for line in servers.missing:
            terminalreporter.write_line(f"{verdict}: {line}", red=True, bold=True)


# -- which databases a test runs on ----------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    names, lacking = (
        [name for mark in metafunc.definition.iter_markers(marker) for name in mark.args]
        for marker in ("capability", "lacks")
    )
    unknown = {*names, *lacking} - set(Capabilities.__dataclass_fields__)
    if unknown:
        raise pytest.UsageError(f"{metafunc.definition.nodeid}: no such capability: {unknown}")
    ids = _databases(metafunc.config).capable(names, lacking) or [_NONE_CAPABLE]
    metafunc.parametrize("database", ids, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test for which there is no database is left out; the note at the end names that one."""
    deselected = [item for item in items if _parameter(item) == _NONE_CAPABLE]
    if deselected:
        items[:] = [item for item in items if _parameter(item) != _NONE_CAPABLE]
        config.hook.pytest_deselected(items=deselected)


def _parameter(item: pytest.Item) -> object:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database") if callspec is not None else None


# -- fixtures --------------------------------------------------------------------------------------


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """This worker's own database, empty; the test runs once on each server that is reachable.

    ``@pytest.mark.capability("has_enums")`` keeps a test to the databases that have it,
    ``@pytest.mark.lacks("has_enums")`` to the others.
    """
    found = _databases(request.config).get(request.param)
    found.wipe()
    return found


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A fresh connection to the empty database, with no transaction begun.

    ``database.other_schema`` is there and empty too (attached, on SQLite).
    """
    with database.engine.connect() as connection:
        yield connection


@pytest.fixture(params=["default", "other"])
def schema(request: pytest.FixtureRequest, database: Database) -> str | None:
    """``None`` and then the other schema: for a test that runs with and without ``schema=``."""
    return database.other_schema if request.param == "other" else None


@pytest.fixture
def migrate(connection: Connection) -> Callable[..., AbstractContextManager[MigrationContext]]:
    """``with migrate(**opts) as context:`` runs its body as a migration on ``connection``.

    ``alembic_helpers.op`` and ``alembic.op`` work inside; what they did is committed at the end,
    or rolled back after an error where the database can. ``opts`` are those of
    ``context.configure``, such as ``target_metadata=``, ``alembic_helpers=Settings(...)``; another
    connection can be given as ``migrate(connection=...)``.
    """

    def migrate(
        *, connection: Connection = connection, **opts: Any
    ) -> AbstractContextManager[MigrationContext]:
        return migration(connection, **opts)

    return migrate


@pytest.fixture
def statements(connection: Connection) -> Iterator[Statements]:
    """Every statement sent on ``connection``: a list, with ``.ddl``, ``.writes`` and ``clear()``.

    ``assert not statements.ddl`` after ``statements.clear()`` and a second run says that the
    second run changed nothing.
    """
    with recorded(connection) as statements:
        yield statements


@pytest.fixture
def snapshot() -> Callable[..., Snapshot]:
    """``snapshot(connection, schema=None)``: all that is in the schema, to compare with ``==``."""
    return take_snapshot
