"""One server process of our own: loopback, a free port, a folder, stopped by its pid."""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .found import UnreachableError

START_SECONDS = 60.0


def unprivileged() -> dict[str, Any]:
    """For ``subprocess``: who runs the server. PostgreSQL refuses root, so root becomes nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def server_folder() -> Path:
    """A folder that the server's user owns, below one that it can enter."""
    root = next(
        (path for path in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _enterable(Path(path))),
        tempfile.gettempdir(),
    )
    folder = Path(tempfile.mkdtemp(prefix="ah-", dir=root))
    if user := unprivileged():
        os.chown(folder, user["user"], user["group"])
    return folder


def _enterable(folder: Path) -> bool:
    if not unprivileged():
        return True
    folder = folder.resolve()
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _reason(words: str) -> str:
    """The lines of a log that say what went wrong; its last ones when none does."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "FATAL" in line]
    return " / ".join((errors or lines)[-3:]) or "it said nothing"


class Process:
    """A server that is ours; ``url`` once it is ready."""

    url = ""

    def __init__(self, folder: Path, program: str) -> None:
        self.folder = folder
        self.program = program
        self._log = folder / "log"
        self._popen: subprocess.Popen[bytes] | None = None
        # The last resort, when pytest does not get as far as the end of its session.
        atexit.register(self.stop)

    def _environment(self) -> dict[str, str]:
        # A locale or a TMPDIR of the caller's is nothing that the server's user can rely on.
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH")}
        return {**kept, "HOME": str(self.folder), "LC_ALL": "C"}

    def prepare(self, arguments: Sequence[str], **options: Any) -> None:
        """Run a program to its end, as the server's user.

        :raises UnreachableError: it failed; with its last words.
        """
        try:
            done = subprocess.run(
                arguments, stdin=options.pop("stdin", subprocess.DEVNULL), cwd=self.folder,
                env=self._environment(), capture_output=True, text=True, errors="replace",
                timeout=START_SECONDS, check=False, **unprivileged(), **options,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnreachableError(f"{arguments[0]}: {error}") from error
        if done.returncode:
            raise UnreachableError(f"{arguments[0]} failed: {_reason(done.stderr or done.stdout)}")

    def run(self, arguments: Sequence[str], ready: str) -> None:
        """Start the server; return when its log holds the words ``ready``.

        :raises UnreachableError: it ended, or was not ready in time.
        """
        # A session of its own, so that Ctrl-C reaches pytest first and the tests can clean up.
        try:
            with self._log.open("ab") as log:
                self._popen = subprocess.Popen(
                    arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                    env=self._environment(), start_new_session=True, **unprivileged(),
                )  # fmt: skip
        except OSError as error:
            raise UnreachableError(f"{arguments[0]}: {error}") from error
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = self._popen.poll() is not None
            words = self._log.read_text(errors="replace")
            if ready in words:
                return
            if ended:
                raise UnreachableError(f"{arguments[0]} ended: {_reason(words)}")
            time.sleep(0.05)
        raise UnreachableError(f"{arguments[0]} was not ready after {START_SECONDS:.0f} s")

    def stop(self) -> None:
        """End the process by its pid and remove its folder; harmless when that is done."""
        process, self._popen = self._popen, None
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                # PostgreSQL's fast shutdown: TERM would wait for every client to leave.
                process.send_signal(
                    signal.SIGINT if self.url.startswith("postgresql") else signal.SIGTERM
                )
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.stop)
