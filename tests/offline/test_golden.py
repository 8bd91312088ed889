"""SQL Server and Oracle: the text of each operation's script, which no live server has run.

``golden/`` holds the texts; ``python tests/offline/test_golden.py`` writes them anew. What a block
asks and what it executes is parsed by sqlglot, which knows neither T-SQL's IF nor PL/SQL as a
whole.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import sqlglot
from offline.scripts import script
from offline.test_online_scripts import ALL as ONLINE
from offline.test_operation_scripts import EVERYWHERE, OPERATIONS
from offline.trial import META

from alembic_helpers import op

GOLDEN = Path(__file__).parent / "golden"
READ = {"mssql": "tsql", "oracle": "oracle"}


def alter_column(op: Any, schema: str | None) -> None:
    """Without a comment, for which Alembic 1.16 knows no words on SQL Server."""
    op.alter_column(
        "t's",
        "a",
        new_column_name="b's",
        type_=sa.String(90),
        existing_type=sa.String(20),
        nullable=False,
        server_default="it's",
        schema=schema,
    )


def sequences(op: Any, schema: str | None) -> None:
    op.create_sequence("Seq's", start=5, schema=schema)
    op.drop_sequence("gone", schema=schema)


def views(op: Any, schema: str | None) -> None:
    op.create_view("V's", "SELECT 'it''s' AS a", schema=schema)
    op.drop_view("gone", schema=schema)


def ensure_rows(op: Any, schema: str | None) -> None:
    row = {"id": 1, "name": "it's", "data": b"\x00'", "none": None}
    op.ensure_rows("t", [row], key=["id"], schema=schema)


OWN = {build.__name__: build for build in (alter_column, sequences, views, ensure_rows)}
BUILDS = {**EVERYWHERE, **OPERATIONS, **OWN, **ONLINE}


def written(dialect: str, name: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Alembic's advice about ALTER COLUMN
        return script(dialect, lambda: BUILDS[name](op, "s"), **META).strip() + "\n"


def golden(dialect: str, name: str) -> Path:
    return GOLDEN / dialect / f"{name}.sql"


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("dialect", READ)
def test_the_script_is_the_golden_text(dialect: str, name: str) -> None:
    assert written(dialect, name) == golden(dialect, name).read_text(encoding="utf-8")


_STRING = r"N?'((?:[^']|'')*)'"


def pieces(dialect: str, text: str) -> list[str]:
    """The SQL within the blocks: what is asked, and what is executed."""
    found = []
    for block in re.split(r"\n(?:GO|/)\n", text):
        sql = re.sub(r"(?m)^-- .*$", "", block).strip()
        if dialect == "oracle" and sql.startswith("DECLARE"):
            asked = re.search(r"SELECT CASE.*?FROM dual", sql, re.DOTALL)
            assert asked is not None
            found.append(asked[0].replace("INTO answer ", ""))
            executed = re.findall(rf"EXECUTE IMMEDIATE {_STRING}", sql)
        elif dialect == "mssql" and sql.startswith("IF"):
            asked_too = re.findall(r"(?m)^IF (.*)$", sql)
            found += [f"SELECT CASE WHEN {condition} THEN 1 END" for condition in asked_too]
            executed = re.findall(rf"(?m)^  EXEC\({_STRING}\)$", sql)
        else:
            executed = [sql.replace("'", "''")] if sql else []
        found += [inner.replace("''", "'") for inner in executed]
    return found


UNKNOWN = re.compile(
    # What sqlglot does not know, and where Alembic quotes no name (Oracle's column comments).
    r"THROW|EXEC sp_rename|declare|execute sp_|COMMENT ON COLUMN|DROP INDEX .* ONLINE$",
    re.IGNORECASE,
)


@pytest.mark.parametrize("dialect", READ)
def test_what_it_asks_and_executes_is_sql_of_that_database(dialect: str) -> None:
    found = [piece for name in BUILDS for piece in pieces(dialect, written(dialect, name))]
    assert len(found) > 80
    for piece in found:
        if not UNKNOWN.match(piece):
            sqlglot.parse(piece, read=READ[dialect], error_level=sqlglot.ErrorLevel.RAISE)


@pytest.mark.parametrize("dialect", READ)
def test_the_batch_separator_is_the_one_of_the_options(dialect: str) -> None:
    text = script(dialect, lambda: op.drop_table("t"), **{f"{dialect}_batch_separator": "BATCH"})
    assert text.rstrip().endswith("\nBATCH")


if __name__ == "__main__":
    for dialect in READ:
        for name in BUILDS:
            golden(dialect, name).parent.mkdir(parents=True, exist_ok=True)
            golden(dialect, name).write_text(written(dialect, name), encoding="utf-8")
