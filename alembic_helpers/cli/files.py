"""A change to one file: shown as a diff, written whole or not at all."""

from __future__ import annotations

import difflib
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alembic_helpers.errors import AlembicHelpersError


@dataclass(frozen=True)
class Change:
    """What a file holds and what it is to hold.

    Example::

        change = Change(Path("1_users.py"), before, after)
        print("".join(change.diff()))
        change.write()
    """

    path: Path
    before: bytes
    after: bytes
    encoding: str = "utf-8"

    def diff(self) -> Iterator[str]:
        """The lines of a unified diff, each with its line end, for ``patch -p0``."""
        name = shown(self.path)
        before, after = self._lines(self.before), self._lines(self.after)
        for line in difflib.unified_diff(before, after, name, name):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    def write(self) -> None:
        """Put the new content in place at once, with the file's mode and owner.

        A reader, or a process killed half-way, finds the old file or the new one.

        Raises:
            AlembicHelpersError: the file cannot be written; it is as it was.
        """
        target = self.path.resolve()
        try:
            if not os.access(target, os.W_OK):  # to replace it takes only the directory
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            try:
                with open(descriptor, "wb") as file:
                    file.write(self.after)
                    file.flush()
                    os.fsync(file.fileno())
                status = target.stat()
                with suppress(OSError, AttributeError):  # not ours to give away, or Windows
                    os.chown(temporary, status.st_uid, status.st_gid)
                shutil.copymode(target, temporary)
                os.replace(temporary, target)
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise AlembicHelpersError(
                f"{shown(self.path)} could not be written ({error.strerror}); it is as it was. "
                "Make the file and its directory writable, then run the same command again."
            ) from error

    def _lines(self, content: bytes) -> list[str]:
        # Only "\n" ends a line of a diff; str.splitlines also takes form feeds and the like.
        return list(io.StringIO(content.decode(self.encoding, "replace"), newline="\n"))


def read(path: Path) -> bytes:
    """The content of a file.

    Raises:
        AlembicHelpersError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise AlembicHelpersError(
            f"{shown(path)} could not be read ({error.strerror}); nothing was changed. Check the "
            "path."
        ) from error


def shown(path: Path) -> str:
    """The path from here if it is below, else the whole of it.

    Example::

        >>> shown(Path("versions/1_users.py").absolute()) == str(Path("versions", "1_users.py"))
        True
    """
    whole, here = path.absolute(), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
