"""One operation on one database: what it makes online, and what its script makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import alembic.op as plain
import sqlalchemy as sa
from laws.runs import state
from offline.scripts import cuts, script
from servers.clients import run_script
from servers.database import Database
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import op

CONVENTION = {"ix": "ix_%(table_name)s_%(column_0_name)s"}
META = {"target_metadata": sa.MetaData(naming_convention=CONVENTION)}

Build = Callable[[Any, "str | None"], Any]


@dataclass
class Trial:
    """``build`` on what ``prepare`` made; online it is plain Alembic that runs it."""

    database: Database
    build: Build
    schema: str | None = None
    prepare: Build = lambda op, schema: None
    online_op: Any = plain

    def online(self) -> Any:
        with self.prepared() as connection:
            with migration(connection, **META):
                self.build(self.online_op, self.schema)
            return state(connection, self.schema)

    @property
    def script(self) -> str:
        return script(self.database.name, lambda: self.build(op, self.schema), **META)

    @contextmanager
    def prepared(self) -> Iterator[Connection]:
        with self.database.fresh() as connection:
            with migration(connection, **META):
                self.prepare(plain, self.schema)
            yield connection

    def run(self, *scripts: str) -> Any:
        with self.prepared() as connection:
            for text in scripts:
                run_script(self.database, text)
            return state(connection, self.schema)


def assert_converges(trial: Trial) -> None:
    expected, text = trial.online(), trial.script
    assert trial.run(text) == expected
    assert trial.run(text, text) == expected
    # Each run is cut one statement later than the one before.
    assert trial.run(*cuts(text, trial.database), text) == expected
