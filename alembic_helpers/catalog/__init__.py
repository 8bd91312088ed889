"""The one door to what is in the database now."""

from .catalog import Catalog, Door, Overlay

__all__ = ["Catalog", "Door", "Overlay"]
