"""The one door to what is in the database now."""

from .catalog import Catalog
from .door import Door
from .overlay import Overlay
from .site import Site

__all__ = ["Catalog", "Door", "Overlay", "Site"]
