"""A whole ``alembic upgrade head``, on an environment that Alembic itself made."""

from __future__ import annotations

import tempfile
from pathlib import Path

from servers.database import Database

from .baselines import OURS, PLAIN
from .found import title
from .processes import timed
from .results import TIMES, Row, Times

COLUMNS = ("database", "run", "with", "against plain", *TIMES)

_REVISION = """\
from benchmarks import workload
{imported}

revision = "1a2b"
down_revision = None


def upgrade():
    workload.migrate(op, {tables}, in_place={in_place})


def downgrade():
    pass
"""
_IMPORTS = {PLAIN: "from alembic import op", OURS: "from alembic_helpers import op"}


def measure(database: Database, tables: int, rounds: int) -> list[Row]:
    """Fresh with each ``op``, and again with ours."""
    seconds: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in _IMPORTS:
            _environment(Path(folder, name), database, name, tables)
        timed(["-m", "alembic", "current"], Path(folder, OURS))  # all is compiled
        for _ in range(rounds):
            for name in _IMPORTS:
                database.wipe()
                for run in ("fresh",) if name == PLAIN else ("fresh", "re-run"):
                    if run == "re-run":
                        timed(["-m", "alembic", "stamp", "base"], Path(folder, name))
                    took = timed(["-m", "alembic", "upgrade", "head"], Path(folder, name))
                    seconds.setdefault((run, name), []).append(took)
    plain = Times(seconds["fresh", PLAIN])
    return [_row(title(database), *run, Times(took), plain) for run, took in seconds.items()]


def _row(server: str, run: str, name: str, times: Times, plain: Times) -> Row:
    return (server, run, name, f"{times.against(plain):.2f}", *times.cells)


def _environment(folder: Path, database: Database, name: str, tables: int) -> None:
    folder.mkdir()
    timed(["-m", "alembic", "init", "migrations"], folder)
    ini = folder / "alembic.ini"
    url = database.url.replace("%", "%%")
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("driver://user:pass@localhost/dbname", url), encoding="utf-8")
    revision = _REVISION.format(
        imported=_IMPORTS[name], tables=tables, in_place=database.alters_in_place
    )
    path = folder / "migrations" / "versions" / "1a2b_tables.py"
    path.write_text(revision, encoding="utf-8")
