"""Packages whose names are loaded when they are first asked for.

Every revision file and every env.py imports the library, also where ``alembic history`` only reads
them: what they name is loaded, and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any


def lazily(
    package: str, names: Sequence[str], modules: Sequence[str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package, which takes its names from its modules.

    The modules are asked in their order, and none beyond the one that has the name.
    """
    this = sys.modules[package]

    def load(name: str) -> Any:
        if name in modules:
            return import_module(f"{package}.{name}")
        if name in names:
            for module in modules:
                found = getattr(import_module(f"{package}.{module}"), name, None)
                if found is not None:
                    setattr(this, name, found)
                    return found
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=this)

    return load, lambda: sorted({*vars(this), *names, *modules})
