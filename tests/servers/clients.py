"""The database's own command-line client, as a script is run with it.

``psql``, ``mariadb`` or ``mysql``, ``sqlite3``, where they are on the path; without one the
statements go through the driver, one by one, as the client would send them.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from sqlalchemy.engine import URL, make_url

from .database import Database


class ScriptFailed(Exception):
    """The client stopped at an error; the message is what it said."""


def run_script(database: Database, script: str) -> None:
    """Run a script to its end, in a session of its own that is then gone."""
    url = make_url(database.url)
    found = _command(database.name, url)
    if found is None or not _connects(url.password, *found):
        _through_the_driver(database, script)
        return
    if database.name == "sqlite":
        other = os.path.join(os.path.dirname(url.database or ""), "other.db")
        script = f"ATTACH DATABASE '{other}' AS other;\n{script}"
    done = _run(url.password, found, script)
    if done.returncode:
        raise ScriptFailed(done.stderr.decode())


@functools.cache
def _connects(password: str | None, *command: str) -> bool:
    """A client may lack what it takes to log in (MariaDB's on MySQL: a plugin)."""
    return _run(password, command, "SELECT 1;").returncode == 0


def _run(
    password: str | None, command: Sequence[str], script: str
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PGPASSWORD": password or "", "MYSQL_PWD": password or ""}
    return subprocess.run(
        command, input=script.encode(), capture_output=True, env=environment, check=False
    )


_PROGRAMS = {
    "postgresql": ["psql"],
    "sqlite": ["sqlite3"],
    "mariadb": ["mariadb", "mysql"],
    "mysql": ["mysql", "mariadb"],
}


def _command(name: str, url: URL) -> list[str] | None:
    program = next(filter(None, map(shutil.which, _PROGRAMS[name])), None)
    if program is None:
        return None
    if name == "sqlite":
        return [program, "-bail", str(url.database)]
    server = ["-h", str(url.host), "-P" if name != "postgresql" else "-p", str(url.port)]
    if name == "postgresql":
        user = ["-U", str(url.username), "-d", str(url.database)]
        return [program, "-X", "-q", "-v", "ON_ERROR_STOP=1", *server, *user]
    return [
        program,
        "--batch",
        "--default-character-set=utf8mb4",
        *server,
        "-u",
        str(url.username),
        str(url.database),
    ]


_TOKEN = re.compile(
    r"(?P<dollar>\$\w*\$).*?(?P=dollar)|'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\""
    r"|`(?:[^`]|``)*`|--[^\n]*|(?P<end>;|\\gexec)",
    re.DOTALL,
)
_STANDARD = re.compile(_TOKEN.pattern.replace(r"\\.", r"\\"), re.DOTALL)


def statements(script: str, database_name: str) -> list[str]:
    """The statements of a script, each with the comments above it and its terminator."""
    token = _TOKEN if database_name in ("mysql", "mariadb") else _STANDARD
    found, start = [], 0
    for match in token.finditer(script):
        if match["end"]:
            found.append(script[start : match.end()])
            start = match.end()
    rest = script[start:]
    return [*found, rest] if re.sub(r"--[^\n]*", "", rest).strip() else found


def _through_the_driver(database: Database, script: str) -> None:
    autocommit = {"isolation_level": "AUTOCOMMIT"}
    with database.engine.connect().execution_options(**autocommit) as connection:
        for statement in statements(script, database.name):
            sql = statement.strip().removesuffix(";")
            if sql.endswith("\\gexec"):
                for row in connection.exec_driver_sql(sql.removesuffix("\\gexec")).all():
                    connection.exec_driver_sql(row[0].replace("%", "%%"))
            else:
                cursor = connection.connection.cursor()
                try:
                    cursor.execute(sql)
                except Exception as error:
                    raise ScriptFailed(str(error)) from error
