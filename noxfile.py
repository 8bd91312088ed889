"""What is run on this project: ``nox -s lint typing tests demo``.

Arguments after ``--`` go to pytest: ``nox -s tests -- -k postgresql``. The tests find or start
their databases themselves (tests/servers); to run them on others::

    nox -s tests -- --database-url postgresql+psycopg://user:password@host/database
    ALEMBIC_HELPERS_TEST_URLS="URL URL ..." nox -s tests matrix drivers
"""

from __future__ import annotations

import os
import re

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["lint", "typing", "tests", "demo"]

PROJECT = nox.project.load_toml("pyproject.toml")
REQUIRE_VARIABLE = "ALEMBIC_HELPERS_REQUIRE_DATABASES"

# Each has wheels, and each is one that people run Alembic with. Those that are not here are the
# defaults, in every run: psycopg, asyncpg, PyMySQL, aiomysql.
DRIVERS = {
    "psycopg2": "psycopg2-binary",
    "pg8000": "pg8000",
    "mysqldb": "mysqlclient-static",
    "asyncmy": "asyncmy",
}

# What servers people migrate, oldest to newest; CI runs some of them together.
SERVERS = [
    *(f"postgresql-{major}" for major in range(13, 19)),
    *(f"mariadb-{version}" for version in ("10.5", "10.11", "11.8")),
    *(f"mysql-{version}" for version in ("8.0", "9.7")),
]

# Python, Alembic, SQLAlchemy: the corners of what is supported, and both sides of 2.1.
MATRIX = {
    "oldest": ("3.10", "==1.16.0", "==2.0.0"),
    "newest-alembic": ("3.10", ">=1.16", ">=2.0,<2.1"),
    "oldest-alembic": ("3.12", "==1.16.0", ">=2.0,<2.1"),
    # SQLAlchemy 2.0 supports Python 3.13 from 2.0.31 on.
    "oldest-on-3.13": ("3.13", "==1.16.0", "==2.0.31"),
    # SQLAlchemy 2.1 needs Python 3.11.
    "sqlalchemy-2.1": ("3.11", ">=1.16", ">=2.1,<2.2"),
    "newest": ("3.13", ">=1.16", ">=2.1,<2.2"),
}


def install(session: nox.Session, *groups: str, more: tuple[str, ...] = ()) -> None:
    """The package, in place, and what its dependency groups name."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, *groups), *more)


def pytest(session: nox.Session, **environment: str) -> None:
    session.run("python", "-m", "pytest", "-n", "auto", *session.posargs, env=environment)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the direction of the imports."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """The package is strict, and its public face says what it should to a user's checker."""
    install(session, "typing")
    session.run("mypy")
    # No database is asked for anything here.
    session.run("python", "-m", "pytest", "tests/typing", env={REQUIRE_VARIABLE: "0"})


@nox.session
def tests(session: nox.Session) -> None:
    """Every test, on every database that can be reached."""
    install(session, "tests")
    pytest(session)


@nox.session
@nox.parametrize(
    ("python", "alembic", "sqlalchemy"),
    [nox.param(*versions, id=name) for name, versions in MATRIX.items()],
)
def matrix(session: nox.Session, alembic: str, sqlalchemy: str) -> None:
    """The tests on the oldest and the newest that is supported."""
    install(session, "tests", more=(f"alembic{alembic}", f"sqlalchemy{sqlalchemy}"))
    said = "import alembic, sqlalchemy; print(alembic.__version__, sqlalchemy.__version__)"
    session.run("python", "-c", said)
    pytest(session)


@nox.session
@nox.parametrize("server", SERVERS, ids=SERVERS)
def servers(session: nox.Session, server: str) -> None:
    """The tests on one version of a server, whose URL an environment variable gives."""
    variable = "ALEMBIC_HELPERS_URL_" + re.sub(r"\W", "_", server).upper()
    if variable not in os.environ:
        session.error(f"set {variable} to the SQLAlchemy URL of a {server} server")
    install(session, "tests")
    pytest(session, ALEMBIC_HELPERS_TEST_URLS=os.environ[variable], **{REQUIRE_VARIABLE: "0"})


@nox.session
@nox.parametrize("driver", list(DRIVERS), ids=list(DRIVERS))
def drivers(session: nox.Session, driver: str) -> None:
    """The tests through another driver."""
    install(session, "tests", more=(DRIVERS[driver],))
    pytest(session, ALEMBIC_HELPERS_TEST_DRIVERS=driver)


@nox.session
def nightly(session: nox.Session) -> None:
    """The tests with many more examples for each property."""
    install(session, "tests")
    pytest(session, HYPOTHESIS_PROFILE="nightly")


@nox.session
def demo(session: nox.Session) -> None:
    """The example of the documentation: a killed migration, run again."""
    install(session)
    session.run("python", "docs/example/demo.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """What docs/online-locks.md and docs/performance.md show; ``-- --write`` writes the pages."""
    install(session, "tests")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """What the pages show is run."""
    install(session, "tests")
    session.run("python", "-m", "pytest", "tests/docs", *session.posargs)
