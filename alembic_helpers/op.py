"""A drop-in for ``alembic.op``: the same functions, each verified against the database first.

Every function of Alembic's ``op`` is here with Alembic's own signature, those that other packages
register included, and beside them the predicates and what Alembic lacks. A name of ours that is
registered with Alembic too (``create_view`` of a recipe) is the registered one here, as in
``alembic.op``; ours is then imported by name from ``alembic_helpers``.

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

if TYPE_CHECKING:
    from alembic.op import *  # noqa: F403

    from .extras import *  # noqa: F403
    from .predicates import *  # noqa: F403


def _proxied(name: str) -> Any:
    """A function that calls the method of the engine that is running when it is called."""
    from .online import IdempotentOperations, current_operations

    method, caller = getattr(IdempotentOperations, name), f"op.{name}"

    @functools.wraps(method)
    def proxy(*args: Any, **kwargs: Any) -> Any:
        return getattr(current_operations(caller), name)(*args, **kwargs)

    return proxy


if not TYPE_CHECKING:  # a type checker would take it for "every name is there"

    def __getattr__(name: str) -> Any:
        """A function, looked up late: packages register theirs when they are imported."""
        if name == "__all__":
            return __dir__()
        if not name.startswith("_") and callable(getattr(Operations, name, None)):
            function = globals()[name] = _proxied(name)
            return function
        for ours in (extras, predicates):  # not kept: somebody may yet register that name
            if name in ours.__all__:
                return getattr(ours, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    theirs = [name for name in dir(alembic.op) if callable(getattr(Operations, name, None))]
    return sorted({*extras.__all__, *predicates.__all__, *theirs})
