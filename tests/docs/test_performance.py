"""The measurements of speed run, and what the page shows beside the times is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from pages import ROOT
from servers.database import Database

PAGE = ROOT / "docs" / "performance.md"
TABLES = 50
"""Of the page."""
LABELS = ("run", "with", "how", "imported", "target")
"""The columns of which a small run has the same cells."""
STATEMENTS = ("statements", "statements at 10")
"""More of them, where a small run is of as many tables."""
ANOTHER_SQLALCHEMY = f"SQLAlchemy {'.'.join(sa.__version__.split('.')[:2])}." not in PAGE.read_text(
    encoding="utf-8"
)
"""It reads definitions with other statements than those that the page shows."""


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure in this process: the times are worth nothing, and the rest is the same."""
    from benchmarks import batches, imports, many, one, processes

    def ask(task: str, **arguments: Any) -> Any:
        told = json.loads(json.dumps(arguments))
        return json.loads(json.dumps(one.answer(task, **told)))

    for module in (processes, many, batches):
        monkeypatch.setattr(module, "ask", ask)
    monkeypatch.setattr(imports, "ask", lambda *_, **__: {"imported": []})
    monkeypatch.setattr(imports, "imported", lambda *modules: [0.01 for _ in modules])


Cells = dict[str, str]


def _tables(page: str) -> Iterator[tuple[str, str, list[str], list[Cells]]]:
    """Section, server or nothing, columns and rows of every table of a page."""
    for section in re.split(r"(?m)^## ", page)[1:]:
        heading = section.partition("\n")[0]
        for part in re.split(r"(?m)^### ", section):
            lines = [line[2:-2].split(" | ") for line in part.splitlines() if line[:1] == "|"]
            if lines:
                columns, _, *rows = lines
                server = part.partition("\n")[0] if part is not section else ""
                cells = [dict(zip(columns, row, strict=True)) for row in rows]
                yield re.sub(r"[\d,]+", "N", heading), server.strip(), columns, cells


def _nearest(page: str, database: Database) -> str:
    """The server of the page that is most like a database."""
    from benchmarks.found import title

    name = title(database).partition(" ")[0]
    found = dict.fromkeys(re.findall(rf"(?m)^### ({name} (\d+)\S*)$", page))
    shown, _ = min(found, key=lambda match: abs(int(match[1]) - database.version[0]))
    return str(shown)


def _rows(page: str, server: str) -> dict[str, list[Cells]]:
    """The rows about a server, or about none, of each section."""
    found: dict[str, list[Cells]] = {}
    for section, heading, _, rows in _tables(page):
        mine = [row for row in rows if (heading or row.get("database", server)) == server]
        found.setdefault(section, []).extend(mine)
    return found


def test_a_small_run_writes_the_page_as_it_is(database: Database, in_process: None) -> None:
    from benchmarks import performance, speed
    from benchmarks.found import title

    sizes = speed.Sizes(tables=2, rounds=1, imports=1, many=12, rows=100)
    topics = list(speed.measure([database], sizes))
    found, shown = performance.page(topics, sizes, [database]), PAGE.read_text(encoding="utf-8")

    columns = {section: columns for section, _, columns, _ in _tables(found)}
    assert {section: columns for section, _, columns, _ in _tables(shown)} == columns
    theirs = _rows(shown, _nearest(shown, database))
    for section, rows in _rows(found, title(database)).items():
        if section.startswith("Among") and not theirs[section]:
            continue  # making so many tables took too long
        compared = LABELS
        if section.startswith("Among"):
            assert all(len({row[column] for column in STATEMENTS}) == 1 for row in rows)
            compared += () if ANOTHER_SQLALCHEMY else STATEMENTS
        of_page, of_run = (
            [[cells.get(column) for column in compared] for cells in those]
            for those in (theirs[section], rows)
        )
        assert of_page == of_run, section


def test_the_statements_that_the_page_shows_are_sent(database: Database, in_process: None) -> None:
    from benchmarks import runs
    from benchmarks.baselines import OURS, PLAIN

    page = PAGE.read_text(encoding="utf-8")
    rows = _rows(page, _nearest(page, database))["A migration and its second run"]
    shown = {
        (row["run"], row["with"]): (row["statements"], row["a table"], row["DDL"]) for row in rows
    }
    for name in (PLAIN, OURS):
        for run in runs.counted(database, name, TABLES):
            of_page, of_run = shown[runs.label(run)], runs.counts(run, TABLES)
            if ANOTHER_SQLALCHEMY and name == OURS:
                of_page, of_run = of_page[-1:], of_run[-1:]
            assert of_page == of_run, runs.label(run)


def test_the_statements_of_the_other_ways_are_as_many_for_each_table(
    database: Database, in_process: None
) -> None:
    from benchmarks import baselines, runs

    page = PAGE.read_text(encoding="utf-8")
    rows = _rows(page, _nearest(page, database))["A migration and its second run"]
    shown = {(row["run"], row["with"]): row["statements"] for row in rows}
    for name, way in baselines.on(database.name).items():
        if way.face in (baselines.OURS, baselines.PLAIN):
            continue
        for one, two in zip(
            runs.counted(database, name, 1), runs.counted(database, name, 2), strict=True
        ):
            all_of_them = one.statements + (two.statements - one.statements) * (TABLES - 1)
            if not ANOTHER_SQLALCHEMY:
                assert shown[runs.label(one)] == f"{all_of_them:,}", runs.label(one)
            if one.again and way.constraints_again:
                assert one.ddl == two.ddl == 0


def test_a_measurement_is_a_process_of_its_own(database: Database) -> None:
    from benchmarks import processes

    told = {"url": database.url, "tables": 2, "in_place": database.alters_in_place}
    first = processes.ask("migrate", baseline="alembic_helpers.op", count=True, **told)
    assert first["statements"] > first["ddl"] > 0
    assert first["seconds"] > 0
    told |= {"baseline": "alembic_helpers.op, its log on", "count": False, "again": True}
    again = processes.ask("migrate", **told)
    assert again["statements"] == 0, "counted, although it was timed"
    with pytest.raises(RuntimeError, match=r"(?s)benchmarks.one failed:.*t0"):
        processes.ask("migrate", **(told | {"baseline": "alembic.op"}))


def test_the_parts_of_a_run_are_all_of_it(database: Database) -> None:
    from alembic.operations import Operations

    from benchmarks import one

    invoke = Operations.invoke
    told = {"url": database.url, "tables": 2, "in_place": database.alters_in_place, "parts": True}
    for baseline, again in (("alembic.op", False), ("alembic_helpers.op", True)):
        answer = one.migrate(baseline=baseline, again=again, **told)
        parts = answer["parts"]
        assert 0 < sum(parts.values()) < answer["seconds"]
        assert all(seconds >= 0 for seconds in parts.values())
        judged = baseline != "alembic.op"
        assert (parts["sent"] > 0, parts["asked"] > 0) == (not judged, judged)
    assert Operations.invoke is invoke


def test_the_extras_are_looked_for_in_a_process_of_their_own() -> None:
    from benchmarks import imports, processes

    found = processes.ask("extras", names=[*imports.EXTRAS, "alembic_helpers"])
    assert found == {"imported": ["alembic_helpers"]}


def test_a_database_on_which_many_tables_take_too_long_is_left_out(
    database: Database, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks import many

    monkeypatch.setattr(many, "_PATIENCE", 0.0)
    assert many.measure(database, 100, 1) == ([], [])


def test_a_median_is_shown_with_the_least_and_the_spread() -> None:
    from benchmarks.results import Times

    assert Times([0.3, 0.1, 0.2]).cells == ("200 ms", "100 ms", "100 %")
    assert Times([12.0]).cells == ("12.0 s", "12.0 s", "0 %")
    assert Times([3.0, 1.0, 2.0]).against(Times([4.0])) == 0.5


def test_a_target_is_reached_or_not() -> None:
    from benchmarks import targets

    assert targets.at_most(1.1, targets.FRESH) == ("≤ 1.1", "yes")
    assert targets.at_most(1.11, targets.FRESH) == ("≤ 1.1", "no")
    assert targets.many_tables(1.2, same_statements=True) == ("≤ 1.2, as many statements", "yes")
    assert targets.many_tables(1.0, same_statements=False)[1] == "no"
    assert targets.imports(15, []) == ("≤ 15 ms, no extras", "yes")
    assert targets.imports(1, ["rich"])[1] == "no"


@pytest.mark.parametrize(
    ("database_name", "limit", "words"),
    [
        ("postgresql", 40, "≤ 0.15, ≤ 40 statements, no DDL"),
        ("mysql", 150, "≤ 3 statements a table, no DDL"),
        ("sqlite", 600, "≤ 12 statements a table, no DDL"),
    ],
)
def test_the_target_of_a_run_with_everything_there(
    database_name: str, limit: int, words: str
) -> None:
    from benchmarks import targets

    reached = {"against_plain": 0.15, "statements": limit, "ddl": 0, "tables": 50}
    assert targets.rerun(database_name, **reached) == (words, "yes")
    for breach in ({"statements": limit + 1}, {"ddl": 1}):
        assert targets.rerun(database_name, **(reached | breach))[1] == "no"
    slow = targets.rerun(database_name, **(reached | {"against_plain": 0.16}))
    assert slow[1] == ("no" if database_name == "postgresql" else "yes")
