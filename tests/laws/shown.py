"""Values that show themselves by what was said of them, so that a failing example can be read."""

from __future__ import annotations

import dataclasses
from typing import Any


class Shown:
    """For dataclasses with ``repr=False``: fields that have their default are left out."""

    def __repr__(self) -> str:
        said = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if field.default is dataclasses.MISSING:
                said.append(repr(value))
            elif value != field.default:
                said.append(f"{field.name}={value!r}")
        return f"{type(self).__name__}({', '.join(said)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis asks for."""
        printer.text(repr(self))
