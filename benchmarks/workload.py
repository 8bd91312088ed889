"""The operations that are measured: six a table, four where constraints need Alembic's batch."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def migrate(op: Any, tables: int, *, in_place: bool = True, constraints: bool = True) -> None:
    """Make the tables ``t0``, ``t1``, ... through the operations of ``op``.

    ``in_place`` says whether the database can add a constraint to a table that is there.
    """
    for number in range(tables):
        table = f"t{number}"
        op.create_table(
            table,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(50)),
            sa.Column("parent", sa.Integer),
        )
        op.add_column(table, sa.Column("amount", sa.Integer))
        op.add_column(table, sa.Column("state", sa.String(20), server_default="new"))
        op.create_index(f"ix_{table}", table, ["name"])
        if in_place and constraints:
            op.create_unique_constraint(f"uq_{table}", table, ["name", "id"])
            op.create_foreign_key(f"fk_{table}", table, table, ["parent"], ["id"])
