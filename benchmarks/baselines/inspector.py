"""``sa.inspect()`` anew for each check, as most projects write it: names are looked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa
from alembic import op


class Inspecting:
    """Each operation behind a check of its name, each check with an inspector of its own."""

    def __init__(self, inspector: Callable[[], AbstractContextManager[sa.Inspector]]) -> None:
        self._inspector = inspector

    def create_table(self, name: str, *columns: Any) -> None:
        with self._inspector() as inspector:
            there = name in inspector.get_table_names()
        if not there:
            op.create_table(name, *columns)

    def add_column(self, table: str, column: sa.Column[Any]) -> None:
        if column.name not in self._names("get_columns", table):
            op.add_column(table, column)

    def create_index(self, name: str, table: str, columns: list[str]) -> None:
        if name not in self._names("get_indexes", table):
            op.create_index(name, table, columns)

    def create_unique_constraint(self, name: str, table: str, columns: list[str]) -> None:
        if name not in self._names("get_unique_constraints", table):
            op.create_unique_constraint(name, table, columns)

    def create_foreign_key(
        self, name: str, table: str, referred: str, columns: list[str], referred_columns: list[str]
    ) -> None:
        if name not in self._names("get_foreign_keys", table):
            op.create_foreign_key(name, table, referred, columns, referred_columns)

    def _names(self, what: str, table: str) -> set[str]:
        with self._inspector() as inspector:
            return {found["name"] for found in getattr(inspector, what)(table)}


inspecting = Inspecting(lambda: nullcontext(sa.inspect(op.get_bind())))
