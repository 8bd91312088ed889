"""The one door to what is in the database now."""

from .catalog import Catalog, Door, Overlay
from .site import Site

__all__ = ["Catalog", "Door", "Overlay", "Site"]
