"""A drop-in for ``alembic.op``: the same functions, each verified against the database first.

Every function of Alembic's ``op`` is here with Alembic's own signature, those that other packages
register included, and beside them the predicates and what Alembic lacks.

Example::

    from alembic_helpers import op

    def upgrade() -> None:
        op.add_column("users", sa.Column("email", sa.Text()))
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import alembic.op
from alembic.operations import Operations

from . import extras, predicates
from .engine import IdempotentOperations, current_operations
from .extras import *  # noqa: F403
from .predicates import *  # noqa: F403

if TYPE_CHECKING:
    from alembic.op import *  # noqa: F403

_OURS = (*extras.__all__, *predicates.__all__)


def _proxied(name: str) -> Any:
    """A function that calls the method of the engine that is running when it is called."""
    method = getattr(IdempotentOperations, name)

    @functools.wraps(method)
    def proxy(*args: Any, **kwargs: Any) -> Any:
        return getattr(current_operations(f"op.{name}"), name)(*args, **kwargs)

    return proxy


if not TYPE_CHECKING:  # a type checker would take it for "every name is there"

    def __getattr__(name: str) -> Any:
        """Alembic's operations, looked up late: packages register theirs when they are imported."""
        if name.startswith("_") or not callable(getattr(Operations, name, None)):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        function = globals()[name] = _proxied(name)
        return function


def __dir__() -> list[str]:
    theirs = [name for name in dir(alembic.op) if callable(getattr(Operations, name, None))]
    return sorted({*_OURS, *theirs})
