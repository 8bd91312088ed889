"""What env.py calls. Nothing else of the package is loaded where no script is written."""

from __future__ import annotations

import alembic.context

from ..settings import Offline, Settings


def guard_script() -> None:
    """Make a whole ``--sql`` script safe to run again: call it in env.py, before the migrations.

    Alembic's version table is then created and written only where that is still to be done, and
    each revision asks it whether it is to be run at all. Online it does nothing.

    It is a line in env.py and not a command, because every way to a script leads through env.py:
    ``alembic``, ``flask db``, ``alembic.command``.

    Example::

        context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"})
        with context.begin_transaction():
            guard_script()
            context.run_migrations()

    .. versionadded:: 0.1
    """
    context = alembic.context.get_context()
    if context.as_sql and Settings.of(context.opts).offline is Offline.GUARDED:
        from .versions import Versions

        Versions(context).follow()
