"""The pages of the documentation, as blocks that can be run.

What a fenced block is, by its language and first line:

=================================  ===============================================================
``python``                         the body of a migration
``python``, ``# path``             a file of the page's project
``python``, ``# path, from: text`` the end of a file, from that text on
``python``, ``# path, in place of: text``  a change to a file
``ini``, ``# path``                settings to change in a file
``console``                        commands after ``$``, each with what it says (``...``: anything)
``text``                           below a migration: the log of one run of it
``sh``                             the set-up on a fresh machine, which CI runs itself
=================================  ===============================================================

``<!-- needs: has_enums -->`` above a block: it runs on the databases that have the capability.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    ROOT / "README.md",
    *(p for p in sorted(ROOT.glob("docs/**/*.md")) if p.name != "reference.md"),
]

_FENCE = re.compile(r"```(?P<language>[\w-]*)(?P<more>.*)")
_NEEDS = re.compile(r"<!-- needs: (\w+) -->")
_HEADER = re.compile(
    r"# (?P<path>[\w./-]+\.\w+)(?:, (?P<how>from|in place of): (?P<old>.+))?", re.ASCII
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    line: int
    needs: str | None = None

    @property
    def file(self) -> File | None:
        """The file that the block's first line names."""
        first, _, rest = self.text.partition("\n")
        header = _HEADER.fullmatch(first)
        return File(header["path"], header["how"], header["old"], rest) if header else None


@dataclass(frozen=True)
class File:
    """A file, or a part of one, that a block shows."""

    path: str
    how: str | None
    old: str | None
    text: str

    def write(self, directory: Path) -> None:
        path = self._path(directory)
        if self.old is None:
            path.write_text(self.text, encoding="utf-8")
            return
        before, found, after = path.read_text(encoding="utf-8").partition(self.old)
        assert found, f"{self.path} does not contain {self.old!r}"
        rest = "" if self.how == "from" else after
        path.write_text(before + self.text.rstrip("\n") + (rest or "\n"), encoding="utf-8")

    def set_options(self, directory: Path) -> None:
        """Change the settings of an ini file; each must be there."""
        path = self._path(directory)
        text = path.read_text(encoding="utf-8")
        for line in self.text.splitlines():
            name = re.escape(line.partition(" = ")[0])
            text, found = re.subn(rf"(?m)^{name} = .*$", lambda _, to=line: to, text, count=1)
            assert found, f"{self.path} has no setting {line!r}"
        path.write_text(text, encoding="utf-8")

    def _path(self, directory: Path) -> Path:
        """The file; ``...`` stands for the revision's id."""
        if "..." not in self.path:
            return directory / self.path
        (path,) = directory.glob(self.path.replace("...", "*"))
        return path


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order."""
    lines = enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
    needs = None
    for number, line in lines:
        assert not line.startswith(" ") or "```" not in line, f"{page}:{number}: indented fence"
        if marked := _NEEDS.fullmatch(line):
            needs = marked[1]
        elif fence := _FENCE.fullmatch(line):
            assert not fence["more"], f"{page}:{number}: {line}"
            text = []
            for _, inner in lines:
                if inner == "```":
                    break
                text.append(f"{inner}\n")
            yield Block(fence["language"], "".join(text), number, needs)
            needs = None


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with the output below it."""
    for part in re.split(r"(?m)^\$ ", block.text)[1:]:
        command, _, output = part.partition("\n")
        yield command, output
