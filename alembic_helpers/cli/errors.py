"""What the command line can refuse.

::

    AlembicHelpersError
      EnvironmentNotFound    no migration environment here, or none of that kind
      NotRewritten           a file's import of op cannot be rewritten; it was left as it is
      FilesNotRewritten      so it is with one or more of the files to adopt; all were left
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic_helpers.errors import AlembicHelpersError

from .files import shown


class EnvironmentNotFound(AlembicHelpersError):
    """There is no migration environment where one was looked for."""


class NotRewritten(AlembicHelpersError):
    """The import of ``op`` in a file cannot be rewritten. The file was left as it is."""

    def __init__(self, path: Path, reason: str, advice: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        self.advice = advice
        where = shown(path) if line is None else f"{shown(path)}, line {line}"
        super().__init__(f"{where}: {reason} {advice}")


class FilesNotRewritten(AlembicHelpersError):
    """Some of the files cannot be rewritten. None was changed."""

    def __init__(self, refusals: Sequence[NotRewritten]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("\n".join([*map(str, refusals), "No file was changed."]))
