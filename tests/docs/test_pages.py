"""Every command, every example and every output that the README and the pages show is real."""

from __future__ import annotations

import re
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from pages import PAGES, ROOT, Block, blocks, commands
from running import Log, assert_said, prepared, run_command, run_migration
from sqlalchemy.engine import Connection

FILES = {"python", "ini", "diff"}
LANGUAGES = {*FILES, "console", "text", "sh", "sql"}


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _where(page: Path, block: Block) -> str:
    return f"{_name(page)}:{block.line}"


def _bodies(needs: str | None) -> list[tuple[Path, Block, list[Block]]]:
    """The migrations that the pages show, each with the logs below it."""
    found: list[tuple[Path, Block, list[Block]]] = []
    for page in PAGES:
        logs: list[Block] | None = None
        for block in blocks(page):
            if block.language == "text":
                assert logs is not None, f"{_where(page, block)}: below no migration"
                logs.append(block)
            elif block.language == "python" and block.header is None:
                logs = []
                if block.needs == needs:
                    found.append((page, block, logs))
            else:
                logs = None
    return found


def _ids(bodies: list[tuple[Path, Block, list[Block]]]) -> list[str]:
    return [_where(page, block) for page, block, _ in bodies]


def _run(page: Path, block: Block, logs: list[Block], connection: Connection) -> None:
    """Run it twice, as every migration can be, and as often as the page shows a log."""
    said = []
    for _ in range(max(2, len(logs))):
        with Log() as log:
            run_migration(block.text, connection, _where(page, block))
        said.append(log.lines)
    for shown, lines in zip(logs, said, strict=False):
        assert_said("\n".join(lines), shown.text, _where(page, shown))
    assert not [line for line in said[-1] if line.startswith(("applied", "completed"))]


@pytest.mark.parametrize(("page", "block", "logs"), (b := _bodies(None)), ids=_ids(b))
def test_a_migration_that_a_page_shows_runs_and_runs_again(
    page: Path, block: Block, logs: list[Block]
) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        _run(page, block, logs, prepared(connection))


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize(("page", "block", "logs"), (b := _bodies("has_enums")), ids=_ids(b))
def test_a_migration_that_needs_enums(
    page: Path, block: Block, logs: list[Block], connection: Connection
) -> None:
    _run(page, block, logs, prepared(connection))


@pytest.mark.capability("has_sequences")
@pytest.mark.parametrize(("page", "block", "logs"), (b := _bodies("has_sequences")), ids=_ids(b))
def test_a_migration_that_needs_sequences(
    page: Path, block: Block, logs: list[Block], connection: Connection
) -> None:
    _run(page, block, logs, prepared(connection))


@pytest.mark.capability("has_comments")
@pytest.mark.parametrize(("page", "block", "logs"), (b := _bodies("has_comments")), ids=_ids(b))
def test_a_migration_that_needs_comments(
    page: Path, block: Block, logs: list[Block], connection: Connection
) -> None:
    _run(page, block, logs, prepared(connection))


@pytest.mark.capability("has_concurrent_indexes")
@pytest.mark.parametrize(
    ("page", "block", "logs"), (b := _bodies("has_concurrent_indexes")), ids=_ids(b)
)
def test_a_migration_that_needs_concurrent_indexes(
    page: Path, block: Block, logs: list[Block], connection: Connection
) -> None:
    _run(page, block, logs, prepared(connection))


def test_no_block_is_left_out() -> None:
    for page in PAGES:
        for block in blocks(page):
            assert block.language in LANGUAGES, _where(page, block)
            assert block.needs in (
                None,
                "has_enums",
                "has_sequences",
                "has_comments",
                "has_concurrent_indexes",
            )
            if block.language in ("ini", "diff"):
                assert block.header is not None, f"{_where(page, block)} names no file"


def test_the_set_up_is_what_ci_runs() -> None:
    """The sh blocks: one runs the demo, the other is the line that CI itself executes."""
    shown = {_name(p): [b.text.strip() for b in blocks(p) if b.language == "sh"] for p in PAGES}
    demo, tests = shown.pop("README.md")
    assert not any(shown.values())
    assert demo.endswith("docs/example/demo.py")
    assert (ROOT / "docs/example/demo.py").exists()
    assert f"tests='{tests}'" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def _flask_environment(directory: Path) -> None:
    """What ``flask db init`` makes, which itself fails on Alembic 1.16.0."""
    stock = Path(flask_migrate.__file__).parent / "templates" / "flask"
    (directory / "migrations" / "versions").mkdir(parents=True)
    for path in stock.iterdir():
        if path.is_file():
            name = path.name.replace("alembic.ini.mako", "alembic.ini")
            (directory / "migrations" / name).write_bytes(path.read_bytes())


def _existing_environment(directory: Path) -> None:
    """A project of Alembic's own, with one revision."""
    assert run_command("alembic init migrations", directory)[0] == 0
    assert run_command('alembic revision -m "create users" --rev-id 1a2b', directory)[0] == 0


BEFORE = {
    "docs/how-to/adopt.md": _existing_environment,
    "docs/how-to/flask-migrate.md": _flask_environment,
    "docs/how-to/sql-scripts.md": _existing_environment,
}
WITH_COMMANDS = [page for page in PAGES if any(b.language == "console" for b in blocks(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=_name)
def test_the_commands_of_a_page_say_what_it_shows(page: Path, tmp_path: Path) -> None:
    BEFORE.get(_name(page), lambda _: None)(tmp_path)
    for block in blocks(page):
        if block.language in FILES and block.header is not None:
            block.apply(tmp_path)
        elif block.language == "console":
            for command, shown in commands(block):
                code, said = run_command(command, tmp_path)
                where = f"{_where(page, block)}: {command} (exit code {code})"
                assert_said(said, shown, where)
                fails = "FAILED" in shown or ("--check" in command and "+++" in shown)
                assert bool(code) is fails, f"{where}\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_links_of_a_page_lead_to_files(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_the_design_page_names_what_is_there() -> None:
    _, _, table = (ROOT / "docs/design.md").read_text(encoding="utf-8").partition("## Where")
    named = re.findall(r"`([\w/]+(?:\.py|/))`", table)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "alembic_helpers" / name).exists()] == []
