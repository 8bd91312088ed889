"""How many statements a migration sends beside its own, however many tables it has.

Counts are the same on every machine, so that what makes them grow is seen here first.
"""

from __future__ import annotations

import alembic.op
import pytest
import sqlalchemy as sa

from alembic_helpers import op

# Beside those of plain Alembic in a first run; in a second run for each table, and besides.
FRESH = {"postgresql": 5, "mysql": 5, "mariadb": 5, "sqlite": 20}
AGAIN_EACH = {"postgresql": 0, "mysql": 2, "mariadb": 2, "sqlite": 0}
AGAIN = {"postgresql": 9, "mysql": 11, "mariadb": 11, "sqlite": 27}


@pytest.fixture
def workload(database):
    def workload(op, numbers):
        for number in numbers:
            name = f"t{number}"
            op.create_table(
                name,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.String(50), nullable=False),
                sa.Column("parent", sa.Integer),
            )
            op.add_column(name, sa.Column("b", sa.Integer))
            op.add_column(name, sa.Column("c", sa.String(20), server_default="x"))
            op.create_index(f"ix_{name}_a", name, ["a"])
            if database.name != "sqlite":  # which makes the table anew for a constraint
                op.create_unique_constraint(f"uq_{name}", name, ["a", "b"])
                op.create_foreign_key(f"fk_{name}", name, name, ["parent"], ["id"])

    return workload


@pytest.mark.parametrize("count", [20, 60])
def test_a_first_run_asks_almost_nothing(database, migrate, statements, workload, count):
    with migrate():
        workload(op, range(count))
    assert len(statements.ddl) == count * (4 if database.name == "sqlite" else 6)
    assert len(statements) - len(statements.ddl) <= FRESH[database.name]


@pytest.mark.parametrize("count", [20, 60])
def test_a_second_run_asks_about_many_at_once(database, migrate, statements, workload, count):
    with migrate():
        workload(op, range(count))
    statements.clear()
    with migrate():
        workload(op, range(count))
    assert not statements.ddl
    assert not statements.writes
    assert len(statements) <= AGAIN_EACH[database.name] * count + AGAIN[database.name]


def test_two_operations_read_two_tables(database, migrate, statements, workload):
    """However many there are beside."""
    counts = []
    for there in (range(10), range(10, 60)):
        with migrate():
            workload(alembic.op, there)
        statements.clear()
        with migrate():
            op.add_column("t0", sa.Column(f"d{len(there)}", sa.Integer))
            op.create_index(f"ix_d{len(there)}", "t1", ["b"])
        counts.append(len(statements))
    assert counts[0] == counts[1]
