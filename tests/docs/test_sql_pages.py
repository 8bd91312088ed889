"""The scripts that the pages show are those of the migration above them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from offline.scripts import script
from pages import PAGES, Block, blocks

from alembic_helpers import op

DIALECTS = {
    "PostgreSQL": "postgresql",
    "MySQL": "mysql",
    "MariaDB": "mariadb",
    "SQLite": "sqlite",
    "SQL Server": "mssql",
    "Oracle": "oracle",
}


def _shown() -> list[tuple[str, Block, Block]]:
    found: list[tuple[str, Block, Block]] = []
    for page in PAGES:
        migration = None
        for block in blocks(page):
            if block.language == "sql":
                assert migration is not None, f"{page.name}:{block.line}: below no migration"
                found.append((page.name, migration, block))
            elif block.language == "python" and block.header is None:
                migration = block
    return found


@pytest.mark.parametrize(
    ("migration", "shown"),
    [(migration, shown) for _, migration, shown in _shown()],
    ids=[f"{page}:{shown.line}" for page, _, shown in _shown()],
)
def test_a_script_is_what_its_page_shows(migration: Block, shown: Block) -> None:
    title, _, text = shown.text.partition("\n")
    dialect = DIALECTS[title.removeprefix("-- ")]
    code = compile(migration.text, "page", "exec")
    written = script(dialect, lambda: exec(code, {"op": op, "sa": sa}))
    assert written.strip() == text.strip()


def test_one_operation_is_shown_for_every_database() -> None:
    titles = [shown.text.partition("\n")[0].removeprefix("-- ") for _, _, shown in _shown()]
    assert titles == list(DIALECTS)
