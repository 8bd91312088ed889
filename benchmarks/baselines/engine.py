"""An engine of its own for each check, as in the helper that courses hand on.

The original leaves its engines to the garbage collector; here they are closed, or a server would
run out of connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from .inspector import Inspecting


@contextmanager
def _inspector() -> Iterator[sa.Inspector]:
    engine = sa.create_engine(op.get_bind().engine.url)
    yield sa.inspect(engine)
    engine.dispose()


inspecting = Inspecting(_inspector)
