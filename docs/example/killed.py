"""Alembic, killed by the operating system just before it sends a certain statement.

python killed.py "CREATE INDEX ix_files_name" upgrade head
"""

import os
import signal
import sys

import alembic.config
import sqlalchemy as sa
from sqlalchemy.engine import Engine

words, *command = sys.argv[1:]


@sa.event.listens_for(Engine, "before_cursor_execute")
def kill(connection, cursor, statement, *rest):
    if words in statement:
        # No exception, no rollback, no cleaning up. (Windows knows no SIGKILL; there SIGTERM is.)
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


alembic.config.main(command)
