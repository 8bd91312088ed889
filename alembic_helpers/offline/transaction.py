"""Whether a script is within a transaction, and how it is left for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.runtime.migration import MigrationContext

from .. import upstream


class Transaction:
    """The transaction of one script, at the point to which it is written.

    It follows each BEGIN and COMMIT that Alembic prints. Before the first one that it sees, an
    env.py is taken to have begun one, as the templates do.
    """

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self.is_open = context.environment_context is not None and context.impl.transactional_ddl
        self.is_certain = False
        """Is that more than what env.py is taken to have done?"""
        upstream.follow_transactions(context, self._turn)

    @classmethod
    def of(cls, context: MigrationContext) -> Transaction:
        """The one of a context."""
        memo: dict[str, Any] = context.impl.memo
        transaction = memo.get(__name__)
        if not isinstance(transaction, Transaction):
            transaction = memo[__name__] = cls(context)
        return transaction

    def _turn(self, is_open: bool) -> None:
        self.is_open, self.is_certain = is_open, True

    @contextmanager
    def left(self) -> Iterator[None]:
        """What is written within commits by itself: COMMIT before it and BEGIN after it."""
        if not self.is_open:
            yield
            return
        with self.context.autocommit_block():
            yield
