"""The benchmarks run, and the locks that the page shows are those of a small run."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from pages import ROOT
from servers.database import Database

PAGE = ROOT / "docs" / "online-locks.md"
ROWS = 1_000


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def _shown(page: str) -> list[tuple[str, ...]]:
    """The rows of the page's tables, without their times."""
    rows = (line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `"))
    return [tuple(cell.strip("` ") for cell in row[:-1]) for row in rows]


def _section(version: int) -> str:
    """What the page shows of the PostgreSQL that works as that version does."""
    _, *sections = re.split(r"(?m)^### PostgreSQL (?=\d)", PAGE.read_text(encoding="utf-8"))
    native = [s for s in sections if (int(s.partition(".")[0]) >= 18) is (version >= 18)]
    (section,) = native
    return section.partition("\n## ")[0]


@pytest.mark.capability("has_unvalidated_constraints")
def test_the_locks_of_the_page_are_those_of_a_small_run(database: Database) -> None:
    from benchmarks import locks

    found = [step.cells[:-1] for step in locks.measure(database, ROWS)]
    assert found == _shown(_section(database.version[0]))


def test_the_readme_says_what_the_page_shows() -> None:
    said = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    longest = dict.fromkeys(("create_index_online", "create_index"), 0.0)
    for build, longest_write in re.findall(
        r"(?m)^\| PostgreSQL \S+ \| (\w+) \| ([\d.]+) ms \|", PAGE.read_text(encoding="utf-8")
    ):
        if build in longest:
            longest[build] = max(longest[build], float(longest_write) / 1000)
    online, plain = longest.values()
    words = (
        f"the longest took {plain:.0f} s with the plain build and {online:.2f} s with the online"
    )
    assert words in said


@pytest.mark.capability("is_server")
def test_each_index_build_is_measured_beside_writes(database: Database) -> None:
    from benchmarks import stalls

    none, online, plain = found = stalls.measure(database, ROWS, still=0.1)
    assert [s.build for s in found] == ["none", "create_index_online", "create_index"]
    for stall in found:
        assert len(stall.cells) == len(stalls.COLUMNS)
        assert 0 < stall.measured.median <= stall.measured.longest
    assert none.measured.took >= 0.1
    assert plain.cells[stalls.COLUMNS.index("against plain")] == "100 %"
    assert online.plain is plain.measured


def test_the_command_prints_the_tables_and_writes_the_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from benchmarks import __main__ as command
    from benchmarks import locks, page, performance, speed, stalls, writer

    server = SimpleNamespace(
        name="postgresql",
        version=(1, 2),
        is_server=True,
        has_unvalidated_constraints=True,
        engine=SimpleNamespace(dialect=SimpleNamespace(driver="psycopg")),
    )
    step = locks.Step("PostgreSQL 1.2", "create_foreign_key", "ALTER", ("ShareLock", ""), 0.0012)
    writes = writer.Writes(2.5, [writer.Write(0, 0.001), writer.Write(1, 0.02)])
    stall = stalls.Stall("PostgreSQL 1.2", "create_index", writes, writes)
    topic = speed.Topic("batches", "Rows in batches", ("how", "took"), [("`backfill`", "3 s")])
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(performance, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(command, "databases", lambda: nullcontext(([server], ["mysql: none"])))
    monkeypatch.setattr(locks, "measure", lambda *_: [step])
    monkeypatch.setattr(stalls, "measure", lambda *_, **__: [stall])
    monkeypatch.setattr(speed, "measure", lambda *_: iter([topic]))
    command.main(["--rows", "70", "--write"])
    said = re.sub(" +", " ", capsys.readouterr().out)
    assert "NOT MEASURED: mysql: none" in said
    for row in (
        "│ PostgreSQL 1.2 │ create_index │ 20.0 ms │ 100 % │ 20.00 ms │ 2 │ 2.5 s │",
        "│ create_foreign_key │ ALTER │ Share │ │ writers │ 1 ms │",
        "│ backfill │ 3 s │",
    ):
        assert row in said
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    for row in (
        "| PostgreSQL 1.2 | create_index | 20.0 ms | 100 % | 20.00 ms | 2 | 2.5 s |",
        "| `create_foreign_key` | `ALTER` | Share |  | writers | 1 ms |",
        "table of 70 rows",
    ):
        assert row in written
    written = (tmp_path / "performance.md").read_text(encoding="utf-8")
    for words in ("PostgreSQL 1.2 through psycopg", "| how | took |", "| `backfill` | 3 s |"):
        assert words in written


@pytest.mark.parametrize("arguments", [["rows"], ["locks", "--write"]])
def test_a_command_that_cannot_be_done_says_so(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import __main__ as command

    with pytest.raises(SystemExit):
        command.main(arguments)
    assert "benchmark" in capsys.readouterr().err
