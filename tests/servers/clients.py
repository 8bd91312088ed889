"""The database's own command-line client, as a script is run with it.

``psql``, ``mariadb`` or ``mysql``, ``sqlite3``, where they are on the path; without one the
statements go through the driver, one by one, as the client would send them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from .database import Database


class ScriptFailed(Exception):
    """The client stopped at an error; the message is what it said."""


def run_script(database: Database, script: str) -> None:
    """Run a script to its end, in a session of its own that is then gone."""
    url = make_url(database.url)
    found = _command(database.name, url)
    if found is None:
        _through_the_driver(database, script)
        return
    if database.name == "sqlite":
        other = os.path.join(os.path.dirname(url.database or ""), "other.db")
        script = f"ATTACH DATABASE '{other}' AS other;\n{script}"
    environment = {**os.environ, "PGPASSWORD": url.password or "", "MYSQL_PWD": url.password or ""}
    done = subprocess.run(
        found, input=script.encode(), capture_output=True, env=environment, check=False
    )
    if done.returncode:
        raise ScriptFailed(done.stderr.decode())


def has_client(database: Database) -> bool:
    return _command(database.name, make_url(database.url)) is not None


def _command(name: str, url: URL) -> list[str] | None:
    programs = {"postgresql": ["psql"], "sqlite": ["sqlite3"]}.get(name, ["mariadb", "mysql"])
    program = next(filter(None, map(shutil.which, programs)), None)
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
    autocommit: Callable[..., sa.Connection] = database.engine.connect
    with autocommit().execution_options(isolation_level="AUTOCOMMIT") as connection:
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
