"""Read by pyright and mypy, never run: what the public face promises to a type checker.

The lines marked ``expect-error`` must be errors, and no others; ``test_public_face.py`` compares.
"""

import sqlalchemy as sa
from typing_extensions import assert_type

import alembic_helpers
from alembic_helpers import (
    Online,
    OnMismatch,
    Outcome,
    Settings,
    add_column_if_not_exists,
    create_enum,
    create_index_if_not_exists,
    create_index_online,
    drop_table_if_exists,
    find_constraint_name,
    op,
    table_exists,
)

table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
checked: sa.Table = table
op.bulk_insert(table, [{"id": 1}])
op.create_index("ix", "t", ["a"], unique=True)
op.create_index("ix", "t", ["a"], unique="no")  # expect-error
op.add_column("t", sa.Column("a", sa.Integer), schema="s")
op.add_column("t")  # expect-error
op.no_such_operation("t")  # expect-error

assert_type(op.table_exists("t"), bool)
assert_type(table_exists("t", schema="s"), bool)
table_exists("t", "s")  # expect-error
assert_type(find_constraint_name("t", columns=["a"]), str | None)
assert_type(op.create_enum("e", ["a"]), Outcome)
assert_type(create_enum("e", ["a"], schema="s"), Outcome)

assert_type(add_column_if_not_exists("t", sa.Column("a", sa.Integer)), Outcome)
assert_type(create_index_if_not_exists("ix", "t", ["a"], unique=True), Outcome)
create_index_if_not_exists("ix", "t", ["a"], unique="no")  # expect-error
drop_table_if_exists(1)  # expect-error

assert_type(op.create_index_online("ix", "t", ["a"], online=Online.PREFER), Outcome)
assert_type(create_index_online("ix", "t", ["a"], unique=True), Outcome)
create_index_online("ix", "t", ["a"], online="prefer")  # expect-error
assert_type(op.set_not_null_online("t", "a", existing_type=sa.Integer), Outcome)

with op.batch_alter_table("t") as batch_op:
    batch_op.add_column(sa.Column("b", sa.Integer))

Settings(on_mismatch=OnMismatch.WARN)
Settings(on_mismatch="warn")  # expect-error
Settings(online=Online.PREFER, lock_timeout=0.5)
assert_type(alembic_helpers.__version__, str)
