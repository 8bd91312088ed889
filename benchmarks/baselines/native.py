"""Alembic's own flags: the server looks for the name, and nothing is compared.

Constraints have no such flag.
"""

from __future__ import annotations

from functools import partial

from alembic import op

create_table = partial(op.create_table, if_not_exists=True)
add_column = partial(op.add_column, if_not_exists=True)
create_index = partial(op.create_index, if_not_exists=True)
create_unique_constraint = op.create_unique_constraint
create_foreign_key = op.create_foreign_key
