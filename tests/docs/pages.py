"""The pages of the documentation, as blocks that can be run.

What a fenced block is, by its language and first line:

==================================  ==============================================================
``python``                          the body of a migration
``python``, ``# path``              a file of the page's project
``python``, ``# path, from: text``  the end of a file, from that text on
``diff``, ``--- path``              a change to a file
``ini``, ``# path``                 settings to change in a file
``console``                         commands after ``$``, each with what it says (``...``: anything)
``text``                            below a migration: the log of one run of it
``sql``, ``-- database``            below a migration: its script for that database
``sh``                              the set-up on a fresh machine, which CI runs itself
==================================  ==============================================================

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
_HEADER = re.compile(r"(?:#|---) (?P<path>[\w./-]+\.\w+)(?:, from: (?P<start>.+))?", re.ASCII)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    line: int
    needs: str | None = None

    @property
    def header(self) -> re.Match[str] | None:
        """The first line, if it names a file."""
        return _HEADER.fullmatch(self.text.partition("\n")[0])

    def apply(self, directory: Path) -> None:
        """Do to the file that the block names what it shows."""
        header = self.header
        assert header is not None, self.text
        text = self.text.partition("\n")[2]
        if self.language == "python" and header["start"] is None:
            (directory / header["path"]).write_text(text, encoding="utf-8")
            return
        # "..." stands for the id of a revision.
        (path,) = directory.glob(header["path"].replace("...", "*"))
        before = path.read_text(encoding="utf-8")
        if self.language == "python":
            after = before[: before.index(header["start"])] + text
        else:
            after = {"ini": _with_settings, "diff": _patched}[self.language](before, text)
        path.write_text(after, encoding="utf-8")


def _with_settings(text: str, settings: str) -> str:
    """With other values of settings that are there."""
    for line in settings.splitlines():
        name = re.escape(line.partition(" = ")[0])
        text, found = re.subn(rf"(?m)^{name} = .*$", lambda _, to=line: to, text, count=1)
        assert found, line
    return text


def _patched(text: str, diff: str) -> str:
    """With the lines after ``+`` in place of those after ``-``, which are there."""
    lines = diff.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    assert old in text, old
    return text.replace(old, new, 1)


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
